"""审核统计: how reviewers answered, by question and by department. Five queries, whatever the number of forms.

Counted are forms that were handed in by single reviewers and forms settled by panels; what single members of a panel
gave is not counted beside their panel's word.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from perfgoals.accounts.models import Organization, User
from perfgoals.appraising.models import Kind, ReviewAnswer, ReviewForm
from perfgoals.appraising.questionnaire import Questionnaire, all_questionnaires

DEPARTMENT = Coalesce("organization__parent_id", "organization_id")
DEPARTMENT_OF_FORM = Coalesce("form__organization__parent_id", "form__organization_id")
SOURCES = {"": "全部", Kind.REVIEW.value: "审核人的审核表", Kind.PANEL.value: "会审定稿"}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by grade key."""

    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def below(self) -> int:
        """中 and 差."""
        return self.counts.get("fair", 0) + self.counts.get("poor", 0)

    @property
    def share_below(self) -> str:
        """In percent with one decimal; “” where nothing was counted."""
        return share(self.below, self.total)

    @property
    def cells(self) -> list[tuple[int, str]]:
        """Best first: count and share."""
        return [(self.counts.get(key, 0), share(self.counts.get(key, 0), self.total)) for key in GRADE_KEYS]


GRADE_KEYS = ("excellent", "good", "fair", "poor")


@dataclass(frozen=True, slots=True)
class QuestionRow:
    part: str
    label: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """``weakest`` is the question with most 中 and 差; "" where there is none."""

    department: Organization
    tally: Tally
    weakest: str
    answers: Mapping[str, Tally] = field(default_factory=dict)  # by question


@dataclass(frozen=True, slots=True)
class Statistics:
    questionnaire: Questionnaire
    tally: Tally
    questions: tuple[QuestionRow, ...]
    departments: tuple[DepartmentRow, ...]


def forms_counted(
    user: User, *, year: int | None = None, source: str = "", department: int | None = None
) -> QuerySet[ReviewForm]:
    """What is counted: forms about units of the person's region."""
    found = ReviewForm.objects.handed_in().filter(organization__region=user.organization.region_id)
    found = (
        found.filter(kind=source) if source in (Kind.REVIEW, Kind.PANEL) else found.exclude(kind=Kind.MEMBER)
    )
    if year is not None:
        found = found.filter(fiscal_year=year)
    if department is not None:
        found = found.annotate(department_id=DEPARTMENT).filter(department_id=department)
    return found


def years_of(user: User) -> list[int]:
    """The years that have a form, newest first."""
    found = forms_counted(user).order_by("-fiscal_year").values_list("fiscal_year", flat=True)
    return list(found.distinct())


def departments_of(user: User) -> list[Organization]:
    """The departments that have a form."""
    keys = forms_counted(user).annotate(department_id=DEPARTMENT).values("department_id")
    return list(Organization.objects.filter(pk__in=keys).order_by("code"))


def statistics(forms: QuerySet[ReviewForm], questionnaire_id: str = "") -> Statistics:
    """Count ``forms`` (of ``forms_counted``); those of another questionnaire ask other questions and are left out."""
    used = questionnaire_id or (
        forms.order_by("-fiscal_year").values_list("questionnaire_id", flat=True).first() or ""
    )
    questionnaire = all_questionnaires().get(used) or next(iter(all_questionnaires().values()))
    forms = forms.filter(questionnaire_id=questionnaire.id).order_by()
    by_department: dict[int, dict[str, int]] = defaultdict(dict)
    for department, grade, count in forms.values_list(DEPARTMENT, "grade").annotate(n=Count("pk")):
        by_department[department][grade] = count
    answers: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    counted = ReviewAnswer.objects.filter(form__in=forms.values("pk")).order_by()
    grouped = counted.values_list(DEPARTMENT_OF_FORM, "question", "grade").annotate(n=Count("pk"))
    for department, question, grade, count in grouped:
        answers[department][question][grade] = count
    named = Organization.objects.filter(pk__in=list(by_department)).order_by("code")
    return Statistics(
        questionnaire,
        Tally(_sum(by_department.values())),
        tuple(_question_rows(questionnaire, answers)),
        tuple(_department_row(questionnaire, one, by_department[one.pk], answers[one.pk]) for one in named),
    )


def _question_rows(
    questionnaire: Questionnaire, answers: Mapping[int, Mapping[str, Mapping[str, int]]]
) -> Iterator[QuestionRow]:
    for part in questionnaire.parts:
        for question in part.questions:
            counts = _sum(found.get(question.key, {}) for found in answers.values())
            yield QuestionRow(part.label, question.label, Tally(counts))


def _department_row(
    questionnaire: Questionnaire,
    department: Organization,
    counts: Mapping[str, int],
    answers: Mapping[str, Mapping[str, int]],
) -> DepartmentRow:
    tallies = {one.key: Tally(answers.get(one.key, {})) for one in questionnaire.questions}
    worst = max(questionnaire.questions, key=lambda one: tallies[one.key].below)
    weakest = worst.label if tallies[worst.key].below else ""
    return DepartmentRow(department, Tally(counts), weakest, tallies)


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for found in counts:
        for key, count in found.items():
            total[key] += count
    return dict(total)


def share(part: int, whole: int) -> str:
    """“37.5%”; half up to one decimal."""
    if not whole:
        return ""
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


EXCEL_COLUMNS = (
    ("主管部门", "department", 30),
    ("审核内容", "part", 14),
    ("审核要点", "question", 14),
    ("优", "excellent", 8),
    ("良", "good", 8),
    ("中", "fair", 8),
    ("差", "poor", 8),
    ("合计", "total", 8),
    ("中和差占比", "below", 12),
)


def excel_rows(found: Statistics) -> Iterator[tuple[object, ...]]:
    """One row per department and question."""
    for row in found.departments:
        for part in found.questionnaire.parts:
            for question in part.questions:
                tally = row.answers[question.key]
                counts = [tally.counts.get(key, 0) for key in GRADE_KEYS]
                yield (
                    row.department.name,
                    part.label,
                    question.label,
                    *counts,
                    tally.total,
                    tally.share_below or "—",
                )
