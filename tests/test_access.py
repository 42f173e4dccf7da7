"""Every address × every kind of person × draft and sent form → the answer. An address without a line fails the test."""

import copy
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from declarations import downloads
from declarations.inbox.models import SavedFilter
from declarations.models import Declaration
from evaluations import views_papers
from evaluations.evidence import keep_evidence
from evaluations.models import Evaluation
from evaluations.opening import start_alone
from evaluations.spot_checks import drawing
from evaluations.spot_checks.drawing import Seed, Size
from evaluations.spot_checks.models import Population
from evaluations.spot_checks.population import Wanted
from monitoring.opening import MONITORED
from perfgoals.appraising import panels
from perfgoals.appraising.questionnaire import questionnaire_for
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.workflow import State, freeze
from tests.conftest import DATABASE_TESTS_ONLY, campaign_in, declaration_maker, people_of, places_in, shanghai

pytestmark = pytest.mark.django_db

# The form is 信息中心's. From 服务中心填报人 on, nobody has anything to do with it; the last one has not signed in.
PEOPLE = (
    "信息中心填报人",
    "信息中心审核人",
    "发改委审核人",
    "财政审核人",
    "业务管理员",
    "服务中心填报人",
    "金融办审核人",
    "外区财政审核人",
    "系统管理员",
    "安全管理员",
    "审计员",
    "没有登录",
)
OUTSIDE = [404] * 6 + [302]


@dataclass(frozen=True)
class Line:
    """One address, one method, and what each person gets; ``place`` says which object the address names."""

    name: str
    method: str
    place: str  # draft, sent, person, organization, job, or "" for an address without an object
    codes: list[int]
    args: tuple = ()
    body: Any = field(default=None, hash=False)

    def __str__(self) -> str:
        return f"{self.name}-{self.method}-{self.place}"


def on_form(
    name: str, method: str, draft: list[int], sent: list[int], *args: object, body: Any = None
) -> list[Line]:
    """``draft`` and ``sent`` are the answers to the first five; everybody else gets 404, or the sign-in page.

    A script that has not signed in gets 401, never a page to follow.
    """
    name = f"declarations:{name}"
    outside = [*OUTSIDE[:-1], 401] if body else OUTSIDE
    return [
        Line(name, method, place, [*codes, *outside], args, body)
        for place, codes in (("draft", draft), ("sent", sent))
    ]


def on_evaluation(
    name: str, method: str, draft: list[int], sent: list[int], *args: object, body: Any = None
) -> list[Line]:
    """As ``on_form``, for a self-evaluation that stands alone."""
    outside = [*OUTSIDE[:-1], 401] if body else OUTSIDE
    return [
        Line(f"evaluations:{name}", method, place, [*codes, *outside], args, body)
        for place, codes in (("evaluation", draft), ("evaluation_sent", sent))
    ]


def on_report(
    name: str, method: str, draft: list[int], sent: list[int], *args: object, body: Any = None
) -> list[Line]:
    """As ``on_form``, for a monitoring report."""
    outside = [*OUTSIDE[:-1], 401] if body else OUTSIDE
    return [
        Line(f"monitoring:{name}", method, place, [*codes, *outside], args, body)
        for place, codes in (("report", draft), ("report_sent", sent))
    ]


def on_site(name: str, method: str, codes: list[int], place: str = "", body: Any = None) -> Line:
    return Line(name, method, place, codes, (), body)


def on_panel(name: str, method: str, place: str, bureau: int, admin: int, member: int) -> list[Line]:
    """Everybody whom the panel does not concern gets 404, reviewers of the form's own chain too."""
    codes = [404, 404, 404, bureau, admin, 404, member, *[404] * 4, 302]
    return [Line(f"declarations:{name}", method, place, codes)]


def on_check(name: str, method: str, place: str, bureau: int, admin: int) -> Line:
    """A spot check of the region: nothing for units and departments, and not there for another region."""
    codes = [403, 403, 403, bureau, admin, 403, 403, 404, *[403] * 3, 302]
    return Line(f"evaluations:{name}", method, place, codes)


def only(person: str, code: int, others: int = 403) -> list[int]:
    return [code if name == person else 302 if name == "没有登录" else others for name in PEOPLE]


