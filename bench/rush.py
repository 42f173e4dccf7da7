"""The last day: 200 officers autosaving, 50 of them submitting at the same moment, 10 reviewers at work.

Everything goes over HTTP to a running copy of the site. Afterwards the database is compared with what was sent: every
field holds the last value that its officer saved, every 送审 has one revision and one record, every act of a reviewer
that was answered is on record.
"""

import random
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from bench.site import Person, percentile, serving, sign_in
from bench.web import Row

OFFICERS, SUBMITTERS, REVIEWERS = 200, 50, 10
SECONDS = 60
FIELDS = ("necessity", "safeguards", "implementation_plan", "project_overview", "overall_goal", "legal_basis")
READY = "xxzx-2020-5"  # a published form without 错误


@dataclass
class Tally:
    """What the people saw: seconds by kind of request, answers that are no answers, and what they were told is saved."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    saved: dict[tuple[int, str], str] = field(default_factory=dict)
    acts: list[tuple[int, str]] = field(default_factory=list)

    def note(self, kind: str, seconds: float, status: int, expected: tuple[int, ...]) -> bool:
        self.times[kind].append(seconds)
        if status not in expected:
            self.wrong.append(f"{kind} {status}")
        return status in expected


def last_day() -> list[Row]:
    forms, ready, desks = _officers(), _ready_forms(), _reviewers()
    tally, stop, together = Tally(), threading.Event(), threading.Barrier(2 * SUBMITTERS)
    with serving(workers=2, threads=16) as port:
        people = [threading.Thread(target=_write, args=(port, *one, tally, stop)) for one in forms]
        people += [threading.Thread(target=_review, args=(port, key, tally, stop)) for key in desks]
        # Each of them clicks twice.
        people += [
            threading.Thread(target=_submit, args=(port, *one, tally, together))
            for one in ready
            for _ in range(2)
        ]
        for person in people:
            person.start()
        time.sleep(SECONDS)
        stop.set()
        for person in people:
            person.join()
    lost, halves = _lost(tally), _halves(tally, [pk for pk, _ in ready])
    return [_row(kind, tally) for kind in sorted(tally.times)] + [
        Row(
            f"last day: {OFFICERS} officers, {SUBMITTERS} submitting at once (two clicks each), {REVIEWERS} reviewers",
            "no error, no lost field",
            f"{len(tally.wrong)} errors, {len(lost)} lost fields, {len(halves)} wrong submissions or acts",
            not (tally.wrong or lost or halves),
            f"{len(tally.saved)} fields of {len(forms)} forms compared"
            + "".join(f"; {said}" for said in [*tally.wrong[:3], *lost[:3], *halves[:3]]),
        )
    ]


def _row(kind: str, tally: Tally) -> Row:
    times = tally.times[kind]
    figures = f"p50 {median(times) * 1000:.0f} ms, p95 {percentile(times, 0.95) * 1000:.0f} ms"
    return Row(f"last day: {kind}", "", figures, None, f"{len(times)} requests in {SECONDS} s")


# The people ---------------------------------------------------------------------------------------------------------
def _officers() -> list[tuple[int, str]]:
    """A draft and a session for each officer, no two in the same unit."""
    from declarations.models import Declaration
    from perfgoals.accounts.models import User
    from perfgoals.workflow import State

    found = []
    for officer in User.objects.filter(username__startswith="load-", role="filer").order_by("pk"):
        form = Declaration.objects.filter(organization=officer.organization_id, state=State.DRAFT).first()
        if form is not None:
            found.append((form.pk, sign_in(officer)))
        if len(found) == OFFICERS:
            return found
    raise SystemExit(f"only {len(found)} officers with a draft")


def _ready_forms() -> list[tuple[int, str]]:
    """Forms that can be sent, each of another unit, with a session of its officer."""
    from declarations.checkup import findings_of
    from declarations.models import Declaration, FindingReason, Project
    from declarations.published import published_documents
    from declarations.speaking import write_rows
    from perfgoals.accounts.models import User
    from perfgoals.campaigns.models import Campaign

    document = dict(published_documents())[READY]
    campaign = Campaign.objects.filter(edition_id=document.form, name__endswith="压力测试").earliest("pk")
    made = []
    officers = User.objects.filter(username__startswith="load-", role="filer").order_by("-pk")[:SUBMITTERS]
    for officer in officers:
        project = Project.objects.create(organization=officer.organization, name="最后一天送审")
        form = Declaration.objects.create(
            project=project,
            organization=officer.organization,
            campaign=campaign,
            fiscal_year=campaign.fiscal_year,
            edition_id=document.form,
        )
        write_rows(document, form)
        for finding in findings_of(form):
            FindingReason.objects.update_or_create(
                declaration=form,
                code=finding.code,
                path=finding.path,
                defaults={"message": finding.message, "reason": "与去年一致", "written_by": officer},
            )
        made.append((form.pk, sign_in(officer)))
    return made


def _reviewers() -> list[str]:
    from perfgoals.accounts.models import User

    found = User.objects.filter(username__startswith="load-department-").order_by("pk")[:REVIEWERS]
    return [sign_in(reviewer) for reviewer in found]


# What they do -------------------------------------------------------------------------------------------------------
def _write(port: int, pk: int, session: str, tally: Tally, stop: threading.Event) -> None:
    """One officer types: a save every two to six seconds, now in this field, now in that."""
    dice, person = random.Random(pk), Person(port, session)
    seen = _versions(pk)
    turn = 0
    while not stop.wait(dice.uniform(2, 6)):
        turn += 1
        name = dice.choice(FIELDS)
        text = f"第 {turn} 次修改，" + "为保障业务系统稳定运行，" * dice.randrange(5, 40)
        change = {"path": name, "value": text, "seen": seen[name]}
        seconds, status, _ = person.post_json(f"/declarations/{pk}/save/", {"changes": [change]})
        if tally.note("autosave", seconds, status, (200,)):
            seen[name] += 1
            tally.saved[pk, name] = text


def _versions(pk: int) -> dict[str, int]:
    """Which version of each field the officer's page shows: an earlier row of the bench may have written some."""
    from declarations.models import FieldMark

    written = dict(FieldMark.objects.filter(declaration=pk).values_list("path", "version"))
    _close_connection()
    return {name: written.get(name, 0) for name in FIELDS}


