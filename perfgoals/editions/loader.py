"""Loads editions from the TOML files beside this module, once per process."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from perfgoals.editions.model import (
    Case,
    Category,
    Choice,
    DefaultRow,
    Dimension,
    Edition,
    Example,
    Field,
    Matrix,
    MatrixRow,
    PointSet,
    PrintStyle,
    ScoringCase,
    Section,
    SumRule,
    term_of,
)
from perfgoals.editions.monitoring import load_monitoring
from perfgoals.editions.rules import load_rules

FOLDER = Path(__file__).parent / "forms"
SHARED = (
    "style",
    "vocabularies",
    "sections",
    "sums",
    "matrices",
    "print_order",
    "indicators_heading",
    "budget_heading",
)


class UnknownEdition(LookupError):
    """No edition has this id."""


@cache
def all_editions() -> MappingProxyType[str, Edition]:
    """Every edition by id, sorted by id."""
    paths = sorted(FOLDER.glob("*.toml"))
    return MappingProxyType({path.stem: load(with_form(parse(path.read_text("utf-8")))) for path in paths})


def get_edition(edition_id: str) -> Edition:
    """The edition; the same object every time. Raises ``UnknownEdition``."""
    try:
        return all_editions()[edition_id]
    except KeyError as error:
        raise UnknownEdition(edition_id) from error


def parse(text: str) -> dict[str, Any]:
    """TOML with exact decimals. Raises ``tomllib.TOMLDecodeError``."""
    return tomllib.loads(text, parse_float=Decimal)


def with_form(data: dict[str, Any]) -> dict[str, Any]:
    """The data with the form of the edition that ``same_form_as`` names: its steps, fields, words and print style.

    What the file says itself stays. Unchanged where no such edition stands beside this module.
    """
    name = data.get("same_form_as")
    path = FOLDER / f"{name}.toml"
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or not path.is_file():
        return data
    base = parse(path.read_text("utf-8"))
    return {key: base[key] for key in SHARED if key in base} | data


def load(data: dict[str, Any]) -> Edition:
    """An edition from parsed TOML. The checker has refused broken data before; here a KeyError is a bug."""
    style = data["style"]
    made = {
        "year_to": data.get("year_to"),
        "sections": tuple(_section(item) for item in data["sections"]),
        "vocabularies": {
            key: tuple(Choice(**choice) for choice in choices)
            for key, choices in data.get("vocabularies", {}).items()
        },
        "frame": tuple(_dimension(item) for item in data["frame"]),
        "style": PrintStyle(**style | {"column_widths": tuple(style.get("column_widths", ()))}),
        "defaults": tuple(_default(row) for row in data.get("defaults", ())),
        "sums": tuple(SumRule(**rule | {"parts": tuple(rule["parts"])}) for rule in data.get("sums", ())),
        "matrices": tuple(_matrix(item) for item in data.get("matrices", ())),
        "print_order": tuple(data.get("print_order", ())),
        "weights_total": _decimal(data.get("weights_total")),
        "point_sets": tuple(_point_set(item) for item in data.get("point_sets", ())),
        "footer_notes": tuple(data.get("footer_notes", ())),
        "scoring_cases": tuple(ScoringCase(**case) for case in data.get("scoring_cases", ())),
        "scoring": load_rules(data["scoring"], data["id"]) if "scoring" in data else None,
        "monitoring": load_monitoring(data["monitoring"]) if "monitoring" in data else None,
        "notes": tuple(data.get("notes", ())),
        "cases": tuple(_case(item) for item in data.get("cases", ())),
    }
    return Edition(**data | made)


def _decimal(number: int | Decimal | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def _section(item: dict[str, Any]) -> Section:
    return Section(item["key"], item["title"], tuple(_field(field) for field in item["fields"]))


def _field(item: dict[str, Any]) -> Field:
    examples = {key: Example(**item[key]) for key in ("good", "bad") if key in item}
    term = item.get("term") or term_of(item["label"])
    return Field(**item | {"term": term, "columns": tuple(item.get("columns", ()))} | examples)


def _dimension(item: dict[str, Any]) -> Dimension:
    categories = tuple(
        Category(**row | {"points": _decimal(row.get("points"))}) for row in item.get("categories", ())
    )
    return Dimension(**item | {"points": _decimal(item.get("points")), "categories": categories})


def _default(row: dict[str, Any]) -> DefaultRow:
    return DefaultRow(**{"level2": None} | row | {"types": tuple(row.get("types", ()))})


def _matrix(item: dict[str, Any]) -> Matrix:
    rows = tuple(MatrixRow(row["label"], tuple(row["fields"])) for row in item["rows"])
    made: dict[str, Any] = {key: tuple(item[key]) for key in ("columns", "helps", "same") if key in item}
    return Matrix(**item | made | {"rows": rows})


def _point_set(item: dict[str, Any]) -> PointSet:
    points = {name: Decimal(number) for name, number in item["points"].items()}
    return PointSet(**item | {"points": MappingProxyType(points)})


def _case(item: dict[str, Any]) -> Case:
    lists = {
        key: tuple(item[key])
        for key in ("missing", "wrong_sums", "outside_frame", "absent_groups")
        if key in item
    }
    return Case(**{"prints": {}} | item | lists)
