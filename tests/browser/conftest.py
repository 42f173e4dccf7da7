"""A real Chromium, one per test process and a clean context per test; what any page complains about fails the test."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from perfgoals.accounts.models import User

PATIENCE = 20_000  # milliseconds; a busy machine is slow, and waiting for what is there costs nothing
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium's own popups are pages too: for every window it opens it loads one in a process of its own, which costs more
# than ours. Nobody sees them here; one of the first four alone changes nothing. Of such lists the last one counts, so that
# playwright's own is repeated.
UNUSED_FEATURES = (
    *("PreloadTopChromeWebUI", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay"),
    *("HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "OptimizationHints", "AimEnabled"),
    *("NetworkTimeServiceQuerying", "PreconnectToSearch", "Translate"),
)
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's browser, or playwright's own where there is none; no traffic but ours."""
    found = next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--disable-features={','.join(UNUSED_FEATURES)}",
    ]
    return browser_type_launch_args | ({"executable_path": found} if found else {}) | {"args": quiet}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1440, "height": 900},
    }


@pytest.fixture(autouse=True)
def _demo_mode(settings):
    """As ``script/server`` runs it."""
    settings.DEMO = True


class Troubles:
    """What the pages of a test complained about: console errors, uncaught errors, answers of 500 and more."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.expected: list[str] = []

    def expect(self, *patterns: str) -> None:
        """The test provokes complaints that match: a lost network, a conflict."""
        self.expected += patterns

    def watch(self, context: BrowserContext) -> None:
        context.on("console", lambda said: self.seen.append(said.text) if said.type == "error" else None)
        context.on("weberror", lambda error: self.seen.append(f"uncaught: {error.error}"))
        context.on(
            "response",
            lambda answer: self.seen.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
        )

    @contextmanager
    def watching(self, page: Page) -> Iterator[None]:
        """For as long as a test uses a page that others use too."""
        listeners: dict[str, Callable] = {
            "console": lambda said: self.seen.append(said.text) if said.type == "error" else None,
            "pageerror": lambda error: self.seen.append(f"uncaught: {error}"),
            "response": lambda answer: (
                self.seen.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
            ),
        }
        for event, listener in listeners.items():
            page.on(event, listener)
        yield
        for event, listener in listeners.items():
            page.remove_listener(event, listener)

    def unexpected(self) -> list[str]:
        return [said for said in self.seen if not any(re.search(pattern, said) for pattern in self.expected)]


@pytest.fixture
def troubles() -> Troubles:
    return Troubles()


@pytest.fixture(autouse=True)
def _nothing_complains(troubles):
    yield
    assert not troubles.unexpected()


@pytest.fixture
def context(context: BrowserContext, troubles, request) -> BrowserContext:
    context.set_default_timeout(PATIENCE)
    troubles.watch(context)
    return context


@pytest.fixture
def another_browser(new_context, troubles) -> Callable[..., Page]:
    """another_browser() → a page of somebody at another computer."""

    def start(**options) -> Page:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        troubles.watch(context)
        return context.new_page()

    return start


def let_in(context: BrowserContext, username: str, url: str) -> None:
    """This person has signed in: the cookie is what is left of it."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend="perfgoals.accounts.backends.OfficeBackend")
    name = site_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


@pytest.fixture
def at(page: Page, live_server) -> Callable[..., Page]:
    """at("信息中心填报人", "/declarations/") → the page this person opened there, here or in another window."""

    def open_as(username: str, path: str, *, window: Page = page) -> Page:
        let_in(window.context, username, live_server.url)
        window.goto(live_server.url + path)
        return window

    return open_as


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where to put a picture of every page and state: ``PERFGOALS_SHOTS=/some/folder``."""
    folder = os.environ.get("PERFGOALS_SHOTS")
    if not folder:
        return None
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path
