"""Many rows at once: groups and points, one step back, and what somebody else did meanwhile. All without script."""

import json

import pytest
from django.urls import reverse

from evaluations.models import Evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(opened):
    return opened()


@pytest.fixture
def li(client, people):
    client.force_login(people["信息中心填报人"])
    return client


def step_of(form):
    return reverse("evaluations:step", args=[form.pk, "indicators"])


def press(client, form, act, **post):
    """Press a button of the page as it is now (or as it was: ``page``)."""
    page = post.pop("page", None) or client.get(step_of(form)).context["page"]
    url = reverse("evaluations:together", args=[form.pk, act])
    return client.post(url, {"page": page, "section": "indicators"} | post, follow=True)


def waiting(form):
    known = set(form.edition.groups)
    return [row for row in form.indicators.all() if (row.level1, row.level2 or None) not in known]


def test_a_whole_declared_group_is_placed_and_taken_back(li, made):
    before = {row.row_id: (row.level1, row.level2) for row in made.indicators.all()}
    count = len(waiting(made))
    rows = [row for row in waiting(made) if row.declared_group == waiting(made)[0].declared_group]
    page = press(li, made, "place", whole="0", **{"place-group": "1"})
    assert f"把 {len(rows)} 行归到了" in page.text
    group = made.edition.groups[1]
    assert {(row.level1, row.level2) for row in made.indicators.filter(pk__in=[r.pk for r in rows])} == {group}
    assert len(waiting(made)) == count - len(rows)
    assert "已撤销" in press(li, made, "back").text
    assert {row.row_id: (row.level1, row.level2) for row in made.indicators.all()} == before
    assert "没有可以撤销的步骤" in press(li, made, "back").text


def test_ticked_rows_are_placed_and_what_was_typed_is_saved_with_them(li, made):
    one, two, *_ = waiting(made)
    press(
        li,
        made,
        "place",
        **{
            "place-row": [one.row_id, two.row_id],
            "place-group": "0",
            f"indicators.{one.row_id}.actual": "45次",
        },
    )
    one.refresh_from_db()
    assert (one.level1, one.actual) == (made.edition.groups[0][0], "45次")


@pytest.mark.parametrize(
    ("post", "words"),
    [
        ({"place-group": "0"}, "先勾要归组的行"),
        ({"whole": "0"}, "先选归到哪一组"),
        ({"whole": "0", "place-group": "999"}, "先选归到哪一组"),
        ({"whole": "0", "place-group": "²"}, "先选归到哪一组"),
        ({"place-row": "\x00", "place-group": "0"}, "先勾要归组的行"),
    ],
)
def test_a_place_that_cannot_be_says_why(li, made, post, words):
    assert words in press(li, made, "place", **post).text


def test_a_colleague_who_was_faster_is_not_overwritten(li, made):
    row = waiting(made)[0]
    stale = li.get(step_of(made)).context["page"]
    press(li, made, "place", **{"place-row": row.row_id, "place-group": "0"})
    page = press(li, made, "place", page=stale, **{"place-row": row.row_id, "place-group": "1"})
    assert "有 1 行刚被改过，没有动" in page.text
    row.refresh_from_db()
    assert row.level2 == made.edition.groups[0][1]


def test_points_are_seen_before_they_are_written(li, made):
    made.indicators.update(level1="产出指标", level2="数量指标", weight_typed="", weight=None)
    rows = list(made.indicators.all())
    preview = press(li, made, "spread", how="even", **{"spread-row": [row.row_id for row in rows]})
    assert not made.indicators.exclude(weight_typed="").exists()  # an address that shows, and writes nothing
    changes = preview.text.split('name="write" value="')[1].split('"')[0].replace("&quot;", '"')
    page = press(li, made, "write", write=changes)
    assert f"分摊了 {len(rows)} 行的分值" in page.text
    assert sum(row.weight for row in made.indicators.all()) == 50
    assert press(li, made, "write", write=changes).status_code == 200  # a second click finds it done
    assert "已撤销" in press(li, made, "back").text
    assert not made.indicators.exclude(weight_typed="").exists()


@pytest.mark.parametrize(
    "odd", ["", "[", "[[1]]", '[["project_name", "x", 0]]', '[["indicators.x.weight", 5, 0]]', "[" * 5000]
)
def test_odd_changes_are_refused_in_words(li, made, odd):
    assert "没有看懂要改什么" in press(li, made, "write", write=odd).text
    assert Evaluation.objects.get(pk=made.pk).version == made.version


def test_an_odd_preview_is_the_page_without_one(li, made):
    for query in ("?spread=x", "?spread=even", "?spread=share&pick=%00&pick=" + "r" * 300, "?pick=a"):
        assert li.get(step_of(made) + query).status_code == 200


def test_a_change_since_closes_the_way_back(li, made):
    row = waiting(made)[0]
    press(li, made, "place", **{"place-row": row.row_id, "place-group": "0"})
    change = {"changes": [{"path": f"indicators.{row.row_id}.level2", "value": "质量指标", "seen": 1}]}
    saved = li.post(
        reverse("evaluations:save", args=[made.pk]), json.dumps(change), content_type="application/json"
    )
    assert saved.status_code == 200
    assert "撤销</button>" not in li.get(step_of(made)).text
    assert "没有可以撤销的步骤" in press(li, made, "back").text
