"""kill -9 between any two statements of an act leaves the old state or the new one with its record, never half."""

import json
import subprocess

import pytest

from declarations import workflow
from declarations.models import UNRANKED, Declaration
from declarations.reviewing import adjust, send_back
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import State, perform
from tests.processes import PYTHON, ROOT, environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sent(ready, people):
    form = ready()
    perform(workflow.SUBMIT, form, actor=people["信息中心填报人"], version=form.version)
    return form


@pytest.fixture
def before_finance(sent, people):
    perform(workflow.PASS, sent, actor=people["发改委审核人"], version=sent.version)
    return sent


@pytest.fixture
def adjustment(before_finance, people):
    """An adjustment that waits for its approval."""
    perform(workflow.APPROVE, before_finance, actor=people["财政审核人"], version=before_finance.version)
    new = adjust(before_finance, actor=people["信息中心填报人"], reason="追加任务")
    Declaration.objects.filter(pk=new.pk).update(
        state=State.FINANCE_REVIEW, submitted_by=people["信息中心填报人"]
    )
    new.refresh_from_db()
    return new


def tries(act, form, person, tmp_path):
    """What stood in the database before, and after each try."""
    command = [PYTHON, "-m", "tests.killed_acts", act, str(form.pk), str(person.pk)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge(pictures, *, states, revisions, records=1):
    """Every try but the last left everything as it was; the last left everything done."""
    before, *killed, after = pictures
    assert len(killed) >= 5, "an act of this size has more statements than that"
    assert all(one == before for one in killed)
    assert [form[0] for form in after["forms"]] == states
    assert after["revisions"] - before["revisions"] == revisions
    assert after["records"] - before["records"] == records
    assert after["breaks"] == 0
    return before, after


def test_submitting(ready, people, tmp_path):
    pictures = tries("submit", ready(), people["信息中心填报人"], tmp_path)
    before, after = judge(pictures, states=["dept_review"], revisions=1)
    assert [risk for *_, risk in before["counted"]] == [UNRANKED]
    [[_, codes, risk]] = after["counted"]  # in its place of the reviewer's list from the same moment
    assert codes
    assert risk < UNRANKED


def test_submitting_again_after_a_return(sent, people, tmp_path):
    send_back(
        sent,
        actor=people["发改委审核人"],
        version=sent.version,
        comment="改",
        places=[NamedPlace("necessity")],
    )
    before, after = judge(
        tries("submit", sent, people["信息中心填报人"], tmp_path), states=["dept_review"], revisions=1
    )
    assert (before["returns"], after["returns"]) == ([[False, 1]], [[True, 1]])


def test_recalling(sent, people, tmp_path):
    judge(tries("recall", sent, people["信息中心填报人"], tmp_path), states=["draft"], revisions=0)


def test_returning_with_its_places(sent, people, tmp_path):
    before, after = judge(
        tries("return", sent, people["发改委审核人"], tmp_path), states=["returned"], revisions=0
    )
    assert (before["returns"], after["returns"]) == ([], [[False, 2]])


def test_approving_an_adjustment_replaces_the_old_version_in_the_same_breath(adjustment, people, tmp_path):
    pictures = tries("approve", adjustment, people["财政审核人"], tmp_path)
    judge(pictures, states=["superseded", "approved"], revisions=1, records=2)


def test_adjusting_copies_all_rows_or_none(before_finance, people, tmp_path):
    perform(workflow.APPROVE, before_finance, actor=people["财政审核人"], version=before_finance.version)
    before, after = judge(
        tries("adjust", before_finance, people["信息中心填报人"], tmp_path),
        states=["approved", "draft"],
        revisions=0,
    )
    assert after["rows"] == 2 * before["rows"] > 0
