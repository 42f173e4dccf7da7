"""Places of the review form, panels and their statistics. What they need is made by the first of them that is visited."""

import uuid

from django.utils import timezone
from playwright.sync_api import expect

from declarations.appraising.filling import about_of, judged_revision, questionnaire_of
from declarations.models import Declaration
from declarations.starting import start_declaration
from declarations.workflow import SUBMIT
from perfgoals.accounts.models import User
from perfgoals.appraising import panels, settling
from perfgoals.appraising.grading import Given
from perfgoals.appraising.keeping import Filled
from perfgoals.appraising.models import Panel, PanelCase
from perfgoals.campaigns.models import Campaign
from perfgoals.workflow import perform
from tests.browser.places import Visit, place
from tests.browser.stage import ADMIN, REVIEWER

BUREAU, OTHER, THIRD = "finance", "department-jrb", "reviewer-fwzx"
FILLING, CLOSED, SETTLED = "填表中的会审", "已收表的会审", "定稿了的会审"


def case_of(visit: Visit, name: str) -> PanelCase:
    """The case of the panel of this name, before the form that was sent."""
    if not Panel.objects.exists():
        make_panels(Declaration.objects.get(pk=visit.forms["sent"].pk))
    return PanelCase.objects.select_related("panel").get(panel__name=name)


def make_panels(form: Declaration) -> None:
    people = [User.objects.get(username=name) for name in (BUREAU, OTHER, THIRD)]
    chair = people[0]
    for name in (FILLING, CLOSED, SETTLED):
        panel = panels.open_panel(
            actor=chair,
            name=name,
            meets_on=timezone.localdate(),
            questionnaire=questionnaire_of(form),
            mode="grades",
            before=[(form, judged_revision(form))],
            members=people,
            chair=chair,
        )
        case = panel.cases.get()
        for user in people if name != FILLING else [chair]:
            panels.state_interest(case, actor=user, has_conflict=False, words="")
        if name != FILLING:
            for user, grade in zip(people, ("excellent", "good", "good"), strict=True):
                panels.answer(
                    case,
                    filled(form, grade),
                    actor=user,
                    version=0,
                    about=about_of(form, case.revision),
                    hand_in=True,
                )
        if name == SETTLED:
            about = about_of(form, case.revision)
            settling.settle(case, filled(form, "good"), actor=chair, version=0, about=about)


def filled(form: Declaration, grade: str) -> Filled:
    given = {one.key: Given(grade, "总目标里“提高效率”没有数。") for one in questionnaire_of(form).questions}
    return Filled("grades", given, grade, "总体可行，小改后通过。")


def open_case(visit: Visit, name: str, page: str = "panel_case") -> None:
    case = case_of(visit, name)
    visit.open(f"declarations:{page}", case.panel_id, case.pk)


@place("appraisal", who=REVIEWER)
def _(visit):
    visit.open("declarations:appraisal", visit.forms["sent"].pk)
    expect(visit.page.locator("fieldset")).to_have_count(9)


@place("appraisal-points-refused", who=REVIEWER, troubles=("status of 422",))
def _(visit):
    visit.open("declarations:appraisal", visit.forms["sent"].pk, more="?mode=points")
    visit.page.locator("#d-well_formed-wrong_cell").fill("很多")
    visit.page.get_by_role("button", name="存为草稿").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("读不出是几")


@place("panels", who=BUREAU)
def _(visit):
    case_of(visit, FILLING)
    visit.open("declarations:panels")


@place("panel-new", who=BUREAU)
def _(visit):
    if not Declaration.objects.filter(state="finance_review").exists():
        filer = User.objects.get(username="filer-czj")
        now = Campaign.objects.get(name="2027年度绩效目标申报")
        form = start_declaration(campaign=now, name="待会审的项目", key=uuid.uuid4(), actor=filer)
        send(form, filer)
    visit.open("declarations:panel_new")
    expect(visit.page.locator("[name=form]")).not_to_have_count(0)


def send(form: Declaration, filer: User) -> None:
    """Past the check-up: what stands on this form is not what the place shows."""
    free = SUBMIT.__class__(
        **{**vars(SUBMIT), "blocking": lambda filing: [], "needs_comment": lambda filing: False}
    )
    perform(free, form, actor=filer, version=form.version)


@place("panel", who=BUREAU)
def _(visit):
    visit.open("declarations:panel", case_of(visit, FILLING).panel_id)


@place("panel-statement", who=OTHER)
def _(visit):
    open_case(visit, FILLING)
    expect(visit.page.locator("#conflict-no")).to_be_visible()


@place("panel-fill", who=BUREAU)
def _(visit):
    open_case(visit, FILLING)
    expect(visit.page.get_by_role("button", name="交个人审核表")).to_be_visible()


@place("panel-settle", who=BUREAU)
def _(visit):
    open_case(visit, CLOSED, "panel_settle")
    expect(visit.page.locator(".pg-spread")).to_have_count(8)


@place("panel-settled", who=OTHER)
def _(visit):
    open_case(visit, SETTLED)
    expect(visit.page.locator("main")).to_contain_text("会审定稿为")


@place("appraisal-statistics", who=ADMIN)
def _(visit):
    case_of(visit, SETTLED)
    visit.open("declarations:appraisal_statistics")
    expect(visit.page.locator("main tbody tr")).not_to_have_count(0)
