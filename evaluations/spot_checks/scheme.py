"""Schemes of spot checks as data: why forms are drawn (with weights) and what a rechecker answers (with points).

One TOML file each, loaded once per process; no Django. A drawn check keeps its scheme as JSON (``to_dict``, ``load``),
so that it reads and computes the same when the file has changed. ``ours`` marks what no document prescribes,
``unconfirmed`` what was not read in the original.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent / "schemes"
NATION = "100000"


class UnknownScheme(LookupError):
    """No scheme is in force for this place and year."""


@dataclass(frozen=True, slots=True)
class Risk:
    """One reason to look closer. ``test`` names a question of ``risks.TESTS``; the other values are its numbers."""

    code: str
    label: str
    test: str
    weight: int
    why: str
    findings: tuple[str, ...] = ()
    points: Decimal | None = None
    percent: Decimal | None = None
    source: str = ""
    ours: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the review form with its full points."""

    key: str
    label: str
    text: str
    points: Decimal
    source: str = ""
    ours: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    label: str
    questions: tuple[Question, ...]
    source: str = ""
    unconfirmed: bool = False

    @property
    def points(self) -> Decimal:
        return sum((one.points for one in self.questions), Decimal(0))


@dataclass(frozen=True, slots=True)
class Scheme:
    """``base`` is what every form weighs before any reason."""

    id: str
    title: str
    region: str
    year_from: int
    prescribed_by: str
    base: int
    risks: tuple[Risk, ...]
    parts: tuple[Part, ...]
    year_to: int | None = None
    notes: tuple[str, ...] = ()  # on the review form
    draw_notes: tuple[str, ...] = ()  # on the weights
    unconfirmed: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for part in self.parts for question in part.questions)

    @property
    def full_points(self) -> Decimal:
        return sum((part.points for part in self.parts), Decimal(0))

    def label_of(self, code: str) -> str:
        """A reason's word; the code itself where the scheme does not know it."""
        return next((risk.label for risk in self.risks if risk.code == code), code)

    def is_in_force(self, region: str, year: int) -> bool:
        return self.region in (region, NATION) and self.year_from <= year <= (self.year_to or year)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, decimals as strings; ``load`` makes the same scheme of it."""
        return dict(_plain(asdict(self)))


@cache
def all_schemes() -> MappingProxyType[str, Scheme]:
    """Every scheme that ships, by id."""
    paths = sorted(FOLDER.glob("*.toml"))
    return MappingProxyType({path.stem: load(parse(path.read_text("utf-8"))) for path in paths})


def scheme_for(*, region: str, year: int) -> Scheme:
    """The one in force: the place's own before the nation's, the newest first. Raises ``UnknownScheme``."""
    found = [one for one in all_schemes().values() if one.is_in_force(region, year)]
    if not found:
        raise UnknownScheme(f"{region} {year}")
    return max(found, key=lambda one: (one.region != NATION, one.year_from))


def parse(text: str) -> dict[str, Any]:
    """TOML with exact decimals. Raises ``tomllib.TOMLDecodeError``."""
    return tomllib.loads(text, parse_float=Decimal)


def load(data: Mapping[str, Any]) -> Scheme:
    """From parsed TOML that the checker has let pass, or from ``to_dict``; here a KeyError is a bug."""
    known = {key: value for key, value in data.items() if key != "cases"}
    made: dict[str, Any] = {
        "risks": tuple(_risk(item) for item in data["risks"]),
        "parts": tuple(_part(item) for item in data["parts"]),
        "notes": tuple(data.get("notes", ())),
        "draw_notes": tuple(data.get("draw_notes", ())),
    }
    return Scheme(**known | made)


def _risk(item: Mapping[str, Any]) -> Risk:
    numbers = {key: Decimal(item[key]) for key in ("points", "percent") if item.get(key) is not None}
    made: dict[str, Any] = {"findings": tuple(item.get("findings", ()))} | numbers
    return Risk(**dict(item) | made)


def _part(item: Mapping[str, Any]) -> Part:
    questions = tuple(Question(**one | {"points": Decimal(one["points"])}) for one in item["questions"])
    made: dict[str, Any] = {"questions": questions}
    return Part(**dict(item) | made)


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return str(value)
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value
