"""A season with confirmed forms, and a spot check of it."""

import uuid
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType

from declarations.models import Project
from evaluations.models import Evaluation
from evaluations.spot_checks import drawing
from evaluations.spot_checks.drawing import Seed, Size
from evaluations.spot_checks.population import Wanted
from perfgoals.documents.models import Revision, fingerprint
from perfgoals.workflow import State
from tests.evaluations.builders import form, full_rows

DOCUMENT = form(*full_rows()).to_json()


@pytest.fixture
def confirmed(season_2020, places, people):
    """confirmed(30, unit="信息中心", **columns) → so many forms with a revision of full marks, in four queries."""

    def make(count, unit="信息中心", campaign=season_2020, state=State.CONFIRMED, **columns):
        projects = Project.objects.bulk_create(
            Project(organization=places[unit], name=f"项目{number}") for number in range(count)
        )
        columns = {"total": Decimal(85), "execution_rate": Decimal(95)} | columns
        made = Evaluation.objects.bulk_create(
            Evaluation(
                project=project,
                project_name=project.name,
                organization=places[unit],
                campaign=campaign,
                fiscal_year=campaign.fiscal_year,
                edition_id=campaign.edition_id,
                state=state,
                submitted_by=people["信息中心填报人"],
                **columns,
            )
            for project in projects
        )
        freeze_all(made, people["信息中心填报人"])
        return made

    return make


def freeze_all(forms, person, number=1):
    kind = ContentType.objects.get_for_model(Evaluation)
    Revision.objects.bulk_create(
        Revision(
            content_type=kind,
            object_id=one.pk,
            number=number,
            kind="evaluation",
            document=DOCUMENT,
            fingerprint=fingerprint(DOCUMENT),
            reason="confirm",
            made_by=person,
        )
        for one in forms
    )


@pytest.fixture
def drawn(season_2020, people):
    """drawn(count=3) → a spot check, as the page would draw it."""

    def make(count=3, wanted=None, seed=None, share=None, actor="业务管理员", campaign=season_2020, key=None):
        wanted, size = wanted or Wanted(), Size(count=None if share else count, share=share)
        found = drawing.preview(campaign, wanted, size)
        return drawing.draw_sample(
            campaign,
            wanted,
            size,
            seed or Seed(),
            actor=people[actor],
            seen=found.fingerprint,
            number=found.number,
            key=key or uuid.uuid4(),
        )

    return make
