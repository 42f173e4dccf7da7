"""Grades and points of a review form: plain arithmetic on frozen values, no database, no request, no clock.

Two modes. By grades, each question is given 优 良 中 差 and the whole form the grade that the questionnaire's rule names.
By points, each question loses what its defects cost, never more than it has; the share that is left decides its grade,
the total that of the form. Amounts are exact decimals, rounded half up to 0.01 once, at the end.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from perfgoals.appraising.questionnaire import EACH, POINTS, RANGE, Defect, Grade, Question, Questionnaire

CENT = Decimal("0.01")
ZERO = Decimal(0)
MOST_DEFECTS = 999


class BadAnswer(ValueError):
    """An answer that the questionnaire does not know. The message is Chinese and may be shown."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a reviewer said to one question: a grade, or defects (key → how many, or for a range how much)."""

    grade: str = ""
    remark: str = ""
    defects: Mapping[str, Decimal] | None = None  # None: not looked at yet; empty: none found

    @property
    def found(self) -> Mapping[str, Decimal]:
        return self.defects or {}


@dataclass(frozen=True, slots=True)
class Cut:
    """One deduction as it is shown and stored: what, how often, at what price, how much in all."""

    defect: str
    label: str
    count: Decimal
    price: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with its grade and, by points, what is left; ``grade`` is "" while it is not answered."""

    question: Question
    grade: str
    remark: str = ""
    points: Decimal | None = None
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole form. ``grade`` is "" until every question is answered."""

    mode: str
    questions: tuple[Judged, ...]
    grade: str
    total: Decimal | None

    @property
    def open_questions(self) -> int:
        return sum(not judged.grade for judged in self.questions)


def outcome(questionnaire: Questionnaire, mode: str, given: Mapping[str, Given]) -> Outcome:
    """Judge a form from what was given. Raises ``BadAnswer`` for a grade or defect that is not on it."""
    judged = tuple(
        judge(questionnaire, mode, one, given.get(one.key, Given())) for one in questionnaire.questions
    )
    complete = all(one.grade for one in judged)
    if mode == POINTS:
        total = rounded(sum((one.points or ZERO for one in judged), ZERO)) if complete else None
        grade = "" if total is None else grade_of(total, questionnaire.full_points, questionnaire.grades).key
        return Outcome(mode, judged, grade, total)
    grade = (
        OVERALL[questionnaire.overall]([one.grade for one in judged], questionnaire.grades) if complete else ""
    )
    return Outcome(mode, judged, grade, None)


def judge(questionnaire: Questionnaire, mode: str, question: Question, given: Given) -> Judged:
    """One question."""
    if mode != POINTS:
        if given.grade and given.grade not in {grade.key for grade in questionnaire.grades}:
            raise BadAnswer(f"没有“{given.grade}”这一档。")
        return Judged(question, given.grade, given.remark)
    if given.defects is None:
        return Judged(question, "", given.remark)
    known = {defect.key: defect for defect in question.defects}
    if unknown := set(given.found) - set(known):
        raise BadAnswer(f"“{question.label}”没有扣分项“{min(unknown)}”。")
    cuts = tuple(cut(known[key], given.found[key]) for key in known if given.found.get(key))
    left = rounded(left_of(question.points, (one.points for one in cuts)))
    return Judged(question, grade_of(left, question.points, questionnaire.grades).key, given.remark, left, cuts)


def cut(defect: Defect, amount: Decimal) -> Cut:
    """What ``amount`` of a defect costs: a count, or for a range the points themselves. Raises ``BadAnswer``."""
    if defect.per == RANGE:
        most = defect.deduct_to or defect.deduct
        if not defect.deduct <= amount <= most:
            raise BadAnswer(f"“{defect.label}”扣 {defect.deduct}—{most} 分，不能扣 {amount} 分。")
        return Cut(defect.key, defect.label, Decimal(1), amount, amount)
    if amount != amount.to_integral_value() or not 1 <= amount <= MOST_DEFECTS:
        raise BadAnswer(f"“{defect.label}”的处数要写 1 到 {MOST_DEFECTS} 的整数。")
    count = amount if defect.per == EACH else Decimal(1)
    return Cut(defect.key, defect.label, count, defect.deduct, count * defect.deduct)


def amount(text: str) -> Decimal:
    """A count or a number of points as typed; raises ``BadAnswer``."""
    try:
        number = Decimal(unicodedata.normalize("NFKC", text).strip())
    except ArithmeticError as error:
        raise BadAnswer(f"“{text}”读不出是几。请写数字。") from error
    if not number.is_finite() or not -MOST_DEFECTS <= number <= MOST_DEFECTS:
        raise BadAnswer(f"“{text}”太大，或读不出是几。")
    return number


def left_of(full: Decimal, deductions: Iterable[Decimal]) -> Decimal:
    """What is left of a question's points; a question cannot lose more than it has."""
    return max(ZERO, full - sum(deductions, ZERO))


def grade_of(points: Decimal, full: Decimal, grades: Sequence[Grade]) -> Grade:
    """The first grade (best first) whose floor is reached; compared without dividing, so no share is ever rounded."""
    return next((grade for grade in grades if points * 100 >= grade.floor * full), grades[-1])


def rounded(points: Decimal) -> Decimal:
    return points.quantize(CENT, ROUND_HALF_UP)


def needs_remark(questionnaire: Questionnaire, judged: Judged) -> bool:
    """Whether words are needed: below 良, and wherever the reviewer chose how much to deduct."""
    ranges = {defect.key for defect in judged.question.defects if defect.per == RANGE}
    chosen = any(one.defect in ranges for one in judged.cuts)
    return chosen or (bool(judged.grade) and questionnaire.grade(judged.grade).needs_remark)


def _worst(given: Sequence[str], grades: Sequence[Grade]) -> str:
    order = [grade.key for grade in grades]
    return max(given, key=order.index)


def _majority(given: Sequence[str], grades: Sequence[Grade]) -> str:
    """The grade given most often; of two the worse."""
    order = [grade.key for grade in grades]
    return max(order, key=lambda key: (given.count(key), order.index(key)))


# How the grade of the form follows from those of its questions; a questionnaire names one (``overall``).
OVERALL: dict[str, Callable[[Sequence[str], Sequence[Grade]], str]] = {"worst": _worst, "majority": _majority}
