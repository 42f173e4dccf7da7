"""The check-up of a saved declaration: its history, reasons, counts and what keeps it from being handed in."""

import pytest
from django.core.exceptions import PermissionDenied

from declarations import speaking
from declarations.checkup import (
    blocking_findings,
    findings_of,
    history_of,
    refresh_counts,
)
from declarations.checkup.mending import mend
from declarations.models import Declaration, FindingReason, Project
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.filling.editing import FieldChange
from perfgoals.filling.reasons import answered, open_findings
from perfgoals.findings import Level
from perfgoals.workflow import State


@pytest.fixture
def last_year(region):
    return Campaign.objects.create(
        name="2019年度绩效目标申报",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2019,
        region=region,
        edition_id="sh-2018-declaration",
    )


@pytest.fixture
def saved(make_declaration, decent):
    """saved(**changes) → the decent form in the database, of 信息中心."""

    def make(document=None, **columns):
        document = document or decent.document
        declaration = make_declaration(name=document.project_name, **columns)
        speaking.write_rows(document, declaration)
        declaration.refresh_from_db()
        return declaration

    return make


def reason_for(declaration, finding, people, text="按合同执行。"):
    return FindingReason.objects.create(
        declaration=declaration,
        code=finding.code,
        path=finding.path,
        message=finding.message,
        reason=text,
        written_by=people["信息中心填报人"],
    )


def of_year(declaration, campaign, state):
    return Declaration.objects.create(
        project=declaration.project,
        organization=declaration.organization,
        campaign=campaign,
        fiscal_year=campaign.fiscal_year,
        edition_id=campaign.edition_id,
        project_name=declaration.project_name,
        state=state,
    )


def test_the_database_form_is_judged_like_the_document(saved, form, published):
    document = published["xxzx-2020-6"]
    declaration = saved(document)
    assert [f.message for f in findings_of(declaration)] == [f.message for f in form(document).findings()]


def test_last_year_is_the_latest_approved_form_of_the_project(saved, last_year, region):
    declaration = saved()
    earlier = Campaign.objects.create(
        name="2018年度",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2018,
        region=region,
        edition_id="sh-2018-declaration",
    )
    of_year(declaration, earlier, State.APPROVED)
    of_year(declaration, last_year, State.SUPERSEDED)
    assert history_of(declaration).previous.fiscal_year == 2018
    of_year(declaration, last_year, State.APPROVED)
    assert history_of(declaration).previous.fiscal_year == 2019


def test_a_draft_of_last_year_and_another_project_are_no_past(saved, last_year):
    declaration = saved()
    of_year(declaration, last_year, State.DRAFT)
    other = Project.objects.create(organization=declaration.organization, name=declaration.project_name)
    Declaration.objects.create(
        project=other,
        organization=declaration.organization,
        campaign=last_year,
        fiscal_year=2019,
        edition_id=last_year.edition_id,
        state=State.APPROVED,
    )
    assert history_of(declaration).previous is None


def test_siblings_are_the_other_projects_of_the_unit_in_this_campaign(saved, make_declaration, last_year):
    declaration = saved()
    make_declaration(name="办公用房修缮")
    make_declaration(unit="服务中心", name="别的单位的项目")
    make_declaration(name="去年的项目", in_campaign=last_year)
    replaced = make_declaration(name="换下来的")
    Declaration.objects.filter(pk=replaced.pk).update(state=State.SUPERSEDED)
    Declaration.objects.create(
        project=declaration.project,
        organization=declaration.organization,
        campaign=declaration.campaign,
        fiscal_year=2020,
        edition_id=declaration.edition_id,
        project_name="同一项目批复在先的一份",
        state=State.APPROVED,
    )
    assert [sibling.project_name for sibling in history_of(declaration).siblings] == ["办公用房修缮"]


def test_the_number_of_queries_does_not_grow(
    saved, make_declaration, decent, django_assert_num_queries, last_year
):
    declaration = saved()
    of_year(declaration, last_year, State.APPROVED)
    declaration = Declaration.objects.select_related("organization", "project").get(pk=declaration.pk)
    make_declaration(name="甲")
    with django_assert_num_queries(10):
        findings_of(declaration)
    for n in range(45):
        speaking.write_rows(decent.having(project_name=f"项目{n}").document, make_declaration(name=f"项目{n}"))
    declaration = Declaration.objects.select_related("organization", "project").get(pk=declaration.pk)
    with django_assert_num_queries(10):
        findings_of(declaration)
    assert len(history_of(declaration).siblings) == 40


def test_a_reason_answers_one_wording(saved, decent, people):
    declaration = saved(decent.row(7, target="≥85").document)
    [finding] = [f for f in findings_of(declaration) if f.code == "percent_missing"]
    reason = reason_for(declaration, finding, people)
    assert answered(declaration, [finding]) == {(finding.code, finding.path): reason}
    assert blocking_findings(declaration) == []

    row = declaration.indicators.get(row_id="r7")
    row.target = "≥80"
    row.save()
    [changed] = blocking_findings(declaration)
    assert changed.code == "percent_missing"
    assert answered(declaration, [changed]) == {}


