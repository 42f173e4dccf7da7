"""Why forms are sent back: a list of reasons as data, each with its clause (F60)."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".toml")
# What the page says of a clause whose text was not read, or not whole.
CAUTIONS = {"ok": "", "part": "条文没有看到全文，引用前请核对", "gk": "依据待核实"}


@dataclass(frozen=True, slots=True)
class Reason:
    """``wording`` begins the reviewer's text; ``clause`` is what the return rests on."""

    code: str
    label: str
    wording: str
    clause: str
    confidence: str  # ok, part, gk
    kinds: tuple[str, ...] = ()  # of documents it is for; empty for all

    @property
    def caution(self) -> str:
        return CAUTIONS[self.confidence]


@lru_cache(maxsize=1)
def all_reasons() -> dict[str, Reason]:
    """Every reason by code, in the order of the list. A broken list raises at once, naming the entry."""
    entries = tomllib.loads(SOURCE.read_text("utf-8"))["reasons"]
    reasons = [Reason(**entry | {"kinds": tuple(entry.get("kinds", ()))}) for entry in entries]
    for reason in reasons:
        if reason.confidence not in CAUTIONS or not reason.label:
            raise ValueError(f"{SOURCE.name}: reason {reason.code}")
    by_code = {reason.code: reason for reason in reasons}
    if len(by_code) < len(reasons):
        raise ValueError(f"{SOURCE.name}: a code stands there twice")
    return by_code


def reasons_for(kind: str) -> dict[str, Reason]:
    """Those for one kind of document, in the order of the list."""
    return {code: one for code, one in all_reasons().items() if not one.kinds or kind in one.kinds}
