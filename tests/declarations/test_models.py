"""What the database itself refuses, and facts about one row."""

import datetime
import uuid

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from declarations.models import CopyLook, Declaration, Indicator, Project, new_row_id
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


def refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def twin(declaration, **columns):
    return Declaration(
        project=declaration.project,
        organization=declaration.organization,
        campaign=declaration.campaign,
        fiscal_year=declaration.fiscal_year,
        edition_id=declaration.edition_id,
        **columns,
    )


def test_a_project_has_one_open_form_in_a_campaign(make_declaration, people):
    declaration = make_declaration()
    refused(twin(declaration).save)
    refused(twin(declaration, state=State.FINANCE_REVIEW, submitted_by=people["信息中心填报人"]).save)
    # Adjusting: the approved one stays in force beside the new draft.
    Declaration.objects.filter(pk=declaration.pk).update(state=State.APPROVED)
    twin(declaration).save()


def test_a_project_has_one_form_in_force_in_a_campaign(make_declaration):
    declaration = make_declaration(state=State.APPROVED)
    refused(twin(declaration, state=State.APPROVED).save)
    twin(declaration, state=State.SUPERSEDED).save()


def test_a_key_starts_one_form(make_declaration):
    key = uuid.uuid4()
    make_declaration(start_key=key)
    refused(lambda: make_declaration(name="另一个", start_key=key))
    make_declaration(name="没有凭据甲")
    make_declaration(name="没有凭据乙")


@pytest.mark.parametrize("state", [State.UNIT_REVIEW, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW])
def test_nothing_is_in_review_without_its_sender(make_declaration, state):
    declaration = make_declaration()
    refused(lambda: Declaration.objects.filter(pk=declaration.pk).update(state=state))


def test_a_published_form_is_loaded_once(make_declaration):
    make_declaration(source_id="xxzx-2020-1")
    refused(lambda: make_declaration(name="又一次", source_id="xxzx-2020-1"))


def test_a_unit_s_codes_are_its_own(places):
    Project.objects.create(organization=places["信息中心"], code="1", name="甲")
    Project.objects.create(organization=places["服务中心"], code="1", name="甲")
    Project.objects.create(organization=places["信息中心"], name="乙")
    Project.objects.create(organization=places["信息中心"], name="丙")
    refused(lambda: Project.objects.create(organization=places["信息中心"], code="1", name="丁"))


def test_a_row_id_stands_once_in_a_table(make_declaration):
    declaration = make_declaration()
    row_id = new_row_id()
    Indicator.objects.create(declaration=declaration, row_id=row_id, position=1, level1="产出目标")
    refused(
        lambda: Indicator.objects.create(declaration=declaration, row_id=row_id, position=2, level1="产出目标")
    )


def test_a_place_is_ticked_once(make_declaration, people):
    declaration = make_declaration()
    CopyLook.objects.create(declaration=declaration, key="years:x:1", seen_by=people["信息中心填报人"])
    refused(
        lambda: CopyLook.objects.create(
            declaration=declaration, key="years:x:1", seen_by=people["信息中心同事"]
        )
    )


@pytest.mark.parametrize(
    ("state", "days", "overdue"),
    [
        (State.DRAFT, -1, True),
        (State.RETURNED, -1, True),
        (State.DRAFT, 1, False),
        (State.APPROVED, -1, False),
    ],
)
def test_overdue_is_a_matter_of_who_has_it(make_declaration, campaign, state, days, overdue):
    campaign.closes_at = timezone.now() + datetime.timedelta(days=days)
    campaign.save()
    assert make_declaration(state=state).is_overdue is overdue


def test_without_a_deadline_nothing_is_overdue(make_declaration):
    assert make_declaration().is_overdue is False


def test_the_migrations_say_what_the_models_say():
    call_command("makemigrations", "declarations", check=True, dry_run=True, verbosity=0)
