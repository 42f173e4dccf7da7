"""The page of a review form: what was typed on it, what that means, and what the template shows.

A page is a plain mapping of control names to texts, whether it was just posted or is read from what was kept; so what
cannot be kept is shown again exactly as it was typed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from perfgoals.appraising import grading
from perfgoals.appraising.grading import BadAnswer, Given, Outcome
from perfgoals.appraising.keeping import Filled
from perfgoals.appraising.models import ReviewAnswer
from perfgoals.appraising.questionnaire import EACH, ONCE, POINTS, Defect, Grade, Part, Question, Questionnaire
from perfgoals.appraising.spread import Spread
from perfgoals.filling.posting import plain

LONGEST = 2000
# What nobody can see and not every database keeps; line ends and tabs stay.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
Raw = Mapping[str, str]
Errors = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    grade: Grade
    id: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DefectView:
    """A deduction: a tick where it counts once, else a small field."""

    defect: Defect
    name: str
    id: str
    text: str
    error: str

    @property
    def is_tick(self) -> bool:
        return self.defect.per == ONCE

    @property
    def asks(self) -> str:
        return "几处" if self.defect.per == EACH else "扣几分"


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question with its controls; ``earlier`` is what the same reviewer said about the revision before."""

    number: int
    question: Question
    options: tuple[Option, ...]
    defects: tuple[DefectView, ...]
    none_found: bool
    remark: str
    grade_error: str
    remark_error: str
    judged: grading.Judged | None
    earlier: ReviewAnswer | None
    earlier_grade: str
    spread: Spread | None

    @property
    def id(self) -> str:
        return f"q-{self.question.key}"

    @property
    def is_wrong(self) -> bool:
        return bool(self.grade_error or self.remark_error or any(one.error for one in self.defects))


@dataclass(frozen=True, slots=True)
class PartView:
    part: Part
    questions: tuple[QuestionView, ...]


class Unreadable(Exception):
    """Something typed cannot be kept; ``errors`` says what, by path. The message may be shown."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(next(iter(errors.values())))
        self.errors = errors


def words(text: str) -> str:
    """What a person typed, as it is kept."""
    return _INVISIBLE.sub("", plain(text)).strip()


def posted(questionnaire: Questionnaire, mode: str, raw: Raw) -> Filled:
    """What a posted page says. Raises ``Unreadable``; a page that leaves everything open is a fine draft."""
    errors: dict[str, str] = {}
    given: dict[str, Given] = {}
    for question in questionnaire.questions:
        remark = words(raw.get(f"remark-{question.key}", ""))
        if len(remark) > LONGEST:
            errors[f"answers.{question.key}.remark"] = (
                f"意见有 {len(remark)} 个字，最多 {LONGEST} 个字。请写短一些。"
            )
        try:
            defects = _defects(question, raw, errors) if mode == POINTS else None
        except BadAnswer as bad:
            errors[f"answers.{question.key}.grade"] = str(bad)
            continue
        grade = raw.get(f"grade-{question.key}", "") if mode != POINTS else ""
        one = Given(grade, remark, defects)
        if grade or remark or defects is not None:
            given[question.key] = one
        try:
            grading.judge(questionnaire, mode, question, one)
        except BadAnswer as bad:
            errors.setdefault(f"answers.{question.key}.grade", str(bad))
    grade, opinion = raw.get("grade", ""), words(raw.get("opinion", ""))
    if grade and grade not in {one.key for one in questionnaire.grades}:
        errors["grade"] = "没有这一档。请在优、良、中、差里选。"
    if len(opinion) > LONGEST:
        errors["opinion"] = f"总体意见有 {len(opinion)} 个字，最多 {LONGEST} 个字。请写短一些。"
    if errors:
        raise Unreadable(errors)
    return Filled(mode, given, grade, opinion)


def _defects(question: Question, raw: Raw, errors: dict[str, str]) -> dict[str, grading.Decimal] | None:
    found = {}
    for defect in question.defects:
        name = _name(question, defect)
        text = raw.get(name, "").strip()
        if not text:
            continue
        try:
            number = grading.amount(text)
            if number:
                grading.cut(defect, number)
                found[defect.key] = number
        except BadAnswer as bad:
            errors[name] = str(bad)
    none_found = bool(raw.get(f"none-{question.key}"))
    if found and none_found:
        raise BadAnswer("勾了“没有缺陷”，又记了缺陷。请去掉一样。")
    return found if found or none_found else None


def raw_of(filled: Filled) -> dict[str, str]:
    """The page of what was kept."""
    raw = {"grade": filled.grade, "opinion": filled.opinion}
    for key, given in filled.given.items():
        raw[f"grade-{key}"], raw[f"remark-{key}"] = given.grade, given.remark
        raw |= {f"defect-{key}-{defect}": str(amount) for defect, amount in given.found.items()}
        if given.defects is not None and not given.found:
            raw[f"none-{key}"] = "1"
    return raw


def parts_of(
    questionnaire: Questionnaire,
    raw: Raw,
    *,
    errors: Errors,
    came: Outcome | None = None,
    earlier: Mapping[str, ReviewAnswer] | None = None,
    spreads: Mapping[str, Spread] | None = None,
) -> list[PartView]:
    """Everything the template draws, part by part; ``spreads`` only for the chair of a panel."""
    judged = {one.question.key: one for one in came.questions} if came else {}
    words = {grade.key: grade.label for grade in questionnaire.grades}
    numbers = {question.key: number for number, question in enumerate(questionnaire.questions, 1)}

    def view(question: Question) -> QuestionView:
        key = question.key
        before = (earlier or {}).get(key)
        return QuestionView(
            number=numbers[key],
            question=question,
            options=tuple(
                Option(grade, f"q-{key}-{grade.key}", raw.get(f"grade-{key}") == grade.key)
                for grade in questionnaire.grades
            ),
            defects=tuple(
                DefectView(
                    defect,
                    _name(question, defect),
                    f"d-{key}-{defect.key}",
                    raw.get(_name(question, defect), ""),
                    errors.get(_name(question, defect), ""),
                )
                for defect in question.defects
            ),
            none_found=bool(raw.get(f"none-{key}")),
            remark=raw.get(f"remark-{key}", ""),
            grade_error=errors.get(f"answers.{key}.grade", ""),
            remark_error=errors.get(f"answers.{key}.remark", ""),
            judged=judged.get(key),
            earlier=before,
            earlier_grade=words.get(before.grade, "") if before else "",
            spread=(spreads or {}).get(key),
        )

    return [
        PartView(part, tuple(view(question) for question in part.questions)) for part in questionnaire.parts
    ]


def options_of(questionnaire: Questionnaire, raw: Raw) -> list[Option]:
    """The overall grade."""
    return [Option(one, f"grade-{one.key}", raw.get("grade") == one.key) for one in questionnaire.grades]


def _name(question: Question, defect: Defect) -> str:
    return f"defect-{question.key}-{defect.key}"
