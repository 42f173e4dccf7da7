"""The receipt of a 送审 on paper: laid out in a render process, the frozen document attached."""

import json
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse

from perfgoals.documents import paper, pdf
from perfgoals.documents.kept import kept_pdf
from perfgoals.documents.kinds import read_document, unit_of
from perfgoals.documents.models import Revision
from perfgoals.documents.printing import print_with
from perfgoals.documents.receipts import Receipt, fingerprint_of_receipt, receipt_for
from perfgoals.filling.filing import FilledFiling

_SUBMIT = "submit"


def receipts_of(filing: FilledFiling) -> list[Receipt]:
    """The receipts of a form of any kind, the latest first. One query: the content type is joined by name."""
    kept = Revision.objects.filter(
        content_type__app_label=filing._meta.app_label,
        content_type__model=filing._meta.model_name,
        object_id=filing.pk,
        reason=_SUBMIT,
    )
    return [
        receipt_for(revision) for revision in kept.select_related("made_by__organization").order_by("-number")
    ]


def receipt_pdf(receipt: Receipt, filing: FilledFiling) -> bytes:
    """The receipt as PDF, made once. Raises ``MissingGlyph`` and ``PrintingFailed``."""
    facts = json.dumps(_facts(receipt, filing), ensure_ascii=False)
    name = fingerprint_of_receipt(receipt.code)
    return kept_pdf(name, lambda: print_with(make_pdf, facts, receipt.revision.document))


def make_pdf(facts: str, document: str) -> bytes:
    """Lay the receipt out; runs in a render process."""
    said = {key: paper.printable(str(value)) for key, value in json.loads(facts).items()}
    return pdf.make_sheet(
        get_template("forms/receipt.html").render({"receipt": said}),
        said.items(),
        name=pdf.ATTACHMENT,
        data=document,
        fingerprint=said["fingerprint"],
    )


def _facts(receipt: Receipt, filing: Any) -> dict[str, Any]:
    revision = receipt.revision
    document = read_document(revision.document)
    mark = revision.fingerprint[:12]
    return {
        "project": document.project_name or "未命名项目",
        "unit": unit_of(document) or filing.organization.name,
        "year": filing.fiscal_year,
        "form": filing.edition.title,
        "by": f"{revision.made_by.name}（{revision.made_by.organization}）",
        "number": revision.number,
        "at": receipt.at,
        "fingerprint": revision.fingerprint,
        "fingerprint_grouped": receipt.fingerprint,
        "mark": " ".join(mark[at : at + 4] for at in (0, 4, 8)),
        "code": receipt.code,
        "address": f"{settings.BASE_URL}{reverse('declarations:receipts')}",
    }
