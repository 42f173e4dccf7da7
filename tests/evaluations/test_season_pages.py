"""A season on screen: the button of the 业务管理员, what units see of it, and what follows from approved targets."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from declarations.following.offers import offers_for, open_work
from declarations.models import Declaration
from evaluations.models import Evaluation
from evaluations.opening import open_evaluation
from perfgoals.campaigns.announcing import announce
from perfgoals.campaigns.models import Campaign
from perfgoals.jobs import queue
from perfgoals.jobs.models import Job
from perfgoals.notices.models import Notice
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }


def press(browser, campaign, **options):
    return browser.post(reverse("declarations:campaign_season", args=[campaign.pk]), **options)


def page(browser, name, *args):
    return browser.get(reverse(name, args=args)).content.decode()


def offer_of(targets, person):
    """What is said of the self-evaluation, among all that follows from targets."""
    return next(offer for offer in offers_for(targets, person) if offer.label == "绩效自评")


def test_one_button_opens_what_is_missing_and_the_page_leads_to_the_result(approved, season_2020, people, at):
    for source in ("xxzx-2020-5", "xxzx-2020-3"):
        approved(source)
    announce(season_2020, actor=people["业务管理员"])
    admin = at("业务管理员")
    assert "建 2 张自评表" in page(admin, "declarations:campaign", season_2020.pk)
    first = press(admin, season_2020)
    job = Job.objects.get()
    assert first.url == reverse("jobs:job", args=[job.pk])
    assert press(admin, season_2020).url == first.url  # pressed twice: the same job
    queue.drain(str(job.pk))
    assert Evaluation.objects.count() == 2
    shown = page(admin, "declarations:campaign", season_2020.pk)
    assert "看每张表的结果" in shown
    assert "建 2 张" not in shown
    again = press(admin, season_2020, follow=True).content.decode()
    assert "没有要建的：目标已批复的项目都有自评表了。" in again
    assert Job.objects.count() == 1
    notice = Notice.objects.filter(person=people["信息中心填报人"]).order_by("-pk").first()
    assert "给您的单位建好了 2 张自评表" in notice.text
    assert notice.url == f"{reverse('evaluations:list')}?year=2020"


def test_a_closed_or_coming_season_says_why_it_cannot_be_opened(approved, season_2020, campaign, at):
    approved()
    admin = at("业务管理员")
    Campaign.objects.filter(pk=season_2020.pk).update(is_archived=True)
    assert "批次已归档，不能再建表" in press(admin, season_2020, follow=True).content.decode()
    coming = timezone.now() + datetime.timedelta(days=3)
    Campaign.objects.filter(pk=season_2020.pk).update(is_archived=False, opens_at=coming)
    assert "批次还没有开始" in press(admin, season_2020, follow=True).content.decode()
    assert press(admin, campaign).status_code == 404  # targets are not opened from anything
    assert not Job.objects.exists()


def test_targets_lead_to_their_self_evaluation_or_say_why_there_is_none(
    approved, region, people, at, season_2020
):
    targets, officer = approved(), people["信息中心填报人"]
    archived = {"is_archived": True}
    for columns, why in (
        ({"fiscal_year": 2019}, "2020 年的批次还没有开放"),
        ({"fiscal_year": 2020} | archived, "2020 年的批次已结束，没有建过表"),
    ):
        Campaign.objects.filter(pk=season_2020.pk).update(**columns)
        offer = offer_of(targets, officer)
        assert (offer.url, offer.why) == ("", why)
        assert why in page(at("信息中心填报人"), "declarations:tasks", targets.pk)
    coming = timezone.make_aware(datetime.datetime(2099, 3, 1, 9))
    Campaign.objects.filter(pk=season_2020.pk).update(is_archived=False, opens_at=coming)
    assert offer_of(targets, officer).why == "2099年3月1日开始"
    Campaign.objects.filter(pk=season_2020.pk).update(opens_at=None)
    offer = offer_of(targets, officer)
    assert offer.url in page(at("信息中心填报人"), "declarations:tasks", targets.pk).replace("&amp;", "&")
    assert at("信息中心填报人").get(offer.url).status_code == 200
    assert offers_for(targets, people["财政审核人"]) == []  # not theirs to open, nothing to look at yet
    made = open_evaluation(targets.project, season_2020, actor=officer)
    offer = offer_of(targets, officer)
    assert (offer.url, offer.word) == (reverse("evaluations:tasks", args=[made.pk]), "草稿")
    Declaration.objects.filter(pk=targets.pk).update(state=State.RETURNED)
    targets.refresh_from_db()
    assert offers_for(targets, officer) == []


def test_the_list_of_an_officer_names_open_self_evaluations(approved, season_2020, people, at):
    officer = people["信息中心填报人"]
    assert open_work(officer) == []
    targets = approved()
    approved("xxzx-2020-3")
    shown = page(at("信息中心填报人"), "declarations:list")
    assert "绩效自评：2 个项目的目标已批复，还没有建自评表。" in shown
    open_evaluation(targets.project, season_2020, actor=officer)
    shown = page(at("信息中心填报人"), "declarations:list")
    assert "1 张自评表要填好送审" in shown
    assert "另有 1 个项目的目标已批复" in shown
    assert open_work(people["发改委审核人"]) == []
    assert open_work(people["服务中心填报人"]) == []
    with CaptureQueriesContext(connection) as one:
        open_work(officer)
    approved("xxzx-2020-1")
    with CaptureQueriesContext(connection) as more:
        open_work(officer)
    assert len(one) == len(more)


def test_editions_stand_under_their_kind(at, campaign):
    shown = page(at("业务管理员"), "declarations:campaign_new")
    group = shown.split('<optgroup label="绩效自评">')[1].split("</optgroup>")[0]
    assert "national-2020-self-evaluation" in group
    assert "sh-2020-declaration" not in group
