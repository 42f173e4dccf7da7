"""The demonstration of self-evaluations: the published ones, confirmed, and a season of drafts over the targets of 2020.

``load()`` comes after ``declarations.demo.load()`` and may run again and again with the same result. Published forms
follow their fixture; drafts, once made, belong to whoever types in them and are left alone.
"""

import tomllib
from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from declarations import demo
from declarations.models import Project
from declarations.published import FOLDER
from evaluations.checking import keep, keep_score
from evaluations.models import Evaluation
from evaluations.opening import not_opened, open_for_unit
from evaluations.speaking import write_rows
from evaluations.spot_checks import demo as spot_checks
from perfgoals.accounts.models import Organization, User
from perfgoals.campaigns.models import Campaign
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.models import Revision
from perfgoals.workflow import State, freeze

FIXTURE = "evaluations"


@transaction.atomic
def load() -> dict[str, int]:
    """Load everything; returns how many of each kind the demonstration has."""
    demo.load_places(FIXTURE)
    demo.load_accounts(FIXTURE)
    demo.load_campaigns(FIXTURE)
    publisher = User.objects.get(username=demo.PUBLISHER)
    published = list(published_documents())
    for source_id, document in published:
        load_published(source_id, document, publisher)
    drafts = open_drafts(publisher)
    return {"公开的自评表": len(published), "自评草稿": drafts, "抽查": spot_checks.load()}


def published_documents() -> Iterator[tuple[str, EvaluationDocument]]:
    """The shipped published forms: source id and document, by source id."""
    for path in sorted((FOLDER / "evaluations").glob("*.json")):
        yield path.stem, EvaluationDocument.from_json(path.read_text("utf-8"))


def load_published(source_id: str, document: EvaluationDocument, publisher: User) -> Evaluation:
    """The form as a confirmed evaluation with its revision; a changed fixture becomes the next revision."""
    evaluation = Evaluation.objects.filter(source_id=source_id).first() or _new_row(source_id, document)
    kept = Revision.objects.filter(
        content_type=ContentType.objects.get_for_model(Evaluation), object_id=evaluation.pk
    ).last()
    if kept is None or kept.fingerprint != document.fingerprint:
        write_rows(document, evaluation)
        freeze(evaluation, actor=publisher, reason="publish")
        keep(evaluation)
        keep_score(evaluation)
    return evaluation


def open_drafts(actor: User) -> int:
    """The drafts of the open season, with copied targets; how many there are."""
    seasons = [campaign for campaign in _campaigns() if campaign.region_id == actor.organization.region_id]
    for campaign in seasons:
        units = Organization.objects.filter(pk__in=not_opened(campaign).order_by().values("organization"))
        for unit in units.order_by("code"):
            open_for_unit(unit, campaign, actor=actor)
    return Evaluation.objects.filter(campaign__in=seasons).count()


def _new_row(source_id: str, document: EvaluationDocument) -> Evaluation:
    unit = Organization.objects.get(name=document.budget_unit)
    same = {"organization": unit, "name": document.project_name or ""}
    project = Project.objects.filter(**same).order_by("pk").first() or Project.objects.create(**same)
    campaign = next(one for one in _campaigns() if one.region_id == unit.region_id)
    return Evaluation.objects.create(
        project=project,
        organization=unit,
        campaign=campaign,
        fiscal_year=document.fiscal_year,
        edition_id=document.form,
        source_id=source_id,
        state=State.CONFIRMED,
    )


def _campaigns() -> list[Campaign]:
    table = tomllib.loads((FOLDER / f"{FIXTURE}.toml").read_text("utf-8"))
    return [Campaign.objects.get(name=campaign["name"]) for campaign in table["campaigns"]]
