"""An annex behind a form: still PDF/A, on pages of its own, under the form's mark, cut only where it must be."""

import page
import pytest

from perfgoals.documents import printing
from perfgoals.documents.annex import Annex, AnnexLine
from perfgoals.documents.pdf import make_pdf
from perfgoals.editions import get_edition

from .ground import IDS, document, text_of

FALSE_ALARM = "STREAM-LENGTH-001"


def annex(lines):
    return Annex(
        "绩效目标调整对照表", "0123 4567 89ab", (("调整原因", "合同价下调"),), "调整前", "调整后", tuple(lines)
    )


def made(*annexes, **options):
    form = document(IDS[0])
    return make_pdf(form, get_edition(form.form), annexes=annexes, **options)


@pytest.mark.parametrize("count", [0, 1, 60])
def test_passes_page_validation_and_begins_on_its_own_page(count, tmp_path):
    lines = [
        AnnexLine(f"第{n}处", "remarks", (("equal", "不变"), ("delete", f"旧{n}旧")), (("insert", f"新{n}新"),))
        for n in range(count)
    ]
    data = made(annex(lines), watermark="草稿")
    report = page.validate_pdf_bytes(data, profile="3a")
    assert [failure for failure in report.failures if not failure.rule_id.endswith(FALSE_ALARM)] == []
    pages = text_of(data, tmp_path, pages=True)
    form_only = text_of(made(watermark="草稿"), tmp_path, pages=True)
    assert pages[: len(form_only)] == form_only
    rest = pages[len(form_only) :]
    assert all("草稿" in text and "校验码0123456789ab" in text for text in rest)
    text = "".join(rest)
    assert all(f"不变旧{n}旧" in text and f"新{n}新" in text for n in range(count))
    assert ("内容没有变" in text) == (count == 0)


def test_a_row_longer_than_a_page_flows(tmp_path):
    data = made(
        annex([AnnexLine("概况", "project_overview", (("delete", "甲" * 3000),), (("insert", "乙" * 3000),))])
    )
    text = text_of(data, tmp_path)
    assert (text.count("甲"), text.count("乙")) == (3000, 3000)


def test_a_render_process_prints_it_too():
    form = document(IDS[0])
    sheet = annex([AnnexLine("备注", "remarks", (), (("insert", "新"),))])
    try:
        assert printing.render_pdf(form.to_json(), annexes=[sheet]) == made(sheet)
    finally:
        printing.stop()
