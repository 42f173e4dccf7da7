"""How far each section of a form is filled in. “已填完” says nothing about 送审: that is a state of the whole form."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.editions import Edition
from perfgoals.editions.model import Field, Section
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


def is_filled(document: DeclarationDocument, field: Field) -> bool:
    if field.kind == "indicators":
        return bool(document.indicators)
    if field.kind == "sub_projects":
        return bool(document.sub_projects)
    return bool(document.text(field.key).strip())


def filling_of(section: Section, document: DeclarationDocument, errors: int = 0) -> Filling:
    """已填完 needs every required field and no 错误; a section without required fields needs one filled field."""
    filled = [field for field in section.fields if is_filled(document, field)]
    if not filled:
        return Filling.EMPTY
    complete = all(field in filled for field in section.fields if field.required)
    return Filling.FILLED if complete and not errors else Filling.STARTED


def progress_of(
    document: DeclarationDocument, edition: Edition, findings: Iterable[Finding]
) -> list[SectionProgress]:
    """All sections in form order. ``findings`` are those still open: answered 疑问 are not among them."""
    by_section: dict[str, list[Level]] = {section.key: [] for section in edition.sections}
    for finding in findings:
        by_section[edition.section_for_path(finding.path).key].append(finding.level)
    result = []
    for number, section in enumerate(edition.sections, 1):
        levels = by_section[section.key]
        missing = tuple(f for f in section.fields if f.required and not is_filled(document, f))
        errors = levels.count(Level.ERROR)
        result.append(
            SectionProgress(
                number=number,
                section=section,
                filling=filling_of(section, document, errors),
                missing=missing,
                errors=errors,
                doubts=levels.count(Level.DOUBT),
                hints=levels.count(Level.HINT),
            )
        )
    return result


def summary(sections: list[SectionProgress]) -> str:
    """“6 节：2 节已填完，3 节填写中，1 节未开始。”"""
    parts = [
        f"{number} 节{filling.label}"
        for filling in (Filling.FILLED, Filling.STARTED, Filling.EMPTY)
        if (number := sum(section.filling == filling for section in sections))
    ]
    return f"{len(sections)} 节：{'，'.join(parts)}。"
