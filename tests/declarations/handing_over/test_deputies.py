"""代理: a role is lent for some days; the name, the own submissions and the record stay the person's own."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from declarations.models import Declaration
from perfgoals.accounts.models import Role, User
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.trail import breaks
from perfgoals.handover import acting
from perfgoals.handover.models import Deputy
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def reviewer(people):
    return people["信息中心审核人"]


@pytest.fixture
def filer(people):
    return people["信息中心填报人"]


@pytest.fixture
def named(reviewer, filer, today):
    return acting.name_deputy(
        reviewer, filer, first_day=today, last_day=today + DAY, reason="出差", actor=reviewer
    )


@pytest.fixture
def waiting(campaign, make_declaration, people):
    campaign.has_unit_review = True
    campaign.save()

    def make(by, name="办公用房修缮"):
        declaration = make_declaration(name=name)
        Declaration.objects.filter(pk=declaration.pk).update(
            state=State.UNIT_REVIEW, submitted_by=people[by], submitted_at=timezone.now()
        )
        declaration.refresh_from_db()
        return declaration

    return make


def begin(browser, named):
    return browser.post(reverse("declarations:deputy_begin", args=[named.pk]))


def test_the_role_is_lent_while_the_session_says_so(named, waiting, at, filer):
    declaration = waiting("信息中心同事")
    browser = at("信息中心填报人")
    review = reverse("declarations:inbox")
    assert browser.get(review).status_code == 403
    assert begin(browser, named).status_code == 302
    page = browser.get(review).content.decode()
    assert declaration.project_name in page
    assert "您正在代理：信息中心审核人（单位审核人）" in page
    assert filer.name in page
    browser.post(reverse("declarations:deputy_stop"))
    assert browser.get(review).status_code == 403
    assert User.objects.get(pk=filer.pk).role == Role.FILER


def test_what_is_done_says_for_whom(named, waiting, at, filer):
    declaration = waiting("信息中心同事")
    browser = at("信息中心填报人")
    begin(browser, named)
    act = reverse("declarations:review_decide", args=[declaration.pk])
    answer = browser.post(act, {"version": declaration.version, "decision": "pass"})
    assert answer.status_code == 302
    record = AuditRecord.objects.get(action="pass")
    assert record.actor == filer
    assert record.changes["acting_for"] == "信息中心审核人（单位审核人）"
    assert list(breaks()) == []
    page = at("发改委审核人").get(reverse("declarations:tasks", args=[declaration.pk])).content.decode()
    assert "（代 信息中心审核人（单位审核人））" in page


def test_nobody_passes_what_they_submitted_even_as_a_deputy(named, waiting, at):
    own = waiting("信息中心填报人")
    browser = at("信息中心填报人")
    begin(browser, named)
    act = reverse("declarations:review_decide", args=[own.pk])
    assert browser.post(act, {"version": own.version, "decision": "pass"}).status_code in (403, 409)
    own.refresh_from_db()
    assert own.state == State.UNIT_REVIEW


@pytest.mark.parametrize(
    ("first", "last", "holds"), [(0, 0, True), (-3, 0, True), (0, 3, True), (1, 3, False), (-3, -1, False)]
)
def test_the_first_and_the_last_day_count(reviewer, filer, today, first, last, holds):
    Deputy.objects.create(
        principal=reviewer,
        deputy=filer,
        first_day=today + first * DAY,
        last_day=today + last * DAY,
        reason="出差",
        named_by=reviewer,
    )
    assert acting.offers_to(filer).exists() == holds


def test_midnight_ends_it(named, filer, today):
    assert acting.offers_to(filer, today=today + DAY).exists()
    assert not acting.offers_to(filer, today=today + 2 * DAY).exists()


@pytest.mark.parametrize("what", ["days", "principal", "unit", "ended"])
def test_a_running_session_gets_its_own_role_back(named, waiting, at, reviewer, places, today, what):
    browser = at("信息中心填报人")
    begin(browser, named)
    assert browser.get(reverse("declarations:inbox")).status_code == 200
    if what == "days":
        Deputy.objects.update(first_day=today - 3 * DAY, last_day=today - DAY)
    elif what == "principal":
        User.objects.filter(pk=reviewer.pk).update(is_active=False)
    elif what == "unit":
        User.objects.filter(pk=reviewer.pk).update(organization=places["服务中心"])
    else:
        acting.end_deputy(named, actor=reviewer)
    assert browser.get(reverse("declarations:inbox")).status_code == 403


def test_only_who_was_named_may_begin(named, at):
    assert begin(at("信息中心同事"), named).status_code == 404
    assert begin(at("服务中心填报人"), named).status_code == 404


@pytest.mark.parametrize(
    ("deputy", "days", "reason", "field"),
    [
        ("信息中心同事", (0, 1), "出差", None),
        ("服务中心填报人", (0, 1), "出差", "deputy"),
        ("系统管理员", (0, 1), "出差", "deputy"),
        (None, (0, 1), "出差", "deputy"),
        ("信息中心填报人", (0, 1), " ", "reason"),
        ("信息中心填报人", (2, 1), "出差", "last_day"),
        ("信息中心填报人", (-3, -1), "出差", "last_day"),
        ("信息中心填报人", (0, 90), "出差", "last_day"),
        ("信息中心填报人", (0, 89), "出差", None),
    ],
)
def test_who_may_be_named_and_for_how_long(reviewer, people, today, deputy, days, reason, field):
    def name():
        return acting.name_deputy(
            reviewer,
            people[deputy] if deputy else None,
            first_day=today + days[0] * DAY,
            last_day=today + days[1] * DAY,
            reason=reason,
            actor=reviewer,
        )

    if field is None:
        assert name().deputy == people[deputy]
        return
    with pytest.raises(ValidationError) as refused:
        name()
    assert list(refused.value.message_dict) == [field]


def test_a_colleague_of_the_same_role_needs_no_deputy(people, today):
    with pytest.raises(ValidationError):
        acting.name_deputy(
            people["信息中心填报人"],
            people["信息中心同事"],
            first_day=today,
            last_day=today,
            reason="出差",
            actor=people["信息中心填报人"],
        )


def test_others_name_nobody_and_a_deputy_names_no_deputy(reviewer, filer, people, today):
    def name(actor):
        acting.name_deputy(reviewer, filer, first_day=today, last_day=today, reason="出差", actor=actor)

    for who in ("信息中心同事", "业务管理员", "外区财政审核人"):
        with pytest.raises(PermissionDenied):
            name(people[who])
    reviewer.acting_for = "别人"
    with pytest.raises(PermissionDenied):
        name(reviewer)
    reviewer.acting_for = ""
    name(people["系统管理员"])


def test_the_page_names_and_ends(at, filer, today):
    browser = at("信息中心审核人")
    url = reverse("declarations:deputies")
    posted = {"deputy": filer.pk, "first_day": str(today), "last_day": str(today), "reason": "出差"}
    refused = browser.post(url, posted | {"last_day": "明天"})
    assert refused.status_code == 422
    assert "写从哪天到哪天" in refused.content.decode()
    assert "出差" in refused.content.decode()
    assert browser.post(url, posted | {"last_day": "2026-02-31"}).status_code == 422
    assert browser.post(url, posted).status_code == 302
    assert filer.name in browser.get(url).content.decode()
    assert "您可以代理" in at("信息中心填报人").get(url).content.decode()
    browser.post(reverse("declarations:deputy_end", args=[Deputy.objects.get().pk]))
    assert not acting.offers_to(filer).exists()
    assert set(AuditRecord.objects.values_list("action", flat=True)) >= {"deputy_name", "deputy_end"}


def test_who_acts_for_nobody_pays_no_query(at, django_assert_num_queries, people):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = at("信息中心填报人")
    browser.get(reverse("declarations:list"))
    with CaptureQueriesContext(connection) as seen:
        browser.get(reverse("declarations:list"))
    assert not any("handover_deputy" in query["sql"] for query in seen.captured_queries)
