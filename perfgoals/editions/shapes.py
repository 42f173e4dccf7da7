"""The keys and types of an edition file. ``misshapen`` finds unknown keys, missing keys and wrong types."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Path = tuple[str | int, ...]
Found = list[tuple[Path, str]]


@dataclass(frozen=True)
class Table:
    """A TOML table: keys it must have and keys it may have."""

    needs: dict[str, Any]
    may: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ListOf:
    of: Any


@dataclass(frozen=True)
class MapOf:
    of: Any


NUMBER = (int, Decimal)
ANY = object

EXAMPLE = Table({"text": str, "source": str, "why": str})
FIELD = Table(
    {"key": str, "label": str, "kind": str, "help": str},
    {
        "term": str,
        "required": bool,
        "max_length": int,
        "good": EXAMPLE,
        "bad": EXAMPLE,
        "vocabulary": str,
        "columns": ListOf(str),
        "unconfirmed": bool,
        "printed": bool,
    },
)
CHOICE = Table({"label": str}, {"key": str, "row": int, "recurring": bool, "unconfirmed": bool})
GROUP = {"help": str, "nature": str, "points": NUMBER, "required": bool, "unconfirmed": bool}
DIMENSION = Table({"name": str}, GROUP | {"categories": ListOf(Table({"name": str}, GROUP))})
DEFAULT = Table(
    {"level1": str, "name": str, "target": str, "source": str},
    {"level2": str, "types": ListOf(str), "unconfirmed": bool},
)
STYLE = Table(
    {"year_line": str, "column_widths": ListOf(int)},
    {
        "date_format": str,
        "amount_grouping": str,
        "amount_decimals": int,
        "box_checked": str,
        "box_empty": str,
        "page_numbers": bool,
        "year_in_title": bool,
        "group_label": str,
        "heading_beside": bool,
        "side_width": int,
        "landscape": bool,
        "total_label": str,
    },
)
CASE = Table(
    {"name": str, "document": MapOf(ANY)},
    {
        "prints": MapOf(str),
        "missing": ListOf(str),
        "wrong_sums": ListOf(str),
        "outside_frame": ListOf(str),
        "absent_groups": ListOf(str),
    },
)
FORMULA = Table(
    {"name": str, "clause": str},
    {
        "unconfirmed": bool,
        "pass_from": NUMBER,
        "steps": ListOf(Table({"floor": NUMBER, "share": NUMBER})),
    },
)
SCORING = Table(
    {
        "full": NUMBER,
        "formulas": MapOf(FORMULA),
        "bands": ListOf(Table({"key": str, "label": str, "floor": NUMBER, "ceiling": NUMBER})),
        "bands_clause": str,
    },
    {
        "grades": ListOf(Table({"label": str, "floor": NUMBER})),
        "grades_clause": str,
        "execution": Table({"points": NUMBER, "formula": FORMULA}, {"base": str}),
        "over": Table({"ratio": NUMBER, "clause": str}, {"from_zero": NUMBER, "unconfirmed": bool}),
        "window": Table({"low": NUMBER, "high": NUMBER, "clause": str}, {"unconfirmed": bool}),
        "caps": ListOf(Table({"below": NUMBER, "total": NUMBER, "clause": str}, {"unconfirmed": bool})),
        "not_applicable": str,
        "not_applicable_clause": str,
        "unit_judges": bool,
        "unconfirmed": bool,
        "notes": ListOf(str),
    },
)
MONITORING = Table(
    {
        "thresholds": Table(
            {
                "yellow": NUMBER,
                "red": NUMBER,
                "pace_clause": str,
                "gap": NUMBER,
                "execution": ListOf(Table({"month": int, "percent": NUMBER})),
                "clause": str,
            },
            {"unconfirmed": bool, "pace_unconfirmed": bool},
        ),
        "reaction_days": int,
        "reaction_clause": str,
    },
    {"reaction_unconfirmed": bool},
)
MATRIX = Table(
    {
        "key": str,
        "title": str,
        "corner": str,
        "columns": ListOf(str),
        "rows": ListOf(Table({"label": str, "fields": ListOf(str)})),
    },
    {"helps": ListOf(str), "same": ListOf(int)},
)
EDITION = Table(
    {
        "id": str,
        "title": str,
        "kind": str,
        "region": str,
        "year_from": int,
        "prescribed_by": str,
        "style": STYLE,
        "sections": ListOf(Table({"key": str, "title": str, "fields": ListOf(FIELD)})),
        "frame": ListOf(DIMENSION),
        "cases": ListOf(CASE),
    },
    {
        "year_to": int,
        "unit_label": str,
        "budget_heading": str,
        "indicators_heading": str,
        "print_order": ListOf(str),
        "vocabularies": MapOf(ListOf(CHOICE)),
        "defaults": ListOf(DEFAULT),
        "sums": ListOf(Table({"total": str, "parts": ListOf(str)}, {"clause": str, "unconfirmed": bool})),
        "matrices": ListOf(MATRIX),
        "weights_total": NUMBER,
        "point_sets": ListOf(Table({"name": str, "points": MapOf(NUMBER)}, {"unconfirmed": bool})),
        "card_required": bool,
        "unconfirmed": bool,
        "notes": ListOf(str),
        "footer_notes": ListOf(str),
        "same_form_as": str,
        "scoring": SCORING,
        "monitoring": MONITORING,
        "scoring_cases": ListOf(
            Table({"name": str}, {"row": MapOf(ANY), "points": str, "total": str, "grade": str})
        ),
    },
)

WORDS = {str: "文字", int: "整数", bool: " true 或 false", NUMBER: "数"}


def misshapen(data: dict[str, Any], shape: Table = EDITION) -> Found:
    """Unknown keys, missing keys and wrong types of an edition file, or of another kind of file with its own shape."""
    return _check(shape, data, ())


def _check(shape: Any, value: Any, path: Path) -> Found:
    match shape:
        case Table():
            return _check_table(shape, value, path) if isinstance(value, dict) else _wrong(path, "一张表")
        case ListOf(of):
            if not isinstance(value, list):
                return _wrong(path, "列表")
            return [found for n, item in enumerate(value) for found in _check(of, item, (*path, n))]
        case MapOf(of):
            if not isinstance(value, dict):
                return _wrong(path, "一张表")
            return [found for key, item in value.items() for found in _check(of, item, (*path, key))]
        case _:
            return [] if _fits(shape, value) else _wrong(path, WORDS[shape])


def _check_table(shape: Table, value: dict[str, Any], path: Path) -> Found:
    known = shape.needs | shape.may
    found: Found = [((*path, key), f"不认识的键“{key}”。") for key in value if key not in known]
    found += [(path, f"缺键“{key}”。") for key in shape.needs if key not in value]
    for key, item in value.items():
        if key in known:
            found += _check(known[key], item, (*path, key))
    return found


def _fits(shape: Any, value: Any) -> bool:
    # bool is an int in Python; in a form file it is not.
    return isinstance(value, shape) and (shape in (bool, ANY) or not isinstance(value, bool))


def _wrong(path: Path, wanted: str) -> Found:
    names = [part for part in path if isinstance(part, str)]
    return [(path, f"“{names[-1]}”应是{wanted}。")]