def _submit(port: int, pk: int, session: str, tally: Tally, together: threading.Barrier) -> None:
    from declarations.models import Declaration

    person = Person(port, session)
    version = Declaration.objects.values_list("version", flat=True).get(pk=pk)
    _close_connection()
    time.sleep(SECONDS / 2)
    together.wait()
    seconds, status, _ = person.post_form(f"/declarations/{pk}/submit/", {"version": version})
    tally.note("送审", seconds, status, (302,))


def _review(port: int, session: str, tally: Tally, stop: threading.Event) -> None:
    """One reviewer: the inbox, a form, then 通过 or 退回."""
    dice, person = random.Random(session), Person(port, session)
    while not stop.wait(dice.uniform(1, 3)):
        seconds, status, page = person.get("/declarations/inbox/")
        tally.note("inbox", seconds, status, (200,))
        waiting = list(dict.fromkeys(re.findall(rb"/declarations/(\d+)/review/", page)))
        if not waiting:
            continue
        pk = int(dice.choice(waiting))
        seconds, status, page = person.get(f"/declarations/{pk}/review/")
        tally.note("review page", seconds, status, (200,))
        version = re.search(rb'name="version" value="(\d+)"', page)
        if version is None:
            continue
        stop.wait(dice.uniform(1, 3))
        asked = {"version": int(version[1]), "decision": "pass"}
        act, address = "pass", f"/declarations/{pk}/review/decide/"
        if dice.random() < 0.4:
            act, address = "return", f"/declarations/{pk}/review/return/"
            asked |= {"do": "return", "comment": "请写清楚产出的数量。", "whole": "1", "reason": _reason()}
        seconds, status, _ = person.post_form(address, asked)
        if tally.note("通过 or 退回", seconds, status, (302,)):
            tally.acts.append((pk, act))


def _reason() -> str:
    from perfgoals.reviewing.reasons import all_reasons

    return next(iter(all_reasons()))


# What stands in the database ------------------------------------------------------------------------------------------
def _lost(tally: Tally) -> list[str]:
    from declarations.models import Declaration

    kept = {form.pk: form for form in Declaration.objects.filter(pk__in={pk for pk, _ in tally.saved})}
    return [f"{pk} {name}" for (pk, name), text in tally.saved.items() if getattr(kept[pk], name) != text]


def _halves(tally: Tally, submitted: list[int]) -> list[str]:
    """Submissions without exactly one revision and record, and acts without theirs."""
    from django.contrib.contenttypes.models import ContentType

    from declarations.models import Declaration
    from perfgoals.audit import trail
    from perfgoals.audit.models import AuditRecord
    from perfgoals.documents.models import Revision
    from perfgoals.workflow import EDITABLE

    content_type = ContentType.objects.get_for_model(Declaration)
    wrong = []
    for pk in submitted:
        form = Declaration.objects.get(pk=pk)
        revisions = Revision.objects.filter(content_type=content_type, object_id=pk).count()
        records = AuditRecord.objects.filter(content_type=content_type, object_id=pk, action="submit").count()
        if (form.state in EDITABLE and form.state != "returned") or (revisions, records) != (1, 1):
            wrong.append(f"{pk} {form.state} {revisions} {records}")
    for pk, act in tally.acts:
        if not AuditRecord.objects.filter(content_type=content_type, object_id=pk, action=act).exists():
            wrong.append(f"{pk} {act} not on record")
    return wrong + [place.message for place in trail.breaks()]


def _close_connection() -> None:
    from django.db import connection

    connection.close()
