"""Production refuses to start when it is not safe; the laptop starts with nothing set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECRET = "k9!" + "x" * 60


def _plain():
    """The environment without anything that this product or its tests set."""
    ours = ("PERFGOALS_", "DJANGO_", "DATABASE_URL")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def _start(**environment):
    return subprocess.run(
        [sys.executable, "-c", "import perfgoals.settings as s; print(s.DEBUG, s.SESSION_COOKIE_AGE)"],
        cwd=ROOT,
        env=_plain() | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "PERFGOALS_SECRET_KEY"),
        ({"PERFGOALS_SECRET_KEY": "short", "PERFGOALS_ALLOWED_HOSTS": "a.example"}, "PERFGOALS_SECRET_KEY"),
        ({"PERFGOALS_SECRET_KEY": SECRET}, "PERFGOALS_ALLOWED_HOSTS"),
        ({"PERFGOALS_SECRET_KEY": SECRET, "PERFGOALS_ALLOWED_HOSTS": "*"}, "PERFGOALS_ALLOWED_HOSTS"),
        (
            {
                "PERFGOALS_PRODUCTION": "1",
                "PERFGOALS_DEBUG": "1",
                "PERFGOALS_SECRET_KEY": SECRET,
                "PERFGOALS_ALLOWED_HOSTS": "a.example",
            },
            "PERFGOALS_DEBUG",
        ),
        (
            {
                "PERFGOALS_PRODUCTION": "1",
                "PERFGOALS_DEMO": "1",
                "PERFGOALS_SECRET_KEY": SECRET,
                "PERFGOALS_ALLOWED_HOSTS": "a.example",
            },
            "PERFGOALS_DEMO",
        ),
    ],
)
def test_production_refuses(environment, says):
    result = _start(**environment)
    assert result.returncode != 0
    assert says in result.stderr


@pytest.mark.parametrize("command", ["migrate", "makemigrations"])
def test_a_command_without_settings_says_what_is_missing_and_nothing_else(command):
    answer = subprocess.run(
        [sys.executable, "manage.py", command, "--check"],
        cwd=ROOT,
        env=_plain(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "PERFGOALS_SECRET_KEY" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_production_starts_when_safe():
    result = _start(PERFGOALS_SECRET_KEY=SECRET, PERFGOALS_ALLOWED_HOSTS="goals.example")
    assert result.stdout == "False 1800\n", result.stderr


def test_the_local_key_is_never_a_production_key():
    result = _start(
        PERFGOALS_PRODUCTION="1",
        PERFGOALS_SECRET_KEY="local-only-not-a-secret-" + "0" * 40,
        PERFGOALS_ALLOWED_HOSTS="goals.example",
    )
    assert result.returncode != 0


def test_a_laptop_needs_nothing():
    assert _start(PERFGOALS_DEMO="1").returncode == 0
    assert _start(PERFGOALS_DEBUG="1").returncode == 0


def test_deployment_check_is_clean(tmp_path):
    environment = {
        "PERFGOALS_SECRET_KEY": SECRET + "aB3$",
        "PERFGOALS_ALLOWED_HOSTS": "goals.example",
        "PERFGOALS_VAR": str(tmp_path),
    }
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=_plain() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
