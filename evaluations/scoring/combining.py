"""One actual value from those of several sub-projects: absolute numbers add up, rates are weighted by money (3.9)."""

from collections.abc import Sequence
from decimal import Decimal

from evaluations.scoring.arithmetic import EXACT, ZERO, cents

RATES = ("%", "‰")


def combined(parts: Sequence[tuple[Decimal, Decimal]], unit: str) -> Decimal | None:
    """The value of the whole from (value, money) of its parts; rates to two decimals.

    None without parts, or for rates without money to weigh them by: a plain mean would be a guess.
    """
    if not parts or any(money < 0 for _, money in parts):
        return None
    if unit not in RATES:
        return sum((value for value, _ in parts), ZERO)
    money = sum((money for _, money in parts), ZERO)
    if money == 0:
        return None
    weighted = sum((EXACT.multiply(value, share) for value, share in parts), ZERO)
    return cents(EXACT.divide(weighted, money))
