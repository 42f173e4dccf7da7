"""In which order a reviewer reads: what needs a human first, and why, in words (I15).

Pure: facts in, points and sentences out. The facts are stored with the form when it is checked (``ranking``), so that
a list can be sorted by the database and every place in it can be explained. Points are a reading order, not a verdict;
pages show three words (先看, 要看, 可快看) and the sentences, never the number.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, Self

from perfgoals.documents.declaration import IndicatorRow

NOTHING = "没有需要人看的地方"
NOT_RANKED = "还没有体检过，先看"
# From these points on; UNRANKED forms lie above all of them.
FIRST, LOOK = 50, 20

# (from this amount in 元 on, points)
_MONEY = ((10_000_000, 20, "1000 万元以上"), (5_000_000, 14, "500 万元以上"), (1_000_000, 8, "100 万元以上"))
# (from this change on, points); 30 % is where I8 asks which output goes (checkup.money.MOVED).
_MOVED = ((Decimal("0.50"), 24), (Decimal("0.30"), 18), (Decimal("0.10"), 8))
# (from this share of changed rows on, points)
_REWRITTEN = ((Decimal("0.50"), 12), (Decimal("0.20"), 6))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the order is counted from. Codes are of the check-up; amounts in 元; rows compared by name."""

    errors: int = 0
    open_doubts: int = 0
    answered_doubts: int = 0
    open_codes: tuple[str, ...] = ()  # of 错误 and of 疑问 without a reason, once each
    answered_codes: tuple[str, ...] = ()
    amount: Decimal | None = None
    earlier_year: int | None = None  # of the approved form it is compared with; None: there is none
    earlier_amount: Decimal | None = None  # of that form or, without one, as this form says
    is_adjustment: bool = False
    rows: int = 0
    rows_changed: int = 0  # another target than before
    rows_added: int = 0
    rows_dropped: int = 0
    returns: int = 0
    is_late: bool = False

    def to_json(self) -> dict[str, Any]:
        """For a JSON column; a form without a single fact has its rows counted all the same, and so is not empty."""
        told = {key: value for key, value in asdict(self).items() if value or isinstance(value, Decimal)}
        amounts = {key: str(value) for key, value in told.items() if isinstance(value, Decimal)}
        return told | amounts | {"rows": self.rows}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self | None:
        """None for a form that was never ranked."""
        if not told:
            return None
        known = {field.name for field in fields(cls)}
        read: dict[str, Any] = {key: value for key, value in told.items() if key in known}
        for key in ("amount", "earlier_amount"):
            if read.get(key) is not None:
                read[key] = Decimal(read[key])
        for key in ("open_codes", "answered_codes"):
            read[key] = tuple(read.get(key, ()))
        return cls(**read)

    @property
    def is_new(self) -> bool:
        """No earlier-year declaration of the same project."""
        return self.earlier_year is None

    @property
    def change(self) -> Decimal | None:
        """The budget against last year's: 0.42 is 42 % more; None where there is nothing to compare."""
        if self.amount is None or not self.earlier_amount:
            return None
        return (self.amount - self.earlier_amount) / self.earlier_amount

    @property
    def rows_touched(self) -> int:
        return self.rows_changed + self.rows_added + self.rows_dropped


@dataclass(frozen=True, slots=True)
class Part:
    """One reason why a form stands where it stands."""

    points: int
    text: str


def score(facts: Facts) -> int:
    """The place in the list: more is earlier. The sum of the parts, so nothing counts that is not said."""
    return sum(part.points for part in parts(facts))


def parts(facts: Facts, title: Callable[[str], str] = str) -> list[Part]:
    """Every reason, the weightiest first. ``title`` gives a finding's kind in words."""
    found = [
        *_findings(facts, title),
        *_novelty(facts),
        *_budget(facts),
        *_targets(facts),
        *_history(facts),
        *_money(facts),
    ]
    return sorted(found, key=lambda part: -part.points)


def sentence(facts: Facts | None, title: Callable[[str], str] = str) -> str:
    """“3 处疑问写了理由（目标比上年低）；预算比上年增 42.0%；新项目，没有往年的表”."""
    if facts is None:
        return NOT_RANKED
    return "；".join(part.text for part in parts(facts, title)) or NOTHING


