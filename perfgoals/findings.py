"""Findings: what a check says about one place of a document.

A finding is a plain value. Rules make them (``declarations/checkup``), the workflow refuses to pass 错误, pages show
them at their ``path``, and a ``Fix`` is applied through the same door as typing.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum


class Level(StrEnum):
    """错误 blocks submitting; 疑问 needs a fix or a written reason; 提示 informs."""

    ERROR = "error"
    DOUBT = "doubt"
    HINT = "hint"

    @property
    def label(self) -> str:
        return {"error": "错误", "doubt": "疑问", "hint": "提示"}[self.value]

    @property
    def rank(self) -> int:
        return ("error", "doubt", "hint").index(self.value)


@dataclass(frozen=True, slots=True)
class Fix:
    """A ready rewrite: a button label (``改为 ≥50家``) and the values it writes, path by path."""

    label: str
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark. ``path`` names a field (``budget.total``), a cell (``indicators.<row_id>.target``),
    a row (``indicators.<row_id>``) or a whole table (``indicators``)."""

    code: str
    level: Level
    path: str
    message: str
    why: str = ""
    good: str = ""
    bad: str = ""
    fixes: tuple[Fix, ...] = ()
    also: tuple[str, ...] = ()  # other places where the same can be mended
    source: str = ""  # another form on which the fact stands, and its address on this site
    source_url: str = ""
    gathered: bool = False  # says the same of ``path`` and of every place in ``also``

    @property
    def places(self) -> tuple[str, ...]:
        """Every place of which this is said."""
        return (self.path, *self.also) if self.gathered else (self.path,)

    @property
    def mended_at(self) -> frozenset[str]:
        """Every place where this can be mended."""
        return frozenset((self.path, *self.also, *(path for fix in self.fixes for path, _ in fix.changes)))

    def with_fixes_at(self, is_open: Callable[[str], bool]) -> "Finding":
        """Without the ready fixes that write to a place where nothing may be changed now."""
        kept = tuple(fix for fix in self.fixes if all(is_open(path) for path, _ in fix.changes))
        return self if kept == self.fixes else replace(self, fixes=kept)

    def to_dict(self) -> dict[str, object]:
        """The JSON-able form, as printed by ``manage.py check_form``."""
        return asdict(self) | {"level_label": self.level.label}


def count_levels(findings: list[Finding]) -> dict[str, int]:
    """How many findings of each level, all three keys present."""
    counts = {level.value: 0 for level in Level}
    for finding in findings:
        counts[finding.level.value] += 1
    return counts
