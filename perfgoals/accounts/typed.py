"""What somebody typed into a form that cannot be taken now: given back at once, in the answer to that very request.

Nothing of it is kept on the server, put into an address or written to a log: the next person at this computer or in this
session cannot come upon it, and no cache may store the page.
"""

import json
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from perfgoals.editions import all_editions

_SECRET = frozenset(("password", "old", "new", "again", "code", "csrfmiddlewaretoken"))
# What pages know and nobody types.
_HIDDEN = frozenset(
    (
        "page",
        "version",
        "opened_at",
        "next",
        "section",
        "go",
        "do",
        "use",
        "answer",
        "fix",
        "path",
        "seen",
        "key",
    )
)
_MOST = 100
# Columns of tables, in words that fit every form.
_COLUMNS = {
    "name": "指标名称",
    "target": "目标值",
    "actual": "实际完成值",
    "weight": "分值",
    "rule": "评分规则",
    "self_score": "自评分",
    "deviation_reason": "偏差原因分析及改进措施",
    "evidence": "佐证材料",
    "remark": "备注",
    "amount": "金额",
}
# Boxes that stand beside a form.
_BOXES = {
    "comment": "意见",
    "text": "批注",
    "late_words": "逾期说明",
    "pointer": "在文件中的位置",
}


def typed_texts(request: HttpRequest) -> list[tuple[str, str]]:
    """The texts of the posted form with what they are called, “实际完成情况”, “第 3 行 实际完成值”.

    Without secrets, switches and what only the page knows. The names come from the form editions and from the page
    itself, never from what is stored: whoever asks may not be signed in.
    """
    posted = _posted_texts(request)
    rows = _row_numbers(request.POST.get("page", ""))
    terms = _terms(name for name, _ in posted)
    return [(_called(name, terms, rows, number), text) for number, (name, text) in enumerate(posted, 1)]


def _called(name: str, terms: Mapping[str, str], rows: Mapping[str, int], number: int) -> str:
    if name in terms:
        return terms[name]
    if name.startswith("reason:"):
        return "留着不改的理由"
    row, _, column = name.rpartition(".")
    if row in rows and column in _COLUMNS:
        return f"第 {rows[row]} 行 {_COLUMNS[column]}"
    return _BOXES.get(name) or f"第 {number} 项"


def _row_numbers(page: str) -> dict[str, int]:
    """Rows by path, numbered as they stand in each table of the posted page."""
    try:
        known = json.loads(page or "{}")
    except (ValueError, RecursionError):
        return {}
    numbers: dict[str, int] = {}
    counts: dict[str, int] = {}
    for path in known if isinstance(known, dict) else ():
        row = path.rpartition(".")[0]
        if row.count(".") == 1 and row not in numbers:
            table = row.partition(".")[0]
            counts[table] = numbers[row] = counts.get(table, 0) + 1
    return numbers


def _terms(names: Iterable[str]) -> dict[str, str]:
    """The fields of the form edition that knows most of these names."""
    wanted = set(names)
    best = max(all_editions().values(), key=lambda one: len(wanted & one.fields.keys()))
    return {key: field.term for key, field in best.fields.items() if "{" not in field.term}


def _posted_texts(request: HttpRequest) -> list[tuple[str, str]]:
    unasked = _SECRET | _HIDDEN
    texts = [
        (name, text)
        for name, values in request.POST.lists()
        if name not in unasked and "password" not in name and not name.startswith("shown:")
        for text in values
    ]
    return [(name, text) for name, text in texts if len(text.strip()) > 1][:_MOST]


def origin_of(request: HttpRequest) -> str:
    """The page the form stood on, if it is one of ours."""
    origin = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        origin, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return origin if ours else ""


def given_back(request: HttpRequest, *, why: str, then: str, address: str) -> HttpResponse | None:
    """403 with what was typed, and a link ``then`` to ``address`` that leads back to the form; None if nothing was.

    ``address`` gets the path of the form's page as ``next``, never its query.
    """
    texts = typed_texts(request) if request.method == "POST" else []
    if not texts:
        return None
    back = urlencode({"next": urlsplit(origin_of(request)).path or "/"})
    context = {"why": why, "then": then, "address": f"{address}?{back}", "texts": texts}
    answer = render(request, "accounts/given_back.html", context, status=403)
    add_never_cache_headers(answer)
    return answer
