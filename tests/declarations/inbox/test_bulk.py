"""Many forms at once: what is taken, what is left out and why, who was faster, and the way back."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations.inbox import bulk
from declarations.inbox.bulk import Act, Pick, carry_out, read_picks, summary_of, take_back
from declarations.inbox.risk import Facts
from declarations.inbox.waiting import waiting_for
from declarations.models import Declaration
from perfgoals.audit.models import AuditRecord
from perfgoals.reviewing import acts
from perfgoals.reviewing.models import ReturnNote, ReturnRound
from perfgoals.workflow import State, mark_opened

pytestmark = pytest.mark.django_db


def pick(form, version=None):
    return Pick(form.pk, form.version if version is None else version)


def state(form):
    return Declaration.objects.get(pk=form.pk).state


def words(outcomes):
    return {one.name: "" if one.done else one.words for one in outcomes}


def test_picks_are_read_from_an_address():
    assert read_picks(["3.1", "x", "4.x", "3.9", "5.", "", "-1.2", "９.1", "9" * 40 + ".1", "7.2"]) == [
        Pick(3, 1),
        Pick(7, 2),
    ]
    assert str(Pick(3, 1)) == "3.1"


def test_the_summary_says_what_is_left_out_and_why(people, wait):
    reviewer = people["发改委审核人"]
    clean = wait("干净", current_year=Decimal("10.10"), facts=Facts(answered_doubts=2))
    other = wait("也干净", current_year=Decimal("0.20"))
    forms = {
        "有错": wait("有错", open_errors=1),
        "有疑": wait("有疑", open_errors=2, open_doubts=3),
        "没体检": wait("没体检", facts=None),
        "办过了": wait("办过了", state=State.FINANCE_REVIEW),
    }
    changed, theirs = wait("改过"), wait("别家的", unit="服务中心")
    picks = [pick(form) for form in (clean, other, *forms.values())]
    summary = summary_of(reviewer, Act.ONWARD, [*picks, pick(changed, 7), pick(theirs)])
    assert [form.project_name for form in summary.included] == ["干净", "也干净"]
    assert summary.money == Decimal("10.30")
    assert {one.declaration.project_name: one.why for one in summary.left_out} == {
        "有错": "1 处错误没有改",
        "有疑": "2 处错误没有改，3 处疑问没有理由",
        "没体检": "还没有体检过，请打开看",
        "办过了": "现在是“待财政审核”，不在您这里",
        "改过": "清单打开以后改过，请重新看一遍",
    }
    assert summary.unknown == 1
    # A return takes forms with findings too.
    back = summary_of(reviewer, Act.BACK, [*picks, pick(changed, 7)])
    assert {form.project_name for form in back.included} == {"干净", "也干净", "有错", "有疑", "没体检"}


def test_what_one_has_noted_for_a_return_is_not_swept_along(people, wait):
    """A reviewer who listed places in a form wants to return these, not to pass or return it with the others."""
    reviewer, form = people["发改委审核人"], wait("甲")
    noted = {"content_type": ContentType.objects.get_for_model(Declaration), "object_id": form.pk}
    ReturnNote.objects.create(**noted, path="necessity", author=reviewer)
    ReturnNote.objects.create(**noted, path="necessity", author=people["财政审核人"])
    for act in Act:
        [left] = summary_of(reviewer, act, [pick(form)]).left_out
        assert left.why == "您的退回清单上有 1 处，请打开来退回，或先移出清单"
    ReturnNote.objects.filter(author=reviewer).update(is_listed=False)
    assert summary_of(reviewer, Act.ONWARD, [pick(form)]).included == [form]


def test_one_s_own_submission_is_left_out(people, places, wait):
    turncoat = people["信息中心填报人"]
    own = wait("自己的")
    turncoat.role, turncoat.organization = "department_reviewer", places["发改委"]
    turncoat.save()
    [left] = summary_of(turncoat, Act.ONWARD, [pick(own)]).left_out
    assert left.why == "是您自己送审的，要由别人审核"


def test_passing_moves_each_form_with_its_own_record(people, wait):
    reviewer = people["发改委审核人"]
    forms = [wait(f"第{number}") for number in range(3)]
    outcomes = carry_out(reviewer, Act.ONWARD, [pick(form) for form in forms])
    assert all(one.done for one in outcomes)
    assert {state(form) for form in forms} == {State.FINANCE_REVIEW}
    assert AuditRecord.objects.filter(action="pass", actor=reviewer).count() == 3
    assert waiting_for(reviewer).count() == 0


def test_at_the_bureau_it_approves_and_keeps_the_paper(people, wait):
    form = wait(state=State.FINANCE_REVIEW)
    [outcome] = carry_out(people["财政审核人"], Act.ONWARD, [pick(form)])
    assert outcome.done
    assert state(form) == State.APPROVED
    assert AuditRecord.objects.get(action="approve").changes["fingerprint"]


def test_what_cannot_be_done_stops_nothing_else(people, wait):
    reviewer = people["发改委审核人"]
    good, bad, stale = wait("好"), wait("有疑", open_doubts=1), wait("旧页面")
    outcomes = carry_out(reviewer, Act.ONWARD, [pick(bad), pick(stale, 9), pick(good), Pick(10**9, 1)])
    assert words(outcomes) == {
        "有疑": "1 处疑问没有理由",
        "旧页面": "清单打开以后改过，请重新看一遍",
        "好": "",
    }
    assert [state(form) for form in (good, bad, stale)] == [
        State.FINANCE_REVIEW,
        State.DEPARTMENT_REVIEW,
        State.DEPARTMENT_REVIEW,
    ]


def test_a_return_writes_the_one_reason_on_every_form(people, wait):
    reviewer = people["发改委审核人"]
    forms = [wait("甲", open_doubts=1), wait("乙")]
    outcomes = carry_out(
        reviewer,
        Act.BACK,
        [pick(form) for form in forms],
        comment="按新的口径改",
        reason_code="r",
        clause="第三条",
    )
    assert all(one.done for one in outcomes)
    assert {state(form) for form in forms} == {State.RETURNED}
    rounds = ReturnRound.objects.all()
    assert {(r.object_id, r.comment, r.reason_code, r.clause) for r in rounds} == {
        (form.pk, "按新的口径改", "r", "第三条") for form in forms
    }
    assert not any(r.places.exists() for r in rounds)  # the whole form is open again


def test_a_return_without_a_reason_is_refused_form_by_form(people, wait):
    form = wait()
    [outcome] = carry_out(people["发改委审核人"], Act.BACK, [pick(form)], comment=" ")
    assert (outcome.done, outcome.words) == (False, "要写意见")
    assert state(form) == State.DEPARTMENT_REVIEW


def test_of_two_reviewers_exactly_one_wins_and_the_other_is_told(people, places, wait):
    """Both have the same list open; the second learns for each form who was faster and what they did."""
    from perfgoals.accounts.models import Role, User

    first = people["发改委审核人"]
    second = User.objects.create_user(
        "另一位", None, name="另一位审核人", role=Role.DEPARTMENT_REVIEWER, organization=places["发改委"]
    )
    forms = [wait("甲"), wait("乙"), wait("丙")]
    picks = [pick(form) for form in forms]
    assert words(carry_out(first, Act.ONWARD, picks[:2])) == {"甲": "", "乙": ""}
    lost = words(carry_out(second, Act.BACK, picks, comment="重写"))
    assert lost["丙"] == ""
    for name in ("甲", "乙"):
        assert lost[name].startswith("发改委审核人 今天 ")
        assert lost[name].endswith(" 已经通过")
    again = words(carry_out(first, Act.ONWARD, picks[:1]))
    assert again["甲"].startswith("您 今天 ")
    assert AuditRecord.objects.filter(action__in=("pass", "return")).count() == 3


def test_a_form_that_moves_between_the_look_and_the_act_is_told_too(people, wait, monkeypatch):
    """The forms are read once, then acted on one by one: the door itself refuses what moved in between."""
    reviewer, form = people["发改委审核人"], wait("甲")
    real = bulk.perform

    def late(step, filing, **options):
        Declaration.objects.filter(pk=filing.pk).update(version=99)
        return real(step, filing, **options)

    monkeypatch.setattr(bulk, "perform", late)
    assert words(carry_out(reviewer, Act.ONWARD, [pick(form)])) == {"甲": "别人刚刚改过这张表"}


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_the_same_moment(people, places, wait):
    """Each form is passed once, whoever it was; together they account for all of them."""
    from perfgoals.accounts.models import Role, User

    pair = [
        people["发改委审核人"],
        User.objects.create_user(
            "另一位", None, name="另一位审核人", role=Role.DEPARTMENT_REVIEWER, organization=places["发改委"]
        ),
    ]
    forms = [wait(f"第{number}") for number in range(4)]
    picks = [pick(form) for form in forms]
    start, results = threading.Barrier(2), {}

    def act(user, order):
        try:
            start.wait()
            results[user.pk] = carry_out(user, Act.ONWARD, order)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=act, args=(user, order))
        for user, order in zip(pair, (picks, picks[::-1]), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [one.pk for outcomes in results.values() for one in outcomes if one.done]
    assert sorted(done) == sorted(form.pk for form in forms)
    assert all(one.words for outcomes in results.values() for one in outcomes if not one.done)
    assert AuditRecord.objects.filter(action="pass").count() == len(forms)


def test_all_of_it_can_be_taken_back_within_the_minute(people, wait):
    reviewer = people["发改委审核人"]
    forms = [wait("甲"), wait("乙")]
    carry_out(reviewer, Act.ONWARD, [pick(form) for form in forms])
    assert words(take_back(reviewer, [form.pk for form in forms])) == {"甲": "", "乙": ""}
    assert {state(form) for form in forms} == {State.DEPARTMENT_REVIEW}
    assert waiting_for(reviewer).count() == 2
    # Passing them again works with the version the list shows now.
    fresh = [pick(form) for form in waiting_for(reviewer)]
    assert all(one.done for one in carry_out(reviewer, Act.ONWARD, fresh))


def test_a_return_is_taken_back_whole(people, wait):
    reviewer, form = people["发改委审核人"], wait()
    carry_out(reviewer, Act.BACK, [pick(form)], comment="改")
    [outcome] = take_back(reviewer, [form.pk])
    assert outcome.done
    assert state(form) == State.DEPARTMENT_REVIEW
    assert not ReturnRound.objects.exists()


def test_what_cannot_be_taken_back_says_why_and_the_rest_is(people, wait, monkeypatch):
    reviewer = people["发改委审核人"]
    forms = {name: wait(name) for name in ("能撤", "打开过", "又办了")}
    carry_out(reviewer, Act.ONWARD, [pick(form) for form in forms.values()])
    for form in forms.values():
        form.refresh_from_db()
    mark_opened(forms["打开过"], reviewer=people["财政审核人"])
    carry_out(people["财政审核人"], Act.ONWARD, [pick(forms["又办了"])])
    told = words(take_back(reviewer, [form.pk for form in forms.values()]))
    assert told["能撤"] == ""
    assert told["打开过"] == acts.OPENED
    assert told["又办了"].startswith("财政审核人 今天 ")
    carry_out(reviewer, Act.ONWARD, [pick(forms["能撤"], Declaration.objects.get(pk=forms["能撤"].pk).version)])
    later = timezone.now() + datetime.timedelta(seconds=61)
    monkeypatch.setattr("perfgoals.reviewing.acts.timezone.now", lambda: later)
    assert words(take_back(reviewer, [forms["能撤"].pk])) == {"能撤": acts.TOO_LATE}


def test_nobody_takes_back_what_somebody_else_did(people, wait):
    form = wait()
    carry_out(people["发改委审核人"], Act.ONWARD, [pick(form)])
    assert take_back(people["金融办审核人"], [form.pk]) == []
    [outcome] = take_back(people["财政审核人"], [form.pk])
    assert outcome.words.startswith("发改委审核人 今天 ")
    assert state(form) == State.FINANCE_REVIEW


def test_more_than_one_act_takes_waits_for_the_next(people, wait, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    forms = [wait(f"第{number}") for number in range(3)]
    summary = summary_of(people["发改委审核人"], Act.ONWARD, [pick(form) for form in forms])
    assert len(summary.included) == 2
    assert [one.why for one in summary.left_out] == ["一次最多 2 张，这一张下次再办"]
    outcomes = carry_out(people["发改委审核人"], Act.ONWARD, [pick(form) for form in forms])
    assert len(outcomes) == 2


def test_a_summary_costs_the_same_with_2_picks_and_with_20(people, wait):
    reviewer = people["发改委审核人"]
    forms = [
        wait(f"第{number}", state=State.FINANCE_REVIEW if number % 3 else State.DEPARTMENT_REVIEW)
        for number in range(20)
    ]

    def cost(some):
        with CaptureQueriesContext(connection) as captured:
            summary_of(reviewer, Act.ONWARD, [pick(form) for form in some])
        return len(captured)

    assert cost(forms[:2]) == cost(forms) <= 5
