"""Rule sets (评分口径): what a year and a place decided about points, as frozen data.

A rule set chooses formulas by name and gives them their numbers; the formulas themselves are code
(``evaluations.formulas``). ``to_dict`` and ``load_rules`` are inverse, so that a stored score carries the rules it was
made with and can be replayed when the edition has long changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

# Which formulas may be chosen for which case of an indicator.
FORMULAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "at_least": ("proportional", "proportional_from", "all_or_nothing", "by_person"),
        "at_most": ("linear_overrun", "ratio_overrun", "all_or_nothing", "by_person"),
        "equal": ("equal_as_floor", "equal_by_hand", "all_or_nothing", "by_person"),
        "range": ("range_linear", "range_ratio", "all_or_nothing", "by_person"),
        "deadline": ("all_or_nothing", "on_time_or_person"),
        "words": ("bands",),
        "satisfaction": ("steps",),
        "execution": ("linear_rate", "stepped_rate"),
    }
)
# These read ``steps``, these ``pass_from``.
STEPPED = frozenset(("steps", "stepped_rate"))
WITH_PASS = frozenset(("proportional_from",))
BASES = ("adjusted", "initial")
NOT_APPLICABLE = ("rescale", "by_person")


@dataclass(frozen=True)
class Step:
    """From ``floor`` percent (included) on, ``share`` percent of the points."""

    floor: Decimal
    share: Decimal


@dataclass(frozen=True)
class Formula:
    """A formula chosen for one case, with the clause that chose it."""

    name: str
    clause: str
    unconfirmed: bool = False
    pass_from: Decimal | None = None  # percent of the target below which there are no points
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Band:
    """A qualitative band: from ``floor`` percent of the points (included) to ``ceiling`` (only the best includes it)."""

    key: str
    label: str
    floor: Decimal
    ceiling: Decimal


@dataclass(frozen=True)
class Grade:
    """A grade from ``floor`` points (included) up to the floor of the next better one."""

    label: str
    floor: Decimal


@dataclass(frozen=True)
class Execution:
    """Points for the budget's execution; ``base`` names the budget that the rate is taken against."""

    points: Decimal
    formula: Formula
    base: str = "adjusted"


@dataclass(frozen=True)
class Over:
    """From when a beaten target asks “目标是否偏低？”. Nothing is deducted by this."""

    ratio: Decimal  # actual ÷ target, this much included
    clause: str
    from_zero: Decimal | None = None  # target 0: actual from here on
    unconfirmed: bool = False


@dataclass(frozen=True)
class Window:
    """Rows marked as key indicators (核心指标) have no points outside ``low`` … ``high`` times the target."""

    low: Decimal
    high: Decimal
    clause: str
    unconfirmed: bool = False


@dataclass(frozen=True)
class Cap:
    """With an execution rate under ``below`` percent the whole form has at most ``total`` points."""

    below: Decimal
    total: Decimal
    clause: str
    unconfirmed: bool = False


@dataclass(frozen=True)
class RuleSet:
    """All choices of one edition. ``full`` is what indicators and execution add up to."""

    id: str
    full: Decimal
    formulas: Mapping[str, Formula]  # by case, see FORMULAS; satisfaction may be missing
    bands: tuple[Band, ...]
    grades: tuple[Grade, ...]  # best first; empty: this rule set has no grades
    grades_clause: str = ""
    bands_clause: str = ""
    execution: Execution | None = None
    over: Over | None = None
    window: Window | None = None
    caps: tuple[Cap, ...] = ()
    not_applicable: str = "by_person"
    not_applicable_clause: str = ""
    unit_judges: bool = False  # the form asks the unit for its own points and prints no actual value
    unconfirmed: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def tree_points(self) -> Decimal:
        """What the indicators alone add up to."""
        return self.full - (self.execution.points if self.execution else 0)

    def to_dict(self) -> dict[str, Any]:
        """As JSON-able data, numbers as plain decimal strings; ``load_rules`` reads it back."""
        kept = {key: _plain(getattr(self, key)) for key in self.__dataclass_fields__}
        return {key: value for key, value in kept.items() if value not in (None, [], "", False)}


def load_rules(data: Mapping[str, Any], rules_id: str = "") -> RuleSet:
    """A rule set from its table in an edition file or from ``to_dict``. Broken data was refused by the checker."""
    made: dict[str, Any] = {
        "id": rules_id or data["id"],
        "full": Decimal(data["full"]),
        "formulas": MappingProxyType({case: _formula(item) for case, item in data["formulas"].items()}),
        "bands": tuple(_numbers(Band, item, "floor", "ceiling") for item in data["bands"]),
        "grades": tuple(_numbers(Grade, item, "floor") for item in data.get("grades", ())),
        "caps": tuple(_numbers(Cap, item, "below", "total") for item in data.get("caps", ())),
        "notes": tuple(data.get("notes", ())),
    }
    if execution := data.get("execution"):
        formula = _formula(execution["formula"])
        made["execution"] = Execution(Decimal(execution["points"]), formula, execution.get("base", "adjusted"))
    if over := data.get("over"):
        made["over"] = _numbers(Over, over, "ratio", "from_zero")
    if window := data.get("window"):
        made["window"] = _numbers(Window, window, "low", "high")
    return RuleSet(**{**data, **made})


def _formula(item: Mapping[str, Any]) -> Formula:
    steps = tuple(_numbers(Step, step, "floor", "share") for step in item.get("steps", ()))
    made: Formula = _numbers(Formula, {**item, "steps": steps}, "pass_from")
    return made


def _numbers(made: type[Any], item: Mapping[str, Any], *keys: str) -> Any:
    numbers = {key: Decimal(item[key]) for key in keys if item.get(key) is not None}
    return made(**{**item, **numbers})


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case str() | bool() | None:
            return value
        case _:
            fields = {key: _plain(getattr(value, key)) for key in value.__dataclass_fields__}
            return {key: item for key, item in fields.items() if item not in (None, [], "", False)}
