"""How pages write points and rates; the arithmetic's own ways, so that no page rounds by itself."""

from decimal import Decimal

from django import template

from evaluations.scoring.arithmetic import show

register = template.Library()


@register.filter
def pts(value: Decimal | None) -> str:
    """“2”, “1.33”; “未定” without a value; a true minus sign."""
    return "未定" if value is None else show(value).replace("-", "−")


@register.filter
def minus(value: Decimal | None) -> str:
    """What was lost: “−1.33”, “0”."""
    return "" if value is None else f"−{show(value)}" if value else "0"


@register.filter
def signed(value: Decimal | None) -> str:
    """A difference: “+0.5”, “−1”, “0”."""
    if value is None:
        return ""
    return f"+{show(value)}" if value > 0 else show(value).replace("-", "−")


@register.filter
def percent(value: Decimal | None) -> str:
    """“62.16%”, “—” without a value."""
    return "—" if value is None else f"{show(value)}%"


@register.filter
def svg(value: Decimal | None) -> str:
    """A position in percent for a drawing, in ASCII whatever the language."""
    return "0" if value is None else f"{value:.2f}"
