"""Spot checks on screen: from the preview to the unit's score card; nothing typed is lost."""

import json
import re
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from evaluations.models import Evaluation
from evaluations.spot_checks import rechecking
from evaluations.spot_checks.models import SpotCheck
from perfgoals.workflow import State
from tests.declarations.conftest import at  # noqa: F401
from tests.evaluations.test_score_page import words

from .test_judging import FULL, OPINION, WHY

pytestmark = pytest.mark.django_db
NEW = "evaluations:spot_check_new"


@pytest.fixture
def admin(at):  # noqa: F811
    return at("业务管理员")


def preview(browser, campaign, **asked):
    asked = {"campaign": campaign.pk, "scope": "confirmed", "by": "count", "count": "2"} | asked
    return browser.get(reverse(NEW), asked)


def hidden(answer):
    """The hidden controls of the form that draws, as a browser would send them."""
    form = answer.content.decode().split('id="draw"')[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def post(browser, answer, **typed):
    return browser.post(reverse(NEW), hidden(answer) | typed)


def test_from_the_preview_to_the_drawn_sample(admin, confirmed, season_2020):
    confirmed(6)
    page = preview(admin, season_2020)
    text = words(page)
    assert "抽取 2 张" in text
    assert "第一年自评没有往年的自评表可以比。+262.0" in text.replace(" ", "")
    assert not SpotCheck.objects.exists()
    answer = post(admin, page, seed_from="generated")
    check = SpotCheck.objects.get()
    assert answer.url == reverse("evaluations:spot_check", args=[check.pk])
    assert check.seed in words(admin.get(answer.url))
    assert "与留下的完全一样" in words(admin.get(answer.url + "?verify=1"))
    listed = json.loads(admin.post(reverse("evaluations:spot_check_json", args=[check.pk])).content)
    assert (len(listed["candidates"]), len(listed["drawn"])) == (6, 2)
    book = load_workbook(BytesIO(admin.post(reverse("evaluations:spot_check_xlsx", args=[check.pk])).content))
    sample, candidates, method = (list(sheet.values) for sheet in book)
    assert [row[3] for row in sample[1:]] == [one["key"] for one in listed["drawn"]]
    assert [row[0] for row in candidates[1:]] == [one["key"] for one in listed["candidates"]]
    assert {("种子", check.seed), ("抽取人", "业务管理员")} < set(method)


def test_the_list_handed_out_before_is_the_one_that_is_drawn_from(admin, confirmed, season_2020):
    confirmed(4)
    page = preview(admin, season_2020)
    url = re.search(r'href="([^"]*candidates.json[^"]*)"', page.content.decode())[1].replace("&amp;", "&")
    before = json.loads(admin.get(url).content)
    post(admin, page, seed_from="typed", seed="03 11 17", seed_note="彩票第26101期")
    check = SpotCheck.objects.get()
    after = json.loads(admin.post(reverse("evaluations:spot_check_json", args=[check.pk])).content)
    assert {key: after[key] for key in before} == before
    assert "seed" not in before
    assert "公开产生，照录：彩票第26101期" in words(
        admin.get(reverse("evaluations:spot_check", args=[check.pk]))
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"count": "0"}, "张数写 1 到 100,000 之间的整数"),
        ({"count": "两张"}, "张数写"),
        ({"by": "share", "share": "101"}, "比例写 0 到 100 之间的数"),
        ({"by": "share", "share": "NaN"}, "比例写"),
        ({"units": "301001\n没有这个单位"}, "本区划没有“没有这个单位”"),
        ({"units": "901"}, "本区划没有“901”"),  # another region's
    ],
)
def test_what_cannot_be_read_is_said_and_stays_typed(asked, said, admin, confirmed, season_2020):
    confirmed(1)
    page = preview(admin, season_2020, **asked)
    assert said in words(page)
    for text in asked.values():
        assert text.splitlines()[-1] in page.content.decode()


def test_nothing_to_draw_from(admin, season_2020):
    assert "没有候选表" in words(preview(admin, season_2020))


def test_a_seed_of_ones_own_says_where_it_is_from(admin, confirmed, season_2020):
    confirmed(3)
    answer = post(admin, preview(admin, season_2020), seed_from="typed", seed="0311")
    assert answer.status_code == 422
    assert "写明种子从哪里来" in answer.content.decode()
    assert 'value="0311"' in answer.content.decode()
    assert not SpotCheck.objects.exists()


def test_a_form_recalled_after_the_preview_and_a_second_admin(admin, at, confirmed, season_2020):  # noqa: F811
    forms = confirmed(4)
    mine, theirs = preview(admin, season_2020), preview(at("财政审核人"), season_2020)
    Evaluation.objects.filter(pk=forms[0].pk).update(state=State.DRAFT)
    answer = post(admin, mine, seed_from="generated")
    assert answer.status_code == 409
    assert "候选名单变了" in answer.content.decode()
    post(admin, answer, seed_from="generated")
    late = post(at("财政审核人"), theirs, seed_from="generated")
    assert late.status_code == 409
    assert "业务管理员已经从这个批次抽了第 1 次" in late.content.decode()
    assert SpotCheck.objects.count() == 1


