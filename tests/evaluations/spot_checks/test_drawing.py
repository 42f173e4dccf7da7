"""Drawing: from which forms, for which reasons, once and for all, and again by anyone with the same result."""

import datetime
import hashlib
import json
import math
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluations.models import Evaluation, EvaluationRow, KeptScore
from evaluations.scoring import score
from evaluations.spot_checks import drawing
from evaluations.spot_checks.drawing import DrawnMeanwhile, ListChanged, NothingToDraw, Seed, Size
from evaluations.spot_checks.models import Population, SpotCase, SpotCheck
from evaluations.spot_checks.population import Wanted, drawable, forms_of
from evaluations.spot_checks.scheme import scheme_for
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.wording import say
from perfgoals.campaigns.models import Campaign, Extension
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.editions import get_edition
from perfgoals.notices.models import Notice
from perfgoals.workflow import State

from .conftest import DOCUMENT, freeze_all

pytestmark = pytest.mark.django_db
SENT = Wanted(Population.SENT)


def reasons(campaign, wanted=SENT):
    found = drawable(campaign, wanted, scheme_for(region="310000", year=2020))
    return {form.pk: {reason.code for reason in form.candidate.reasons} for form in found}


def test_a_third_party_draws_the_same_sample_from_the_file(confirmed, drawn):
    """Nothing of ours but the JSON: ten lines with the floating point of any calculator."""
    confirmed(40)
    confirmed(20, total=Decimal(100), execution_rate=Decimal(60))
    check = drawn(15, seed=Seed("第26101期 03 11 17", "公开开奖"))
    file = json.loads(json.dumps(drawing.open_data(check)))

    def lot(one):
        digest = hashlib.sha256(f"{file['seed']}\n{one['key']}".encode()).hexdigest()
        return -math.log((int(digest, 16) + 1) / (2**256 + 1)) / one["weight"]

    by_hand = [one["key"] for one in sorted(file["candidates"], key=lot)[: file["size"]]]
    assert [one["key"] for one in file["drawn"]] == by_hand
    weights = {one["key"]: one["weight"] for one in file["candidates"]}
    for one in file["candidates"]:
        added = file["base"] + sum(file["reasons"][code]["weight"] for code in one["reasons"])
        assert weights[one["key"]] == max(1, added)
    text = json.dumps(
        [[one["key"], one["weight"], one["reasons"]] for one in file["candidates"]],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    assert hashlib.sha256(text.encode()).hexdigest() == file["fingerprint"]


def test_drawing_again_finds_whoever_touched_it(confirmed, drawn):
    confirmed(12)
    check = drawn(4)
    assert drawing.draw_again(check).is_same
    swapped = check.cases.first()
    other = Evaluation.objects.exclude(pk__in=check.cases.values("evaluation")).first()
    SpotCase.objects.filter(pk=swapped.pk).update(evaluation=other)
    assert "不一样" in drawing.draw_again(check).wrong[0]
    check.population[0][1] += 1
    assert len(drawing.draw_again(check).wrong) == 3


def test_a_draw_is_never_changed(confirmed, drawn):
    confirmed(2)
    check = drawn(1)
    check.seed = "再来一次"
    for act in (check.save, SpotCheck.objects.all().delete, lambda: SpotCheck.objects.update(seed="x")):
        with pytest.raises(TypeError):
            act()


def test_what_was_drawn_is_on_record_and_told(confirmed, drawn, people):
    confirmed(3)
    check = drawn(2)
    said = say(AuditRecord.objects.filter(action="spot_check_draw"))[0].sentence
    assert f"从 3 张候选表里抽 2 张，种子 {check.seed}" in said
    told = Notice.objects.get(person=people["信息中心填报人"])
    assert "等 2 张自评表被抽中复核" in told.text
    assert not Notice.objects.filter(person=people["服务中心填报人"]).exists()


@pytest.mark.parametrize(
    ("size", "expected"),
    [(Size(9), 5), (Size(5), 5), (Size(share=Decimal("10")), 1), (Size(share=Decimal(100)), 5)],
)
def test_a_sample_is_never_larger_than_its_population(size, expected, confirmed, season_2020):
    confirmed(5)
    found = drawing.preview(season_2020, Wanted(), size)
    assert found.size == expected
    assert found.takes_all is (expected == 5)


def test_an_empty_population_draws_nothing(season_2020, people, drawn, opened):
    opened()  # a draft: nothing was sent
    found = drawing.preview(season_2020, SENT, Size(3))
    assert (found.size, found.forms, found.takes_all) == (0, [], False)
    with pytest.raises(NothingToDraw):
        drawn(3)
    assert not SpotCheck.objects.exists()


def test_who_is_in_the_population(confirmed, season_2020, places, people):
    done = confirmed(2)
    sent = confirmed(1, state=State.DEPARTMENT_REVIEW)
    other = confirmed(1, unit="服务中心")
    confirmed(1, state=State.RETURNED)
    bare = confirmed(1)[0]
    bare_again = Evaluation.objects.create(
        **{
            name: getattr(bare, name)
            for name in ("organization", "campaign", "fiscal_year", "edition_id", "state")
        },
        project=bare.project.__class__.objects.create(organization=bare.organization, name="没有定稿的"),
    )

    def keys(wanted):
        return {form.pk for form in forms_of(season_2020, wanted)}

    everything = {one.pk for one in (*done, *other, bare)}
    assert keys(Wanted()) == everything
    assert keys(SENT) == everything | {sent[0].pk}
    assert bare_again.pk not in keys(SENT)
    assert keys(Wanted(departments=(places["金融办"],))) == {other[0].pk}
    assert keys(Wanted(units=(places["信息中心"],))) == {*(one.pk for one in done), bare.pk}
    both = Wanted(departments=(places["金融办"],), units=(places["信息中心"],))
    assert keys(both) == everything


def test_who_was_drawn_is_not_drawn_twice_from_one_campaign(confirmed, drawn, season_2020):
    confirmed(5)
    first, second = drawn(2), drawn(9)
    assert (first.number, second.number) == (1, 2)
    assert second.population_size == 3
    assert SpotCase.objects.values("evaluation").distinct().count() == 5
    with pytest.raises(NothingToDraw):
        drawn(1)


def test_reasons_from_the_database(confirmed, season_2020, people, places):
    now = timezone.now()
    Campaign.objects.filter(pk=season_2020.pk).update(closes_at=now - datetime.timedelta(days=9))
    season_2020.refresh_from_db()
    plain, late, large, coded, judged = confirmed(5)
    Evaluation.objects.filter(pk__in=[plain.pk, late.pk, judged.pk]).update(first_submitted_at=now)
    confirmed(6, current_year=Decimal(10))
    Evaluation.objects.filter(pk=large.pk).update(current_year=Decimal(900))
    Evaluation.objects.filter(pk=coded.pk).update(finding_codes="|doubt:overspent|hint:target_too_low|")
    # The reviewer's points are compared with those the form was last sent with.
    KeptScore.objects.create(evaluation=judged, fingerprint="1", sheet=kept_sheet("9"))
    KeptScore.objects.create(evaluation=judged, fingerprint="2", sheet=kept_sheet("10"))
    for row_id, points in (("r1", "7"), ("r2", "10")):
        EvaluationRow.objects.create(
            evaluation=judged, row_id=row_id, position=1, level1="产出", reviewer_score=Decimal(points)
        )
    found = reasons(season_2020)
    assert found[plain.pk] == found[late.pk] == {"late", "first_year"}
    assert found[large.pk] == {"large", "first_year"}
    assert found[coded.pk] == {"contradictions", "far_over", "first_year"}
    assert found[judged.pk] == {"late", "reviewer_changed", "first_year"}
    # A later deadline of the unit's own makes it good.
    Extension.objects.create(
        campaign=season_2020,
        organization=places["信息中心"],
        closes_at=now + datetime.timedelta(days=1),
        reason="人员变动",
        granted_by=people["业务管理员"],
    )
    assert reasons(season_2020)[plain.pk] == {"first_year"}


def kept_sheet(points):
    document = EvaluationDocument.from_json(DOCUMENT)
    sheet = score(document, get_edition(document.form)).to_dict()
    for row in sheet["rows"]:
        row["points"] = points
    return sheet


def test_last_year_counts(confirmed, drawn, season_2020):
    before = confirmed(2)
    drawn(1)
    again = Campaign.objects.create(
        name="2021年度绩效自评",
        kind=season_2020.kind,
        fiscal_year=2021,
        region=season_2020.region,
        edition_id=season_2020.edition_id,
    )
    after = confirmed(2, campaign=again)
    for old, new in zip(before, after, strict=True):
        Evaluation.objects.filter(pk=new.pk).update(project=old.project)
    rechecked = SpotCase.objects.get().evaluation.project_id
    expected = {
        new.pk: {"drawn_last_year"} if old.project_id == rechecked else set()
        for old, new in zip(before, after, strict=True)
    }
    assert reasons(again) == expected


def test_a_list_that_changed_since_the_page_is_not_drawn_from(confirmed, season_2020, people):
    forms = confirmed(4)
    found = drawing.preview(season_2020, Wanted(), Size(2))
    Evaluation.objects.filter(pk=forms[0].pk).update(total=Decimal(100))  # weighs more now
    asked = {"actor": people["业务管理员"], "seen": found.fingerprint, "key": uuid.uuid4()}
    with pytest.raises(ListChanged):
        drawing.draw_sample(season_2020, Wanted(), Size(2), Seed(), number=1, **asked)
    assert not SpotCheck.objects.exists()


def test_of_two_who_draw_the_second_is_told_and_a_double_click_draws_once(
    confirmed, drawn, season_2020, people
):
    confirmed(4)
    found, key = drawing.preview(season_2020, Wanted(), Size(2)), uuid.uuid4()
    asked = {"actor": people["业务管理员"], "seen": found.fingerprint, "number": 1}
    first = drawing.draw_sample(season_2020, Wanted(), Size(2), Seed(), key=key, **asked)
    assert drawing.draw_sample(season_2020, Wanted(), Size(2), Seed(), key=key, **asked) == first
    with pytest.raises(DrawnMeanwhile) as told:
        drawing.draw_sample(season_2020, Wanted(), Size(2), Seed(), key=uuid.uuid4(), **asked)
    assert told.value.other == first
    assert SpotCase.objects.count() == 2


def test_queries_do_not_grow_with_the_forms(confirmed, season_2020, drawn):
    confirmed(4)
    drawn(1)  # content types are read once, the trail begins
    with CaptureQueriesContext(connection) as few:
        drawn(2)
    confirmed(60)
    with CaptureQueriesContext(connection) as many:
        drawn(40)
    assert len(many) == len(few)
    check = SpotCheck.objects.get(number=3)
    freeze_all([case.evaluation for case in check.cases.all()], check.drawn_by, number=2)
    with CaptureQueriesContext(connection) as again:
        assert drawing.draw_again(check).is_same
    assert len(again) == 1