def everybody(code: int, anonymous: int = 302) -> list[int]:
    return [code] * 11 + [anonymous]


def the_admin(name: str, *methods: tuple[str, int], place: str = "") -> list[Line]:
    return [on_site(f"accounts:{name}", m, only("系统管理员", code), place) for m, code in methods]


REVIEWERS = ("信息中心审核人", "发改委审核人", "财政审核人", "金融办审核人", "外区财政审核人")


def reviewers(code: int) -> list[int]:
    """What waits for them is theirs; nobody else has an inbox."""
    return [code if name in REVIEWERS else 302 if name == "没有登录" else 403 for name in PEOPLE]


SEEN = (
    [200, 200, 404, 404, 200],
    [200, 200, 200, 200, 200],
)  # by the unit and the admin; once sent, by reviewers
CHANGES = {"changes": [{"path": "necessity", "value": "渗漏", "seen": 0}]}
RESULT = {"changes": [{"path": "actual_completion", "value": "已完成", "seen": 0}]}
FIX = {"changes": [["necessity", "渗漏"]]}
GOAL = {"changes": [{"path": "annual_goal", "value": "办好培训。", "seen": 0}]}
FIX_GOAL = {"changes": [["annual_goal", "办好培训。"]]}
OFFICES = [200] * 8 + [403] * 3 + [302]
IN_CHARGE = ("业务管理员", "系统管理员")
BUREAU = [403, 403, 403, 200, 200, 403, 403, 200, *[403] * 3, 302]
ABROAD = [200] * 7 + [404] + [403] * 3 + [302]  # 外区 has campaigns of its own

