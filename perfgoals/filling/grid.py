"""What a table on the screen is made of: cells to type in, and what 体检 says under a row."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from perfgoals.filling.addresses import control_id
from perfgoals.filling.marks import Mark
from perfgoals.findings import Finding, Level


@dataclass(frozen=True, slots=True)
class Cell:
    """A control of the grid: its path, the value as typed, and the version the page has seen."""

    path: str
    value: str
    seen: int
    label: str
    help: str = ""
    lines: int = 1
    term: str = ""

    @property
    def id(self) -> str:
        return control_id(self.path)


@dataclass(frozen=True, slots=True)
class Saying:
    """A finding under its row, with its ready fixes as buttons: words, and the changes with the versions they mend."""

    finding: Finding
    fixes: tuple[tuple[str, str], ...] = ()

    @property
    def level(self) -> Level:
        return self.finding.level

    @property
    def message(self) -> str:
        return self.finding.message

    @property
    def key(self) -> str:
        """As 体检 names the same finding."""
        return f"{self.finding.code}|{self.finding.path}"

    @property
    def anchor(self) -> str:
        """Of its article in 体检."""
        return f"c-{self.finding.code}-{self.finding.path}".replace(".", "-")


def saying(finding: Finding, versions: Mapping[str, int]) -> Saying:
    """The finding with fixes that know which version of each field they were made for."""
    fixes = (
        (fix.label, fix_value([[path, value, versions.get(path, 0)] for path, value in fix.changes]))
        for fix in finding.fixes
    )
    return Saying(finding, tuple(fixes))


def fix_value(changes: list[list[str | int]]) -> str:
    """What the button of a fix posts: ``[[path, value, version seen], …]``."""
    return json.dumps(changes, ensure_ascii=False)


def sayings_by_row(
    findings: Sequence[Finding], table: str, marks: Mapping[str, Mark], *, hidden: Collection[str] = ()
) -> dict[str, tuple[Saying, ...]]:
    """错误 and 疑问 at rows of ``table`` and their visible cells, by row, gravest first.

    提示, and what concerns the columns that the table hides, stay in the 体检 column.
    """
    said: dict[str, tuple[Saying, ...]] = {}
    versions = {path: mark.version for path, mark in marks.items()}
    for finding in sorted(findings, key=lambda finding: finding.level.rank):
        own, _, rest = finding.path.partition(".")
        row_id, _, column = rest.partition(".")
        if own == table and row_id and column not in hidden and finding.level != Level.HINT:
            said[row_id] = (*said.get(row_id, ()), saying(finding, versions))
    return said
