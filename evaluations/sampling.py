"""Which forms a spot check (抽查复核) looks at: random, weighted by risk, and to be drawn again by anyone (F72).

Pure. Every form gets a number between 0 and 1 from the seed and its own key, by SHA-256; the draw takes the forms with
the smallest ``−ln(number) ÷ weight`` (weighted sampling without replacement after Efraimidis and Spirakis, 2006). The
order in which forms are listed does not matter, and a form that comes late moves no other form's number: who knows seed,
keys and weights draws the same sample with pencil and paper.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal

# Digits of the logarithm: forms whose numbers agree in so many places do not occur.
_EXACT = Context(prec=40)
_RANGE = 2**256


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to look closer, and how many times likelier it makes the form; added up."""

    weight: int
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form that may be drawn. ``key`` names it for good: a number that never changes, not a place in a list."""

    key: str
    reasons: tuple[Reason, ...] = ()

    @property
    def weight(self) -> int:
        """One for every form, so that each can be drawn, plus its reasons."""
        return 1 + sum(reason.weight for reason in self.reasons)


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
    drawn = [Drawn(candidate, lot(candidate, seed)) for candidate in listed]
    return sorted(drawn, key=lambda one: (one.lot, one.candidate.key))[: max(size, 0)]


def lot(candidate: Candidate, seed: str) -> Decimal:
    """The number that is compared; smaller is drawn earlier."""
    digest = hashlib.sha256(f"{seed}\n{candidate.key}".encode("utf-8", "surrogatepass")).digest()
    number = _EXACT.divide(Decimal(int.from_bytes(digest) + 1), Decimal(_RANGE + 1))
    return _EXACT.divide(-number.ln(_EXACT), Decimal(candidate.weight))
