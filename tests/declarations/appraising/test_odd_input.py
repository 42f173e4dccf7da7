"""Whatever is posted to review forms and panels, the answer is one of ours, and what is kept every database can keep."""

import pytest
from django.test import Client

from perfgoals.appraising.models import PanelCase, ReviewAnswer, ReviewForm

from .conftest import KEYS

pytestmark = pytest.mark.django_db
ODD = (
    "修\0缮",
    "长" * 70_000,
    "9" * 5_000,
    "9" * 20,
    "<script>'\"%_\\",
    "1e400",
    "NaN",
    "sNaN",
    "-1",
    "٣",
    "0001-01-01",
)
NAMES = (
    *(
        "version",
        "revision",
        "mode",
        "act",
        "grade",
        "opinion",
        "conflict",
        "words",
        "name",
        "meets_on",
        "form",
    ),
    *("member", "chair", "year", "department", "source", "page"),
    *(f"{kind}-{key}" for key in KEYS[:2] for kind in ("grade", "remark", "none")),
    *("defect-well_formed-wrong_cell", "defect-well_formed-thin"),
)


@pytest.fixture
def browser_of(people):
    def browser(name):
        client = Client(raise_request_exception=False)
        client.force_login(people[name])
        return client

    return browser


@pytest.fixture
def case(at, people, at_finance):
    opened = {
        "name": "会审",
        "meets_on": "2999-12-31",
        "form": [at_finance.pk],
        "chair": people["财政审核人"].pk,
    }
    members = [people["财政审核人"].pk, people["金融办审核人"].pk]
    at("财政审核人").post("/declarations/panels/new/", opened | {"member": members})
    case = PanelCase.objects.get()
    at("财政审核人").post(
        f"/declarations/panels/{case.panel_id}/{case.pk}/", {"act": "statement", "conflict": "no"}
    )
    return case


@pytest.mark.parametrize("odd", ODD, ids=[f"{one[:8]!r}" for one in ODD])
def test_no_answer_is_an_error_of_the_server(browser_of, at_finance, case, odd):
    browser = browser_of("财政审核人")
    panel, one = f"/declarations/panels/{case.panel_id}/", f"/declarations/panels/{case.panel_id}/{case.pk}/"
    everything = dict.fromkeys(NAMES, odd)
    addresses = (
        *(f"/declarations/{at_finance.pk}/appraisal/", one, f"{one}settle/", f"{one}chair/", f"{panel}date/"),
        *("/declarations/panels/", "/declarations/panels/new/", panel, "/declarations/panels/statistics/"),
        "/declarations/panels/statistics.xlsx",
    )
    for address in addresses:
        assert browser.get(address, dict.fromkeys(NAMES, odd[:1000])).status_code < 500, address
        for fixed in ({}, {"mode": "points"}, {"act": "hand_in"}, {"act": "statement"}, {"act": "close"}):
            assert browser.post(address, everything | fixed).status_code < 500, (address, fixed)


def test_what_nobody_can_see_is_not_kept(at, at_finance, graded):
    typed = graded(act="save", remarks={"clear": "写\0清\x07产出"}, opinion="小\0改")
    assert at("财政审核人").post(f"/declarations/{at_finance.pk}/appraisal/", typed).status_code == 302
    assert ReviewAnswer.objects.get(question="clear").remark == "写清产出"
    assert ReviewForm.objects.get().opinion == "小改"
