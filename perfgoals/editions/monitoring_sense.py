"""Does what only monitoring editions have make sense: thresholds rising, months of a year, words with their keys."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from perfgoals.editions.monitoring import MONITORING_COLUMNS, MONTHS, WORDS
from perfgoals.editions.rule_sense import unclear_numbers
from perfgoals.editions.shapes import Found, Path

Data = dict[str, Any]

MONTH = "{month}"
MOST_DAYS = 60
HUNDRED = Decimal(100)
_AT: Path = ("monitoring", "thresholds")


def monitoring_nonsense(data: Data) -> Found:
    """What a well-shaped edition gets wrong about monitoring."""
    policy = data.get("monitoring")
    if data["kind"] != "monitoring":
        found: Found = (
            [] if policy is None else [(("monitoring",), "只有绩效运行监控的表式才有监控口径（monitoring）。")]
        )
        return found + [
            (path, "只有绩效运行监控的表式才有截止月份（{month}）。")
            for path, text in _texts(data)
            if MONTH in text
        ]
    if policy is None:
        return [(("kind",), "绩效运行监控的表式要有监控口径（monitoring）。")]
    if unclear := unclear_numbers(policy, ("monitoring",)):
        return unclear
    return [
        *_thresholds(policy["thresholds"]),
        *_floors(policy["thresholds"]),
        *_reaction(policy),
        *_words(data),
        *_places(data),
    ]


def _thresholds(given: Data) -> Iterator[tuple[Path, str]]:
    if not 0 < given["yellow"] < given["red"] <= HUNDRED:
        yield (
            (*_AT, "red"),
            f"黄灯（{given['yellow']}）要大于 0，红灯（{given['red']}）要比黄灯大，都不超过 100。",
        )
    if not 0 < given["gap"] <= HUNDRED:
        yield (*_AT, "gap"), "产出与支出的差距要在 0 和 100 之间。"
    for key, what in (("clause", "执行率下限和差距"), ("pace_clause", "黄灯和红灯")):
        if not given[key].strip():
            yield (*_AT, key), f"{what}没有写依据（{key}）。"


def _floors(given: Data) -> Iterator[tuple[Path, str]]:
    floors = given["execution"]
    for n, floor in enumerate(floors):
        if not 1 <= floor["month"] <= MONTHS:
            yield (*_AT, "execution", n, "month"), f"月份 {floor['month']} 不在 1 到 12 之间。"
        if not 0 < floor["percent"] <= HUNDRED:
            yield (*_AT, "execution", n, "percent"), f"执行率 {floor['percent']}% 不在 0 和 100 之间。"
    for n, (earlier, later) in enumerate(pairwise(floors), 1):
        if later["month"] <= earlier["month"]:
            yield (
                (*_AT, "execution", n, "month"),
                f"{later['month']} 月没有写在 {earlier['month']} 月后面，或写了两次。",
            )
        elif later["percent"] <= earlier["percent"]:
            yield (
                (*_AT, "execution", n, "percent"),
                f"{later['month']} 月的下限 {later['percent']}% 不高于 {earlier['month']} 月。",
            )


def _reaction(policy: Data) -> Iterator[tuple[Path, str]]:
    if not 1 <= policy["reaction_days"] <= MOST_DAYS:
        yield ("monitoring", "reaction_days"), f"答复的工作日要在 1 到 {MOST_DAYS} 之间。"
    if not policy["reaction_clause"].strip():
        yield ("monitoring", "reaction_clause"), "答复的期限没有写依据（reaction_clause）。"


def _words(data: Data) -> Iterator[tuple[Path, str]]:
    for name, keys in WORDS.items():
        choices = data.get("vocabularies", {}).get(name)
        if choices is None:
            yield ("vocabularies",), f"没有词表“{name}”。"
        elif tuple(choice.get("key", "") for choice in choices) != keys:
            yield ("vocabularies", name), f"词表“{name}”的键（key）要依次是 {'、'.join(keys)}。"


def _places(data: Data) -> Iterator[tuple[Path, str]]:
    """``{month}`` is the only place that a label may leave open."""
    for path, text in _texts(data):
        if "{" in text.replace(MONTH, ""):
            yield path, "栏目的字里只能用 {month} 一个位置。"
    heads = [
        head
        for section in data["sections"]
        for field in section["fields"]
        if field["kind"] == "indicators"
        for head in field["columns"]
    ]
    keys = [MONITORING_COLUMNS.get(head, "") for head in heads]
    both = [at for at, key in enumerate(keys) if key in ("deviation_kinds", "deviation_reason")]
    if len(both) == 2 and (both[1] - both[0] != 1 or keys[both[0]] != "deviation_kinds"):
        yield ("sections",), "“原因说明”要紧跟在“偏差原因分析”后面，两栏合印一个表头。"


def _texts(data: Data) -> Iterator[tuple[Path, str]]:
    for s, section in enumerate(data["sections"]):
        for f, field in enumerate(section["fields"]):
            path: Path = ("sections", s, "fields", f)
            yield from (((*path, key), field[key]) for key in ("label", "term", "help") if key in field)
            yield from (((*path, "columns", n), head) for n, head in enumerate(field.get("columns", [])))
    for m, matrix in enumerate(data.get("matrices", [])):
        for key in ("columns", "helps"):
            yield from ((("matrices", m, key, n), text) for n, text in enumerate(matrix.get(key, [])))
