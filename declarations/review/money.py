"""The money–target line (I8): did the targets move with the money, and what does one unit of output cost?

Sentences with their arithmetic, for a person to judge. Nothing is said where a number could not be read, and no
threshold makes a verdict: the line asks which output grew or fell with the money.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from declarations.checkup.sheet import Line, lines_of
from declarations.checkup.wording import amount, shown
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.difference import core
from perfgoals.documents.matching import match_rows
from perfgoals.editions import Edition, get_edition
from perfgoals.reviewing.submitted import Earlier
from perfgoals.targets import TargetReading, read_target
from perfgoals.targets.units import UNITS

# Less than a tenth more or less is the same money; a target that moved at all has moved.
STEADY = Decimal("0.10")
_NAMED = 3
# Outputs whose number can be divided into money; a rate cannot.
_COUNTED = "quantity"
_RATES = ("%", "‰", "％")
_SMALLEST = Decimal("0.01")  # 元; less than a cent a piece says nothing
_COMPARED = 12  # forms of the unit, at most


@dataclass(frozen=True, slots=True)
class MoneyNote:
    """One sentence; ``path`` is the row it leads to, ``is_question`` where money and targets went apart."""

    text: str
    path: str = ""
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """Everything there is to say: the money, the groups of targets beside it, unit costs."""

    money: str
    notes: tuple[MoneyNote, ...]

    @property
    def questions(self) -> int:
        return sum(note.is_question for note in self.notes)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A row beside what it was last year, both with one plain number in the same unit."""

    line: Line
    old: Decimal
    new: Decimal
    was: str


@dataclass(frozen=True, slots=True)
class _Money:
    old: Decimal
    new: Decimal

    @property
    def change(self) -> Decimal:
        return (self.new - self.old) / self.old

    @property
    def direction(self) -> int:
        if abs(self.change) < STEADY:
            return 0
        return 1 if self.change > 0 else -1

    @property
    def words(self) -> str:
        if self.new == self.old:
            return f"当年预算 {amount(self.new)} 元，与上年相同。"
        moved = {0: "与上年大体相当", 1: "比上年多", -1: "比上年少"}[self.direction]
        percent = f"{self.change * 100:+.1f}%".replace("-", "−")
        return f"当年预算 {amount(self.new)} 元，上年 {amount(self.old)} 元，{moved}（{percent}）。"


def money_line(
    document: DeclarationDocument,
    edition: Edition,
    last_year: Earlier | None,
    siblings: Sequence[DeclarationDocument] = (),
) -> MoneyLine | None:
    """The line for one form; None where there is neither money of last year nor an output to count.

    Last year's money is that of last year's form or, where the system has none, what this form says of it.
    """
    lines = [line for line in lines_of(document, edition) if line.is_written]
    before = last_year.document if last_year else None
    money = _money(document, before)
    notes = [*_groups(lines, before, money), *_unit_costs(lines, document, before, siblings)]
    if money is None and not notes:
        return None
    if money is not None and before is None and money.direction:
        notes.insert(0, _without_last_year(lines, money))
    return MoneyLine(money.words if money else "", tuple(notes))


def _money(document: DeclarationDocument, before: DeclarationDocument | None) -> _Money | None:
    new = document.amount("current_year")
    old = before.amount("current_year") if before else None
    if old is None:
        old = document.amount("previous_year_budget")
    return _Money(old, new) if new is not None and old is not None and old > 0 and new >= 0 else None


def _value(reading: TargetReading) -> tuple[str, Decimal] | None:
    """(base unit, number) of a target with one plain number."""
    if reading.kind != "quantitative" or len(reading.numbers) != 1:
        return None
    unit = UNITS.get(reading.unit)
    if unit and unit.factor is not None:
        return unit.base, reading.numbers[0] * unit.factor
    return reading.unit, reading.numbers[0]


def _groups(
    lines: Sequence[Line], before: DeclarationDocument | None, money: _Money | None
) -> Iterator[MoneyNote]:
    """Each group of outputs and effects in which money and targets went apart."""
    if before is None or money is None:
        return
    matched = match_rows(before.indicators, [line.row for line in lines])
    groups: dict[tuple[str, str], list[_Pair]] = {}
    for line in lines:
        was = matched.get(line.row.row_id)
        here = _value(line.reading) if line.part != "management" else None
        if was is None or here is None:
            continue
        there = _value(read_target(was.target, name=was.name, level2=was.level2 or ""))
        if there is not None and there[0] == here[0]:
            key = (line.row.level1, line.row.level2 or "")
            groups.setdefault(key, []).append(_Pair(line, there[1], here[1], was.target.strip()))
    for key, pairs in groups.items():
        if note := _note("／".join(part for part in key if part), pairs, money):
            yield note


