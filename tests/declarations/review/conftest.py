"""A submitted form of the information centre that waits for its department, and last year's of the same project."""

import dataclasses

import pytest

from declarations import workflow
from declarations.models import Declaration, Indicator
from perfgoals.campaigns.models import Campaign
from perfgoals.workflow import State, perform


@pytest.fixture
def free_submit(monkeypatch):
    """送审 without the check-up: what is tested here is what comes after."""
    free = dataclasses.replace(workflow.SUBMIT, blocking=lambda filing: [])
    monkeypatch.setattr(workflow, "SUBMIT", free)
    return free


def add_rows(declaration, *rows):
    """rows: (row_id, level1, level2, name, target)"""
    for position, (row_id, level1, level2, name, target) in enumerate(rows, 1):
        Indicator.objects.create(
            declaration=declaration,
            position=position,
            row_id=row_id,
            level1=level1,
            level2=level2,
            name=name,
            target=target,
        )


ROWS = (
    ("aaaa0001", "产出目标", "数量", "修缮面积", "≥1344平方米"),
    ("aaaa0002", "产出目标", "数量", "巡检次数", "≥12次"),
    ("aaaa0003", "效果目标", "满意度", "员工满意度", "≥90%"),
)


@pytest.fixture
def draft(make_declaration):
    declaration = make_declaration(
        necessity="2018年对1号楼大修，拟对对2号楼进行全面修缮。",
        legal_basis="检测报告",
        current_year_typed="900000.00",
        current_year=900000,
    )
    add_rows(declaration, *ROWS)
    return declaration


@pytest.fixture
def sent(draft, people, free_submit):
    perform(free_submit, draft, actor=people["信息中心填报人"], version=draft.version)
    return draft


@pytest.fixture
def last_year(draft, region, places):
    """The approved form of the year before: the same rows, less money, another goal for one."""
    campaign = Campaign.objects.create(
        name="2019年度绩效目标申报",
        kind=draft.campaign.kind,
        fiscal_year=2019,
        region=region,
        edition_id=draft.edition_id,
    )
    old = Declaration.objects.create(
        project=draft.project,
        organization=places["信息中心"],
        campaign=campaign,
        fiscal_year=2019,
        edition_id=draft.edition_id,
        project_name=draft.project_name,
        state=State.APPROVED,
        necessity="2018年对1号楼大修，拟对3号楼进行全面修缮。",
        current_year_typed="600000",
        current_year=600000,
    )
    add_rows(
        old,
        ("bbbb0001", "产出目标", "数量", "修缮面积", "≥1344平方米"),
        ("bbbb0002", "产出目标", "数量", "巡检次数", "≥12次"),
        ("bbbb0003", "产出目标", "质量", "验收合格率", "100%"),
    )
    return old