@pytest.fixture
def case(confirmed, drawn, people):
    confirmed(1)
    check = drawn(1)
    found = check.cases.get()
    rechecking.assign(check, [found.pk], people["财政审核人"], actor=people["业务管理员"])
    return check.cases.get()


def typed(case, **more):
    said = {f"answer-{key}-points": one.points for key, one in FULL.items()}
    return said | {"opinion": OPINION, "version": case.version} | more


def address(case):
    return reverse("evaluations:spot_case", args=[case.check_of_id, case.pk])


def test_rechecked_by_one_and_read_by_the_unit(case, at, people):  # noqa: F811
    browser, url = at("财政审核人"), address(case)
    unit = reverse("evaluations:score", args=[case.evaluation_id])
    assert "抽查复核结果" not in words(at("信息中心填报人").get(unit))
    refused = browser.post(url, typed(case, opinion="短", do="finish"))
    assert refused.status_code == 422
    assert "写的都存了，还不能完成：1 处要补" in refused.content.decode()
    case.refresh_from_db()
    answer = browser.post(url, typed(case, do="finish", **{"row-r1-points": "38", "row-r1-reason": WHY}))
    assert answer.status_code == 302
    card = words(at("信息中心填报人").get(unit))
    assert "抽查复核结果" in card
    assert OPINION in card
    assert WHY in card
    assert "−12" in card
    assert "重新打开" in words(at("业务管理员").get(url))
    again = browser.post(url, typed(case, do="finish"))
    assert again.status_code == 302  # a second click on a finished form


def test_the_slower_of_two_tabs_keeps_what_was_typed(case, at):  # noqa: F811
    browser, url = at("财政审核人"), address(case)
    browser.post(url, typed(case, opinion="第一个页面写的意见，先存了。"))
    answer = browser.post(url, typed(case, opinion="第二个页面写的意见，后存。"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "又存过一次" in page
    assert "第二个页面写的意见，后存。" in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert (
        browser.post(url, typed(case, opinion="第二个页面写的意见，后存。", version=version)).status_code == 302
    )


def test_who_was_replaced_gets_back_what_they_typed(case, at, people):  # noqa: F811
    browser = at("财政审核人")
    rechecking.assign(case.check_of, [case.pk], people["业务管理员"], actor=people["业务管理员"])
    answer = browser.post(address(case), typed(case))
    assert answer.status_code == 409
    assert "没有存：这张表由业务管理员复核" in answer.content.decode()
    assert OPINION in answer.content.decode()


def test_queries_do_not_grow_with_the_sample(admin, confirmed, drawn, people):
    def count(forms):
        confirmed(forms)
        check = drawn(forms)
        rechecking.assign(
            check, check.cases.values_list("pk", flat=True), people["财政审核人"], actor=people["业务管理员"]
        )
        found = []
        for name in ("spot_check", "spot_check_statistics"):
            with CaptureQueriesContext(connection) as queries:
                assert admin.get(reverse(f"evaluations:{name}", args=[check.pk])).status_code == 200
            found.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(reverse("evaluations:spot_checks")).status_code == 200
        return [*found, len(queries)]

    count(1)
    assert count(2) == count(30)


@pytest.mark.parametrize("odd", ["修\0缮", "9" * 400, "٣" * 9, "<b>'\"%_\\", "1e400", "长" * 5001])
def test_odd_input_is_answered_in_words(odd, admin, at, case, season_2020):  # noqa: F811
    """Read by the page, not stopped at its door: campaign and case are real ones."""
    for by in ("count", "share"):
        asked = dict.fromkeys(("scope", "units", "count", "share", "department"), odd) | {"by": by}
        assert preview(admin, season_2020, **asked).status_code == 200
        posted = asked | dict.fromkeys(("seed", "seed_note", "seen", "number", "key"), odd)
        posted |= {"campaign": season_2020.pk, "seed_from": "typed"}
        assert admin.post(reverse(NEW), posted).status_code == 422
    names = [f"{kind}-{part}" for kind in ("answer-upload", "row-r1", "row-x") for part in ("points", "reason")]
    for do in ("save", "finish"):
        body = typed(case) | dict.fromkeys([*names, "opinion"], odd)
        assert at("财政审核人").post(address(case), body | {"do": do}).status_code in (302, 409, 422)
    body = {"rechecker": odd, "case": [odd, "9" * 20]}
    assert (
        admin.post(reverse("evaluations:spot_check_assign", args=[case.check_of_id]), body).status_code == 422
    )
