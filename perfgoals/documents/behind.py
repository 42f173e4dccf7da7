"""What may be printed behind a form, and how one is told from its JSON."""

import json

from perfgoals.documents import corrections, details
from perfgoals.documents.annex import Annex
from perfgoals.documents.corrections import Corrections
from perfgoals.documents.details import Details

Behind = Annex | Details | Corrections


def read_behind(text: str) -> Behind:
    """What ``to_json`` of any of them wrote."""
    kind = json.loads(text).get("kind")
    if kind == details.KIND:
        return Details.from_json(text)
    return Corrections.from_json(text) if kind == corrections.KIND else Annex.from_json(text)
