"""What came of a project in an earlier year, as far as this year's targets have to answer it (F91).

Values only. Apps that come after declarations (self-evaluations, monitoring, spot checks) say them through
``declarations.checkup.carrying``; the rules of ``carried_over`` ask.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Source:
    """Where it is written: an address on this site and what it is called."""

    url: str = ""
    name: str = ""


NOWHERE = Source()


@dataclass(frozen=True, slots=True)
class PastRow:
    """One row of an earlier self-evaluation.

    ``reached`` is the actual value in ``unit``, where it was computed with; ``far_over`` the ratio from which the target
    was asked about, where it was. ``corrected`` and ``returned`` are what reviewers said, in words.
    """

    row_id: str
    name: str
    target: str
    level1: str = ""
    level2: str = ""
    actual: str = ""
    reached: Decimal | None = None
    unit: str = ""
    far_over: Decimal | None = None
    is_missed: bool = False
    reason: str = ""
    corrected: str = ""
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """An earlier self-evaluation that was sent. Amounts in 元, ``rate`` in percent."""

    year: int
    source: Source = NOWHERE
    rows: tuple[PastRow, ...] = ()
    problems: str = ""
    measures: str = ""
    budget: Decimal | None = None
    executed: Decimal | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Anything else that is still to be answered: an open corrective task, the result of a spot check.

    ``text`` is the whole question in Chinese. It stands at the row of that id or name, else at the indicators.
    """

    text: str
    row_id: str = ""
    name: str = ""
    level1: str = ""
    level2: str = ""
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True)
class Carried:
    """All that is carried into a form."""

    results: Results | None = None
    questions: tuple[Question, ...] = ()


NOTHING_CARRIED = Carried()
