"""Decimals as points need them: exact until the one rounding, half up to the cent.

``share`` multiplies before it divides. 80 digits are enough for the quotient of any two numbers that ``fits`` lets in to
stay on its own side of a half cent, so rounding twice (quotient, then cent) gives what rounding once would.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)
HUNDRED = Decimal(100)
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_LARGEST = Decimal(10) ** 18
_DECIMALS = 9
_POINTS = re.compile(r"-?\d{1,4}(?:\.\d{1,9})?", re.ASCII)


def fits(number: Decimal) -> bool:
    """Small and short enough to be computed with."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_DECIMALS and abs(number) < _LARGEST


def cents(number: Decimal) -> Decimal:
    """Rounded half up to 0.01."""
    return number.quantize(CENT, ROUND_HALF_UP, EXACT)


def share(points: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """``points × part ÷ whole``, rounded once; never under zero, never over ``points``."""
    if part <= 0 or whole <= 0:
        return cents(ZERO)
    if part >= whole:
        return cents(points)
    return cents(EXACT.divide(EXACT.multiply(points, part), whole))


def read_points(text: str | None) -> Decimal | None:
    """Points as typed (``3``, ``2.50``, ``３分``), or None for anything that is not plainly one number."""
    plain = unicodedata.normalize("NFKC", (text or "")[:30]).strip().removesuffix("分").strip()
    return Decimal(plain) if _POINTS.fullmatch(plain) else None


def show(number: Decimal) -> str:
    """For sentences: grouped by thousands, no needless zeros, a true minus sign."""
    text = f"{number:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def show_points(number: Decimal) -> str:
    """Points in a sentence: as ``show``, but computed cents keep both decimals (``2.00``, ``6.67``)."""
    return f"{number:.2f}"
