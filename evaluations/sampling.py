"""Which forms a spot check (抽查复核) looks at: random, weighted by risk, and to be drawn again by anyone (F72).

Pure. Every form gets a number between 0 and 1 from the seed and its own key, by SHA-256; the draw takes the forms with
the smallest ``−ln(number) ÷ weight`` (weighted sampling without replacement after Efraimidis and Spirakis, 2006). The
order in which forms are listed does not matter, and a form that comes late moves no other form's number: who knows seed,
keys and weights draws the same sample with pencil and paper.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

# Digits of the logarithm: forms whose numbers agree in so many places do not occur.
_EXACT = Context(prec=40)
_RANGE = 2**256


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to look closer, and how many times likelier it makes the form; added up.

    Below zero it makes the form less likely. ``code`` names it for good, ``text`` says it with this form's numbers.
    """

    weight: int
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form that may be drawn. ``key`` names it for good: a number that never changes, not a place in a list."""

    key: str
    reasons: tuple[Reason, ...] = ()
    base: int = 1

    @property
    def weight(self) -> int:
        """The base plus the reasons; never under one, so that each form can be drawn."""
        return max(1, self.base + sum(reason.weight for reason in self.reasons))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A form of the sample, with what decided it."""

    candidate: Candidate
    lot: Decimal  # −ln(number) ÷ weight; the sample are the smallest


def draw(candidates: Iterable[Candidate], size: int, seed: str) -> list[Drawn]:
    """``size`` forms, or all where there are fewer, the first drawn first. Same seed, same forms: same sample.

    Raises ``ValueError`` where a key stands there twice.
    """
    listed = list(candidates)
    if len({candidate.key for candidate in listed}) < len(listed):
        raise ValueError("a form stands in the list twice")
    drawn = [
        Drawn(candidate, lot(candidate.key, candidate.weight, seed))
        for candidate in _in_question(listed, max(size, 0), seed)
    ]
    return sorted(drawn, key=lambda one: (one.lot, one.candidate.key))[: max(size, 0)]


def _in_question(listed: list[Candidate], size: int, seed: str) -> list[Candidate]:
    """Those that may be among the ``size`` smallest: exact logarithms are dear, and most forms are nowhere near."""
    if size >= len(listed):
        return listed
    roughly = [_rough_lot(candidate, seed) for candidate in listed]
    # A float is off by far less than this; whoever is nearer to the bound is computed exactly.
    bound = sorted(roughly)[size] + 1e-9
    return [candidate for candidate, near in zip(listed, roughly, strict=True) if near <= bound]


def _rough_lot(candidate: Candidate, seed: str) -> float:
    return -math.log((_hashed(candidate.key, seed) + 1) / (_RANGE + 1)) / candidate.weight


def lot(key: str, weight: int, seed: str) -> Decimal:
    """The number that is compared; smaller is drawn earlier."""
    number = _EXACT.divide(Decimal(_hashed(key, seed) + 1), Decimal(_RANGE + 1))
    return _EXACT.divide(-number.ln(_EXACT), Decimal(weight))


def _hashed(key: str, seed: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\n{key}".encode("utf-8", "surrogatepass")).digest())


def chances(counts: Mapping[int, int], size: int) -> dict[int, float]:
    """How likely a form of each weight is in the sample, before it is drawn. ``counts``: forms by weight.

    Lots are exponential with the weight as rate, and the sample are those under some bound. The bound is put where so
    many forms are expected under it as are drawn; for samples of more than a handful that is exact to about a percent.
    """
    if size >= sum(counts.values()):
        return dict.fromkeys(counts, 1.0)
    if size <= 0:
        return dict.fromkeys(counts, 0.0)
    low, high = 0.0, 1.0
    while _expected(counts, high) < size:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected(counts, middle) < size else (low, middle)
    return {weight: -math.expm1(-weight * high) for weight in counts}


def _expected(counts: Mapping[int, int], bound: float) -> float:
    """How many lots are expected under ``bound``."""
    return sum(-math.expm1(-weight * bound) * count for weight, count in counts.items())
