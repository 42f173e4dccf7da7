"""How pages write points and rates; the arithmetic's own ways, so that no page rounds by itself."""

import re
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from evaluations.scoring.arithmetic import show

register = template.Library()


# In escaped text: < and > are entities there.
_OPERATED = re.compile(r"(?:[≥≤＞＜＝=×÷＋−]|(?:&[lg]t;)=?)+ ?[0-9][0-9.,]*[%‰]?")


@register.filter
def unparted(value: Any) -> SafeString:
    """A sentence in which no line ends between an operator and its number."""
    return mark_safe(_OPERATED.sub(r'<span class="pg-nb">\g<0></span>', str(conditional_escape(value))))


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
