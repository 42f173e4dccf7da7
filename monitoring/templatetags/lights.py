"""A light as shape and word, never as a colour alone."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from evaluations.pace import Light
from perfgoals.templatetags.perfgoals import icon

register = template.Library()

ICONS = {Light.RED: "error", Light.YELLOW: "doubt", Light.GREEN: "ok", Light.NONE: "ring"}
_TONES = {Light.RED: "err", Light.YELLOW: "ask", Light.GREEN: "ok", Light.NONE: "none"}


@register.simple_tag
def light(value: Light | str, number: int | None = None) -> SafeString:
    """“滞后”, “滞后 3”; ``value`` is a light or its key."""
    one = Light(value)
    words = one.label if number is None else f"{one.label} {number}"
    return format_html('<span class="pg-level pg-level--{}">{}{}</span>', _TONES[one], icon(ICONS[one]), words)