LINES = [
    # A form: pages
    *(line for name in ("tasks", "copy", "check", "preview") for line in on_form(name, "get", *SEEN)),
    *(line for name in ("pdf", "xlsx", "json") for line in on_form(name, "get", *SEEN)),
    *on_form("submit", "get", [302, 302, 404, 404, 302], [302] * 5),
    *on_form("step", "get", [200, 403, 404, 404, 403], [302, 403, 403, 403, 403], "basics"),
    *on_form("checkup", "get", [404, 403, 404, 404, 403], [403] * 5),  # 404: no such section named
    *on_form("adjust", "get", [302, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_form("adjust", "post", [302, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_form("adjustment", "get", [404] * 5, [404] * 5),  # neither adjusts anything
    *(
        line
        for name in ("recall", "ask_back")
        for line in on_form(name, "get", [302, 302, 404, 404, 302], [302] * 5)
    ),
    *on_form(
        "recall", "post", [403, 403, 404, 404, 403], [302, 403, 404, 404, 403]
    ),  # a draft again, unseen by reviewers
    *on_form("ask_back", "post", [403, 403, 404, 404, 403], [403] * 5),  # nobody has opened it
    *on_form("drop", "get", [200, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_form("drop", "post", [302, 404, 404, 404, 404], [302, 403, 403, 403, 403]),  # the first deletes it
    # A form: changes
    *on_form("submit", "post", [409, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_form("copy", "post", [302, 403, 404, 404, 403], [403] * 5),
    *on_form("step", "post", [302, 403, 404, 404, 403], [409, 403, 403, 403, 403], "basics"),
    *on_form("save", "post", [200, 403, 404, 404, 403], [409, 403, 403, 403, 403], body=CHANGES),
    *on_form("fix", "post", [200, 403, 404, 404, 403], [409, 403, 403, 403, 403], body=FIX),
    *on_form("reason", "get", [302, 302, 404, 404, 302], [302] * 5),
    *on_form("reason", "post", [302, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_form("check", "post", [302, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_form("row", "post", [422, 403, 404, 404, 403], [409, 403, 403, 403, 403], "indicators", "add"),
    # Evidence of a self-evaluation: with the form, to whoever sees its rows
    Line("evaluations:evidence", "get", "evidence", [200, 200, 404, 404, 200, *OUTSIDE]),
    Line("evaluations:evidence", "get", "evidence_sent", [200] * 5 + OUTSIDE),
    # A self-evaluation to read: score card and papers
    *(
        line
        for name in ("score", "score_json", "preview", "pdf", "xlsx", "json")
        for line in on_evaluation(name, "get", *SEEN)
    ),
    Line("evaluations:evidence_delete", "post", "evidence", [302, *[404] * 4, *OUTSIDE]),  # gone
    Line("evaluations:evidence_delete", "post", "evidence_sent", [302] * 5 + OUTSIDE),
    # A self-evaluation, as a declaration
    *(line for name in ("tasks", "check", "evidence_list") for line in on_evaluation(name, "get", *SEEN)),
    *on_evaluation("evidence_list", "post", [422, 403, 404, 404, 403], [403] * 5),
    *on_evaluation("comments", "get", *SEEN),
    *on_evaluation("comments", "post", [422, 422, 404, 404, 403], [422, 422, 422, 422, 403]),
    *on_evaluation("comment_act", "post", [404, 404, 404, 404, 403], [404, 404, 404, 404, 403], 1, "reply"),
    *on_evaluation("step", "get", [200, 403, 404, 404, 403], [302, 403, 403, 403, 403], "indicators"),
    *on_evaluation("step", "post", [302, 403, 404, 404, 403], [409, 403, 403, 403, 403], "indicators"),
    *on_evaluation("save", "post", [200, 403, 404, 404, 403], [409, 403, 403, 403, 403], body=RESULT),
    *on_evaluation("checkup", "get", [404, 403, 404, 404, 403], [403] * 5),  # 404: no such section named
    *on_evaluation("fix", "post", [422, 403, 404, 404, 403], [409, 403, 403, 403, 403], body=FIX),
    *on_evaluation("reason", "post", [302, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_evaluation("draft", "post", [302, 403, 404, 404, 403], [409, 403, 403, 403, 403], "goals"),
    *on_evaluation("row", "post", [302, 403, 404, 404, 403], [409, 403, 403, 403, 403], "add"),
    *on_evaluation("together", "post", [302, 403, 404, 404, 403], [409, 403, 403, 403, 403], "place"),
    *on_evaluation("fetch", "post", [403, 403, 404, 404, 403], [403] * 5),  # stands alone
    *on_evaluation("submit", "get", [302, 302, 404, 404, 302], [302] * 5),
    *on_evaluation("submit", "post", [409, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *(
        line
        for name in ("recall", "ask_back")
        for line in on_evaluation(name, "get", [302, 302, 404, 404, 302], [302] * 5)
    ),
    *on_evaluation("recall", "post", [403, 403, 404, 404, 403], [302, 403, 404, 404, 403]),
    *on_evaluation("ask_back", "post", [403, 403, 404, 404, 403], [403] * 5),
    # Spot checks are the bureau's; nobody was asked to recheck this form
    on_site("evaluations:spot_checks", "get", BUREAU),
    *(
        on_site("evaluations:spot_check_new", m, [302 if c == 200 else c for c in BUREAU])
        for m in ("get", "post")
    ),
    on_site("evaluations:spot_check_candidates", "get", [404 if c == 200 else c for c in BUREAU]),
    *(
        on_check(name, method, place, bureau, admin)
        for name, method, place, bureau, admin in (
            ("spot_check", "get", "spot_check", 200, 200),
            ("spot_check_assign", "post", "spot_check", 422, 422),
            ("spot_check_json", "post", "spot_check", 200, 200),
            ("spot_check_xlsx", "post", "spot_check", 200, 200),
            ("spot_check_statistics", "get", "spot_check", 200, 200),
            ("spot_check_statistics_xlsx", "post", "spot_check", 200, 200),
            ("spot_case", "get", "spot_case", 200, 200),
            ("spot_case", "post", "spot_case", 403, 403),
            ("spot_case_reopen", "post", "spot_case", 403, 422),
        )
    ),
    *on_evaluation("review", "get", [403, 403, 404, 404, 403], [403, 200, 200, 200, 200]),
    *on_evaluation("review_keep", "post", [403, 403, 404, 404, 403], [403, 403, 302, 403, 403]),
    *on_evaluation("review_return", "get", [403, 403, 404, 404, 403], [403, 403, 200, 403, 403]),
    *on_evaluation("review_return", "post", [403, 403, 404, 404, 403], [403, 403, 302, 403, 403]),
    *on_evaluation("review_decide", "post", [403, 403, 404, 404, 403], [403, 403, 404, 403, 403]),
    *on_evaluation("review_undo", "post", [403, 403, 404, 404, 403], [403] * 5),
    *on_evaluation("receipt", "get", [404] * 5, [404] * 5),  # never sent through the door
    on_site("evaluations:inbox", "get", reviewers(200)),
    on_site("evaluations:list", "get", OFFICES),
    on_site("evaluations:list", "post", everybody(405)),
    on_site("evaluations:new", "get", [200, 403, 403, 403, 403, 200, *[403] * 5, 302]),
    on_site("evaluations:new", "post", [422, 403, 403, 403, 403, 422, *[403] * 5, 302]),
    # A monitoring report: as a form, but that nobody adjusts or drops it
    *(
        line
        for name in ("tasks", "check", "comments", "preview", "pdf", "xlsx", "json")
        for line in on_report(name, "get", *SEEN)
    ),
    *on_report("submit", "get", [302, 302, 404, 404, 302], [302] * 5),
    *on_report("submit", "post", [409, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_report("receipt", "get", [404] * 5, [404] * 5),  # never sent through the door
    *on_report("check", "post", [302, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_report("step", "get", [200, 403, 404, 404, 403], [302, 403, 403, 403, 403], "basics"),
    *on_report("step", "post", [302, 403, 404, 404, 403], [409, 403, 403, 403, 403], "basics"),
    *on_report("save", "post", [200, 403, 404, 404, 403], [409, 403, 403, 403, 403], body=GOAL),
    *on_report("checkup", "get", [404, 403, 404, 404, 403], [403] * 5),
    *on_report("fix", "post", [200, 403, 404, 404, 403], [409, 403, 403, 403, 403], body=FIX_GOAL),
    *on_report("reason", "post", [302, 403, 404, 404, 403], [302, 403, 403, 403, 403]),
    *on_report("fetch", "post", [302, 403, 404, 404, 403], [403] * 5),
    *on_report("comments", "post", [422, 422, 404, 404, 403], [422, 422, 422, 422, 403]),
    *on_report("comment_act", "post", [404, 404, 404, 404, 403], [404, 404, 404, 404, 403], 1, "reply"),
    *(
        line
        for name in ("recall", "ask_back")
        for line in on_report(name, "get", [302, 302, 404, 404, 302], [302] * 5)
    ),
    *on_report("recall", "post", [403, 403, 404, 404, 403], [302, 403, 404, 404, 403]),
    *on_report("ask_back", "post", [403, 403, 404, 404, 403], [403] * 5),
    *on_report("review", "get", [403, 403, 404, 404, 403], [403, 200, 200, 200, 200]),
    *on_report("review_keep", "post", [403, 403, 404, 404, 403], [403, 403, 302, 403, 403]),
    *on_report("review_return", "get", [403, 403, 404, 404, 403], [403, 403, 200, 403, 403]),
    *on_report("review_return", "post", [403, 403, 404, 404, 403], [403, 403, 302, 403, 403]),
    *on_report("review_decide", "post", [403, 403, 404, 404, 403], [403, 403, 404, 403, 403]),
    *on_report("review_undo", "post", [403, 403, 404, 404, 403], [403] * 5),
    *on_report("corrections", "get", *SEEN),
    *on_report("corrections", "post", [404, 404, 404, 404, 404], [404] * 5),  # no such act
    on_site("monitoring:all_corrections", "get", OFFICES),
    on_site("monitoring:inbox", "get", reviewers(200)),
    on_site("monitoring:list", "get", OFFICES),
    on_site("monitoring:list", "post", everybody(405)),
    on_site("monitoring:new", "get", [200, 403, 403, 403, 403, 200, *[403] * 5, 302]),
    on_site("monitoring:new", "post", [422, 403, 403, 403, 403, 422, *[403] * 5, 302]),
    # Remarks: of the people of the chain, in their scope
    *on_form("comments", "get", *SEEN),
    *on_form("comments", "post", [422, 422, 404, 404, 403], [422, 422, 422, 422, 403]),
    *on_form("comment_act", "post", [404, 404, 404, 404, 403], [404, 404, 404, 404, 403], 1, "reply"),
    # The review form; the sent one of this test was never frozen, so there is nothing to judge yet
    *on_form("appraisal", "get", *SEEN),
    *on_form("appraisal", "post", [403, 403, 404, 404, 403], [403, 403, 409, 403, 403]),
    *(
        line
        for name in ("appraisal_form", "appraisal_pdf")
        for line in on_form(name, "get", [404] * 5, [404] * 5, 1)
    ),
    # A form: review. Who submitted it is the unit's; the department's turn it is
    *on_form("review", "get", [403, 403, 404, 404, 403], [403, 200, 200, 200, 200]),
    *on_form("review_compare", "get", [403, 403, 404, 404, 403], [200] * 5),
    *on_form("review_keep", "post", [403, 403, 404, 404, 403], [403, 403, 302, 403, 403]),
    *on_form("review_return", "get", [403, 403, 404, 404, 403], [403, 403, 200, 403, 403]),
    *on_form("review_return", "post", [403, 403, 404, 404, 403], [403, 403, 302, 403, 403]),
    *on_form("review_decide", "post", [403, 403, 404, 404, 403], [403, 403, 404, 403, 403]),
    *on_form("review_undo", "post", [403, 403, 404, 404, 403], [403] * 5),
    *on_form("suggestion", "post", [404, 403, 404, 404, 403], [404, 403, 403, 403, 403], "1"),
    # Panels: the bureau's, the admin's to look at, and of those who sit on them (财政审核人 in the chair, 金融办审核人)
    on_site("declarations:panels", "get", [403, 200, 200, 200, 200, 403, 200, 200, *[403] * 3, 302]),
    on_site("declarations:panel_new", "get", [403, 403, 403, 200, 403, 403, 403, 200, *[403] * 3, 302]),
    on_site("declarations:panel_new", "post", [403, 403, 403, 422, 403, 403, 403, 422, *[403] * 3, 302]),
    *on_panel("panel", "get", "panel", 200, 200, 200),
    *on_panel("panel_date", "post", "panel", 422, 403, 403),
    *on_panel("panel_case", "get", "panel_case", 200, 200, 200),
    *on_panel("panel_case", "post", "panel_case", 403, 403, 403),  # nobody has stated their interests
    *on_panel("panel_settle", "get", "panel_case", 403, 403, 403),
    *on_panel("panel_settle", "post", "panel_case", 403, 403, 403),
    *on_panel("panel_chair", "post", "panel_case", 422, 403, 403),
    *on_panel("panel_pdf", "get", "panel_case", 404, 404, 404),
    *(
        on_site(f"declarations:{name}", method, [403, 403, 403, 200, 200, 403, 403, 200, *[403] * 3, 302])
        for name, method in (("appraisal_statistics", "get"), ("appraisal_statistics_xlsx", "post"))
    ),
    *on_form("receipt", "get", [404] * 5, [404] * 5),  # never sent through the door: no receipt
    on_site("declarations:receipts", "get", everybody(200)),
    # Work without a form
    on_site("declarations:list", "get", OFFICES),
    on_site("declarations:list", "post", everybody(405)),
    on_site("declarations:new", "get", [200, 403, 403, 403, 403, 200, *[403] * 5, 302]),
    on_site("declarations:new", "post", [422, 403, 403, 403, 403, 422, *[403] * 5, 302]),
    on_site("declarations:library", "get", OFFICES),
    on_site("declarations:return_reasons", "get", only("业务管理员", 200)),
    *(
        on_site(f"{forms}:exports", method, only("业务管理员", code))
        for forms in ("declarations", "evaluations", "monitoring")
        for method, code in (("get", 200), ("post", 422))
    ),
    # Campaigns: the admin runs them, everybody in business sees how far their own units are
    on_site("declarations:campaigns", "get", OFFICES),
    on_site("declarations:campaign_new", "get", only("业务管理员", 200)),
    on_site("declarations:campaign_new", "post", only("业务管理员", 422)),
    on_site("declarations:rollover", "get", only("业务管理员", 200)),
    on_site("declarations:rollover", "post", only("业务管理员", 200)),
    on_site("declarations:rollover_undo", "post", only("业务管理员", 302)),
    on_site("declarations:campaign", "get", only("业务管理员", 200), "campaign"),
    on_site("declarations:campaign", "post", only("业务管理员", 422), "campaign"),
    *(
        on_site(f"declarations:campaign_{act}", "post", only("业务管理员", 302), "campaign")
        for act in ("announce", "archive")
    ),
    on_site("declarations:campaign_season", "post", only("业务管理员", 302), "season"),
    *(on_site(f"declarations:campaign_{page}", "get", ABROAD, "campaign") for page in ("progress", "list")),
    on_site(
        "declarations:campaign_remind",
        "post",
        [403, 403, 302, 302, 302, 403, 302, 404, *[403] * 3, 302],
        "campaign",
    ),
    on_site("declarations:campaign_unit", "get", [*[200] * 5, *[404] * 3, *[403] * 3, 302], "campaign_unit"),
    on_site("declarations:campaign_unit", "post", [*[403] * 5, *[404] * 3, *[403] * 3, 302], "campaign_unit"),
    # What waits for a reviewer
    on_site("declarations:inbox", "get", reviewers(200)),
    on_site("declarations:inbox", "post", everybody(405)),
    on_site("declarations:inbox_together", "get", reviewers(302)),  # nothing picked: back to the list
    on_site("declarations:inbox_together", "post", reviewers(302)),
    on_site("declarations:inbox_result", "get", reviewers(302)),
    on_site("declarations:inbox_undo", "get", everybody(405)),
    on_site("declarations:inbox_undo", "post", reviewers(302)),
    on_site("declarations:inbox_filters", "post", reviewers(422)),
    on_site(
        "declarations:inbox_filter_delete",
        "post",
        [302 if name == "发改委审核人" else code for name, code in zip(PEOPLE, reviewers(404), strict=True)],
        "filter",
    ),
    # Notices are their person's; whether e-mails arrive is the 系统管理员's business
    on_site("notices:notices", "get", everybody(200)),
    on_site("notices:open", "post", everybody(404), "notice"),
    on_site("notices:read_all", "post", everybody(302)),
    on_site("notices:deliveries", "get", only("系统管理员", 200)),
    # Handing over: whoever is in charge of people or of business sees counts, nobody else sees the page
    *(
        on_site(
            f"declarations:{name}",
            "get",
            [200 if one in IN_CHARGE else code for one, code in zip(PEOPLE, only("", 0), strict=True)],
            place,
        )
        for name, place in (("handovers", ""), ("handover", "person"))
    ),
    on_site(
        "declarations:handover",
        "post",
        [422 if one in IN_CHARGE else code for one, code in zip(PEOPLE, only("", 0), strict=True)],
        "person",
    ),
    # Acting for a colleague: who was named may begin, and nobody was named here
    on_site("declarations:deputies", "get", OFFICES),
    on_site("declarations:deputies", "post", [422] * 8 + [403] * 3 + [302]),
    on_site("declarations:deputy_begin", "post", everybody(404), "person"),
    on_site("declarations:deputy_end", "post", everybody(404), "person"),
    on_site("declarations:deputy_stop", "post", everybody(302)),
    # Jobs are their owner's
    *(on_site(f"jobs:{name}", "get", everybody(404), "job") for name in ("job", "download")),
    on_site("jobs:cancel", "get", everybody(405), "job"),
    on_site("jobs:cancel", "post", everybody(404), "job"),
    # People and places
    *the_admin("people", ("get", 200)),
    *the_admin("person_new", ("get", 200), ("post", 200)),
    *the_admin("person", ("get", 200), ("post", 200), place="person"),
    *the_admin("person_password", ("post", 200), place="person"),
    *the_admin("person_unlock", ("post", 302), place="person"),
    *the_admin("person_switch", ("post", 302), place="person"),
    *the_admin("person_second_factor", ("post", 302), place="person"),
    *the_admin("organizations", ("get", 200)),
    *the_admin("organization_new", ("get", 200), ("post", 200)),
    *the_admin("organization", ("get", 200), ("post", 200), place="organization"),
    *the_admin("organization_switch", ("post", 302), place="organization"),
    # Roles and sign-ins
    on_site("accounts:roles", "get", only("安全管理员", 200)),
    on_site("accounts:sign_ins", "get", only("安全管理员", 200)),
    on_site("accounts:role_unlock", "post", only("安全管理员", 302), "person"),
    on_site("accounts:role_second_factor", "post", only("安全管理员", 302), "person"),
    # The trail
    on_site("audit:records", "get", only("审计员", 200)),
    on_site("audit:verify", "get", only("审计员", 405)),
    on_site("audit:verify", "post", only("审计员", 302)),
    on_site("audit:export", "post", only("审计员", 302)),
    # The door and the house
    on_site("accounts:login", "get", everybody(302, anonymous=200)),
    on_site("accounts:logout", "post", everybody(302)),
    on_site("accounts:session", "get", everybody(200, anonymous=200)),
    on_site("accounts:password", "get", everybody(200)),
    # The second factor, for people who have bound no app yet
    on_site("accounts:second_factor", "get", everybody(302)),
    on_site("accounts:second_factor_bind", "get", everybody(200)),
    on_site("accounts:second_factor_bind", "post", everybody(200)),
    on_site("accounts:second_factor_image", "get", everybody(200)),
    on_site("accounts:second_factor_codes", "post", everybody(302)),
    on_site("accounts:second_factor_text", "post", everybody(302)),
    on_site("home", "get", everybody(302)),
    on_site("favicon", "get", everybody(302)),
    *(on_site(name, "get", everybody(200, anonymous=200)) for name in ("help", "healthz", "readyz")),
]


def all_names(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> set[str]:
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            space = (pattern.namespace,) if pattern.namespace else ()
            found |= all_names(pattern, (*spaces, *space))
        elif isinstance(pattern, URLPattern):
            found.add(":".join((*spaces, pattern.name or str(pattern.pattern))))
    return found


def test_every_address_has_its_line():
    missing = all_names(get_resolver()) - {line.name for line in LINES}
    assert missing == set(), "say in tests/test_access.py who gets what there"
    assert {line.name for line in LINES} - all_names(get_resolver()) == set()


def open_panel(declaration, people):
    """A panel of the bureau and 金融办 on this form, which was frozen for it."""
    declaration.refresh_from_db()
    revision = freeze(declaration, actor=people["信息中心填报人"], reason="panel")
    members = [people["财政审核人"], people["金融办审核人"]]
    panel = panels.open_panel(
        actor=people["财政审核人"],
        name="会审",
        meets_on=timezone.localdate(),
        questionnaire=questionnaire_for(region="310000", year=2020),
        mode="grades",
        before=[(declaration, revision)],
        members=members,
        chair=members[0],
    )
    return panel.cases.get()


def evidence_of(project, people):
    """A file at a self-evaluation that is being written, and at one that is on the department's desk."""
    places = {}
    for place, state in (("evidence", State.DRAFT), ("evidence_sent", State.DEPARTMENT_REVIEW)):
        season = Campaign.objects.create(
            name=place,
            kind=CampaignKind.EVALUATION,
            fiscal_year=2020,
            region=project.organization.region,
            edition_id="national-2020-self-evaluation",
        )
        officer = people["信息中心填报人"]
        form = start_alone(campaign=season, project=project, key=uuid.uuid4(), actor=officer)
        kept = keep_evidence(form, ContentFile(b"%PDF-1.7", name="签到表.pdf"), actor=officer)
        Evaluation.objects.filter(pk=form.pk).update(state=state, submitted_by=officer)
        places[place] = (form.pk, kept.pk)
        places[place.replace("evidence", "evaluation")] = form.pk
        places["season"] = season.pk
    return places


def spot_check_of(project, people):
    """A form on the department's desk, drawn: the arguments of the check and of its only form."""
    season = Campaign.objects.create(
        name="抽查",
        kind=CampaignKind.EVALUATION,
        fiscal_year=2020,
        region=project.organization.region,
        edition_id="national-2020-self-evaluation",
    )
    officer = people["信息中心填报人"]
    form = start_alone(campaign=season, project=project, key=uuid.uuid4(), actor=officer)
    freeze(form, actor=officer, reason="submit")
    Evaluation.objects.filter(pk=form.pk).update(state=State.DEPARTMENT_REVIEW, submitted_by=officer)
    wanted, size = Wanted(Population.SENT), Size(count=1)
    seen = drawing.preview(season, wanted, size).fingerprint
    asked = {"actor": people["业务管理员"], "seen": seen, "number": 1, "key": uuid.uuid4()}
    check = drawing.draw_sample(season, wanted, size, Seed(), **asked)
    return {"spot_check": check.pk, "spot_case": (check.pk, check.cases.get().pk)}


def reports_of(declaration, people):
    """A monitoring report that is being written, and one that is on the department's desk."""
    places = {}
    for place, state in (("report", State.DRAFT), ("report_sent", State.DEPARTMENT_REVIEW)):
        season = Campaign.objects.create(
            name=place,
            kind=CampaignKind.MONITORING,
            fiscal_year=2020,
            region=declaration.organization.region,
            edition_id="national-2019-monitoring",
            cutoff_month=7,
        )
        report = MONITORED.begin(declaration, season)
        report.state, report.submitted_by = state, people["信息中心填报人"]
        report.save()
        places[place] = report.pk
    return places


def make_objects(people, places, make_declaration):
    """What the lines name as their ``place``: key → the arguments of the address."""
    draft, sent = make_declaration(), make_declaration(name="已送审的")
    Declaration.objects.filter(pk=sent.pk).update(
        state=State.DEPARTMENT_REVIEW, submitted_by=people["信息中心填报人"]
    )
    panel_case = open_panel(sent, people)
    return {
        **evidence_of(sent.project, people),
        **spot_check_of(sent.project, people),
        **reports_of(sent, people),
        "draft": draft.pk,
        "sent": sent.pk,
        "panel": panel_case.panel_id,
        "panel_case": (panel_case.panel_id, panel_case.pk),
        "person": people["信息中心同事"].pk,
        "organization": places["发改委"].pk,
        "job": uuid.uuid4(),
        "notice": 999,
        "filter": SavedFilter.objects.create(
            user=people["发改委审核人"], name="大额", query="amount=1000000"
        ).pk,
        "campaign": draft.campaign_id,
        "campaign_unit": (draft.campaign_id, places["信息中心"].pk),
    }


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Everybody, and everything that the lines name, made once; each line works in a savepoint of its own on top."""
    kept = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "EVIDENCE_DIR": tmp_path_factory.mktemp("evidence"),
    }
    with override_settings(**kept), django_db_blocker.unblock(), transaction.atomic():
        region = shanghai()
        places = places_in(region)
        people = people_of(places)
        objects = make_objects(people, places, declaration_maker(campaign_in(region), places))
        yield people, objects, kept["EVIDENCE_DIR"], {name: signed_in(people[name]) for name in people}
        transaction.set_rollback(True)


def signed_in(person):
    """The cookies of somebody who has signed in."""
    browser = Client()
    browser.force_login(person)
    return browser.cookies


@pytest.fixture
def people(world, db):
    return world[0]


@pytest.fixture
def browser_of(world, db):
    """browser_of("审计员") → this person's browser, signed in; a name nobody bears has not signed in."""

    def browser(name):
        fresh = Client()
        fresh.cookies = copy.deepcopy(world[3].get(name, fresh.cookies))
        return fresh

    return browser


@pytest.fixture
def objects(world, db, settings):
    settings.EVIDENCE_DIR = world[2]
    return world[1]


def address_of(line, objects):
    """The address that a line speaks of."""
    named = objects[line.place] if line.place else ()
    return reverse(line.name, args=[*(named if isinstance(named, tuple) else (named,)), *line.args])


@pytest.mark.parametrize("line", LINES, ids=str)
def test_who_gets_what(line, browser_of, objects, monkeypatch):
    for papers in (downloads, views_papers):
        monkeypatch.setattr(papers, "render_pdf", lambda *args, **options: b"%PDF-1.7")
    url = address_of(line, objects)
    expected = dict(zip(PEOPLE, line.codes, strict=True))
    if DATABASE_TESTS_ONLY:  # the first person for each answer
        expected = {
            name: code for place, (name, code) in enumerate(expected.items()) if line.codes.index(code) == place
        }
    got = {}
    for name in expected:
        browser = browser_of(name)
        body = {"data": json.dumps(line.body), "content_type": "application/json"} if line.body else {}
        got[name] = getattr(browser, line.method)(url, **body).status_code
    assert got == expected