def _note(group: str, pairs: Sequence[_Pair], money: _Money) -> MoneyNote | None:
    up = [pair for pair in pairs if pair.new > pair.old]
    down = [pair for pair in pairs if pair.new < pair.old]
    path = pairs[0].line.path("")
    named = _named(pairs)
    match money.direction:
        case 1 if not up:
            what = "反而低了" if down else "没有变"
            text = f"钱多了，“{group}”的 {len(pairs)} 行目标值{what}：{named}。多出来的钱多做什么？"
        case -1 if not down:
            what = "反而高了" if up else "没有变"
            text = f"钱少了，“{group}”的 {len(pairs)} 行目标值{what}：{named}。少做哪一项，还是单价降了？"
        case 0 if down:
            path = down[0].line.path("")
            text = f"钱没有大变，“{group}”有 {len(down)} 行目标值低了：{_named(down)}。为什么？"
        case 0 if up:
            text = f"钱没有大变，“{group}”有 {len(up)} 行目标值高了：{_named(up)}。"
            return MoneyNote(text, up[0].line.path(""))
        case _:
            return None
    return MoneyNote(text, path, is_question=True)


def _named(pairs: Sequence[_Pair]) -> str:
    said = []
    for pair in pairs[:_NAMED]:
        now = pair.line.target
        value = shown(now) if pair.old == pair.new else f"{shown(pair.was)}→{shown(now)}"
        said.append(f"{pair.line.name}{value}")
    more = f"等 {len(pairs)} 行" if len(pairs) > _NAMED else ""
    return "、".join(said) + more


def _without_last_year(lines: Sequence[Line], money: _Money) -> MoneyNote:
    """The system has no form of last year: the outputs are named, the question is open."""
    outputs = [line for line in lines if line.part == "output" and line.reading.numbers]
    word = "多" if money.direction > 0 else "少"
    if not outputs:
        return MoneyNote(
            f"钱{word}了，系统里没有上年的表，产出也没有一行写了数。{word}做了什么？", is_question=True
        )
    named = "、".join(f"{line.name}{shown(line.target)}" for line in outputs[:_NAMED])
    more = f"等 {len(outputs)} 行" if len(outputs) > _NAMED else ""
    text = f"钱{word}了，系统里没有上年的表可以对照。产出是{named}{more}：其中哪一项比上年{word}？"
    return MoneyNote(text, outputs[0].path(""), is_question=True)


def _unit_costs(
    lines: Sequence[Line],
    document: DeclarationDocument,
    before: DeclarationDocument | None,
    siblings: Sequence[DeclarationDocument],
) -> Iterator[MoneyNote]:
    """Money per counted unit of each output, beside last year's and that of the unit's similar projects."""
    matched = match_rows(before.indicators, [line.row for line in lines]) if before else {}
    for line in lines:
        cost = _cost(document, line)
        if cost is None:
            continue
        per = f"每{line.reading.unit}"
        parts = [f"{line.name}{shown(line.target)}：{per} {amount(cost)} 元"]
        was = matched.get(line.row.row_id)
        if before is not None and was is not None:
            old = next(
                (_cost(before, one) for one in lines_of(before, _edition(before)) if one.row == was), None
            )
            if old:
                parts.append(f"上年 {amount(old)} 元（{_percent(old, cost)}）")
        others = [found for other in siblings[:_COMPARED] if (found := _cost_in(other, line, document))]
        if others:
            middle = sorted(others)[len(others) // 2]
            parts.append(f"本单位同类项目 {len(others)} 个，中间的是 {amount(middle)} 元")
        yield MoneyNote(f"{'，'.join(parts)}。", line.path(""))


def _percent(old: Decimal, new: Decimal) -> str:
    return f"{(new - old) / old * 100:+.1f}%".replace("-", "−")


def _cost(document: DeclarationDocument, line: Line) -> Decimal | None:
    """The year's money for one unit, where the row counts something."""
    money, value = document.amount("current_year"), _value(line.reading)
    unit = line.reading.unit
    if line.nature != _COUNTED or not money or value is None or not unit or unit in _RATES:
        return None
    cost = money / line.reading.numbers[0] if line.reading.numbers[0] > 0 else Decimal(0)
    return cost if cost >= _SMALLEST else None


def _cost_in(other: DeclarationDocument, line: Line, document: DeclarationDocument) -> Decimal | None:
    """What the same output costs in another form of the unit with the same 绩效类型."""
    kinds = (document.performance_type or document.fund_use, other.performance_type or other.fund_use)
    if not kinds[0] or kinds[0] != kinds[1]:
        return None
    for one in lines_of(other, _edition(other)):
        if core(one.name) == core(line.name) and one.reading.unit == line.reading.unit:
            return _cost(other, one)
    return None


def _edition(document: DeclarationDocument) -> Edition:
    return get_edition(document.form)
