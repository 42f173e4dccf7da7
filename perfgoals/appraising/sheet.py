"""The review form as a document: everything that is printed, frozen when it is handed in. No Django.

It repeats the wording of its questionnaire, so that paper of 2026 reads the same when the questionnaire has changed, and
holds all inputs of its points, so that ``replay`` computes them again without the questionnaire.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from perfgoals.appraising.grading import OVERALL, ZERO, Outcome, grade_of, left_of, rounded
from perfgoals.appraising.questionnaire import POINTS, Grade, Questionnaire


@dataclass(frozen=True, slots=True)
class SheetCut:
    """A deduction: what, how often, at what price."""

    label: str
    count: str
    price: str
    points: str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A question with its answer; ``spread`` says, on a panel's form, what the members gave."""

    key: str
    label: str
    text: str
    unconfirmed: bool
    full: str
    grade: str
    points: str
    remark: str
    cuts: tuple[SheetCut, ...] = ()
    spread: str = ""


@dataclass(frozen=True, slots=True)
class SheetPart:
    label: str
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class SheetGrade:
    label: str
    floor: str
    effect: str


@dataclass(frozen=True, slots=True)
class SheetMember:
    """Who sat on the panel, and as what: 组长, 成员, 回避, 未交."""

    name: str
    organization: str
    part: str


@dataclass(frozen=True, slots=True)
class About:
    """What was judged: the project and the frozen revision of its form."""

    project: str
    unit: str
    department: str
    fiscal_year: int
    revision: int
    revision_mark: str


@dataclass(frozen=True, slots=True)
class By:
    """Who judged, where in the chain, and on which day (ISO)."""

    kind: str
    step: str
    author: str
    organization: str
    day: str
    members: tuple[SheetMember, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A review form that was handed in. Grades are the printed words."""

    form: str
    title: str
    prescribed_by: str
    mode: str
    overall: str
    about: About
    by: By
    grades: tuple[SheetGrade, ...]
    parts: tuple[SheetPart, ...]
    full: str
    total: str
    proposed: str
    grade: str
    effect: str
    opinion: str

    @property
    def lines(self) -> Iterator[SheetLine]:
        for part in self.parts:
            yield from part.lines

    @property
    def has_points(self) -> bool:
        return self.mode == POINTS

    @property
    def unconfirmed(self) -> bool:
        return any(line.unconfirmed for line in self.lines)

    def to_json(self) -> str:
        """Canonical: keys sorted, no white space, numbers as text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Sheet":
        data: dict[str, Any] = json.loads(text)
        by = data["by"] | {"members": tuple(SheetMember(**one) for one in data["by"]["members"])}
        parts = tuple(
            SheetPart(part["label"], tuple(_line(line) for line in part["lines"])) for part in data["parts"]
        )
        made = {
            "about": About(**data["about"]),
            "by": By(**by),
            "grades": tuple(SheetGrade(**grade) for grade in data["grades"]),
            "parts": parts,
        }
        return cls(**data | made)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.to_json().encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def mark(self) -> str:
        """The 校验码 as paper prints it: twelve digits in groups of four."""
        return " ".join(self.fingerprint[at : at + 4] for at in (0, 4, 8))

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every word that somebody typed, with its place: what must have a glyph."""
        for one in fields(self.about):
            yield f"about.{one.name}", str(getattr(self.about, one.name))
        yield "author", self.by.author
        for member in self.by.members:
            yield "members", f"{member.name}{member.organization}"
        for line in self.lines:
            yield f"answers.{line.key}.remark", line.remark
        yield "opinion", self.opinion


def _line(data: dict[str, Any]) -> SheetLine:
    return SheetLine(**data | {"cuts": tuple(SheetCut(**cut) for cut in data["cuts"])})


def compose(
    questionnaire: Questionnaire,
    came: Outcome,
    *,
    grade: str,
    opinion: str,
    about: About,
    by: By,
    spreads: dict[str, str] | None = None,
) -> Sheet:
    """The document of a complete form. ``grade`` is the overall grade's key."""
    judged = {one.question.key: one for one in came.questions}
    words = {one.key: one.label for one in questionnaire.grades}
    parts = tuple(
        SheetPart(
            part.label,
            tuple(
                SheetLine(
                    key=question.key,
                    label=question.label,
                    text=question.text,
                    unconfirmed=question.unconfirmed,
                    full=str(question.points),
                    grade=words[judged[question.key].grade],
                    points=_text(judged[question.key].points),
                    remark=judged[question.key].remark,
                    cuts=tuple(
                        SheetCut(cut.label, str(cut.count), str(cut.price), str(cut.points))
                        for cut in judged[question.key].cuts
                    ),
                    spread=(spreads or {}).get(question.key, ""),
                )
                for question in part.questions
            ),
        )
        for part in questionnaire.parts
    )
    return Sheet(
        form=questionnaire.id,
        title=questionnaire.mode(came.mode).title,
        prescribed_by=questionnaire.prescribed_by,
        mode=came.mode,
        overall=questionnaire.overall,
        about=about,
        by=by,
        grades=tuple(SheetGrade(one.label, str(one.floor), one.effect) for one in questionnaire.grades),
        parts=parts,
        full=str(questionnaire.full_points),
        total=_text(came.total),
        proposed=words[came.grade],
        grade=words[grade],
        effect=questionnaire.grade(grade).effect,
        opinion=opinion,
    )


def replay(sheet: Sheet) -> tuple[str, str]:
    """Total and proposed grade, computed again from what the sheet itself says."""
    grades = [Grade(one.label, one.label, Decimal(one.floor), "", "", "", frozenset()) for one in sheet.grades]
    if not sheet.has_points:
        return "", OVERALL[sheet.overall]([line.grade for line in sheet.lines], grades)
    total = rounded(
        sum(
            (
                left_of(Decimal(line.full), (Decimal(cut.count) * Decimal(cut.price) for cut in line.cuts))
                for line in sheet.lines
            ),
            ZERO,
        )
    )
    return str(total), grade_of(total, Decimal(sheet.full), grades).label


def _text(number: Decimal | None) -> str:
    return "" if number is None else str(number)
