"""Form editions: official forms and their rules as data, one TOML file each.

``get_edition(id)`` returns the loaded edition or raises ``UnknownEdition``; ``all_editions()`` all of them by id.
``map_group`` finds the group of another edition's frame that measures the same.
"""

from perfgoals.editions.loader import UnknownEdition, all_editions, get_edition
from perfgoals.editions.mapping import map_group
from perfgoals.editions.model import (
    Category,
    Choice,
    DefaultRow,
    Dimension,
    Edition,
    Example,
    Field,
    PointSet,
    PrintStyle,
    ScoringCase,
    Section,
    SumRule,
)

__all__ = [
    "Category",
    "Choice",
    "DefaultRow",
    "Dimension",
    "Edition",
    "Example",
    "Field",
    "PointSet",
    "PrintStyle",
    "ScoringCase",
    "Section",
    "SumRule",
    "UnknownEdition",
    "all_editions",
    "get_edition",
    "map_group",
]
