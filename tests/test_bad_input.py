"""Every address × odd parameters: whatever is sent, the answer is one of ours and never an error of the server.

PostgreSQL refuses what SQLite keeps (NUL, numbers beyond 64 bits), and SQLite refuses what PostgreSQL bears (long
patterns, deep conditions): the table is run on both.
"""

import json
import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from declarations import downloads
from declarations.models import Indicator
from evaluations import views_papers
from tests.test_access import LINES, PEOPLE, address_of, all_names, get_resolver, make_objects

pytestmark = pytest.mark.django_db

LONG = "长" + "x" * 51_000  # more bytes than SQLite takes as a pattern
DIGITS = "9" * 5_000
ODD = {
    "nul": "修\0缮",
    "long": LONG,
    "words": "修 " * 1_100,
    "digits": DIGITS,
    "beyond 64 bits": "9" * 20,
    "markup": "<script>'\"%_\\",
    "far day": "0001-01-01T00:00:00+23:59",
    "line end": "/\r\nSet-Cookie: a=b",
    "object": "declarations.declaration:" + "9" * 18,
}
# Plain text to a database, or refused before one is asked. Zeros, lengths, numbers and days are not the same to all of them.
PLAIN = ("digits", "markup", "line end", "object")
# Every name that any page reads; most mean nothing to most pages, which must not matter either.
KEYS = [
    "q",
    "year",
    "state",
    "type",
    "findings",
    "page",
    "campaign",
    "choice",
    "key",
    "name",
    "section",
    "section",
    "as",
    "next",
    "role",
    "organization",
    "kind",
    "person",
    "action",
    "text",
    "since",
    "until",
    "subject",
    "before",
    "after",
    "level1",
    "level2",
    "group",
    "open",
    "row",
    "near",
    "side",
    "below",
    "source",
    "pick",
    "step",
    "which",
    "here",
    "column",
    "code",
    "path",
    "reason",
    "value",
    "seen",
    "unseen",
    "back",
    "version",
    "opened_at",
    "go",
    "use",
    "department",
    "unit",
    "edition",
    "username",
    "password",
    "old",
    "new",
    "again",
    "parent",
    "region",
    "active",
    "with_people",
    "mine-",
    "group-1",
    "project_name",
    "necessity",
    "do",
    "task",
    "due",
    "problem",
    "decision",
    "conclusion",
    "rechecker",
    "case",
    "share",
    "count",
    "units",
    "seed",
    "number",
    "month",
    "light",
    "all",
    "mine",
    "verify",
    "compare",
    "spread",
    "how",
    "write",
    "place-row",
    "place-group",
    "scope",
    "by",
]
OPERATIONS = [
    "add",
    "delete",
    "duplicate",
    "up",
    "down",
    "place",
    "regroup",
    "undo",
    "put",
    "bring",
    "paste",
    "table",
    "defaults",
    "library",
    "last_year",
]
BODIES = {
    "nothing": b"",
    "not JSON": b"{",
    "not UTF-8": b'{"changes": "\xff\xfe"}',
    "a list": b"[]",
    "null": b"null",
    "deep": b"[" * 100_000,
    "deep inside": b'{"changes": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "huge number": b'{"changes": [{"path": "necessity", "value": "x", "seen": ' + b"9" * 5_000 + b"}]}",
}
ITEMS = (
    None,
    0,
    "x",
    [],
    {},
    [[]],
    ["necessity"],
    ["necessity", 1],
    ["necessity", "x", -1],
    [1, "x"],
    {"path": "necessity", "value": None, "seen": 0},
    {"path": ["necessity"], "value": "x", "seen": 0},
    {"path": "necessity", "value": "x", "seen": True},
    {"path": "necessity", "value": "x", "seen": 10**20},
    {"path": "necessity", "value": {"a": 1}, "seen": 1.5},
)
PATHS = (
    "necessity",
    "budget.total",
    "start_date",
    "",
    ".",
    "indicators",
    "indicators.",
    "indicators..name",
    "indicators.{row}.target",
    "indicators.{row}.weight",
    "indicators.{row}.name.name",
    "indicators.{row}.level1",
    "indicators.\0.target",
    "indicators.\ud800.target",
    "indicators.\0.level1",
    "indicators.\ud800.level2",
    "indicators." + "r" * 5_000 + ".level1",
    "sub_projects.\0.amount",
    "necessity\0",
    "\ud800",
    "__class__",
    "extra",
    "budget.__class__",
)
VALUES = ("\0", "\ud800", "9" * 400, "1e400", "NaN", "Infinity", "≥" * 600, "٣" * 30, "9999-99-99")


@pytest.fixture
def no_printing(monkeypatch):
    for papers in (downloads, views_papers):
        monkeypatch.setattr(papers, "render_pdf", lambda *args, **options: b"%PDF-1.7")


@pytest.fixture
def draft(make_declaration):
    draft = make_declaration()
    Indicator.objects.create(
        declaration=draft, position=1, level1="产出目标", level2="数量", name="数", target="1个"
    )
    return draft


@pytest.fixture
def browser_of(people):
    """browser_of("财政审核人") → this person's browser, signed in once."""
    kept = {}

    def browser(name):
        if name not in kept or not kept[name].session.get("_auth_user_id"):
            kept[name] = Client(raise_request_exception=False)
            kept[name].force_login(people[name])
        return kept[name]

    return browser


@pytest.fixture
def addresses(draft, people, places, make_declaration):
    """(name, url, person) of every address in the table of rights, with somebody for whom it answers.

    So the odd value is read by the page, and not stopped at its door.
    """
    objects, found = make_objects(people, places, make_declaration), {}
    for line in LINES:
        able = [who for who, code in zip(PEOPLE, line.codes, strict=True) if code not in (401, 403, 404)]
        able = [who for who in able if who != "没有登录"]
        key = line.name, line.args, bool(able)
        found.setdefault(key, (line.name, address_of(line, objects), (able or PEOPLE)[0]))
    for word in OPERATIONS:
        url = reverse("declarations:row", args=[draft.pk, "indicators", word])
        found["row", word] = "declarations:row", url, PEOPLE[0]
    for part in draft.edition.sections:
        url = reverse("declarations:step", args=[draft.pk, part.key])
        found["step", part.key] = "declarations:step", url, PEOPLE[0]
    assert {name for name, _, _ in found.values()} == all_names(get_resolver())
    return list(found.values())


ENDS_SESSIONS = ("accounts:logout", "accounts:login", "accounts:password")


@pytest.mark.parametrize(
    "odd", [pytest.param(odd, marks=pytest.mark.one_database if odd in PLAIN else ()) for odd in ODD]
)
def test_odd_parameters(odd, addresses, browser_of, no_printing):
    value, wrong = ODD[odd], []
    # Long ones for the words that are searched for only: for all together they are more than we take, another answer.
    asked = dict.fromkeys(KEYS if len(value) < 1_000 else ("q", "text", "person"), value)
    for name, url, who in addresses:
        if name in ENDS_SESSIONS:
            continue
        browser = browser_of(who)
        got = browser.get(url, asked).status_code, browser.post(url, asked, HTTP_X_PART="1").status_code
        wrong += [f"{method} {url}" for method, code in zip(("get", "post"), got, strict=True) if code >= 500]
    door = Client(raise_request_exception=False)
    wrong += [f"login {code}" for code in [door.post("/login/", asked).status_code] if code >= 500]
    assert wrong == []


@pytest.mark.one_database
@pytest.mark.parametrize("method", ["put", "head"])
def test_other_methods(method, addresses, browser_of, no_printing):
    wrong = []
    for _, url, who in addresses:
        code = getattr(browser_of(who), method)(url).status_code
        if code >= 500:
            wrong.append(url)
    assert wrong == []


@pytest.mark.parametrize("number", ["0", "9" * 19, "9" * 4_000])
def test_keys_that_no_row_has(number, addresses, browser_of, no_printing):
    wrong = []
    for _, url, who in addresses:
        odd = re.sub(r"/[0-9]+/", f"/{number}/", url)
        if odd != url:
            browser = browser_of(who)
            codes = browser.get(odd).status_code, browser.post(odd).status_code
            wrong += [f"{odd[:80]} {code}" for code in codes if code >= 500]
    assert wrong == []
    admin = browser_of("系统管理员")
    assert admin.get(f"/people/{number}/").status_code == 404
    assert admin.get(f"/organizations/{number}/").status_code == 404


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("door", ["save", "fix"])
def test_bodies_that_are_not_ours(door, kind, draft, browser_of):
    """These two read JSON."""
    url = reverse(f"declarations:{door}", args=[draft.pk])
    answer = browser_of("信息中心填报人").post(url, BODIES[kind], content_type="application/json")
    assert answer.status_code == 400 or (door, kind, answer.status_code) == ("fix", "nothing", 302)


@pytest.mark.one_database
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data"])
def test_bodies_that_nobody_asked_for(content_type, addresses, browser_of):
    wrong = []
    for _, url, who in addresses:
        code = browser_of(who).post(url, BODIES["not UTF-8"], content_type=content_type).status_code
        wrong += [f"{url} {code}"] * (code >= 500)
    assert wrong == []


@pytest.mark.parametrize("door", ["save", "fix"])
def test_changes_of_every_wrong_shape(door, draft, browser_of):
    browser, url, wrong = browser_of("信息中心填报人"), reverse(f"declarations:{door}", args=[draft.pk]), []
    row = draft.indicators.get().row_id
    items = [*ITEMS]
    for path in PATHS:
        for value in VALUES:
            here = path.replace("{row}", row)
            items += [[here, value], {"path": here, "value": value, "seen": 0}]
    for item in items:
        answer = browser.post(url, json.dumps({"changes": [item]}), content_type="application/json")
        if answer.status_code >= 500 or answer["Content-Type"] != "application/json":
            wrong.append((item, answer.status_code))
    assert wrong == []
    assert browser.get(reverse("declarations:check", args=[draft.pk])).status_code == 200


def test_a_plain_page_with_odd_cells(draft, browser_of):
    """Without script the page's knowledge comes back as the person's browser, or anybody, has written it."""
    browser = browser_of("信息中心填报人")
    for path in PATHS:
        if "\ud800" in path:
            continue  # forms are UTF-8
        page = json.dumps({path: [0, "="], "x": 1, "y": [0], "z": ["0", "1"]})
        for name, args in (("step", ["basics"]), ("step", ["indicators"]), ("row", ["indicators", "add"])):
            url = reverse(f"declarations:{name}", args=[draft.pk, *args])
            for use in ("", f"mine:0:{path}", f"both:1:{path}", f"theirs:{'9' * 30}:{path}"):
                answer = browser.post(url, {"page": page, path or "_": "x\0", "use": use})
                assert answer.status_code < 500, (path, use)


@pytest.mark.parametrize("value", ["aaaaaaaa\\000", "\\377" * 8, "a" * 4_000, "\\ud800aaaaaaaa"])
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_odd_cookies(name, value, client):
    """Python reads octal escapes in a quoted cookie, so that anybody can send a NUL as the key of a session."""
    client.raise_request_exception = False
    for url in (reverse("accounts:login"), reverse("home"), reverse("accounts:session")):
        assert client.get(url, HTTP_COOKIE=f'{name}="{value}"').status_code < 500


def test_forms_of_another_kind(draft, people, places, browser_of, campaign, no_printing):
    for edition in ("sh-2018-disclosure",):
        type(draft).objects.filter(pk=draft.pk).update(edition_id=edition)
        wrong = []
        for name, url in addresses_of_form(draft):
            browser = browser_of("信息中心填报人")
            wrong += [
                f"{method} {name}"
                for method in ("get", "post")
                if getattr(browser, method)(url).status_code >= 500
            ]
        assert (edition, wrong) == (edition, [])


def addresses_of_form(draft):
    for name in sorted(all_names(get_resolver())):
        for args in ([draft.pk], [draft.pk, "basics"], [draft.pk, "indicators", "add"], []):
            if name.startswith("declarations:"):
                try:
                    yield name, reverse(name, args=args)
                except NoReverseMatch:
                    continue
                break
