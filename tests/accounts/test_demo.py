"""Demo accounts: offered in demo mode only, shut out and reported elsewhere."""

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.urls import reverse

from perfgoals.accounts.demo import DEMO_PASSWORD
from perfgoals.accounts.models import User

LOGIN = reverse("accounts:login")


@pytest.fixture
def demo(places):
    return User.objects.create_user(
        "yanshi",
        DEMO_PASSWORD,
        name="演示人",
        role="filer",
        organization=places["信息中心"],
        is_demo=True,
        must_change_password=False,
    )


def sign_in(client):
    return client.post(LOGIN, {"username": "yanshi", "password": DEMO_PASSWORD})


def test_listed_and_filled_in_demo_mode(client, demo, people, settings):
    settings.DEMO = True
    page = client.get(LOGIN)
    assert "演示人" in page.text
    assert "信息中心同事" not in page.text
    assert DEMO_PASSWORD not in page.text
    filled = client.get(LOGIN + "?as=yanshi&next=/help/").text
    assert f'value="{DEMO_PASSWORD}"' in filled
    assert 'value="/help/"' in filled


def test_as_fills_in_nobody_else(client, demo, people, settings):
    settings.DEMO = True
    assert DEMO_PASSWORD not in client.get(LOGIN + "?as=信息中心同事").text


def test_not_listed_outside_demo_mode(client, demo):
    page = client.get(LOGIN + "?as=yanshi").text
    assert "演示" not in page
    assert DEMO_PASSWORD not in page


def test_signs_in_locally_but_not_in_production(client, demo, settings):
    settings.LOCAL = False
    assert sign_in(client).status_code == 422
    settings.LOCAL = True
    assert sign_in(client).status_code == 302
    settings.LOCAL = False
    assert client.get(reverse("accounts:session")).json()["authenticated"] is False


def problems():
    return [found.id for found in run_checks(tags=[Tags.database], databases=["default"])]


def test_production_database_with_demo_accounts_is_an_error(demo, settings):
    assert "accounts.E001" not in problems()
    settings.LOCAL = False
    assert "accounts.E001" in problems()
    with pytest.raises(SystemCheckError, match="演示账号"):
        call_command("check", databases=["default"], tags=["database"])
    demo.delete()
    assert "accounts.E001" not in problems()
