"""Passing or returning many forms at once (F65): a loop over the one door, with an answer for each form.

A pick is a form *and the version the list showed*: what changed since is not touched, and of two reviewers exactly one
succeeds with each form. Nothing here is all or nothing: what can be done is done, what cannot says why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.db.models import Count

from declarations import permissions, reviewing
from declarations.models import UNRANKED, Declaration
from declarations.workflow import APPROVE, PASS, RETURN
from perfgoals.accounts.models import Role, User
from perfgoals.appraising.models import ReviewForm
from perfgoals.audit.models import AuditRecord
from perfgoals.findings import Finding
from perfgoals.reviewing.acts import NotUndone
from perfgoals.reviewing.latest_act import acts_on, told
from perfgoals.reviewing.models import ReturnNote
from perfgoals.workflow import Incomplete, StateConflict, Transition, perform

MOST = 100


class Act(StrEnum):
    """What to do with all that are picked."""

    ONWARD = "onward"  # 通过, at the bureau 批复
    BACK = "back"  # 退回


def step_of(act: Act, user: User) -> Transition:
    """The arrow that this act is for this person."""
    if act is Act.BACK:
        return RETURN
    return APPROVE if user.role == Role.FINANCE_REVIEWER else PASS


@dataclass(frozen=True, slots=True)
class Pick:
    """One form as the list showed it."""

    pk: int
    version: int

    def __str__(self) -> str:
        return f"{self.pk}.{self.version}"


def read_picks(values: Iterable[str]) -> list[Pick]:
    """``12.3`` is form 12 in version 3. Each form once, in order; what cannot be read was not picked."""
    picks: dict[int, Pick] = {}
    for value in values:
        pk, _, version = value.partition(".")
        if all(part.isascii() and part.isdecimal() and len(part) < 16 for part in (pk, version)):
            picks.setdefault(int(pk), Pick(int(pk), int(version)))
    return list(picks.values())


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A picked form that the act will not touch, and why."""

    declaration: Declaration
    why: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the act would do, before anything is done."""

    included: list[Declaration]
    left_out: list[LeftOut]
    unknown: int  # picked, but not this person's to see (any more)

    @property
    def money(self) -> Decimal:
        return sum((form.current_year or Decimal(0) for form in self.included), start=Decimal(0))

    @property
    def without_amount(self) -> int:
        return sum(form.current_year is None for form in self.included)

    @property
    def picks(self) -> list[Pick]:
        return [Pick(form.pk, form.version) for form in self.included]


def summary_of(user: User, act: Act, picks: Sequence[Pick]) -> Summary:
    """Which of the picked forms the act takes and which not. A constant number of queries."""
    forms = _forms(user, picks)
    known = _Known(user, forms.values())
    included, left_out = [], []
    for pick in picks[:MOST]:
        if (form := forms.get(pick.pk)) is None:
            continue
        if why := _obstacle(user, act, form, pick, known):
            left_out.append(LeftOut(form, why))
        else:
            included.append(form)
    left_out += [
        LeftOut(forms[p.pk], f"一次最多 {MOST} 张，这一张下次再办") for p in picks[MOST:] if p.pk in forms
    ]
    return Summary(included, left_out, sum(pick.pk not in forms for pick in picks))


def _forms(user: User, picks: Iterable[Pick]) -> dict[int, Declaration]:
    visible = Declaration.objects.visible_to(user).select_related("project", "organization", "campaign")
    return {form.pk: form for form in visible.filter(pk__in=[pick.pk for pick in picks])}


def _obstacle(user: User, act: Act, form: Declaration, pick: Pick, known: "_Known") -> str:
    """Why this form is not for this act now; "" where it is."""
    if not permissions.may_review(user, form):
        if form.submitted_by_id == user.pk:
            return "是您自己送审的，要由别人审核"
        return known.last(form.pk) or f"现在是“{form.get_state_display()}”，不在您这里"
    if form.version != pick.version:
        return "清单打开以后改过，请重新看一遍"
    if number := known.listed(form.pk):
        return f"您的退回清单上有 {number} 处，请打开来退回，或先移出清单"
    if act is Act.BACK:
        return ""
    if form.risk == UNRANKED:
        return "还没有体检过，请打开看"
    told = [f"{form.open_errors} 处错误没有改"] if form.open_errors else []
    told += [f"{form.open_doubts} 处疑问没有理由"] if form.open_doubts else []
    if not told and form.pk in known.judged:
        told = [_words(step_of(act, user).blocking(form))]
    return "，".join(told)


def _words(findings: Iterable[Finding]) -> str:
    return "；".join(finding.message.rstrip("。") for finding in findings)


class _Known:
    """What is known about forms beside their rows; each answer costs one query for all of them, when first asked."""

    def __init__(self, user: User, forms: Iterable[Declaration]) -> None:
        self._user = user
        self._keys = [form.pk for form in forms]
        self._type = ContentType.objects.get_for_model(Declaration)

    def last(self, pk: int) -> str:
        """What happened last to the form, in words: “王一 今天 14:03 已经通过”; "" where nothing did."""
        act = self._acts.get(pk)
        return told(act, self._user) if act is not None else ""

    def listed(self, pk: int) -> int:
        """How many places this reviewer has noted for a return of the form."""
        return self._notes.get(pk, 0)

    @cached_property
    def judged(self) -> set[int]:
        """Those with a review form (审核表) that was handed in: only these are asked whether it lets them pass."""
        given = ReviewForm.objects.filter(
            content_type=self._type, object_id__in=self._keys, submitted_at__isnull=False
        )
        return set(given.values_list("object_id", flat=True))

    @cached_property
    def _acts(self) -> dict[int | None, AuditRecord]:
        return {act.object_id: act for act in acts_on(Declaration, self._keys)}

    @cached_property
    def _notes(self) -> dict[int, int]:
        noted = ReturnNote.objects.filter(
            content_type=self._type,
            object_id__in=self._keys,
            author=self._user,
            used_in__isnull=True,
            is_listed=True,
        )
        counted = noted.order_by().values_list("object_id").annotate(number=Count("pk"))
        return dict(counted)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one form. ``words`` say why not, where it is not done."""

    pk: int
    name: str
    unit: str
    done: bool
    words: str = ""


