"""Does the rule set of an evaluation edition make sense: formulas known, weights adding up, bands without gaps."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from perfgoals.editions.rules import BASES, FORMULAS, NOT_APPLICABLE, STEPPED, WITH_PASS
from perfgoals.editions.shapes import Found, Path

Data = dict[str, Any]

HUNDRED = Decimal(100)
CASE_CELLS: Mapping[str, type] = MappingProxyType(
    dict.fromkeys(("target", "actual", "weight", "operator", "band", "self_score"), str)
    | dict.fromkeys(("is_key", "not_applicable", "is_satisfaction"), bool)
)
_POINTS = re.compile(r"人|\d{1,4}(?:\.\d{1,2})?", re.ASCII)
LARGEST, DECIMALS = 1_000_000, 4
MAY_BE_MISSING = ("satisfaction", "execution")


def rules_nonsense(data: Data) -> Found:
    """What the rule set of a well-shaped edition gets wrong."""
    rules = data.get("scoring")
    if data["kind"] != "evaluation":
        return [] if rules is None else [(("scoring",), "只有绩效自评的表式才有评分口径（scoring）。")]
    if rules is None:
        return [(("kind",), "绩效自评的表式要有评分口径（scoring）。")]
    found: Found = unclear_numbers(rules, ("scoring",))
    if found:
        return found
    for check in CHECKS:
        found += check(data, rules)
    return found


def unclear_numbers(value: Any, path: Path) -> Found:
    """TOML allows nan and inf; points do not."""
    match value:
        case dict():
            return [one for key, item in value.items() for one in unclear_numbers(item, (*path, key))]
        case list():
            return [one for n, item in enumerate(value) for one in unclear_numbers(item, (*path, n))]
        case int() | Decimal():
            number = Decimal(value)
            if not number.is_finite():
                return [(path, f"“{path[-1]}”不是一个数。")]
            if abs(number) > LARGEST or _decimals(number) > DECIMALS:
                return [(path, f"“{path[-1]}”（{value}）太大，或小数多于四位。")]
    return []


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _formulas(_: Data, rules: Data) -> Found:
    found: Found = [
        (("scoring", "formulas"), f"没有写“{case}”用哪个公式。")
        for case in FORMULAS
        if case not in rules["formulas"] and case not in MAY_BE_MISSING
    ]
    for case, formula in rules["formulas"].items():
        path: Path = ("scoring", "formulas", case)
        if case not in FORMULAS or case == "execution":
            found.append((path, f"不认识的情形“{case}”，可用 {'、'.join(FORMULAS)}。"))
            continue
        found += _formula(path, formula, case)
    return found


def _formula(path: Path, formula: Data, case: str) -> Found:
    name = formula["name"]
    if name not in FORMULAS[case]:
        return [((*path, "name"), f"“{case}”没有公式“{name}”，可用 {'、'.join(FORMULAS[case])}。")]
    found: Found = []
    if not formula["clause"].strip():
        found.append(((*path, "clause"), f"公式“{name}”没有写依据（clause）。"))
    if (name in WITH_PASS) != ("pass_from" in formula):
        found.append((path, f"公式“{name}”{'缺' if name in WITH_PASS else '不用'} pass_from。"))
    elif name in WITH_PASS and not 0 < formula["pass_from"] < HUNDRED:
        found.append(((*path, "pass_from"), "pass_from 要在 0 和 100 之间。"))
    steps = formula.get("steps", [])
    if (name in STEPPED) != bool(steps):
        return [*found, (path, f"公式“{name}”{'没有写' if name in STEPPED else '不用'}分档（steps）。")]
    return found + (_steps(path, steps) if steps else [])


def _steps(path: Path, steps: list[Data]) -> Found:
    found: Found = []
    for n, (upper, lower) in enumerate(pairwise(steps), 1):
        if lower["floor"] >= upper["floor"]:
            found.append(((*path, "steps", n), f"这一档的起点 {lower['floor']} 不低于上一档。"))
        if lower["share"] > upper["share"]:
            found.append(((*path, "steps", n), f"这一档得 {lower['share']}%，比上一档还多。"))
    found += [
        ((*path, "steps", n), f"得分比例 {step['share']}% 不在 0 和 100 之间。")
        for n, step in enumerate(steps)
        if not 0 <= step["share"] <= HUNDRED
    ]
    if steps[-1]["floor"] != 0:
        found.append(((*path, "steps"), "最后一档的起点要是 0，不然有的完成率没有分。"))
    return found


def _bands(_: Data, rules: Data) -> Found:
    bands = rules["bands"]
    if not bands:
        return [(("scoring", "bands"), "没有定性指标的档次。")]
    found = _twice((band["key"] for band in bands), ("scoring", "bands"), "档次")
    if not rules["bands_clause"].strip():
        found.append((("scoring", "bands_clause"), "定性档次没有写依据。"))
    if bands[0]["ceiling"] != HUNDRED:
        found.append((("scoring", "bands", 0, "ceiling"), "最高一档要到 100%。"))
    for n, (upper, lower) in enumerate(pairwise(bands), 1):
        if lower["ceiling"] != upper["floor"]:
            what = "有空档" if lower["ceiling"] < upper["floor"] else "有重叠"
            found.append(
                (
                    ("scoring", "bands", n, "ceiling"),
                    f"“{lower['label']}”到 {lower['ceiling']}%，“{upper['label']}”从 {upper['floor']}% 起，{what}。",
                )
            )
    if bands[-1]["floor"] != 0:
        found.append((("scoring", "bands", len(bands) - 1, "floor"), "最低一档要从 0 起。"))
    found += [
        (("scoring", "bands", n), f"“{band['label']}”的下限不低于上限。")
        for n, band in enumerate(bands)
        if band["floor"] >= band["ceiling"]
    ]
    return found


def _grades(_: Data, rules: Data) -> Found:
    grades = rules.get("grades", [])
    if not grades:
        return []
    found = _twice((grade["label"] for grade in grades), ("scoring", "grades"), "等级")
    if not rules.get("grades_clause", "").strip():
        found.append((("scoring", "grades"), "等级没有写依据（grades_clause）。"))
    for n, (upper, lower) in enumerate(pairwise(grades), 1):
        if lower["floor"] >= upper["floor"]:
            found.append(
                (("scoring", "grades", n, "floor"), f"“{lower['label']}”的起点不低于“{upper['label']}”。")
            )
    # Grades run from their floor to the next floor, so the only gap there can be is below the last one.
    if grades[-1]["floor"] != 0:
        found.append(
            (("scoring", "grades", len(grades) - 1, "floor"), "最低等级要从 0 分起，不然有的分数没有等级。")
        )
    if grades[0]["floor"] > rules["full"]:
        found.append((("scoring", "grades", 0, "floor"), "最高等级的起点超过满分，谁也得不到。"))
    return found


def _weights(data: Data, rules: Data) -> Found:
    full, total = Decimal(rules["full"]), data.get("weights_total")
    execution = rules.get("execution")
    points = Decimal(execution["points"]) if execution else Decimal(0)
    found: Found = []
    if full <= 0:
        return [(("scoring", "full"), "满分要大于 0。")]
    if total is None:
        return [(("scoring", "full"), "绩效自评的表式要写指标分值合计（weights_total）。")]
    if total + points != full:
        found.append(
            (
                ("scoring", "full"),
                f"指标 {total} 分加预算执行率 {points} 分是 {total + points} 分，与满分 {full} 不等。",
            )
        )
    for n, group in enumerate(data["frame"]):
        parts = [Decimal(part["points"]) for part in group.get("categories", []) if "points" in part]
        if parts and sum(parts) != group.get("points"):
            found.append(
                (
                    ("frame", n),
                    f"“{group['name']}”的二级分值加起来是 {sum(parts)}，与一级的 {group.get('points', '空')} 不等。",
                )
            )
    return found


def _execution(_: Data, rules: Data) -> Found:
    execution = rules.get("execution")
    if not execution:
        return []
    path: Path = ("scoring", "execution")
    found = _formula((*path, "formula"), execution["formula"], "execution")
    if execution.get("base", "adjusted") not in BASES:
        found.append(((*path, "base"), f"执行率的分母“{execution['base']}”不在 {'、'.join(BASES)} 之中。"))
    if execution["points"] <= 0:
        found.append(((*path, "points"), "预算执行率的分值要大于 0；不评分的不写这一段。"))
    return found


def _thresholds(_: Data, rules: Data) -> Found:
    found: Found = []
    over, window = rules.get("over"), rules.get("window")
    if over and over["ratio"] <= 1:
        found.append((("scoring", "over", "ratio"), "超额完成的界限要大于 1（1.3 是目标的 130%）。"))
    if window and not 0 <= window["low"] < 1 < window["high"]:
        found.append((("scoring", "window"), "核心指标的完成区间要把 1 包在里面。"))
    if rules.get("not_applicable", "by_person") not in NOT_APPLICABLE:
        found.append(
            (
                ("scoring", "not_applicable"),
                f"不适用指标的算法“{rules['not_applicable']}”不在 {'、'.join(NOT_APPLICABLE)} 之中。",
            )
        )
    return found


def _caps(_: Data, rules: Data) -> Found:
    found: Found = []
    caps = rules.get("caps", [])
    for n, cap in enumerate(caps):
        if not 0 < cap["below"] <= HUNDRED:
            found.append((("scoring", "caps", n, "below"), "封顶线的执行率要在 0 和 100 之间。"))
        if not 0 <= cap["total"] < rules["full"]:
            found.append((("scoring", "caps", n, "total"), "封顶的分数要低于满分。"))
        if not cap["clause"].strip():
            found.append((("scoring", "caps", n, "clause"), "封顶没有写依据（clause）。"))
    for n, (higher, lower) in enumerate(pairwise(caps), 1):
        if lower["below"] >= higher["below"] or lower["total"] >= higher["total"]:
            found.append((("scoring", "caps", n), "执行率更低的一档，封顶要更低，并写在后面。"))
    return found


def _scoring_cases(data: Data, rules: Data) -> Found:
    """Well-shaped only: ``manage.py check_rules`` computes them, this package knows no formulas."""
    cases = data.get("scoring_cases", [])
    found: Found = [] if cases else [(("scoring",), "没有评分用例（[[scoring_cases]]）。")]
    labels = {grade["label"] for grade in rules.get("grades", [])} | {""}
    for n, case in enumerate(cases):
        path: Path = ("scoring_cases", n)
        if ("row" in case) == ("total" in case):
            found.append((path, f"用例“{case['name']}”要写 row 或 total，不能都写或都不写。"))
        if ("row" in case) != ("points" in case) or ("total" in case) != ("grade" in case):
            found.append((path, f"用例“{case['name']}”：row 配 points，total 配 grade。"))
        if case.get("grade", "") not in labels:
            found.append(((*path, "grade"), f"用例“{case['name']}”的等级“{case['grade']}”不在等级里。"))
        for key, value in case.get("row", {}).items():
            wanted = CASE_CELLS.get(key)
            if wanted is None or not isinstance(value, wanted):
                found.append(((*path, "row", key), f"用例“{case['name']}”的“{key}”写得不对。"))
        for key in ("points", "total"):
            if key in case and not _POINTS.fullmatch(case[key]):
                found.append(((*path, key), f"用例“{case['name']}”的“{key}”要写分数，或写“人”。"))
    return found


def _twice(keys: Iterable[str], path: Path, what: str) -> Found:
    seen: set[str] = set()
    found: Found = []
    for n, key in enumerate(keys):
        if key in seen:
            found.append(((*path, n), f"{what}“{key}”写了两次。"))
        seen.add(key)
    return found


CHECKS: tuple[Callable[[Data, Data], Found], ...] = (
    _formulas,
    _bands,
    _grades,
    _weights,
    _execution,
    _thresholds,
    _caps,
    _scoring_cases,
)
