"""What a rule of the check-up is, and the register of all of them.

A rule looks at one document on its edition, with what is known of the project's past and of the unit's other forms,
and returns findings. It knows no database, no clock and no network: the same input gives the same findings, while
typing, at submission, on import and in the reviewer's view.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from declarations.checkup.results import NOWHERE, Source
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import NO_HISTORY, History, Sheet
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.editions import Edition
from perfgoals.findings import Finding, Fix, Level


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule says about one place; the rule adds level, reason and examples."""

    path: str
    message: str
    fixes: tuple[Fix, ...] = ()
    also: tuple[str, ...] = ()
    source: Source = NOWHERE  # where the fact is written that is asked about


@dataclass(frozen=True, slots=True)
class Rule:
    """One check: ``rule(document, edition, history)`` gives its findings.

    ``why`` is the clause or the reason, one sentence. ``good`` and ``bad`` are from published forms.
    """

    code: str
    level: Level
    title: str
    why: str
    good: Sample
    bad: Sample
    remarks: Callable[[Sheet], Iterable[Remark]]

    def __call__(
        self, document: DeclarationDocument, edition: Edition, history: History = NO_HISTORY
    ) -> list[Finding]:
        return self.on(Sheet(document, edition, history))

    def on(self, sheet: Sheet) -> list[Finding]:
        """The findings on a sheet that other rules look at too, so that its rows are read once."""
        return [
            Finding(
                code=self.code,
                level=self.level,
                path=remark.path,
                message=remark.message,
                why=self.why,
                good=str(self.good),
                bad=str(self.bad),
                fixes=remark.fixes,
                also=remark.also,
                source=remark.source.name,
                source_url=remark.source.url,
            )
            for remark in self.remarks(sheet)
        ]


RULES: dict[str, Rule] = {}


def rule(
    code: str, level: Level, title: str, *, why: str, good: Sample, bad: Sample
) -> Callable[[Callable[[Sheet], Iterable[Remark]]], Rule]:
    """Register the decorated function as the rule ``code``. A code stands for one rule only."""

    def register(remarks: Callable[[Sheet], Iterable[Remark]]) -> Rule:
        if code in RULES:
            raise ValueError(f"rule {code} is there twice")
        RULES[code] = made = Rule(code, level, title, why, good, bad, remarks)
        return made

    return register
