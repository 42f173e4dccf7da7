"""Template tags that every page may use without loading them.

Shapes, level words and the ways of writing money and dates are decided here once; pages never spell them out.
"""

import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.template import Context
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from perfgoals.filling import addresses
from perfgoals.filling.filing import FilledFiling
from perfgoals.templatetags.shapes import SHAPES

register = template.Library()

# Modifier class and word of each level; the shape has the level's name. "ok" is the absence of findings.
_LEVELS = {
    "error": ("pg-level--err", "错误"),
    "doubt": ("pg-level--ask", "疑问"),
    "hint": ("", "提示"),
    "ok": ("pg-level--ok", "没有问题"),
}
# Modifier class and shape of each workflow state (perfgoals.workflow.State).
_STATES = {
    "draft": ("", "pen"),
    "unit_review": ("pg-state--review", "clock"),
    "dept_review": ("pg-state--review", "clock"),
    "finance_review": ("pg-state--review", "clock"),
    "returned": ("pg-state--returned", "back"),
    "approved": ("pg-state--approved", "ok"),
    "confirmed": ("pg-state--approved", "ok"),
    "superseded": ("pg-state--old", "back"),
}
_WEEKDAYS = "一二三四五六日"


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An inline shape beside a word; it is never read out. Unknown names raise: a missing shape is a bug."""
    return format_html(
        '<svg class="pg-ico{}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>',
        f" {extra}" if extra else "",
        mark_safe(SHAPES[name]),
    )


@register.simple_tag
def state(filing: Any) -> SafeString:
    """The workflow state of a filing as shape and word."""
    modifier, shape = _STATES[str(filing.state)]
    return format_html(
        '<span class="pg-state{}">{}{}</span>',
        f" {modifier}" if modifier else "",
        icon(shape),
        filing.get_state_display(),
    )


@register.simple_tag
def level(name: str, count: int | None = None) -> SafeString:
    """One level as shape and word, with a count where there is one: “疑问 3”."""
    name = str(name)
    modifier, word = _LEVELS[name]
    return format_html(
        '<span class="pg-level{}">{}{}{}</span>',
        f" {modifier}" if modifier else "",
        icon(name),
        word,
        "" if count is None else f" {count}",
    )


@register.simple_tag
def levels(errors: int = 0, doubts: int = 0, hints: int = 0) -> SafeString:
    """All levels with a count above zero, or “没有问题”."""
    counted = [(n, c) for n, c in (("error", errors), ("doubt", doubts), ("hint", hints)) if c]
    if not counted:
        return level("ok")
    return format_html(
        '<span class="pg-levels">{}</span>', format_html_join("", "{}", ((level(n, c),) for n, c in counted))
    )


@register.filter
def money(value: Any) -> str:
    """8,825,000.00 — two decimals, grouped, true minus sign; “—” without a value, text unchanged."""
    if value is None or value == "":
        return "—"
    try:
        amount = Decimal(value).quantize(Decimal("0.01"))
    except (InvalidOperation, TypeError, ValueError):
        return str(value)
    return f"{amount:,.2f}".replace("-", "−")


@register.filter
def nb(value: Any) -> SafeString:
    """Operator, number and unit on one line: “≥ 50 家” is never broken."""
    return format_html('<span class="pg-nb">{}</span>', conditional_escape(value))


@register.filter
def day(value: datetime.datetime | datetime.date | None) -> str:
    """10月18日（周五）, with the year where it is not this one; “—” without a value."""
    if value is None:
        return "—"
    local = _local_date(value)
    year = "" if local.year == timezone.localdate().year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）"


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """When something happened: 10:46 today, 10月9日 10:46 this year, else 2025年10月9日."""
    if value is None:
        return "—"
    local, today = timezone.localtime(value), timezone.localdate()
    if local.date() == today:
        return f"{local:%H:%M}"
    date = f"{local.month}月{local.day}日"
    return f"{date} {local:%H:%M}" if local.year == today.year else f"{local.year}年{date}"


@register.filter
def when(value: datetime.datetime | None) -> str:
    """``moment`` where it stands alone: 今天 10:46, 10月9日 10:46."""
    is_today = value is not None and _local_date(value) == timezone.localdate()
    return f"今天 {moment(value)}" if is_today else moment(value)


@register.filter
def closing(value: datetime.datetime | None) -> str:
    """The moment a campaign closes: 10月18日（周五）17:00."""
    return "没有截止时间" if value is None else f"{day(value)}{timezone.localtime(value):%H:%M}"


@register.filter
def remaining(value: datetime.datetime | None) -> str:
    """How long until then, in the largest unit that says something: 还有 3 天, 今天截止，还有 5 小时, 过了 2 天."""
    if value is None:
        return ""
    left = value - timezone.now()
    days = (_local_date(value) - timezone.localdate()).days
    if left < datetime.timedelta(0):
        return f"过了 {-days} 天" if days else "今天已截止"
    if days:
        return f"还有 {days} 天"
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return f"今天截止，还有 {hours} 小时" if hours else f"今天截止，还有 {minutes} 分钟"


@register.simple_tag
def deadline(value: datetime.datetime | None) -> str:
    """10月18日（周五）17:00 截止，还有 3 天. Late is said, not hidden: closing is a deadline, not a lock."""
    if value is None:
        return "没有截止时间"
    if value >= timezone.now():
        return f"{closing(value)} 截止，{remaining(value).removeprefix('今天截止，')}"
    days = (timezone.localdate() - _local_date(value)).days
    return f"{closing(value)} 已截止" + (f"，过了 {days} 天" if days else "")


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """This page's query string with some keys changed; ``None`` or "" drops a key. Starts with “?”."""
    request = context.get("request")
    kept = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        if value in (None, ""):
            kept.pop(key, None)
        else:
            kept[key] = str(value)
    return f"?{kept.urlencode()}" if kept else "?"


@register.simple_tag
def page_numbers(page: Page) -> list[int | str]:
    """The page numbers to offer, with “…” where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


def _local_date(value: datetime.datetime | datetime.date) -> datetime.date:
    return timezone.localdate(value) if isinstance(value, datetime.datetime) else value


@register.simple_tag
def page_url(filing: FilledFiling, name: str, *more: object) -> str:
    """``{% page_url filing 'check' %}``: a page of this filing, in the namespace of its kind."""
    return addresses.page_url(filing, name, *more)
