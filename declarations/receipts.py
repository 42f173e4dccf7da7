"""The receipt of a 送审 on paper: laid out in a render process, the frozen document attached."""

import json
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse

from declarations.models import Declaration
from declarations.workflow import SUBMIT
from perfgoals.documents import paper, pdf
from perfgoals.documents.kept import kept_pdf
from perfgoals.documents.models import Revision
from perfgoals.documents.printing import print_with
from perfgoals.documents.receipts import Receipt, fingerprint_of_receipt, receipt_for


def receipts_of(declaration: Declaration) -> list[Receipt]:
    """The receipts of a form, the latest first. One query."""
    kept = Revision.objects.filter(
        content_type__app_label="declarations",
        content_type__model="declaration",
        object_id=declaration.pk,
        reason=SUBMIT.action,
    )
    return [
        receipt_for(revision) for revision in kept.select_related("made_by__organization").order_by("-number")
    ]


def receipt_pdf(receipt: Receipt, declaration: Declaration) -> bytes:
    """The receipt as PDF, made once. Raises ``MissingGlyph`` and ``PrintingFailed``."""
    facts = json.dumps(_facts(receipt, declaration), ensure_ascii=False)
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


def _facts(receipt: Receipt, declaration: Declaration) -> dict[str, Any]:
    revision = receipt.revision
    document = revision.declaration()
    mark = revision.fingerprint[:12]
    return {
        "project": document.project_name or "未命名项目",
        "unit": document.declaring_unit or declaration.organization.name,
        "year": declaration.fiscal_year,
        "form": declaration.edition.title,
        "by": f"{revision.made_by.name}（{revision.made_by.organization}）",
        "number": revision.number,
        "at": receipt.at,
        "fingerprint": revision.fingerprint,
        "fingerprint_grouped": receipt.fingerprint,
        "mark": " ".join(mark[at : at + 4] for at in (0, 4, 8)),
        "code": receipt.code,
        "address": f"{settings.BASE_URL}{reverse('declarations:receipts')}",
    }
