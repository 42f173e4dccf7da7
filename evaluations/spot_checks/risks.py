"""Why a form is drawn more often: named questions about facts, chosen and weighted by the scheme. Pure.

An answer is the sentence that stands beside the form, with its numbers; "" means no.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from evaluations.sampling import Candidate, Reason
from evaluations.scoring.arithmetic import show
from evaluations.spot_checks.scheme import Risk, Scheme


@dataclass(frozen=True, slots=True)
class Facts:
    """What the draw knows of a form. ``floors`` are the grades' lower ends; ``codes`` those of its findings."""

    key: str
    total: Decimal | None = None
    full: Decimal | None = None
    floors: tuple[Decimal, ...] = ()
    rate: Decimal | None = None  # of budget execution, in percent
    codes: frozenset[str] = frozenset()
    is_late: bool = False
    reviewer_changed: int = 0  # rows on which the reviewer's points are not the unit's
    is_large: bool = False
    is_first_year: bool = False
    drawn_last_year: bool = False


def _full_total(facts: Facts, risk: Risk) -> str:
    is_full = facts.total is not None and facts.total == facts.full
    return f"自评得满分 {show(facts.total)} 分" if is_full and facts.total is not None else ""


def _findings(facts: Facts, risk: Risk) -> str:
    found = len(facts.codes.intersection(risk.findings))
    return f"{risk.label}（{found} 种）" if found > 1 else risk.label if found else ""


def _late(facts: Facts, risk: Risk) -> str:
    return risk.label if facts.is_late else ""


def _high_total_low_execution(facts: Facts, risk: Risk) -> str:
    if facts.total is None or facts.rate is None or risk.points is None or risk.percent is None:
        return ""
    if facts.total < risk.points or facts.rate >= risk.percent:
        return ""
    return f"得 {show(facts.total)} 分，预算执行率 {show(facts.rate)}%"


def _reviewer_changed(facts: Facts, risk: Risk) -> str:
    return f"审核人改了 {facts.reviewer_changed} 行的分" if facts.reviewer_changed else ""


def _top_share(facts: Facts, risk: Risk) -> str:
    return f"预算数在前 {show(risk.percent)}%" if facts.is_large and risk.percent is not None else ""


def _first_year(facts: Facts, risk: Risk) -> str:
    return risk.label if facts.is_first_year else ""


def _just_above_floor(facts: Facts, risk: Risk) -> str:
    if facts.total is None or risk.points is None:
        return ""
    passed = [floor for floor in facts.floors if 0 < floor <= facts.total]
    if not passed or facts.total - max(passed) >= risk.points:
        return ""
    return f"得 {show(facts.total)} 分，等级线 {show(max(passed))} 分"


def _drawn_last_year(facts: Facts, risk: Risk) -> str:
    return risk.label if facts.drawn_last_year else ""


TESTS: MappingProxyType[str, Callable[[Facts, Risk], str]] = MappingProxyType(
    {
        "full_total": _full_total,
        "findings": _findings,
        "late": _late,
        "high_total_low_execution": _high_total_low_execution,
        "reviewer_changed": _reviewer_changed,
        "top_share": _top_share,
        "first_year": _first_year,
        "just_above_floor": _just_above_floor,
        "drawn_last_year": _drawn_last_year,
    }
)
# The numbers a test asks of the scheme.
NEEDS = MappingProxyType(
    {
        "findings": ("findings",),
        "high_total_low_execution": ("points", "percent"),
        "top_share": ("percent",),
        "just_above_floor": ("points",),
    }
)


def candidate(facts: Facts, scheme: Scheme) -> Candidate:
    """The form as the draw sees it."""
    said = ((risk, TESTS[risk.test](facts, risk)) for risk in scheme.risks)
    reasons = tuple(Reason(risk.weight, text, risk.code) for risk, text in said if text)
    return Candidate(facts.key, reasons, scheme.base)
