"""The demonstration: what is loaded, that it may be loaded again, and that production refuses it."""

import tomllib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from declarations import demo, demo_season
from declarations.checkup import findings_of
from declarations.inbox.waiting import waiting_for
from declarations.models import Declaration, Indicator, LibraryIndicator, Project, SubProject
from declarations.published import FOLDER, published_documents
from perfgoals.accounts.demo import DEMO_PASSWORD
from perfgoals.accounts.models import KEEPER_ROLES, Organization, OrganizationKind, Role, User
from perfgoals.campaigns.models import Campaign
from perfgoals.documents.models import Revision
from perfgoals.editions import get_edition
from perfgoals.findings import count_levels
from perfgoals.workflow import State

PUBLISHED = dict(published_documents())
LIBRARY = tomllib.loads((FOLDER / "library.toml").read_text("utf-8"))["entries"]
TABLES = (User, Organization, Campaign, Project, Declaration, Indicator, SubProject, LibraryIndicator, Revision)


HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """Loaded once for the module; every test works inside its own savepoint on top."""
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=HASHERS), transaction.atomic():
        demo.load()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(demonstration, db):
    """The demonstration, fresh for this test."""


def contents():
    """Everything but passwords' salts and the moments of making."""
    moving = {"password", "last_login", "changed_at", "created_at", "made_at", "password_changed_at"}
    return {
        table.__name__: [
            {key: value for key, value in row.items() if key not in moving}
            for row in table.objects.order_by("pk").values()
        ]
        for table in TABLES
    }


def test_published_forms_are_approved_with_one_revision_each(loaded):
    declarations = Declaration.objects.filter(source_id__in=PUBLISHED)
    assert declarations.count() == 19
    for declaration in declarations:
        assert declaration.state == State.APPROVED
        revision = Revision.objects.get(object_id=declaration.pk)
        assert revision.number == 1
        assert revision.declaration() == PUBLISHED[declaration.source_id] == declaration.document()
        assert declaration.campaign.edition_id == declaration.edition_id
        assert declaration.open_findings


def test_counts_are_those_of_a_check_up_now(loaded):
    """Also for forms that were loaded before their neighbours."""
    for declaration in Declaration.objects.all():
        counts = count_levels(findings_of(declaration))
        assert (declaration.open_errors, declaration.open_doubts) == (counts["error"], counts["doubt"])


def test_loading_again_changes_nothing(loaded):
    call_command("load_demo", stdout=StringIO())
    before = contents()
    call_command("load_demo", stdout=StringIO())
    assert contents() == before


def test_what_somebody_typed_in_a_draft_survives_loading_again(loaded):
    draft = Declaration.objects.get(source_id="demo-2027-1")
    draft.necessity = "刚写的话"
    draft.save()
    demo.load()
    draft.refresh_from_db()
    assert draft.necessity == "刚写的话"


def test_a_demo_account_is_put_right_again(loaded):
    user = User.objects.get(username="filer-xxzx")
    user.set_password("Something-else-1")
    user.is_active = False
    user.save()
    demo.load()
    user.refresh_from_db()
    assert user.is_active
    assert user.check_password(DEMO_PASSWORD)


def test_loading_again_keeps_people_signed_in(loaded):
    before = {user.username: user.get_session_auth_hash() for user in User.objects.all()}
    demo.load()
    assert {user.username: user.get_session_auth_hash() for user in User.objects.all()} == before


def test_a_changed_fixture_becomes_the_next_revision(loaded):
    source_id = "xxzx-2020-1"
    document = PUBLISHED[source_id]
    changed = type(document).from_dict(document.to_dict() | {"remarks": "更正"})
    publisher = User.objects.get(username=demo.PUBLISHER)
    demo.load_published(source_id, changed, publisher)
    declaration = Declaration.objects.get(source_id=source_id)
    assert declaration.remarks == "更正"
    assert [r.number for r in Revision.objects.filter(object_id=declaration.pk)] == [1, 2]


def test_every_role_has_an_account_in_two_units_and_two_departments(loaded):
    accounts = User.objects.filter(is_demo=True).select_related("organization")
    assert {user.role for user in accounts} == set(Role)
    assert all(user.check_password(DEMO_PASSWORD) and not user.must_change_password for user in accounts[:2])
    kinds = {}
    for user in accounts:
        if user.role not in KEEPER_ROLES:
            kinds.setdefault(user.organization.kind, set()).add(user.organization.name)
    assert len(kinds[OrganizationKind.UNIT]) == 2
    assert len(kinds[OrganizationKind.DEPARTMENT]) == 2
    assert all(user.username.isascii() for user in accounts)


