"""What was read from a target value (指标目标值)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of target a text states."""

    QUANTITATIVE = "quantitative"
    QUALITATIVE = "qualitative"
    DEADLINE = "deadline"
    COMPOSITE = "composite"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TargetReading:
    """One reading; it stands beside the text as typed, never instead of it.

    ``operator`` holds a proposal where ``operator_explicit`` is False; a proposal
    is shown as one and is never used for scoring before a person confirmed it.
    ``numbers`` are in ``unit``. Dates are ISO, cut to the precision written:
    ``2021-06``, ``--12-31`` where no year stands there, ``---10`` for a day of
    every month. ``doubts`` are keys of ``DOUBT_LABELS``.
    """

    raw: str
    kind: Kind
    operator: str | None = None
    operator_explicit: bool = False
    numbers: tuple[Decimal, ...] = ()
    unit: str = ""
    date_from: str | None = None
    date_to: str | None = None
    parts: tuple["TargetReading", ...] = ()
    doubts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The reading as JSON-able data; numbers as plain decimal strings."""
        return {
            "raw": self.raw,
            "kind": str(self.kind),
            "operator": self.operator,
            "operator_explicit": self.operator_explicit,
            "numbers": [format(number, "f") for number in self.numbers],
            "unit": self.unit,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "parts": [part.to_dict() for part in self.parts],
            "doubts": list(self.doubts),
        }
