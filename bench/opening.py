"""Opening a season: 6,000 self-evaluations from approved targets in one job, by one worker."""

import random
import time
from contextlib import ExitStack

from bench.web import Row

FORMS = 6_000
YEAR = 2023
FIRST = 900_000  # numbers of these projects, apart from those of the other rows


def opening(forms: int = FORMS) -> Row:
    """The targets are there before the clock starts; planning the job is part of what is measured."""
    from django.db import connection

    from evaluations import season
    from evaluations.models import Evaluation, EvaluationRow
    from perfgoals.accounts.models import User
    from perfgoals.jobs import queue

    campaign = _approved_targets(forms)
    statements = 0

    def count(execute, sql, params, many, context):
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    owner = User.objects.get(username="business-admin")
    started = time.perf_counter()
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(count))
        job = season.start(campaign, owner=owner)
        planned = time.perf_counter() - started
        queue.drain(str(job.pk))
    spent = time.perf_counter() - started
    job.refresh_from_db()
    progress = job.progress()
    made = Evaluation.objects.filter(campaign=campaign).count()
    rows = EvaluationRow.objects.filter(evaluation__campaign=campaign).count()
    complete = made == forms and (progress.done, progress.failed) == (forms, 0)
    return Row(
        f"opening {forms:,} self-evaluations in one job",
        "all, none failed",
        f"{forms / spent:,.0f} forms/s",
        complete,
        f"{spent:.0f} s, planned in {planned:.1f} s; {rows:,} rows, {statements / forms:.1f} statements a form, each form checked up",
    )


def _approved_targets(forms: int):
    """A year of its own with ``forms`` approved declarations; the campaign that evaluates it."""
    from declarations.management.commands import make_load
    from declarations.models import Declaration
    from perfgoals.accounts.models import Region, User
    from perfgoals.campaigns.models import Campaign, CampaignKind
    from perfgoals.workflow import State

    region = User.objects.get(username="business-admin").organization.region
    assert region == Region.objects.earliest("code")
    targets, season = (
        Campaign.objects.get_or_create(
            name=f"{YEAR}年度压力测试{words}",
            defaults={"kind": kind, "fiscal_year": YEAR, "region": region, "edition_id": edition},
        )[0]
        for words, kind, edition in (
            ("", CampaignKind.DECLARATION, "sh-2020-declaration"),
            ("自评", CampaignKind.EVALUATION, "national-2020-self-evaluation"),
        )
    )
    units = make_load._units(forms // make_load.DECLARATIONS_PER_UNIT)
    patterns, dice = make_load.patterns(), random.Random(YEAR)
    for first in range(FIRST, FIRST + forms, make_load.BATCH):
        numbers = range(first, min(first + make_load.BATCH, FIRST + forms))
        make_load._write(numbers, dice, patterns, units, [targets])
    Declaration.objects.filter(campaign=targets).update(state=State.APPROVED)
    return season