def test_an_empty_reason_answers_nothing(saved, decent, people):
    declaration = saved(decent.row(7, target="≥85").document)
    [finding] = blocking_findings(declaration)
    reason_for(declaration, finding, people, text="  ")
    assert blocking_findings(declaration) == [finding]


def test_no_reason_answers_an_error(saved, decent, people):
    declaration = saved(decent.having(necessity="").document)
    [finding] = blocking_findings(declaration)
    assert finding.level is Level.ERROR
    reason_for(declaration, finding, people)
    assert blocking_findings(declaration) == [finding]


def test_hints_block_nothing(saved, decent):
    declaration = saved(decent.having(legal_basis="经信委核定。").document)
    assert {f.level for f in findings_of(declaration)} == {Level.HINT}
    assert blocking_findings(declaration) == []


def test_counts_are_of_open_findings_and_leave_the_version(saved, decent, people):
    declaration = saved(decent.row(7, target="≥85").having(necessity="").document)
    findings = findings_of(declaration)
    version = declaration.version
    refresh_counts(declaration, findings)
    stored = Declaration.objects.get(pk=declaration.pk)
    assert (stored.open_errors, stored.open_doubts, stored.version) == (1, 1, version)
    assert stored.open_findings == declaration.open_findings == {"error": 1, "doubt": 1, "hint": 0}

    [doubt] = [f for f in findings if f.level is Level.DOUBT]
    reason_for(declaration, doubt, people)
    refresh_counts(declaration, findings)
    stored.refresh_from_db()
    assert (stored.open_errors, stored.open_doubts) == (1, 0)
    assert [f.level for f in open_findings(declaration, findings)] == [Level.ERROR]


@pytest.mark.parametrize("source_id", ["sjrb-2018-4", "czj-2020-7", "xxzx-2020-3"])
def test_applying_every_fix_leaves_no_finding_that_had_one(saved, form, published, source_id):
    mended = form(published[source_id])
    for _ in range(40):
        fixes = [fix for finding in mended.findings() for fix in finding.fixes]
        if not fixes:
            break
        mended = mended.mended(fixes[0])
    assert not any(finding.fixes for finding in saved(mended.document) and mended.findings())


@pytest.mark.parametrize(
    "source_id", ["sjrb-2018-2", "czj-2020-1", "czj-2020-7", "xxzx-2020-3", "xxzx-2020-4", "xxzx-2020-6"]
)
def test_every_fix_is_taken_by_the_doors_of_editing(saved, published, people, source_id, campaign):
    document = published[source_id]
    campaign.edition_id, campaign.fiscal_year = document.form, document.fiscal_year
    campaign.save()
    declaration = saved(document)
    offered = {f"{f.code} {f.path}": fix for f in findings_of(declaration) for fix in f.fixes[:1]}
    assert offered
    for _ in offered:
        still = [(finding, fix) for finding in findings_of(declaration) for fix in finding.fixes[:1]]
        if not still:
            break
        finding, fix = still[0]
        versions = dict(declaration.marks.values_list("path", "version"))
        changes = [FieldChange(path, value, versions.get(path, 0)) for path, value in fix.changes]
        outcome = mend(declaration, changes, actor=people["信息中心填报人"])
        assert not outcome.refused
        assert not outcome.conflicts
        declaration = Declaration.objects.get(pk=declaration.pk)
        assert finding.message not in [other.message for other in findings_of(declaration)]


def test_a_moved_row_stands_at_the_end_of_its_new_group(saved, decent, people):
    declaration = saved(decent.rows(("产出目标", "时效", "代理银行业务费完成", "≥200万笔")).document)
    [fix] = [fix for f in findings_of(declaration) if f.code == "timeliness_not_time" for fix in f.fixes]
    changes = [FieldChange(path, value, 0) for path, value in fix.changes]
    outcome = mend(declaration, changes, actor=people["信息中心填报人"])
    assert [saved.path for saved in outcome.saved] == ["indicators.x1.level1", "indicators.x1.level2"]
    names = list(declaration.indicators.filter(level2="数量").values_list("name", flat=True))
    assert names == ["再评价完成数量", "代理银行业务费完成"]
    assert outcome.version == declaration.version == Declaration.objects.get(pk=declaration.pk).version


@pytest.mark.parametrize(
    "path", ["indicators.gone.level1", "indicators.x.level2", "indicators", "indicators.r3.level1.x"]
)
def test_a_move_to_nowhere_is_refused_with_a_sentence(saved, people, path):
    outcome = mend(saved(), [FieldChange(path, "别的", 0)], actor=people["信息中心填报人"])
    assert [refused.path for refused in outcome.refused] == [path]
    assert outcome.refused[0].message.endswith("。")


def test_only_who_may_edit_may_mend(saved, people):
    change = [FieldChange("indicators.r3.level2", "质量", 0)]
    with pytest.raises(PermissionDenied):
        mend(saved(), change, actor=people["服务中心填报人"])
