"""Rights and scope as tables: one line per person."""

import pytest

from declarations import permissions
from declarations.models import Declaration, Project
from perfgoals.audit.trail import record
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.workflow import EDITABLE, State

pytestmark = pytest.mark.django_db

SEES_DRAFT = {"信息中心填报人", "信息中心同事", "信息中心审核人", "业务管理员"}
SEES_SENT = SEES_DRAFT | {"发改委审核人", "财政审核人"}
FILLS = {"信息中心填报人", "信息中心同事"}


@pytest.mark.parametrize("state", list(State))
def test_who_sees_a_form_in_which_state(people, make_declaration, state):
    declaration = make_declaration()
    Declaration.objects.filter(pk=declaration.pk).update(state=state, submitted_by=people["信息中心填报人"])
    seen = {name for name, user in people.items() if Declaration.objects.visible_to(user).exists()}
    assert seen == (SEES_DRAFT if state in EDITABLE | {State.UNIT_REVIEW} else SEES_SENT)


@pytest.mark.parametrize("state", [State.RETURNED, State.UNIT_REVIEW])
@pytest.mark.parametrize(
    ("been_at", "seen_by"),
    [
        (State.UNIT_REVIEW, set()),
        (State.DEPARTMENT_REVIEW, {"发改委审核人"}),
        (State.FINANCE_REVIEW, {"财政审核人"}),
    ],
)
def test_what_came_back_to_the_unit_stays_in_sight_of_those_who_had_it(
    people, make_declaration, state, been_at, seen_by
):
    """Whoever returned a form can still open it; a draft of another form shows them nothing."""
    declaration, other = make_declaration(), make_declaration(name="没有到过的")
    record(
        actor=None,
        action="return",
        subject=declaration,
        from_state=been_at,
        to_state=State.RETURNED,
        comment="改",
    )
    Declaration.objects.update(state=state, submitted_by=people["信息中心填报人"])
    for name in ("发改委审核人", "财政审核人", "金融办审核人", "外区财政审核人"):
        seen = Declaration.objects.visible_to(people[name])
        assert list(seen) == ([declaration] if name in seen_by else []), name
    assert other not in Declaration.objects.visible_to(people["财政审核人"])


@pytest.mark.parametrize("state", list(State))
def test_who_may_edit_in_which_state(people, make_declaration, state):
    declaration = make_declaration()
    declaration.state = state
    editing = {name for name, user in people.items() if may_edit(user, declaration)}
    filling = {name for name, user in people.items() if may_fill(user, declaration)}
    assert editing == (FILLS if state in EDITABLE else set())
    assert filling == FILLS


def test_whoever_may_edit_may_also_see(people, make_declaration):
    """The predicate and the scope cannot drift apart."""
    for unit in ("信息中心", "服务中心", "财政局"):
        declaration = make_declaration(unit=unit)
        for user in people.values():
            if may_fill(user, declaration):
                assert declaration in Declaration.objects.visible_to(user)


def test_who_may_start_and_export(people):
    starting = {name for name, user in people.items() if permissions.may_start(user)}
    exporting = {name for name, user in people.items() if permissions.may_export(user)}
    assert starting == {name for name in people if name.endswith(("填报人", "同事"))}
    assert exporting == {"业务管理员"}


def test_a_department_sees_its_own_and_its_units_but_not_across(people, make_declaration):
    for unit in ("金融办", "服务中心", "发改委", "信息中心", "财政局"):
        made = make_declaration(unit=unit, name=unit)
        Declaration.objects.filter(pk=made.pk).update(
            state=State.DEPARTMENT_REVIEW, submitted_by=people["信息中心填报人"]
        )
    seen = Declaration.objects.visible_to(people["金融办审核人"]).values_list("project_name", flat=True)
    assert set(seen) == {"金融办", "服务中心"}


def test_projects_follow_the_organization(people, make_declaration):
    make_declaration()
    assert Project.objects.visible_to(people["信息中心填报人"]).count() == 1
    assert Project.objects.visible_to(people["服务中心填报人"]).count() == 0
    assert Project.objects.visible_to(people["审计员"]).count() == 0
