"""A real Chromium for the tests that need one: the system's, where there is one."""

import shutil

import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    system = {"executable_path": found} if found else {}
    return browser_type_launch_args | system | {"args": ["--no-sandbox", "--disable-gpu"]}
