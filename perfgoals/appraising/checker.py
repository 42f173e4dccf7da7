"""Refuses a broken questionnaire: ``check_text`` names file, line and reason in Chinese, as for editions.

Three passes, each only when the one before found nothing: is it TOML; has every table its keys with the right types;
does it make sense as a review form, its own test cases included.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from perfgoals.appraising.grading import OVERALL, BadAnswer, Given, outcome
from perfgoals.appraising.questionnaire import EACH, GRADES, ONCE, POINTS, RANGE, Questionnaire, load, parse
from perfgoals.editions.checker import Problem, toml_problem
from perfgoals.editions.positions import lines_of, nearest_line
from perfgoals.editions.shapes import ANY, NUMBER, Found, ListOf, MapOf, Table, misshapen

DEFECT = Table(
    {"key": str, "label": str, "deduct": NUMBER, "per": str},
    {"deduct_to": NUMBER, "source": str, "unconfirmed": bool},
)
QUESTION = Table(
    {"key": str, "label": str, "text": str, "points": NUMBER},
    {"defects": ListOf(DEFECT), "unconfirmed": bool},
)
GRADE = Table(
    {
        "key": str,
        "label": str,
        "floor": NUMBER,
        "meaning": str,
        "effect": str,
        "clause": str,
        "offers": ListOf(str),
    },
    {"needs_remark": bool, "unconfirmed": bool},
)
SHAPE = Table(
    {
        "id": str,
        "title": str,
        "region": str,
        "year_from": int,
        "prescribed_by": str,
        "overall": str,
        "modes": ListOf(Table({"key": str, "title": str, "help": str}, {"unconfirmed": bool})),
        "grades": ListOf(GRADE),
        "parts": ListOf(Table({"key": str, "label": str, "questions": ListOf(QUESTION)})),
        "cases": ListOf(
            Table({"name": str, "mode": str, "grade": str}, {"total": NUMBER, "answers": MapOf(MapOf(ANY))})
        ),
    },
    {"year_to": int, "notes": ListOf(str), "unconfirmed": bool},
)
ACTS = ("pass", "return")
FULL = 100


def check_text(text: str, filename: str, *, taken: Mapping[str, str] | None = None) -> list[Problem]:
    """The problems of one questionnaire file in line order. ``taken``: ids of other files → their names."""
    try:
        data = parse(text)
    except tomllib.TOMLDecodeError as error:
        return [toml_problem(error, text, filename)]
    found = misshapen(data, SHAPE) or _nonsense(data, Path(filename).stem, taken or {})
    lines = lines_of(text)
    return sorted({Problem(filename, nearest_line(lines, path), message) for path, message in found})


def check_files(paths: Iterable[Path]) -> list[Problem]:
    """The problems of several files, one id used twice included."""
    found: list[Problem] = []
    taken: dict[str, str] = {}
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            found.append(Problem(str(path), 1, "读不到这个文件，或不是 UTF-8 文字。"))
            continue
        problems = check_text(text, str(path), taken=taken)
        found += problems
        if not problems:
            taken[parse(text)["id"]] = str(path)
    return found


def _nonsense(data: dict[str, Any], stem: str, taken: Mapping[str, str]) -> Found:
    """What a well-shaped file gets wrong. Its cases run only when nothing else is found."""
    found = _identity(data, stem, taken) + _modes(data) + _grades(data) + _questions(data)
    return found or _cases(load(data))


def _identity(data: dict[str, Any], stem: str, taken: Mapping[str, str]) -> Found:
    found: Found = []
    if data["id"] != stem:
        found.append((("id",), f"id“{data['id']}”与文件名“{stem}.toml”不一致。"))
    if data["id"] in taken:
        found.append((("id",), f"id“{data['id']}”已用于 {taken[data['id']]}。"))
    if data.get("year_to", data["year_from"]) < data["year_from"]:
        found.append((("year_to",), f"year_to（{data['year_to']}）早于 year_from（{data['year_from']}）。"))
    if data["overall"] not in OVERALL:
        found.append((("overall",), f"综合等级的算法“{data['overall']}”不在 {'、'.join(OVERALL)} 之中。"))
    return found


def _modes(data: dict[str, Any]) -> Found:
    keys = [mode["key"] for mode in data["modes"]]
    found = _twice(keys, ("modes",), "方式")
    for number, key in enumerate(keys):
        if key not in (GRADES, POINTS):
            found.append((("modes", number, "key"), f"方式“{key}”不在 {GRADES}、{POINTS} 之中。"))
    return found if keys else [(("modes",), "至少要有一种方式。")]


def _grades(data: dict[str, Any]) -> Found:
    grades = data["grades"]
    found = _twice([grade["key"] for grade in grades], ("grades",), "等级")
    floors = [Decimal(grade["floor"]) for grade in grades]
    for number, grade in enumerate(grades):
        if number and floors[number] >= floors[number - 1]:
            found.append(
                (
                    ("grades", number, "floor"),
                    f"“{grade['label']}”的起点 {floors[number]} 不低于前一档的 {floors[number - 1]}。",
                )
            )
        for act in grade["offers"]:
            if act not in ACTS:
                found.append((("grades", number, "offers"), f"不认识的办法“{act}”，只有 {'、'.join(ACTS)}。"))
    if not grades or floors[-1] != 0:
        found.append((("grades", len(grades) - 1, "floor"), "最后一档的起点要是 0，否则有的分数没有等级。"))
    return found


def _questions(data: dict[str, Any]) -> Found:
    places = [
        (("parts", p, "questions", q), question)
        for p, part in enumerate(data["parts"])
        for q, question in enumerate(part["questions"])
    ]
    found = _twice([part["key"] for part in data["parts"]], ("parts",), "部分")
    seen: set[str] = set()
    for path, question in places:
        if question["key"] in seen:
            found.append(((*path, "key"), f"问题“{question['key']}”写了两次。"))
        seen.add(question["key"])
        found += _defects(question, path)
    total = sum((Decimal(question["points"]) for _, question in places), Decimal(0))
    if total != FULL:
        found.append((("parts",), f"各问分值合计 {total}，应是 {FULL}。"))
    return found


def _defects(question: dict[str, Any], path: tuple[str | int, ...]) -> Found:
    defects = question.get("defects", [])
    found = _twice([defect["key"] for defect in defects], (*path, "defects"), "扣分项")
    for number, defect in enumerate(defects):
        here = (*path, "defects", number)
        low, high = Decimal(defect["deduct"]), Decimal(defect.get("deduct_to", defect["deduct"]))
        if defect["per"] not in (ONCE, EACH, RANGE):
            found.append(((*here, "per"), f"扣法“{defect['per']}”不在 {ONCE}、{EACH}、{RANGE} 之中。"))
        if not 0 < low <= question["points"] or high > question["points"]:
            found.append(((*here, "deduct"), f"“{defect['label']}”的扣分要大于 0，不超过本问的分值。"))
        if (defect["per"] == RANGE) != (high > low):
            found.append(
                ((*here, "deduct_to"), f"“{defect['label']}”：酌情扣分（range）才写、也要写 deduct_to。")
            )
        if not defect.get("source") and not defect.get("unconfirmed"):
            found.append((here, f"扣分项“{defect['label']}”没有出处（source），也没有标 unconfirmed = true。"))
    return found


def _twice(keys: list[str], path: tuple[str | int, ...], what: str) -> Found:
    counted = Counter(keys)
    return [
        ((*path, number, "key"), f"{what}“{key}”写了两次。")
        for number, key in enumerate(keys)
        if counted[key] > 1 and key in keys[:number]
    ]


def _cases(questionnaire: Questionnaire) -> Found:
    """The file's own cases, computed."""
    found: Found = []
    for number, case in enumerate(questionnaire.cases):
        here = ("cases", number)
        try:
            came = outcome(questionnaire, case["mode"], given_in_case(questionnaire, case))
        except (BadAnswer, KeyError, TypeError, ArithmeticError) as error:
            found.append((here, f"例“{case['name']}”算不出来：{error}"))
            continue
        if came.grade != case["grade"]:
            found.append(
                ((*here, "grade"), f"例“{case['name']}”应是 {case['grade']}，算出 {came.grade or '没有答完'}。")
            )
        if "total" in case and came.total != Decimal(case["total"]):
            found.append(((*here, "total"), f"例“{case['name']}”应得 {case['total']} 分，算出 {came.total}。"))
    return found


def given_in_case(questionnaire: Questionnaire, case: Mapping[str, Any]) -> dict[str, Given]:
    """What a case answers; by points, a question it does not name has no defect."""
    answers = case.get("answers", {})
    if unknown := set(answers) - {question.key for question in questionnaire.questions}:
        raise BadAnswer(f"没有“{min(unknown)}”这一问。")
    if case["mode"] == POINTS:
        return {
            question.key: Given(
                defects={key: Decimal(found) for key, found in answers.get(question.key, {}).items()}
            )
            for question in questionnaire.questions
        }
    return {key: Given(grade=answer["grade"]) for key, answer in answers.items()}
