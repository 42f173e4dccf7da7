"""Every act the product records has its sentence; a record reads well whatever stands in it."""

import ast
from pathlib import Path

import pytest

from perfgoals.accounts import administering
from perfgoals.audit import trail
from perfgoals.audit.models import AuditRecord
from perfgoals.audit.wording import SENTENCES, label_of, say

ROOT = Path(__file__).resolve().parents[2]
# Calls whose ``action`` (or first argument) ends in the trail.
WRITERS = {"record", "_record", "_write", "Transition"}


def recorded_actions():
    """Every action that stands in the code as text, with the place."""
    for app in ("perfgoals", "declarations", "evaluations"):
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name not in WRITERS:
                    continue
                named = [word.value for word in node.keywords if word.arg == "action"]
                for part in named or node.args[:1]:
                    for leaf in ast.walk(part):
                        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                            yield leaf.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_the_search_for_actions_finds_what_it_should():
    found = {action for action, _ in recorded_actions()}
    assert {"submit", "sign_in", "account_disable", "account_enable", "account_change", "export"} <= found


def test_every_recorded_action_has_a_sentence():
    missing = {action: place for action, place in recorded_actions() if action not in SENTENCES}
    assert missing == {}, "give it words in perfgoals/audit/wording.py"


def test_labels_are_distinct_and_no_sentence_shouts():
    labels = [label for label, _ in SENTENCES.values()]
    assert len(set(labels)) == len(labels)
    assert not [s for _, s in SENTENCES.values() if "！" in s or "!" in s or s.endswith("。")]


@pytest.fixture
def said(people):
    def _said(**fields):
        return say([trail.record(actor=people["审计员"], **fields)])[0]

    return _said


def test_an_unknown_act_is_shown_by_its_code(said):
    assert said(action="brand_new").sentence == "brand_new"
    assert label_of("brand_new") == "brand_new"


def test_words_that_are_missing_leave_a_dash(said):
    assert said(action="export").sentence == "导出“—”，— 项"


def test_what_the_sentence_holds_is_not_listed_again(said):
    line = said(action="export", changes={"title": "项目清单", "items": 3, "job": "7"})
    assert line.sentence == "导出“项目清单”，3 项"
    assert line.details == (("任务编号", "7"),)


def test_text_with_braces_is_only_text(said, make_declaration):
    form = make_declaration(name="{what}{0}")
    assert said(action="submit", subject=form).sentence == "送审“2020 {what}{0}”"


def test_an_object_that_is_gone_is_named_by_number(said, make_declaration):
    form = make_declaration()
    entry = trail.record(actor=None, action="start", subject=form)
    form.delete()
    assert say([AuditRecord.objects.get(pk=entry.pk)])[0].what == f"申报表 {entry.object_id}（已不在）"


def test_values_are_said_in_the_words_of_the_form(said, make_declaration, places):
    changes = {
        "necessity": ["", "渗漏"],
        "start_date": ["2020-1-1", "2020-02-01"],
        "budget.total": ["100", None],
        "indicators.ab12.target": ["1", "≥2"],
        "includes_government_purchase": [None, True],
        "no_such_column": ["a", "b"],
    }
    line = said(action="edit", subject=make_declaration(), changes=changes)
    assert [(c.label, c.old, c.new) for c in line.changes] == [
        ("项目设立的必要性", "（空）", "渗漏"),
        ("开始日期", "2020-1-1", "2020-02-01"),
        ("项目总预算", "100", "（空）"),
        ("绩效指标：指标目标值", "1", "≥2"),
        ("是否含有政府购买服务", "（空）", "是"),
        ("no_such_column", "a", "b"),
    ]


def test_keys_and_codes_become_names(people, places):
    person = people["信息中心同事"]
    person.organization, person.role = places["服务中心"], "unit_reviewer"
    administering.change_account(person, ["organization", "role"], actor=people["系统管理员"])
    line = say(AuditRecord.objects.all())[0]
    assert line.sentence == "改了账号“信息中心同事”"
    # PostgreSQL keeps the entries of a JSON object in an order of its own.
    assert sorted((c.label, c.old, c.new) for c in line.changes) == [
        ("单位", "上海市经济信息中心", "上海市金融发展服务中心"),
        ("角色", "填报人", "单位审核人"),
    ]


@pytest.mark.parametrize("changes", [{}, [], "text", None, {"a": []}, {"a": [1, 2, 3]}, {"a": {"b": 1}}])
def test_whatever_stands_in_changes_it_can_be_read(said, changes):
    assert said(action="start", changes=changes).sentence == "建了的草稿"
