"""Questionnaires of the review form (审核表) as data: one TOML file each, loaded once per process. No Django.

A questionnaire says the questions in the words of the official form, the four grades with what each causes, the points
of each question and the defects that cost points. What rests on general knowledge only carries ``unconfirmed``.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent / "forms"
NATION = "100000"

GRADES, POINTS = "grades", "points"
ONCE, EACH, RANGE = "once", "each", "range"


class UnknownQuestionnaire(LookupError):
    """No questionnaire has this id, or none is in force for this place and year."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One of 优 良 中 差: ``floor`` is the share of the points (percent) from which it is reached."""

    key: str
    label: str
    floor: Decimal
    meaning: str
    effect: str
    clause: str
    offers: frozenset[str]  # acts left open: pass, return
    needs_remark: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Defect:
    """What costs points: once, for each one found, or an amount chosen between two."""

    key: str
    label: str
    deduct: Decimal
    per: str
    deduct_to: Decimal | None = None
    source: str = ""
    unconfirmed: bool = False

    @property
    def price(self) -> str:
        """“0.2 分”, or “0.5—2 分”."""
        return f"{self.deduct}—{self.deduct_to} 分" if self.deduct_to is not None else f"{self.deduct} 分"


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    label: str
    text: str
    points: Decimal
    defects: tuple[Defect, ...] = ()
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """完整性, 相关性, 适当性, 可行性."""

    key: str
    label: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Mode:
    """一般性项目 (grades only) or 重点项目 (points); each has its printed title."""

    key: str
    title: str
    help: str
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Questionnaire:
    id: str
    title: str
    region: str
    year_from: int
    prescribed_by: str
    overall: str
    modes: tuple[Mode, ...]
    grades: tuple[Grade, ...]
    parts: tuple[Part, ...]
    year_to: int | None = None
    notes: tuple[str, ...] = ()
    cases: tuple[dict[str, Any], ...] = ()
    unconfirmed: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for part in self.parts for question in part.questions)

    @property
    def full_points(self) -> Decimal:
        return sum((question.points for question in self.questions), Decimal(0))

    def grade(self, key: str) -> Grade:
        return next(grade for grade in self.grades if grade.key == key)

    def mode(self, key: str) -> Mode:
        return next(mode for mode in self.modes if mode.key == key)

    def question(self, key: str) -> Question:
        return next(question for question in self.questions if question.key == key)

    def is_in_force(self, region: str, year: int) -> bool:
        return self.region in (region, NATION) and self.year_from <= year <= (self.year_to or year)


@cache
def all_questionnaires() -> MappingProxyType[str, Questionnaire]:
    """Every questionnaire by id."""
    paths = sorted(FOLDER.glob("*.toml"))
    return MappingProxyType({path.stem: load(parse(path.read_text("utf-8"))) for path in paths})


def get_questionnaire(questionnaire_id: str) -> Questionnaire:
    """The questionnaire; raises ``UnknownQuestionnaire``."""
    try:
        return all_questionnaires()[questionnaire_id]
    except KeyError as error:
        raise UnknownQuestionnaire(questionnaire_id) from error


def questionnaire_for(*, region: str, year: int) -> Questionnaire:
    """The one in force in this place and year: the place's own before the nation's, the newest first."""
    found = [one for one in all_questionnaires().values() if one.is_in_force(region, year)]
    if not found:
        raise UnknownQuestionnaire(f"{region} {year}")
    return max(found, key=lambda one: (one.region != NATION, one.year_from))


def parse(text: str) -> dict[str, Any]:
    """TOML with exact decimals. Raises ``tomllib.TOMLDecodeError``."""
    return tomllib.loads(text, parse_float=Decimal)


def load(data: dict[str, Any]) -> Questionnaire:
    """From parsed TOML that the checker has let pass; here a KeyError is a bug."""
    made: dict[str, Any] = {
        "modes": tuple(Mode(**mode) for mode in data["modes"]),
        "grades": tuple(_grade(grade) for grade in data["grades"]),
        "parts": tuple(_part(part) for part in data["parts"]),
        "notes": tuple(data.get("notes", ())),
        "cases": tuple(data.get("cases", ())),
    }
    return Questionnaire(**data | made)


def _grade(item: dict[str, Any]) -> Grade:
    return Grade(**item | {"floor": Decimal(item["floor"]), "offers": frozenset(item["offers"])})


def _part(item: dict[str, Any]) -> Part:
    return Part(item["key"], item["label"], tuple(_questions(item)))


def _questions(part: dict[str, Any]) -> Iterator[Question]:
    for item in part["questions"]:
        defects = tuple(_defect(defect) for defect in item.get("defects", ()))
        yield Question(**item | {"points": Decimal(item["points"]), "defects": defects})


def _defect(item: dict[str, Any]) -> Defect:
    amounts: dict[str, Any] = {key: Decimal(item[key]) for key in ("deduct", "deduct_to") if key in item}
    return Defect(**item | amounts)
