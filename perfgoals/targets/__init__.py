"""Reads the notation of target values (指标目标值). Pure: no Django, no clock, no network."""

from perfgoals.targets.doubts import DOUBT_LABELS
from perfgoals.targets.lines import read_lines
from perfgoals.targets.printing import describe, normalise, print_reading
from perfgoals.targets.reader import read_target
from perfgoals.targets.reading import Kind, TargetReading
from perfgoals.targets.units import UNITS, Unit, dimension_of

__all__ = [
    "DOUBT_LABELS",
    "UNITS",
    "Kind",
    "TargetReading",
    "Unit",
    "describe",
    "dimension_of",
    "normalise",
    "print_reading",
    "read_lines",
    "read_target",
]
