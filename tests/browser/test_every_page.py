"""Every page in every state: axe finds nothing, nothing scrolls sideways, no operator is parted from its number.

All is asked at three widths. What costs most is axe, and most of its rules judge the tree of what is rendered: they
are asked again at another width only where that width renders something else. Rules that judge boxes and colours are
asked at the widest and the narrowest, and between them where something else is rendered there. The bar on top and the
foot are the same on every page of a person: what a width shows of them is judged in full on the first page that has them so.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.templatetags.static import static
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import (  # noqa: F401  - they add their places
    places_evaluation_forms,
    places_evaluations,
    places_monitoring,
    places_panels,
    places_review,
    places_security,
    places_spot_checks,
)
from tests.browser.conftest import PATIENCE, let_in
from tests.browser.places import PLACES, Place, Visit
from tests.browser.stage import prepare

pytestmark = [pytest.mark.browser, pytest.mark.looks]

AXE = (Path(__file__).parent.parent / "vendor" / "axe" / "axe.min.js").read_text("utf-8")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1440, 1024, 390)
# Rules whose answer depends on where boxes are, how large and of which colour; tables are told from layout by their boxes.
BY_LAYOUT = [
    "color-contrast",
    "target-size",
    "scrollable-region-focusable",
    "link-in-text-block",
    "empty-table-header",
    "scope-attr-valid",
    "td-headers-attr",
    "th-has-data-cells",
]

# What this width renders of the bar and the foot, and of everything else: equal strings, equal trees. Bars of many pages
# are compared, so that they also say what they consist of.
RENDERED = """() => {
  const seen = (one) => (one.checkVisibility({visibilityProperty: true}) ? 1 : 0);
  const all = [...document.querySelectorAll("body *")];
  const frame = all.filter((one) => one.closest(".pg-top, .pg-foot"));
  const named = (one) => `${one.tagName} ${one.getAttribute("class")} ${one.getAttribute("href")} ${seen(one)}`;
  return [frame.map(named).join("|"), all.filter((one) => !frame.includes(one)).map(seen).join("")];
}"""

# Where the bar with the main action stands below everything, as it does at the end of the page, and covers nothing.
AT_REST = (
    """() => window.scrollTo(0, document.querySelector(".pg-actionbar") ? document.body.scrollHeight : 0)"""
)

# hidden-content never finds a violation, it only lists what nobody looked at; and it is the third dearest of all.
# preload reads every imported sheet into a <style> of axe's own, which the site's policy rightly blocks; only an
# experimental rule, which is not asked, would use it.
ASK_AXE = """async ([runOnly, covered]) => {
  const rules = runOnly.type === "tag" ? {"hidden-content": {enabled: false}} : {};
  const found = await axe.run(covered ? {exclude: [covered]} : document, {runOnly, rules, resultTypes: ["violations"], preload: false});
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`));
}"""

# What is wider than the window, if the page can be moved sideways.
TOO_WIDE = """() => {
  const page = document.scrollingElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > page.clientWidth + 1);
  return [`${page.scrollWidth} > ${page.clientWidth}`, ...wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 120))];
}"""

# Operators and numbers that stand on two lines: by the wrapper that keeps them together, and in any text of ours.
PARTED = """() => {
  const lines = (rects) => new Set([...rects].filter((box) => box.width > 0).map((box) => Math.round(box.bottom))).size;
  const parted = [...document.querySelectorAll(".pg-nb")].filter((one) => lines(one.getClientRects()) > 1).map((one) => one.textContent);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode;
    for (const found of text.data.matchAll(/[≥≤＞＜＝><=] ?[0-9][0-9.,]*[%‰]?/g)) {
      range.setStart(text, found.index);
      range.setEnd(text, found.index + found[0].length);
      if (lines(range.getClientRects()) > 1) parted.push(found[0]);
    }
  }
  return parted;
}"""

# Text that runs out of its cell into the next one.
SPILLED = """() => [...document.querySelectorAll("td")]
  .filter((cell) => cell.clientWidth && cell.scrollWidth > cell.clientWidth + 1 && !cell.querySelector("[open]"))
  .map((cell) => `${cell.scrollWidth} > ${cell.clientWidth}: ${cell.textContent.trim().slice(0, 60)}`)"""


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker):
    """In place of pytest-django's: what the places need is committed once for all of them, and cleared at the end."""
    with django_db_blocker.unblock():
        yield prepare()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def site(db):
    server = LiveServer("127.0.0.1")
    yield server.url, *db
    server.stop()


@pytest.fixture(scope="module")
def seats(browser, browser_context_args) -> Iterator[Callable[[str], Page]]:
    """seats("filer-xxzx") → the window this person looks at, the same for all places that leave no trace in it."""
    taken: dict[str, Page] = {}

    def seat(who: str) -> Page:
        if who not in taken:
            context = browser.new_context(**browser_context_args)
            context.set_default_timeout(PATIENCE)
            taken[who] = context.new_page()
        return taken[who]

    yield seat
    for page in taken.values():
        page.context.close()


@pytest.fixture(scope="module")
def frames() -> set[str]:
    """The bars and feet that have been judged on some page."""
    return set()


@pytest.fixture
def visitor(request, place: Place, seats, site, troubles) -> Iterator[Page]:
    """The window of the person who looks, or one in a browser of its own."""
    if place.is_alone:
        yield request.getfixturevalue("page")
        return
    page = seats(place.who)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    with troubles.watching(page):
        yield page
        # Leaves the page where nothing happens any more; about:blank would take a new process, and everything in it is cold.
        page.goto(site[0] + static("favicon.svg"))


@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
def test_place(visitor: Page, site, frames: set[str], troubles, pictures, place: Place):
    url, forms, jobs = site
    troubles.expect(*place.troubles)
    if place.who:
        let_in(visitor.context, place.who, url)
    place.go(Visit(visitor, url, forms, jobs))
    visitor.evaluate(AXE)
    found: dict[str, list[str]] = {}
    judged: set[str] = set()
    for width in WIDTHS:
        visitor.set_viewport_size({"width": width, "height": 900})
        visitor.evaluate(AT_REST)
        if pictures:
            visitor.screenshot(path=pictures / f"{place.name}-{width}.png", full_page=True)
        frame, rendered = visitor.evaluate(RENDERED)
        is_judged = rendered in judged and frame in frames
        rules = {"type": "rule", "values": BY_LAYOUT} if is_judged else {"type": "tag", "values": STANDARDS}
        if not is_judged or width != WIDTHS[1]:
            found[f"axe at {width}"] = visitor.evaluate(ASK_AXE, [rules, place.covered])
        judged.add(rendered)
        frames.add(frame)
        found[f"sideways at {width}"] = visitor.evaluate(TOO_WIDE)
        found[f"parted at {width}"] = visitor.evaluate(PARTED)
        found[f"spilled at {width}"] = visitor.evaluate(SPILLED)
    assert {where: what for where, what in found.items() if what} == {}
    assert visitor.locator("h1:visible").count() == 1