def test_all_accounts_are_demo_accounts(loaded):
    assert not User.objects.filter(is_demo=False).exists()


def test_history_is_closed_and_two_campaigns_are_open(loaded):
    names = set(Campaign.objects.open_at(timezone.now()).values_list("name", flat=True))
    assert names == {"2027年度绩效目标申报", "2027年度绩效目标申报（全国表式试点）"}
    for campaign in Campaign.objects.filter(name__in=names):
        assert timezone.localtime(campaign.closes_at).isoformat() == "2026-12-31T17:00:00+08:00"
    assert not Campaign.objects.filter(is_archived=True, closes_at__isnull=False).exists()


def test_drafts_are_nearly_empty_full_and_half_way(loaded):
    empty, full, pilot = Declaration.objects.filter(source_id__startswith="demo-").order_by("source_id")
    assert {empty.state, full.state, pilot.state} == {State.DRAFT}
    assert empty.open_errors > 5
    assert not empty.indicators.exists()
    assert full.open_errors == 0
    assert full.open_doubts > 0
    assert full.copied_from.source_id == "xxzx-2020-4"
    assert full.project == full.copied_from.project
    assert pilot.edition_id == "national-2021-declaration"
    assert pilot.indicators.exclude(weight=None).count() == 6
    for draft in (empty, full, pilot):
        edition = get_edition(draft.edition_id)
        groups = {(row.level1, row.level2 or None) for row in draft.indicators.all()}
        assert groups <= set(edition.groups)


def test_the_same_project_has_its_forms_of_several_years(loaded):
    """上海金融数据运行监测系统: declaration and public table of 2018; 金融人才服务经费: 2018 and the pilot."""
    for name, forms in (("上海金融数据运行监测系统（2018升级改造）", 2), ("金融人才服务经费", 2)):
        assert Project.objects.get(name=name).declarations.count() == forms


def test_library_entries_repeat_in_published_forms(loaded):
    assert LibraryIndicator.objects.count() == len(LIBRARY)
    for entry in LIBRARY:
        forms = [d for d in PUBLISHED.values() if entry["name"] in [row.name for row in d.indicators]]
        row = LibraryIndicator.objects.get(name=entry["name"])
        assert row.used == len(forms) >= 2
        assert all(document.declaring_unit in row.source for document in forms)
        assert row.definition
        assert (row.level1, row.level2) in get_edition(row.edition_id).groups


def test_targets_of_the_library_are_printed_in_a_published_form():
    printed = {}
    for document in PUBLISHED.values():
        for row in document.indicators:
            spelling = row.target.replace("<=", "≤").replace(">=", "≥")
            printed.setdefault(row.name, set()).update((row.target, spelling))
    for entry in LIBRARY:
        bad = entry.get("bad_target", "").split("（")[0]
        assert not entry["target"] or entry["target"] in printed[entry["name"]]
        assert not bad or bad in printed[entry["name"]], entry


def test_use_of_the_library_is_not_counted_anew(loaded):
    LibraryIndicator.objects.filter(name="预算执行率").update(used=99)
    demo.load()
    assert LibraryIndicator.objects.get(name="预算执行率").used == 99


def test_production_refuses_the_demonstration(settings):
    """Refused before anything is read or written: this test has no database."""
    settings.DEMO = settings.DEBUG = settings.TESTING = False
    with pytest.raises(CommandError, match="只在演示或调试环境里"):
        call_command("load_demo")


def test_the_season_gives_every_reviewer_of_the_chain_work(loaded):
    """Sent through the door once, however often the demonstration is loaded."""
    demo_season.load()
    for username, count in (("department-fgw", 2), ("finance", 2)):
        assert waiting_for(User.objects.get(username=username)).count() == count
    sent = Declaration.objects.filter(source_id__startswith="demo-2027-xxzx")
    assert all(
        form.submitted_by.role == Role.FILER and form.open_errors == form.open_doubts == 0 for form in sent
    )
    assert all(form.risk_facts for form in sent)
    assert Revision.objects.filter(reason="submit").count() == len(sent) == len(demo_season.SEASON)
