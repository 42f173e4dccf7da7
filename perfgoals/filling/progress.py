"""How far each section of a form is filled in. “已填完” says nothing about 送审: that is a state of the whole form."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from perfgoals.editions.model import Field, Section
from perfgoals.filling.filing import FilledFiling
from perfgoals.findings import Finding, Level


class Filling(StrEnum):
    """未开始, 填写中 or 已填完."""

    EMPTY = "empty"
    STARTED = "started"
    FILLED = "filled"

    @property
    def label(self) -> str:
        return {"empty": "未开始", "started": "填写中", "filled": "已填完"}[self.value]

    @property
    def shape(self) -> str:
        """The icon: a ring, half a ring, a hollow tick; never the tick of an approved form."""
        return {"empty": "ring", "started": "half", "filled": "tick"}[self.value]


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """One section: what is filled, what is still open there."""

    number: int
    section: Section
    filling: Filling
    missing: tuple[Field, ...]  # required and empty
    errors: int = 0
    doubts: int = 0
    hints: int = 0


def progress_of(filing: FilledFiling, document: Any, findings: Iterable[Finding]) -> list[SectionProgress]:
    """All sections in form order. ``findings`` are those still open: answered 疑问 are not among them."""
    edition = filing.edition
    by_section: dict[str, list[Level]] = {section.key: [] for section in edition.sections}
    for finding in findings:
        by_section[edition.section_for_path(finding.path).key].append(finding.level)
    return [
        _progress(filing, document, number, section, by_section[section.key])
        for number, section in enumerate(edition.sections, 1)
    ]


def _progress(
    filing: FilledFiling, document: Any, number: int, section: Section, levels: list[Level]
) -> SectionProgress:
    fields = filing.typed_fields(section)
    empty = [field for field in fields if not filing.is_filled(field, document)]
    missing = tuple(field for field in empty if field.required)
    errors = levels.count(Level.ERROR)
    return SectionProgress(
        number=number,
        section=section,
        filling=_filling(len(fields) - len(empty), len(missing), errors),
        missing=missing,
        errors=errors,
        doubts=levels.count(Level.DOUBT),
        hints=levels.count(Level.HINT),
    )


def _filling(filled: int, missing: int, errors: int) -> Filling:
    """已填完 needs every required field and no 错误; a section without required fields needs one filled field."""
    if not filled:
        return Filling.EMPTY
    return Filling.STARTED if missing or errors else Filling.FILLED


def summary(sections: list[SectionProgress]) -> str:
    """“6 节：2 节已填完，3 节填写中，1 节未开始。”"""
    parts = [
        f"{number} 节{filling.label}"
        for filling in (Filling.FILLED, Filling.STARTED, Filling.EMPTY)
        if (number := sum(section.filling == filling for section in sections))
    ]
    return f"{len(sections)} 节：{'，'.join(parts)}。"
