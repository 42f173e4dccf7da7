"""Refuses a broken scheme: ``check_text`` names file, line and reason in Chinese, as for editions. Pure.

Three passes, each only when the one before found nothing: is it TOML; has every table its keys with the right types;
does it make sense, its own cases included.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from evaluations.spot_checks.risks import NEEDS, TESTS, Facts, candidate
from evaluations.spot_checks.scheme import load, parse
from perfgoals.editions.checker import Problem, toml_problem
from perfgoals.editions.positions import lines_of, nearest_line
from perfgoals.editions.shapes import ANY, NUMBER, Found, ListOf, MapOf, Table, misshapen

FULL = 100
MARKS = {"source": str, "ours": bool, "unconfirmed": bool}
RISK = Table(
    {"code": str, "label": str, "test": str, "weight": int, "why": str},
    MARKS | {"findings": ListOf(str), "points": NUMBER, "percent": NUMBER},
)
QUESTION = Table({"key": str, "label": str, "text": str, "points": NUMBER}, MARKS)
SHAPE = Table(
    {
        "id": str,
        "title": str,
        "region": str,
        "year_from": int,
        "prescribed_by": str,
        "base": int,
        "risks": ListOf(RISK),
        "parts": ListOf(
            Table(
                {"key": str, "label": str, "questions": ListOf(QUESTION)}, {"source": str, "unconfirmed": bool}
            )
        ),
        "cases": ListOf(Table({"name": str, "facts": MapOf(ANY), "weight": int})),
    },
    {"year_to": int, "notes": ListOf(str), "draw_notes": ListOf(str), "unconfirmed": bool},
)


def check_files(paths: Iterable[Path]) -> list[Problem]:
    """The problems of several files; files of one folder cannot share an id, which is the file's name."""
    return [problem for path in paths for problem in check_text(path.read_text("utf-8"), str(path))]


def check_text(text: str, filename: str) -> list[Problem]:
    """The problems of one scheme in line order."""
    try:
        data = parse(text)
    except tomllib.TOMLDecodeError as error:
        return [toml_problem(error, text, filename)]
    found = misshapen(data, SHAPE) or _nonsense(data, Path(filename).stem) or _cases(data)
    lines = lines_of(text)
    return sorted({Problem(filename, nearest_line(lines, path), message) for path, message in found})


def _nonsense(data: dict[str, Any], stem: str) -> Found:
    found: Found = []
    if data["id"] != stem:
        found.append((("id",), f"id“{data['id']}”与文件名“{stem}.toml”不一致。"))
    if data.get("year_to", data["year_from"]) < data["year_from"]:
        found.append((("year_to",), f"year_to（{data['year_to']}）早于 year_from（{data['year_from']}）。"))
    if data["base"] < 1:
        found.append((("base",), "基数至少是 1，否则有的表抽不到。"))
    return found + _risks(data) + _questions(data)


def _risks(data: dict[str, Any]) -> Found:
    found = _twice([risk["code"] for risk in data["risks"]], ("risks",), "code", "风险因素")
    for number, risk in enumerate(data["risks"]):
        here = ("risks", number)
        if risk["test"] not in TESTS:
            found.append(((*here, "test"), f"不认识的判断“{risk['test']}”，只有 {'、'.join(TESTS)}。"))
        missing = [key for key in NEEDS.get(risk["test"], ()) if not risk.get(key)]
        if missing:
            found.append((here, f"风险因素“{risk['label']}”还要写 {'、'.join(missing)}。"))
        if not risk["weight"]:
            found.append(((*here, "weight"), f"风险因素“{risk['label']}”的权数是 0，等于没有写。"))
        found += _unsourced(risk, here)
    return found


def _questions(data: dict[str, Any]) -> Found:
    found = _twice([part["key"] for part in data["parts"]], ("parts",), "key", "部分")
    places = [
        (("parts", p, "questions", q), question)
        for p, part in enumerate(data["parts"])
        for q, question in enumerate(part["questions"])
    ]
    counted = Counter(question["key"] for _, question in places)
    for here, question in places:
        if counted[question["key"]] > 1:
            found.append(((*here, "key"), f"问题“{question['key']}”写了 {counted[question['key']]} 次。"))
        if question["points"] <= 0:
            found.append(((*here, "points"), f"“{question['label']}”的分值要大于 0。"))
        found += _unsourced(question, here)
    total = sum((Decimal(question["points"]) for _, question in places), Decimal(0))
    if total != FULL:
        found.append((("parts",), f"各问分值合计 {total}，应是 {FULL}。"))
    return found


def _unsourced(item: dict[str, Any], here: tuple[str | int, ...]) -> Found:
    if any(item.get(mark) for mark in MARKS):
        return []
    return [(here, f"“{item['label']}”没有出处（source），也没有标 ours 或 unconfirmed。")]


def _twice(keys: list[str], path: tuple[str | int, ...], key: str, what: str) -> Found:
    return [
        ((*path, number, key), f"{what}“{one}”写了两次。")
        for number, one in enumerate(keys)
        if one in keys[:number]
    ]


def _cases(data: dict[str, Any]) -> Found:
    """The file's own cases, weighed."""
    found: Found = []
    scheme = load(data)
    for number, case in enumerate(data["cases"]):
        here = ("cases", number)
        try:
            weighed = candidate(facts_of_case(case["facts"]), scheme).weight
        except (TypeError, ArithmeticError) as error:
            found.append(((*here, "facts"), f"例“{case['name']}”算不出来：{error}"))
            continue
        if weighed != case["weight"]:
            found.append(((*here, "weight"), f"例“{case['name']}”应是 {case['weight']}，算出 {weighed}。"))
    return found


def facts_of_case(written: dict[str, Any]) -> Facts:
    """A case's facts on the national scale: of 100 points, grades from 90, 80 and 60."""
    made: dict[str, Any] = {key: Decimal(written[key]) for key in ("total", "rate") if key in written}
    if "codes" in written:
        made["codes"] = frozenset(written["codes"])
    scale: dict[str, Any] = {
        "full": Decimal(100),
        "floors": (Decimal(90), Decimal(80), Decimal(60), Decimal(0)),
    }
    return Facts(**{"key": "1"} | scale | written | made)
