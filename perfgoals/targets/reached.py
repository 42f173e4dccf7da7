"""Whether a target was beaten so far that it was perhaps too low: asked at self-evaluation and again next year (X-18)."""

from decimal import Context, Decimal

_EXACT = Context(prec=80)


def is_far_over(target: Decimal, actual: Decimal, ratio: Decimal) -> bool:
    """``actual`` is ``ratio`` times the target or more; a target of zero or less has no such ratio."""
    return target > 0 and actual >= _EXACT.multiply(ratio, target)
