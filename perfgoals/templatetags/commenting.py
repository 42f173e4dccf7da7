"""``{% threads board path label %}``: the remarks of one place, with what one may do to them.

The same part stands on the review page, on the step of the officer and on the page of all remarks. It works without
script: its buttons post to ``board.address``. ``nested`` is for a place inside another form, whose fields are then
posted along and saved first.
"""

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from perfgoals.reviewing.commenting import Board
from perfgoals.reviewing.history import Change, in_row
from perfgoals.reviewing.models import Comment

register = template.Library()


@register.inclusion_tag("reviewing/thread.html", takes_context=True)
def threads(
    context: Context, board: Board, path: str, label: str = "", *, nested: bool = False
) -> dict[str, Any]:
    """All threads at ``path`` and a box for a new one; ``label`` is the place in the words of the form."""
    request = context.get("request")
    here = board.at(path)
    return {
        "board": board,
        "path": path,
        "label": label or "整张表",
        "id": thread_id(path),
        "open": [thread for thread in here if not thread.is_resolved],
        "resolved": [thread for thread in here if thread.is_resolved],
        "nested": nested,
        "is_part": context.get("is_part"),
        "answer": answer_address(context.get("back") or (request.path if request else ""), nested),
        "draft": context.get("comment_draft"),
        "csrf_token": context.get("csrf_token"),
    }


def answer_address(back: str, nested: bool) -> str:
    """What is added to an address, so that its answer leads back here."""
    return "?" + urlencode({"next": back} | ({"nested": "1"} if nested else {}))


def thread_id(path: str) -> str:
    """The id of the remarks at ``path``: ``indicators.1f.target`` → ``thread-indicators-1f-target``."""
    return f"thread-{path.replace('.', '-').replace(':', '-') or 'form'}"


@register.simple_tag
def comment_mark(board: Board, path: str, label: str = "") -> SafeString:
    """A quiet mark with the number of remarks at ``path`` and inside it; empty without any."""
    here = board.inside(path)
    if not here:
        return mark_safe("")
    waiting = sum(not thread.is_resolved for thread in here)
    words = f"批注 {len(here)} 条，{waiting} 条没有解决" if waiting else f"批注 {len(here)} 条，都已解决"
    return format_html(
        '<a class="pg-mark{}" href="{}?{}" title="{}"><span class="visually-hidden">{}{}</span>'
        '<span aria-hidden="true">{}</span></a>',
        " pg-mark--ask" if waiting else "",
        board.address,
        urlencode({"path": path}),
        words,
        f"{label}：" if label else "",
        words,
        waiting or len(here),
    )


@register.filter
def with_mentions(comment: Comment) -> SafeString:
    """The text of a remark, line ends kept, each “@李航” in bold."""
    text = str(conditional_escape(comment.text))
    words = {word for person in comment.mentions.all() for word in (person.name, person.username)} - {""}
    if words:
        longest_first = "|".join(re.escape(conditional_escape(w)) for w in sorted(words, key=len, reverse=True))
        text = re.sub(f"@(?:{longest_first})", r"<b>\g<0></b>", text)
    return mark_safe(text.replace("\n", "<br>"))


@register.filter
def locks(beside: Any, path: str) -> bool:
    """Whether a place may not be changed now; ``beside`` may be missing where nothing is locked."""
    return bool(beside) and beside.is_locked(path)


@register.filter
def locks_section(beside: Any, key: str) -> bool:
    return bool(beside) and beside.is_section_locked(key)


@register.filter
def section_notes(beside: Any, key: str) -> list[Any]:
    return beside.section_notes(key) if beside else []


@register.inclusion_tag("reviewing/beside_field.html", takes_context=True)
def beside_field(context: Context, beside: Any, path: str, label: str) -> dict[str, Any]:
    """Under a field: that it is locked, the reviewer's words, what was changed, remarks."""
    return _beside(context, beside, path, label)


@register.inclusion_tag("reviewing/beside_row.html", takes_context=True)
def beside_row(context: Context, beside: Any, table: str, row_id: str, number: int) -> dict[str, Any]:
    """In a row of a table: the same in short, with a link to all of it."""
    return _beside(context, beside, f"{table}.{row_id}", f"第 {number} 行")


def _beside(context: Context, beside: Any, path: str, label: str) -> dict[str, Any]:
    about = {"beside": beside, "path": path, "label": label, "request": context.get("request")}
    about |= {"csrf_token": context.get("csrf_token"), "back": context.get("back")}
    if beside:
        about |= {
            "is_locked": beside.is_locked(path),
            "why_open": beside.why_open(path),
            "opens_within": beside.opens_within(path),
            "notes": beside.notes(path),
            "changes": beside.history(path),
            "remarks": beside.board.inside(path),
        }
    return about


@register.inclusion_tag("reviewing/history.html")
def history(changes: list[Change], label: str = "") -> dict[str, Any]:
    """“改过 2 次”: old → new of each change, who and when; nothing without any."""
    return {"changes": changes, "label": label}


@register.inclusion_tag("reviewing/history.html")
def history_at(changes: Mapping[str, list[Change]], path: str, label: str = "") -> dict[str, Any]:
    """The same at a place, for a page that holds the changes of the whole form (``history.changes_of``)."""
    return {"changes": in_row(changes, path) if changes and path else [], "label": label}