def band(points: int) -> int:
    """3 先看, 2 要看, 1 可快看."""
    return 3 if points >= FIRST else 2 if points >= LOOK else 1


def _findings(facts: Facts, title: Callable[[str], str]) -> Iterable[Part]:
    """Kinds of findings are named once, at what weighs most: the list has to be read at a glance."""
    kinds = _kinds(facts.open_codes or facts.answered_codes, title)
    if facts.errors:
        yield Part(60 + min(10, facts.errors), f"{facts.errors} 处错误没有改{kinds}")
        kinds = ""
    if facts.open_doubts:
        yield Part(50 + min(9, facts.open_doubts), f"{facts.open_doubts} 处疑问没有理由{kinds}")
        kinds = ""
    if facts.answered_doubts:
        yield Part(min(32, 4 + 4 * facts.answered_doubts), f"{facts.answered_doubts} 处疑问写了理由{kinds}")


def _kinds(codes: Sequence[str], title: Callable[[str], str]) -> str:
    """“（目标比上年低等）”."""
    return f"（{title(codes[0])}{'等' if len(codes) > 1 else ''}）" if codes else ""


def _novelty(facts: Facts) -> Iterable[Part]:
    if not facts.is_new:
        return
    if facts.earlier_amount:
        yield Part(12, "没有往年的表可比")
    else:
        yield Part(20, "新项目，没有往年的表")


def _budget(facts: Facts) -> Iterable[Part]:
    change = facts.change
    if change is None:
        return
    points = _from(_MOVED, abs(change))
    if points:
        word = "增" if change > 0 else "减"
        than = "比调整前" if facts.is_adjustment else "比上年"
        also = "，指标一个没有变" if abs(change) >= _MOVED[1][0] and _same_targets(facts) else ""
        yield Part(points + (6 if also else 0), f"预算{than}{word} {abs(change) * 100:.1f}%{also}")


def _same_targets(facts: Facts) -> bool:
    return not facts.is_new and facts.rows > 0 and not facts.rows_touched


def _targets(facts: Facts) -> Iterable[Part]:
    if facts.is_new or not facts.rows_touched:
        return
    told = ((facts.rows_changed, "改"), (facts.rows_added, "加"), (facts.rows_dropped, "少"))
    words = "、".join(f"{word} {number} 行" for number, word in told if number)
    if facts.is_adjustment:
        yield Part(15, f"目标调整，指标{words}")
    elif points := _from(_REWRITTEN, Decimal(facts.rows_touched) / max(facts.rows, 1)):
        yield Part(points, f"指标比上年{words}")


def _history(facts: Facts) -> Iterable[Part]:
    if facts.returns:
        yield Part(10 + min(10, 5 * (facts.returns - 1)), f"退回过 {facts.returns} 次，改好重报")
    if facts.is_late:
        yield Part(5, "过了截止时间才送审")


def _money(facts: Facts) -> Iterable[Part]:
    for least, points, words in _MONEY:
        if facts.amount is not None and facts.amount >= least:
            yield Part(points, f"当年预算 {words}")
            return


def _from(steps: Iterable[tuple[Decimal, int]], value: Decimal) -> int:
    return next((points for least, points in steps if value >= least), 0)


def compare_rows(
    now: Sequence[IndicatorRow], before: Sequence[IndicatorRow], core: Callable[[str], str] = str.strip
) -> tuple[int, int, int]:
    """(changed, added, dropped) of the indicator rows, by name; ``core`` reduces a text to what it says.

    Two rows of one name are told apart by their order.
    """
    here, there = _by_name(now, core), _by_name(before, core)
    common = here.keys() & there.keys()
    changed = sum(core(here[key].target) != core(there[key].target) for key in common)
    return changed, len(here) - len(common), len(there) - len(common)


def _by_name(rows: Sequence[IndicatorRow], core: Callable[[str], str]) -> dict[tuple[str, int], IndicatorRow]:
    named: dict[tuple[str, int], IndicatorRow] = {}
    for row in rows:
        if not (name := core(row.name)):
            continue
        number = 0
        while (name, number) in named:
            number += 1
        named[name, number] = row
    return named
