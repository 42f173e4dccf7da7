"""What the points of one row, and of the budget's execution, are computed from. Stored beside the points for replay."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Self

OPEN = "open"


class _Stored:
    """``to_dict`` leaves out what has its default; ``from_dict`` reads it back. A False beside a None is kept."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        pairs = ((item, getattr(self, item.name)) for item in fields(self))  # type: ignore[arg-type]
        return {
            item.name: format(value, "f") if isinstance(value, Decimal) else value
            for item, value in pairs
            if value != item.default
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        numbers = {item.name for item in fields(cls) if "Decimal" in str(item.type)}  # type: ignore[arg-type]
        return cls(**{key: Decimal(value) if key in numbers else value for key, value in data.items()})


@dataclass(frozen=True, slots=True)
class Inputs(_Stored):
    """One row, read. ``case`` is a key of ``rules.FORMULAS``, or ``open`` with the reason in ``open_reason``.

    ``actual`` and ``target`` are in the same ``unit``. ``judgeable``: a person may settle an open row by choosing a band.
    """

    weight: Decimal | None = None
    case: str = OPEN
    target: Decimal | None = None
    upper: Decimal | None = None  # of a range
    actual: Decimal | None = None
    strict: bool = False  # ＞ and ＜: the target itself is not enough
    direction_doubt: bool = False  # the sign may point the wrong way for what the row measures
    unit: str = ""
    due: str = ""
    done: str = ""
    band: str = ""
    given: Decimal | None = None  # the unit's own points
    given_text: str = ""  # set where they could not be read
    is_key: bool = False
    not_applicable: bool = False
    open_reason: str = ""
    judgeable: bool = False


@dataclass(frozen=True, slots=True)
class ExecutionInputs(_Stored):
    """The budget's execution in 元; None where the form leaves the place empty."""

    executed: Decimal | None = None
    adjusted: Decimal | None = None
    initial: Decimal | None = None
    is_finished: bool | None = None
