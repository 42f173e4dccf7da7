"""Does a well-shaped edition file make sense as a form. One function per subject; ``nonsense`` runs them all."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, get_args

from perfgoals.editions.cases import failures
from perfgoals.editions.loader import load
from perfgoals.editions.model import EVALUATION_COLUMNS, SIDE_WIDTH, Edition, FieldKind
from perfgoals.editions.monitoring import MONITORING_COLUMNS, NEEDED, WORDS
from perfgoals.editions.monitoring_sense import monitoring_nonsense
from perfgoals.editions.rule_sense import rules_nonsense
from perfgoals.editions.shapes import Found, Path

Data = dict[str, Any]

KINDS = ("declaration", "disclosure", "evaluation", "monitoring")
FIELD_KINDS = get_args(FieldKind)
# Words that are pages of a declaration: a step of that name could not be reached.
PAGE_WORDS = frozenset(
    (
        *("save", "checkup", "fix", "reason", "check", "submit", "preview", "copy"),
        *("rows", "library", "new", "undo", "appraisal"),
    )
)
# These kinds are stored in columns of their own; every other field may have any key.
KEYS_OF_KIND = {
    "date": re.compile("start_date|end_date"),
    "yes_no": re.compile("includes_government_purchase"),
    "amount": re.compile(r"budget\.[a-z][a-z_]*"),
    "rate": re.compile(r"budget\.execution_rate"),
    "sub_projects": re.compile("sub_projects"),
    "indicators": re.compile("indicators"),
}
# Evaluations have these in columns of their own, too.
EVALUATION_KEYS = {"date": re.compile("evaluation_date"), "yes_no": re.compile("is_recurring|is_finished")}
# After the targets a head says what stands under it: the heads known, and what may not be missing.
HEADS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "evaluation": (EVALUATION_COLUMNS, ("level1", "name", "target", "weight", "self_score")),
    "monitoring": (MONITORING_COLUMNS, NEEDED),
}
PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]*")
NATURES = frozenset(
    (
        *("management", "output", "outcome", "influence", "satisfaction", "cost"),
        *("input_management", "financial_management", "implementation_management"),
        *("quantity", "quality", "timeliness"),
        *("economic", "social", "ecological"),
        *("economic_cost", "social_cost", "ecological_cost"),
        *("sustainability", "human_resources", "collaboration", "facilities", "information_sharing", "other"),
    )
)


def nonsense(data: Data, *, stem: str, taken: Mapping[str, str]) -> Found:
    """What a well-shaped file gets wrong: paths and reasons. Its cases run only when nothing else is found."""
    found = _identity(data, stem, taken)
    for check in CHECKS:
        found += check(data)
    return found or _cases(load(data))


def _identity(data: Data, stem: str, taken: Mapping[str, str]) -> Found:
    found: Found = []
    if data["id"] != stem:
        found.append((("id",), f"id“{data['id']}”与文件名“{stem}.toml”不一致。"))
    if data["id"] in taken:
        found.append((("id",), f"id“{data['id']}”已用于 {taken[data['id']]}。"))
    if data["kind"] not in KINDS:
        found.append((("kind",), f"表的种类“{data['kind']}”不在 {'、'.join(KINDS)} 之中。"))
    if (base := data.get("same_form_as")) and "sections" not in data:
        found.append((("same_form_as",), f"没有表式“{base}”。"))
    if data.get("year_to", data["year_from"]) < data["year_from"]:
        found.append((("year_to",), f"year_to（{data['year_to']}）早于 year_from（{data['year_from']}）。"))
    return found


def _fields(data: Data) -> list[tuple[Path, Data]]:
    return [
        (("sections", s, "fields", f), field)
        for s, section in enumerate(data["sections"])
        for f, field in enumerate(section["fields"])
    ]


def _field_keys(data: Data) -> list[str]:
    return [field["key"] for _, field in _fields(data)]


def _sections(data: Data) -> Found:
    found = _repeated(
        ((("sections", s, "key"), section["key"]) for s, section in enumerate(data["sections"])), "步骤"
    )
    for s, section in enumerate(data["sections"]):
        path: Path = ("sections", s, "key")
        if not re.fullmatch("[a-z][a-z0-9-]*", section["key"]):
            found.append((path, f"步骤的键“{section['key']}”只能用小写字母、数字和连字符。"))
        if section["key"] in PAGE_WORDS:
            found.append((path, f"步骤的键“{section['key']}”是页面用的词，要换一个。"))
        if not section["fields"]:
            found.append((("sections", s), f"步骤“{section['title']}”没有栏目。"))
    return found


def _field_sense(data: Data) -> Found:
    found = _repeated((((*path, "key"), field["key"]) for path, field in _fields(data)), "栏目")
    if "indicators" not in _field_keys(data):
        found.append((("sections",), '没有指标表（kind = "indicators" 的栏目）。'))
    for path, field in _fields(data):
        found += _one_field(path, field, data)
    return found


def _one_field(path: Path, field: Data, data: Data) -> Found:
    key, kind, name = field["key"], field["kind"], field.get("vocabulary", "")
    found: Found = []
    if kind not in FIELD_KINDS:
        return [((*path, "kind"), f"不认识的栏目种类“{kind}”，可用 {'、'.join(FIELD_KINDS)}。")]
    of_kind = KEYS_OF_KIND | (EVALUATION_KEYS if data["kind"] == "evaluation" else {})
    if not of_kind.get(kind, PLAIN_KEY).fullmatch(key):
        found.append(((*path, "key"), f"种类“{kind}”的栏目不能用键“{key}”。"))
    elif kind not in of_kind and any(rule.fullmatch(key) for rule in of_kind.values()):
        found.append(((*path, "kind"), f"键“{key}”的栏目不能是种类“{kind}”。"))
    found += [
        (path, f"栏目“{key}”没有{word}例子（{example}）。")
        for example, word in (("good", "好的"), ("bad", "不好的"))
        if not field.get(example, {}).get("text", "").strip()
    ]
    if not field["help"].strip():
        found.append(((*path, "help"), f"栏目“{key}”没有填写说明。"))
    if (kind in ("choice", "boxes")) != bool(name):
        found.append((path, f"栏目“{key}”{'多写了' if name else '没有写'}词表（vocabulary）。"))
    elif name and name not in data.get("vocabularies", {}):
        found.append(((*path, "vocabulary"), f"没有词表“{name}”。"))
    if (kind in ("indicators", "sub_projects")) != bool(field.get("columns")):
        found.append((path, f"栏目“{key}”{'多写了' if field.get('columns') else '没有写'}表头（columns）。"))
    return found


def _vocabularies(data: Data) -> Found:
    found: Found = []
    used = {field.get("vocabulary") for _, field in _fields(data)}
    for name, choices in data.get("vocabularies", {}).items():
        path: Path = ("vocabularies", name)
        if not choices:
            found.append((path, f"词表“{name}”是空的。"))
        if name not in used and not (data["kind"] == "monitoring" and name in WORDS):
            found.append((path, f"词表“{name}”没有栏目用到。"))
        found += _repeated((((*path, n, "label"), choice["label"]) for n, choice in enumerate(choices)), "词")
    return found


def _print_order(data: Data) -> Found:
    order, keys = data.get("print_order"), _field_keys(data)
    if order is None or sorted(order) == sorted(keys):
        return []
    found: Found = [
        (("print_order", n), f"print_order 里的“{key}”不是本表的栏目。")
        for n, key in enumerate(order)
        if key not in keys
    ]
    found += [(("print_order",), f"print_order 里缺“{key}”。") for key in keys if key not in order]
    return found + _repeated(((("print_order", n), key) for n, key in enumerate(order)), "print_order 的栏目")


def _frame(data: Data) -> Found:
    frame = data["frame"]
    found: Found = [] if frame else [(("frame",), "指标分组是空的。")]
    found += _repeated(((("frame", n, "name"), group["name"]) for n, group in enumerate(frame)), "一级")
    with_parts = [bool(group.get("categories")) for group in frame]
    for n, group in enumerate(frame):
        parts = group.get("categories", [])
        if any(with_parts) and not parts:
            found.append((("frame", n), f"“{group['name']}”没有二级，其他一级有。"))
        found += _repeated(
            ((("frame", n, "categories", c, "name"), part["name"]) for c, part in enumerate(parts)), "二级"
        )
        for path, item in [
            (("frame", n), group),
            *((("frame", n, "categories", c), p) for c, p in enumerate(parts)),
        ]:
            if item.get("nature", "") not in NATURES:
                found.append(
                    (
                        (*path, "nature"),
                        f"“{item['name']}”的 nature 不在可用的词之中：{item.get('nature', '空')}。",
                    )
                )
    return found


def _defaults(data: Data) -> Found:
    found: Found = []
    parts = {group["name"]: [part["name"] for part in group.get("categories", [])] for group in data["frame"]}
    fields = {field["key"]: field.get("vocabulary", "") for _, field in _fields(data)}
    vocabulary = fields.get("performance_type") or fields.get("fund_use") or ""
    types = {choice["label"] for choice in data.get("vocabularies", {}).get(vocabulary, [])}
    for n, row in enumerate(data.get("defaults", [])):
        level1, level2 = row["level1"], row.get("level2")
        if level2 not in (parts.get(level1, []) or ([None] if level1 in parts else [])):
            found.append(
                (("defaults", n), f"共性指标“{row['name']}”的分组“{level1}/{level2 or '无'}”不在指标分组里。")
            )
        found += [
            (("defaults", n, "types"), f"共性指标“{row['name']}”的类型“{kind}”不在词表里。")
            for kind in row.get("types", [])
            if kind not in types
        ]
    return found


def _sums(data: Data) -> Found:
    amounts = {field["key"] for _, field in _fields(data) if field["kind"] == "amount"}
    if "sub_projects" in _field_keys(data):
        amounts.add("sub_projects[].amount")
    return [
        (("sums", n), f"合计规则里的“{key}”不是本表的金额栏目。")
        for n, rule in enumerate(data.get("sums", []))
        for key in (rule["total"], *rule["parts"])
        if key not in amounts or (key == rule["total"] and key.startswith("sub_projects"))
    ]


def _asked_for(data: Data) -> Found:
    """What points depend on can be filled in."""
    execution = data.get("scoring", {}).get("execution", {})
    if execution.get("formula", {}).get("name") != "stepped_rate" or "is_finished" in _field_keys(data):
        return []
    message = "按执行率分档给分要知道项目是否已经完成：缺栏目“is_finished”（不印在表上的写 printed = false）。"
    return [(("scoring", "execution"), message)]


def _matrices(data: Data) -> Found:
    """Every field is an amount of the form, typed in one place; lines are as long as the head; neighbours stay neighbours."""
    amounts = {field["key"] for _, field in _fields(data) if field["kind"] == "amount"}
    order = _field_keys(data)
    found: Found = []
    taken: set[str] = set()
    for n, matrix in enumerate(data.get("matrices", [])):
        path, width = ("matrices", n), len(matrix["columns"])
        keys = [key for row in matrix["rows"] for key in row["fields"]]
        for key in keys:
            if key not in amounts or key in taken:
                found.append((path, f"金额表里的“{key}”不是本表的金额栏目，或者出现了两次。"))
            taken.add(key)
        if any(len(row["fields"]) != width for row in matrix["rows"]):
            found.append((path, f"金额表每行要有 {width} 栏，和表头一样多。"))
        if "helps" in matrix and len(matrix["helps"]) != width:
            found.append(((*path, "helps"), f"要么每栏一句说明（{width} 句），要么不写。"))
        same = matrix.get("same", [0, 1])
        if len(same) != 2 or same[0] == same[1] or not all(0 <= at < width for at in same):
            found.append(((*path, "same"), "same 要写两个不同的栏号，从 0 数起。"))
        places = sorted(order.index(key) for key in keys if key in order)
        sections = {tuple(path_[:2]) for path_, field in _fields(data) if field["key"] in keys}
        if places and (places[-1] - places[0] >= len(places) or len(sections) > 1):
            found.append((path, "金额表的栏目要在同一节里，并且连在一起。"))
    return found


def _points(data: Data) -> Found:
    total = data.get("weights_total")
    own = [(n, group["points"]) for n, group in enumerate(data["frame"]) if "points" in group]
    sets = data.get("point_sets", [])
    if total is None:
        found: Found = [(("frame", n, "points"), "有分值，却没有写分值合计（weights_total）。") for n, _ in own]
        return found + [
            (("point_sets", n), "有分值，却没有写分值合计（weights_total）。") for n, _ in enumerate(sets)
        ]
    found = []
    if (added := sum((Decimal(points) for _, points in own), Decimal(0))) != total:
        found.append((("weights_total",), f"一级分值加起来是 {added}，与 weights_total（{total}）不等。"))
    names = {group["name"] for group in data["frame"]}
    for n, split in enumerate(sets):
        if (added := sum(map(Decimal, split["points"].values()), Decimal(0))) != total:
            found.append(
                (("point_sets", n), f"分法“{split['name']}”加起来是 {added}，与 weights_total（{total}）不等。")
            )
        found += [
            (("point_sets", n, "points", name), f"分法“{split['name']}”里的“{name}”不是一级分组。")
            for name in split["points"]
            if name not in names
        ]
    return found


def _style(data: Data) -> Found:
    style = data["style"]
    found: Found = []
    if not _uses(style.get("date_format", "{y}{m}{d}"), y=2020, m=1, d=2):
        found.append((("style", "date_format"), "日期的写法要用且只用 {y}、{m}、{d} 三个位置。"))
    if not _uses(style["year_line"], year=2020):
        found.append((("style", "year_line"), "年度一行要用且只用 {year} 一个位置。"))
    heading = data.get("indicators_heading", "")
    if "{" in heading and not _uses(heading, year=2020):
        found.append((("indicators_heading",), "指标表的标题只能用 {year} 一个位置。"))
    if style.get("amount_grouping", "") not in ("", ","):
        found.append((("style", "amount_grouping"), "金额分组只能是“,”或空。"))
    if style.get("amount_decimals", 0) not in (0, 1, 2):
        found.append((("style", "amount_decimals"), "金额小数位只能是 0、1、2。"))
    if not _names_only(style.get("group_label", "{name}")):
        found.append((("style", "group_label"), "一级指标的写法要用 {name}，还可以用 {points}。"))
    if style.get("heading_beside") and not heading:
        found.append((("style", "heading_beside"), "没有指标表的标题（indicators_heading），不能印在左边。"))
    return found + _heads(data)


def _names_only(pattern: str) -> bool:
    return _uses(pattern, name=1) or _uses(pattern, name=1, points=1)


def _heads(data: Data) -> Found:
    """The printed heads of the indicators: as many widths, and after the targets only heads that are known."""
    style = data["style"]
    path, field = next(((p, f) for p, f in _fields(data) if f["kind"] == "indicators"), ((), {}))
    heads: list[str] = field.get("columns", [])
    whole = 100 - (style.get("side_width", SIDE_WIDTH) if style.get("heading_beside") else 0)
    found: Found = []
    if len(style["column_widths"]) != len(heads) or sum(style["column_widths"]) != whole:
        found.append((("style", "column_widths"), f"列宽要有 {len(heads)} 个，合计 {whole}。"))
    known, needed = HEADS.get(data["kind"], ({}, ()))
    if not known:
        return found
    keys = [known.get(head, "") for head in heads]
    found += [((*path, "columns", n), f"不认识的表头“{head}”。") for n, head in enumerate(heads) if not keys[n]]
    if absent := [key for key in needed if key not in keys]:
        found.append(((*path, "columns"), f"表头里缺 {'、'.join(absent)}。"))
    return found + _repeated((((*path, "columns", n), key) for n, key in enumerate(keys) if key), "表头")


def _uses(pattern: str, **places: int) -> bool:
    """The pattern formats with exactly these places."""
    try:
        pattern.format(**places)
    except (KeyError, ValueError, IndexError, AttributeError, TypeError):
        return False
    return all(re.search(rf"\{{{name}[:}}]", pattern) for name in places)


def _cases(edition: Edition) -> Found:
    if not edition.cases:
        return [(("cases",), "没有测试用例（[[cases]]）。")]
    return [
        (("cases", n), f"用例“{case.name}”不符：{message}。")
        for n, case in enumerate(edition.cases)
        for message in failures(edition, case)
    ]


def _repeated(named: Iterable[tuple[Path, str]], what: str) -> Found:
    seen: Counter[str] = Counter()
    found: Found = []
    for path, name in named:
        seen[name] += 1
        if seen[name] == 2:
            found.append((path, f"{what}“{name}”写了两次。"))
    return found


CHECKS: tuple[Callable[[Data], Found], ...] = (
    _sections,
    _field_sense,
    _vocabularies,
    _print_order,
    _frame,
    _defaults,
    _sums,
    _asked_for,
    _matrices,
    _points,
    _style,
    rules_nonsense,
    monitoring_nonsense,
)
