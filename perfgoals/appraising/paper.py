"""The review form on paper, printed from the frozen sheet and nothing else."""

import json
from typing import Any

from django.template.loader import get_template

from perfgoals.appraising.sheet import Sheet
from perfgoals.documents import paper, pdf
from perfgoals.documents.kept import kept_pdf
from perfgoals.documents.printing import print_with

ATTACHMENT = "appraisal.json"


def pdf_of(document: str, fingerprint: str) -> bytes:
    """The PDF of a sheet that was handed in, made once. Raises ``MissingGlyph`` and ``PrintingFailed``."""
    return kept_pdf(fingerprint, lambda: print_with(make_pdf, document))


def make_pdf(document: str) -> bytes:
    """Lay the sheet out; runs in a render process. Raises ``MissingGlyph``."""
    mark = Sheet.from_json(document)
    shown = _printable(mark)
    return pdf.make_sheet(
        html(shown, mark=mark.mark),
        shown.texts(),
        name=ATTACHMENT,
        data=document,
        fingerprint=mark.fingerprint,
    )


def html(sheet: Sheet, *, mark: str) -> str:
    """The whole HTML document that is printed; ``mark`` is the 校验码 of the frozen sheet."""
    return get_template("forms/appraisal.html").render({"sheet": sheet, "mark": mark})


def _printable(sheet: Sheet) -> Sheet:
    """The same without characters that have no shape."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return paper.printable(value)
        if isinstance(value, list):
            return [walk(one) for one in value]
        return {key: walk(one) for key, one in value.items()} if isinstance(value, dict) else value

    return Sheet.from_json(json.dumps(walk(json.loads(sheet.to_json()))))
