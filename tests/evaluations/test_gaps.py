"""What many rows lack alike is said once, and again by each row that somebody has begun."""

import pytest
from django.urls import reverse

from evaluations.checkup import check
from evaluations.gaps import of_each_row
from perfgoals.editions import get_edition
from tests.evaluations.builders import form, full_rows, row


def gaps(*rows):
    document = form(*rows)
    return {one.code: one for one in check(document, get_edition(document.form)) if one.gathered}


def test_rows_without_a_result_are_named_in_one_sentence():
    one = gaps(*(row(actual="") for _ in range(4)), *full_rows())["actual_open"]
    assert one.message == "还有 4 行没有填实际完成值：“指标”“指标”“指标”等。"
    assert one.path == "indicators.r1.actual"
    assert one.places == tuple(f"indicators.r{number}.actual" for number in (1, 2, 3, 4))
    assert one.mended_at == frozenset(one.places)
    said = list(of_each_row(one))
    assert [each.path for each in said] == list(one.places)
    assert {each.message for each in said} == {"这一行没有填实际完成值。"}


@pytest.mark.parametrize(
    "change",
    [{"actual": "约五十家"}, {"deviation_reason": "供应商停工"}, {"rule": "按台账"}, {"not_applicable": True}],
)
def test_a_row_that_is_begun_speaks_for_itself(change):
    found = gaps(row(actual=""), row(actual=""), row(**{"actual": ""} | change))
    assert found["actual_open"].places == ("indicators.r1.actual", "indicators.r2.actual")


def test_one_row_keeps_its_own_sentence():
    assert gaps(row(actual=""), row()) == {}


def test_groups_and_points_are_asked_for_together_whatever_else_is_written():
    rows = [row(level1="投入与管理", level2="财务管理", weight=None) for _ in range(2)]
    assert {code: len(one.places) for code, one in gaps(*rows).items()} == {"group_open": 2, "weight_open": 2}
    assert "weight_open" not in gaps(row(weight="五分"), row(weight="五分"))  # each says what it cannot read


@pytest.mark.django_db
def test_rows_are_marked_once_begun_or_when_the_whole_form_is_checked(client, people, opened):
    client.force_login(people["信息中心填报人"])
    made = opened()
    rows = list(made.indicators.all())
    for one in rows:
        one.name, one.target, one.weight_typed, one.weight = "巡检次数", "≥50次", "10", 10
        one.level1, one.level2, one.is_unplaced = "产出指标", "数量指标", False
        one.save()
    step = reverse("evaluations:step", args=[made.pk, "indicators"])

    def marked():
        return client.get(step).content.decode().count('data-say="')

    page = client.get(step).content.decode()
    assert f"还有 {len(rows)} 行没有填实际完成值" in page
    assert page.count('data-focus-path="indicators.') >= len(rows)  # every one of them is named with its link
    assert marked() == 0
    rows[0].deviation_reason = "供应商停工两个月"
    rows[0].save()
    assert marked() == 1
    assert client.get(reverse("evaluations:check", args=[made.pk])).status_code == 200
    assert marked() == len(rows)
