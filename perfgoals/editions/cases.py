"""Runs the test cases that ship with an edition: a small document in, what the form must make of it out."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from perfgoals.editions.model import Case, Edition

TABLES = {"indicators": (4, 5), "sub_projects": (2, 2)}  # fewest and most cells of a row
PLAIN_PRINTS = ("title", "year_line", "budget_heading", "indicators_heading", "unit_label")


def failures(edition: Edition, case: Case) -> list[str]:
    """What differs from the case, in Chinese; empty when it holds."""
    if strange := _strange_keys(edition, case):
        return strange
    found = [
        f"“{key}”应印作“{wanted}”，实际印作“{printed(edition, case.document, key)}”"
        for key, wanted in case.prints.items()
        if printed(edition, case.document, key) != wanted
    ]
    expected = {
        "应缺的必填项": (case.missing, missing(edition, case.document)),
        "应不平的合计": (case.wrong_sums, wrong_sums(edition, case.document)),
        "应在表外的指标": (case.outside_frame, outside_frame(edition, case.document)),
        "应缺的分组": (case.absent_groups, absent_groups(edition, case.document)),
    }
    return found + [
        f"{what}是“{'、'.join(wanted) or '无'}”，实际是“{'、'.join(got) or '无'}”"
        for what, (wanted, got) in expected.items()
        if wanted is not None and list(wanted) != got
    ]


def printed(edition: Edition, document: Mapping[str, Any], key: str) -> str:
    """How the form prints ``key`` of the document."""
    if key in PLAIN_PRINTS:
        text = edition.style.year_line if key == "year_line" else getattr(edition, key)
        return text.replace("{year}", str(document["fiscal_year"]))
    value: str = document.get(key, "")
    match edition.fields[key].kind if value else "":
        case "date":
            return edition.style.date(value)
        case "amount":
            return edition.style.amount(Decimal(value))
        case _:
            return value


def missing(edition: Edition, document: Mapping[str, Any]) -> list[str]:
    """Keys of required fields that are empty, in form order."""
    return [key for key, field in edition.fields.items() if field.required and not document.get(key)]


def wrong_sums(edition: Edition, document: Mapping[str, Any]) -> list[str]:
    """The totals that differ from their parts; without total or without any part there is nothing to judge."""
    wrong = []
    for rule in edition.sums:
        amounts = _amounts(document, rule.parts)
        if document.get(rule.total) and amounts and Decimal(document[rule.total]) != sum(amounts):
            wrong.append(rule.total)
    return wrong


def outside_frame(edition: Edition, document: Mapping[str, Any]) -> list[str]:
    """Names of the indicators whose group the frame does not have."""
    groups = set(edition.groups)
    return [row[2] for row in document.get("indicators", ()) if (row[0], row[1] or None) not in groups]


def absent_groups(edition: Edition, document: Mapping[str, Any]) -> list[str]:
    """Required groups without a row: ``产出目标``, or ``产出目标/质量`` where only a part of it is absent."""
    rows = [(row[0], row[1] or None) for row in document.get("indicators", ()) if row[2]]
    inside = set(edition.groups).intersection(rows)
    absent = []
    for dimension in edition.frame:
        if dimension.name not in {level1 for level1, _ in inside}:
            absent += [dimension.name] if dimension.required else []
            continue
        absent += [
            f"{dimension.name}/{category.name}"
            for category in dimension.categories
            if category.required and (dimension.name, category.name) not in inside
        ]
    return absent


def _amounts(document: Mapping[str, Any], parts: tuple[str, ...]) -> list[Decimal]:
    amounts = []
    for part in parts:
        if part == "sub_projects[].amount":
            amounts += [Decimal(row[1]) for row in document.get("sub_projects", ())]
        elif document.get(part):
            amounts.append(Decimal(document[part]))
    return amounts


def _strange_keys(edition: Edition, case: Case) -> list[str]:
    """What keeps the case from being run at all."""
    problems = (
        [] if isinstance(case.document.get("fiscal_year"), int) else ["document 里要有 fiscal_year（整数）"]
    )
    problems += [
        f"document 里的“{key}”不是本表的栏目"
        for key in case.document
        if key != "fiscal_year" and key not in edition.fields
    ]
    problems += [
        f"prints 里的“{key}”不是本表的栏目"
        for key in case.prints
        if key not in PLAIN_PRINTS and key not in edition.fields
    ]
    for key, value in case.document.items():
        if key in TABLES and key in edition.fields:
            fewest, most = TABLES[key]
            if not isinstance(value, list) or not all(
                isinstance(row, list)
                and fewest <= len(row) <= most
                and all(isinstance(cell, str) for cell in row)
                for row in value
            ):
                problems.append(f"document 里的“{key}”应是行的列表，每行 {fewest} 个文字")
        elif key in edition.fields and not _readable(edition.fields[key].kind, value, edition):
            problems.append(f"document 里的“{key}”读不出：{value}")
    return problems


def _readable(kind: str, value: Any, edition: Edition) -> bool:
    if not isinstance(value, str):
        return False
    try:
        if kind == "date":
            edition.style.date(value)
        elif kind == "amount":
            return Decimal(value).is_finite()
    except (ValueError, InvalidOperation):
        return False
    return True
