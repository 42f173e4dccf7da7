"""Autosave under load, and lists at 600 and 60,000 declarations."""

import random
import threading
import time
from dataclasses import dataclass
from statistics import median
from urllib.parse import quote

from bench.site import Person, percentile, serving, sign_in

OFFICERS = 20
SAVES = 40
PAUSE = 0.5  # seconds between an officer's requests: four times as eager as the autosave itself


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    budget: str
    measured: str
    holds: bool | None
    note: str = ""


def autosave(load: int) -> Row:
    """p95 of saving one field against p95 of an empty view that reads the session user, interleaved in one run."""
    from declarations.models import Declaration
    from perfgoals.accounts.models import User
    from perfgoals.workflow import State

    officers = list(User.objects.filter(username__startswith="load-").order_by("pk")[:OFFICERS])
    forms = [
        Declaration.objects.filter(organization=officer.organization_id, state=State.DRAFT).first()
        for officer in officers
    ]
    keys = [sign_in(officer) for officer in officers]
    saves: list[float] = []
    empties: list[float] = []
    wrong: list[str] = []

    def work(number: int, port: int) -> None:
        dice = random.Random(number)
        person, form = Person(port, keys[number]), forms[number]
        time.sleep(dice.random() * PAUSE)
        for turn in range(SAVES):
            seconds, status, _ = person.get("/bench/empty/")
            empties.append(seconds)
            if status != 200:
                wrong.append(f"empty {status}")
            time.sleep(PAUSE * dice.random())
            change = {"path": "necessity", "value": f"第 {turn} 次修改，" + "说明" * 150, "seen": turn}
            seconds, status, body = person.post_json(f"/declarations/{form.pk}/save/", {"changes": [change]})
            saves.append(seconds)
            if status != 200:
                wrong.append(f"save {status} {body[:200]!r}")
            time.sleep(PAUSE * dice.random())

    with serving() as port:
        Person(port, keys[0]).get("/bench/empty/")
        people = [threading.Thread(target=work, args=(number, port)) for number in range(len(officers))]
        for person in people:
            person.start()
        for person in people:
            person.join()
    ratio = percentile(saves, 0.95) / percentile(empties, 0.95)
    return Row(
        f"autosave of one field, {len(officers)} officers, {load:,} declarations: p95",
        "≤ 5 × empty view",
        f"{ratio:.2f} ×",
        ratio <= 5 and not wrong,
        f"p50 {median(saves) * 1000:.1f} / {median(empties) * 1000:.1f} ms, p95 {percentile(saves, 0.95) * 1000:.1f} / "
        f"{percentile(empties, 0.95) * 1000:.1f} ms" + (f"; {len(wrong)} errors: {wrong[0]}" if wrong else ""),
    )


YEAR = 2020  # of which both databases have many forms
LISTS = {
    "own list of an officer": ("load-00000", f"/declarations/?year={YEAR}"),
    "department": ("load-department-0000", f"/declarations/?year={YEAR}"),
    "whole region, first page": ("business-admin", f"/declarations/?year={YEAR}"),
    # A state of which both databases fill a page: fewer rows are another page.
    "whole region, one state": ("business-admin", f"/declarations/?year={YEAR}&state=approved"),
    "whole region, last page": ("business-admin", f"/declarations/?year={YEAR}&page=last"),
    "finance reviewer's inbox": ("finance", "/declarations/inbox/"),
    "whole region, search in all texts": ("business-admin", f"/declarations/?year={YEAR}&q=修缮"),
}


def sign_in_everybody() -> dict[str, str]:
    """A session for everybody whose list is measured, by user name; both databases will have it."""
    from perfgoals.accounts.models import User

    return {name: sign_in(User.objects.get(username=name)) for name in {who for who, _ in LISTS.values()}}


def lists(small: str, large: str, keys: dict[str, str], rounds: int = 15) -> list[Row]:
    """Each list page on both databases in turns, so that both see the same machine."""
    with serving(small, workers=1) as few, serving(large, workers=1) as many:
        return [
            _list_row(name, [Person(few, keys[who]), Person(many, keys[who])], quote(path, safe="/?=&"), rounds)
            for name, (who, path) in LISTS.items()
        ]


def _list_row(name: str, people: list[Person], address: str, rounds: int) -> Row:
    times: list[list[float]] = [[], []]
    for turn in range(rounds + 2):
        for person, found in zip(people, times, strict=True):
            seconds, status, _ = person.get(address)
            if status != 200:
                raise SystemExit(f"{name}: {status}")
            if turn >= 2:
                found.append(seconds)
    few, many = (median(found) for found in times)
    return Row(
        f"list page, 60,000 against 600: {name}",
        "≤ 1.5 ×",
        f"{many / few:.2f} ×",
        many / few <= 1.5,
        f"{many * 1000:.0f} / {few * 1000:.0f} ms",
    )