def carry_out(
    user: User,
    act: Act,
    picks: Sequence[Pick],
    *,
    comment: str = "",
    reason_code: str = "",
    clause: str = "",
) -> list[Outcome]:
    """Pass or return each picked form, through the same doors as one alone. Never fails as a whole.

    The right, the state and the version are asked again here and by ``perform``, form by form.
    """
    forms = _forms(user, picks)
    known = _Known(user, forms.values())

    def one(form: Declaration, pick: Pick) -> str:
        if why := _obstacle(user, act, form, pick, known):
            return why
        try:
            if act is Act.BACK:
                reviewing.send_back(
                    form,
                    actor=user,
                    version=pick.version,
                    comment=comment,
                    reason_code=reason_code,
                    clause=clause,
                )
            else:
                perform(step_of(act, user), form, actor=user, version=pick.version, comment=comment)
        except StateConflict:
            return _Known(user, [form]).last(form.pk) or "别人刚刚改过这张表"
        except PermissionDenied:
            return "现在不归您审核"
        except Incomplete as incomplete:
            return _words(incomplete.findings)
        except ValidationError as error:
            return "；".join(error.messages)
        except IntegrityError:
            return "这个项目已经有一张批复的表"
        return ""

    return _each(picks[:MOST], forms, one)


def take_back(user: User, keys: Iterable[int]) -> list[Outcome]:
    """Undo one's own act on each of these forms, as far as it can still be undone."""
    picks = [Pick(pk, 0) for pk in dict.fromkeys(keys)][:MOST]

    def one(form: Declaration, pick: Pick) -> str:
        try:
            reviewing.undo(form, actor=user)
        except PermissionDenied:
            return _Known(user, [form]).last(form.pk) or "不是您办的，撤不了"
        except NotUndone as refused:
            return str(refused)
        return ""

    return _each(picks, _forms(user, picks), one)


def _each(
    picks: Iterable[Pick], forms: Mapping[int, Declaration], one: Callable[[Declaration, Pick], str]
) -> list[Outcome]:
    outcomes = []
    for pick in picks:
        if (form := forms.get(pick.pk)) is None:
            continue
        why = one(form, pick)
        name = form.project_name or "未命名项目"
        outcomes.append(Outcome(pick.pk, name, form.organization.name, not why, why))
    return outcomes
