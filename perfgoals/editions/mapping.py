"""Between frames: which group of another edition measures the same (features F18).

Groups are compared by their ``nature``, never by their printed words: 满意度 stood under 影响力目标 in 2018, under
效果目标 in 2020 and is a group of its own in the national frame.
"""

from perfgoals.editions.model import Category, Dimension, Edition

# Where the other frame has no such level-1 group: the nearest one, level 2 left to a person.
NEAREST_DIMENSION = {"influence": "outcome", "satisfaction": "influence", "cost": "output"}
SATISFACTION = "满意"


def map_group(
    level1: str, level2: str | None, from_edition: Edition, to_edition: Edition, *, name: str = ""
) -> tuple[str, str | None] | None:
    """The group of ``to_edition`` for a row that stood in ``(level1, level2)`` of ``from_edition``.

    ``(level1, None)`` on a form with two levels means that a person must choose level 2; None that the other frame
    has nothing of the kind. ``name``, the indicator's own name, settles what the old frame left open: a default row
    of ``to_edition`` with that name, or 满意度. Never guesses further.
    """
    if from_edition.id == to_edition.id:
        return (level1, level2) if (level1, level2) in to_edition.groups else None
    dimension = _dimension(from_edition, level1)
    if dimension is None:
        return None
    nature = _category_nature(dimension, level2)
    if not nature and SATISFACTION in name:
        nature = "satisfaction"
    if nature and (found := _group_of_nature(to_edition, nature)):
        return found
    target = _dimension_of_nature(to_edition, dimension.nature)
    if target is None:
        return None
    return target.name, _level2_by_name(to_edition, target, name)


def _dimension(edition: Edition, level1: str) -> Dimension | None:
    return next((dimension for dimension in edition.frame if dimension.name == level1), None)


def _category_nature(dimension: Dimension, level2: str | None) -> str:
    return next((category.nature for category in dimension.categories if category.name == level2), "")


def _group_of_nature(edition: Edition, nature: str) -> tuple[str, str] | None:
    found: list[tuple[Dimension, Category]] = [
        (dimension, category)
        for dimension in edition.frame
        for category in dimension.categories
        if category.nature == nature
    ]
    return (found[0][0].name, found[0][1].name) if found else None


def _dimension_of_nature(edition: Edition, nature: str) -> Dimension | None:
    """The level-1 group of this nature, else the nearest one."""
    by_nature = {dimension.nature: dimension for dimension in edition.frame}
    while nature and nature not in by_nature:
        nature = NEAREST_DIMENSION.get(nature, "")
    return by_nature.get(nature)


def _level2_by_name(edition: Edition, dimension: Dimension, name: str) -> str | None:
    if not dimension.categories:
        return None
    return next(
        (row.level2 for row in edition.defaults if row.level1 == dimension.name and row.name == name), None
    )
