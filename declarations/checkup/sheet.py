"""The sheet a rule looks at: one document on its edition, its past, and its indicator rows already read."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from declarations.checkup.results import NOTHING_CARRIED, Carried
from perfgoals.documents.declaration import DateValue, DeclarationDocument, IndicatorRow
from perfgoals.editions import Category, Dimension, Edition
from perfgoals.targets import TargetReading, read_target


@dataclass(frozen=True)
class History:
    """What is known beside the form: last year's approved document, and the unit's other forms of this campaign.

    ``adjusted`` is the approved version that this form is to replace (目标调整); ``carried`` is what came of the project
    in an earlier year.
    """

    previous: DeclarationDocument | None = None
    siblings: tuple[DeclarationDocument, ...] = ()
    adjusted: DeclarationDocument | None = None
    carried: Carried = NOTHING_CARRIED


NO_HISTORY = History()

# Reading is pure, so readings are kept: thirty rules and a check-up after every key read each row once.
read = lru_cache(maxsize=20_000)(read_target)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the indicator table, read. ``number`` is the one printed beside it, from 1."""

    number: int
    row: IndicatorRow
    reading: TargetReading
    dimension: Dimension | None = None
    category: Category | None = None

    @property
    def name(self) -> str:
        return self.row.name.strip()

    @property
    def target(self) -> str:
        return self.row.target.strip()

    @property
    def is_written(self) -> bool:
        return bool(self.name and self.target)

    @property
    def nature(self) -> str:
        """What the row's level 2 measures (quantity, quality, timeliness …), or "" where the form does not say."""
        return self.category.nature if self.category else ""

    @property
    def part(self) -> str:
        """What the row's level 1 is (management, output, outcome, influence, satisfaction, cost), or ""."""
        return self.dimension.nature if self.dimension else ""

    def path(self, column: str = "target") -> str:
        return f"indicators.{self.row.row_id}.{column}" if column else f"indicators.{self.row.row_id}"


@dataclass(frozen=True)
class Sheet:
    """One check-up's view of a form."""

    document: DeclarationDocument
    edition: Edition
    history: History = NO_HISTORY

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(lines_of(self.document, self.edition))

    @cached_property
    def written(self) -> tuple[Line, ...]:
        """The rows that have a name and a target; the others are the business of the rules on empty places."""
        return tuple(line for line in self.lines if line.is_written)

    @cached_property
    def start(self) -> datetime.date | None:
        return day_of(self.document.start_date)

    @cached_property
    def end(self) -> datetime.date | None:
        return day_of(self.document.end_date)

    @property
    def year(self) -> int:
        return self.document.fiscal_year

    def term(self, key: str) -> str:
        """What this form calls the field ``key``."""
        field = self.edition.fields.get(key)
        return field.term if field else key

    def paragraphs(self, *keys: str) -> Iterator[tuple[str, str]]:
        """(key, text) of those of ``keys`` that this form has and that are not empty."""
        for key in keys:
            if key in self.edition.fields and (text := self.document.text(key).strip()):
                yield key, text


def lines_of(document: DeclarationDocument, edition: Edition) -> Iterator[Line]:
    """The rows of ``document`` with their readings and their places in the edition's frame."""
    dimensions = {dimension.name: dimension for dimension in edition.frame}
    for number, row in enumerate(document.indicators, 1):
        dimension = dimensions.get(row.level1)
        categories = dimension.categories if dimension else ()
        category = next((c for c in categories if c.name == row.level2), None)
        reading = read(row.target, name=row.name, level2=row.level2 or "")
        yield Line(number, row, reading, dimension, category)


def day_of(value: DateValue | None) -> datetime.date | None:
    """The day of a date field, or None where it is empty or was not read to the day."""
    try:
        return datetime.date.fromisoformat(value.iso) if value and value.iso else None
    except ValueError:
        return None
