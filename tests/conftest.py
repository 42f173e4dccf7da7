"""People and places of the tests, by name.

金融办 is a department that files its own projects; 服务中心 hangs under it; 财政局 is the finance bureau; 信息中心 hangs
under 发改委. 外区 is another region, to show that nobody sees across.
"""

import gc
import os

import pytest

# Most of what a test makes is gone when it ends, without the collector: looking for the rest every few hundred objects is a
# tenth of the whole run.
gc.set_threshold(100_000, 50, 100)

os.environ.setdefault("PERFGOALS_RENDER_PROCESSES", "1")
os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "1"
)  # playwright's event loop beside the ORM in one test process

# Set by script/test for its second run. What never touches a database, how pages look and what they do in a browser has
# been proved by the first; of the stories in the browser those run again in which two people write at once, of the table
# of rights one person for each answer.
DATABASE_TESTS_ONLY = bool(os.environ.get("TEST_DATABASE_ONLY"))
_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(config, items):
    if not DATABASE_TESTS_ONLY:
        return
    chosen = [
        item
        for item in items
        if not (item.get_closest_marker("looks") or item.get_closest_marker("one_database"))
        and (not item.get_closest_marker("browser") or item.get_closest_marker("both_databases"))
        and (
            item.get_closest_marker("django_db") or _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
        )
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Before the test database is dropped: the server may not have noticed yet that a worker was killed (on purpose)."""
    yield
    from django.db import connection

    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


PASSWORD = "Correct-horse-42"


@pytest.fixture(autouse=True)
def _cheap_passwords(settings):
    """Argon2 is slow on purpose; only the sign-in tests need the real thing."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]


@pytest.fixture(autouse=True)
def _static_files_on_demand(settings):
    """Every Client builds the middleware anew, and WhiteNoise would list all static files each time: 14 ms."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _own_papers(settings, tmp_path):
    """No test finds a PDF or a file that another has kept."""
    settings.PAPER_DIR = tmp_path / "papers"
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def shanghai():
    from perfgoals.accounts.models import Region

    return Region.objects.create(code="310000", name="上海市")


@pytest.fixture
def region(db):
    return shanghai()


@pytest.fixture
def places(region):
    """Organizations by short name."""
    return places_in(region)


def places_in(region):
    from perfgoals.accounts.models import Organization, OrganizationKind, Region

    def place(code, name, kind, parent=None, in_region=region):
        return Organization.objects.create(code=code, name=name, kind=kind, parent=parent, region=in_region)

    finance = place("101", "上海市财政局", OrganizationKind.FINANCE)
    jrb = place("201", "上海市金融服务办公室", OrganizationKind.DEPARTMENT)
    fwzx = place("201001", "上海市金融发展服务中心", OrganizationKind.UNIT, jrb)
    fgw = place("301", "上海市发展和改革委员会", OrganizationKind.DEPARTMENT)
    xxzx = place("301001", "上海市经济信息中心", OrganizationKind.UNIT, fgw)
    elsewhere = Region.objects.create(code="330100", name="外区")
    other = place("901", "外区财政局", OrganizationKind.FINANCE, None, elsewhere)
    return {
        "财政局": finance,
        "金融办": jrb,
        "服务中心": fwzx,
        "发改委": fgw,
        "信息中心": xxzx,
        "外区": other,
    }


@pytest.fixture
def people(places):
    """Persons by what they are: people["信息中心填报人"]."""
    return people_of(places)


def people_of(places):
    from django.contrib.auth.hashers import make_password

    from perfgoals.accounts.models import Role, User

    table = {
        "信息中心填报人": (Role.FILER, "信息中心"),
        "信息中心同事": (Role.FILER, "信息中心"),
        "信息中心审核人": (Role.UNIT_REVIEWER, "信息中心"),
        "服务中心填报人": (Role.FILER, "服务中心"),
        "财政局填报人": (Role.FILER, "财政局"),
        "发改委审核人": (Role.DEPARTMENT_REVIEWER, "发改委"),
        "金融办审核人": (Role.DEPARTMENT_REVIEWER, "金融办"),
        "财政审核人": (Role.FINANCE_REVIEWER, "财政局"),
        "业务管理员": (Role.BUSINESS_ADMIN, "财政局"),
        "系统管理员": (Role.SYSTEM_ADMIN, "财政局"),
        "安全管理员": (Role.SECURITY_ADMIN, "财政局"),
        "审计员": (Role.AUDITOR, "财政局"),
        "外区财政审核人": (Role.FINANCE_REVIEWER, "外区"),
        "外区填报人": (Role.FILER, "外区"),
    }
    password = make_password(PASSWORD)
    made = User.objects.bulk_create(
        User(
            username=name,
            password=password,
            name=name,
            role=role,
            organization=places[place],
            must_change_password=False,
        )
        for name, (role, place) in table.items()
    )
    return {person.username: person for person in made}


@pytest.fixture
def campaign(region):
    """An open declaration campaign on the 2020 form."""
    return campaign_in(region)


def campaign_in(region):
    from perfgoals.campaigns.models import Campaign, CampaignKind

    return Campaign.objects.create(
        name="2020年度绩效目标申报",
        kind=CampaignKind.DECLARATION,
        fiscal_year=2020,
        region=region,
        edition_id="sh-2020-declaration",
    )


@pytest.fixture
def make_declaration(campaign, places):
    """make_declaration(unit="信息中心", name="办公用房修缮", **columns) → a saved draft."""
    return declaration_maker(campaign, places)


def declaration_maker(campaign, places):
    from declarations.models import Declaration, Project

    def make(*, unit="信息中心", name="办公用房修缮", in_campaign=None, **columns):
        in_campaign = in_campaign or campaign
        project = Project.objects.create(organization=places[unit], name=name)
        return Declaration.objects.create(
            project=project,
            organization=places[unit],
            campaign=in_campaign,
            fiscal_year=in_campaign.fiscal_year,
            edition_id=in_campaign.edition_id,
            project_name=name,
            **columns,
        )

    return make
