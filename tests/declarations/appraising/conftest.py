"""A form that was sent, and what reviewers type on review forms."""

import pytest

from declarations.workflow import PASS, SUBMIT
from perfgoals.appraising.questionnaire import get_questionnaire
from perfgoals.workflow import perform

FORM = get_questionnaire("national-2015-appraisal")
KEYS = [question.key for question in FORM.questions]


@pytest.fixture
def sent(ready, people):
    """信息中心's form on the desk of 发改委."""
    declaration = ready()
    perform(SUBMIT, declaration, actor=people["信息中心填报人"], version=declaration.version)
    return declaration


@pytest.fixture
def at_finance(sent, people):
    """The same on the desk of the bureau."""
    perform(PASS, sent, actor=people["发改委审核人"], version=sent.version)
    return sent


@pytest.fixture
def graded():
    """page(act="hand_in", clear="poor") → a posted page by grades: 优 everywhere else."""

    def make(*, act="hand_in", version=0, revision=1, grade=None, opinion="", remarks=None, **grades):
        given = {key: grades.get(key, "excellent") for key in KEYS}
        posted = {"act": act, "version": version, "revision": revision, "mode": "grades", "opinion": opinion}
        posted |= {f"grade-{key}": value for key, value in given.items() if value}
        posted |= {f"remark-{key}": text for key, text in (remarks or {}).items()}
        return posted | {"grade": "excellent" if grade is None else grade}

    return make


@pytest.fixture
def points_page():
    """points_page(well_formed={"wrong_cell": "5"}) → a posted page by points: no defects elsewhere."""

    def make(*, act="hand_in", version=0, revision=1, opinion="", remarks=None, **found):
        posted = {"act": act, "version": version, "revision": revision, "mode": "points", "opinion": opinion}
        for key in KEYS:
            if key in found:
                posted |= {f"defect-{key}-{defect}": text for defect, text in found[key].items()}
            else:
                posted[f"none-{key}"] = "1"
        return posted | {f"remark-{key}": text for key, text in (remarks or {}).items()}

    return make
