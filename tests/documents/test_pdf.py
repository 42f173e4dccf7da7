"""The PDF as a file: PDF/A, deterministic, self-contained, honest about characters, flat in memory."""

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import page
import pikepdf
import pytest

from perfgoals.documents import checks, pdf
from perfgoals.documents.declaration import DateValue, DeclarationDocument, IndicatorRow
from perfgoals.editions import all_editions, get_edition

from .ground import IDS, document, text_of, wide

ROOT = Path(__file__).resolve().parents[2]
# A compressed stream that happens to end in byte 0D is reported, about one file in twenty-five; readers handle it.
FALSE_ALARM = "STREAM-LENGTH-001"


def made(form, **kwargs):
    return pdf.make_pdf(form, get_edition(form.form), **kwargs)


def national():
    rows = (
        ("成本指标", "经济成本指标", "运维总成本", "≤3059776元", "20"),
        ("产出指标", "数量指标", "巡检次数", "=6次", "20"),
        ("产出指标", "质量指标", "故障处理率", "=100%", "20"),
        ("效益指标", "社会效益指标", "故障重复发生率", "≤3‰", "20"),
        ("满意度指标", "服务对象满意度指标", "用户满意度", "≥85%", "10"),
    )
    return DeclarationDocument(
        form="national-2021-declaration",
        fiscal_year=2027,
        declaring_unit="上海市财政局",
        project_name="财政网络基础平台(运维)",
        project_category="延续项目",
        start_date=DateValue("2027-01-01", "2027-01-01"),
        end_date=DateValue("2027-12-31", "2027-12-31"),
        overall_goal="目标1：保障财政信息化基础设施平稳运行。",
        annual_goal="目标1：全年巡检6次。\n目标2：故障处理率100%。",
        budget={
            "total": "9179328",
            "total_fiscal": "9179328",
            "total_other": "0",
            "current_year": "3059776",
            "current_year_fiscal": "3059776",
            "current_year_other": "0",
        },
        extra={"competent_department": "上海市财政局 101", "implementing_unit": "上海市财政局信息中心"},
        indicators=tuple(
            IndicatorRow(f"n{number}", level1, level2, name, target, weight)
            for number, (level1, level2, name, target, weight) in enumerate(rows)
        ),
    )


def extremes():
    base = document("xxzx-2020-1")
    for edition_id, edition in all_editions().items():
        if edition.kind not in ("declaration", "disclosure"):
            continue
        yield f"empty {edition_id}", DeclarationDocument(edition_id, 2027, "上海市财政局")
    yield "36 indicators", document("czj-2020-7")
    yield "60 indicators", wide(base, 60)
    yield "2,500 characters", replace(base, legal_basis="沪财绩〔2014〕22号，第七条；" * 147)
    yield "9,000 characters", replace(base, legal_basis="沪财绩〔2014〕22号，第七条；" * 530)
    yield "one long word", replace(base, necessity="A1" * 600, project_name="X" * 200)
    yield "rare characters", replace(base, project_name="㛃䶮𬭎堃喆𬇙㙍䢺㟃赟翀昇玥☑☐☒✔⼀﨎")
    yield "national", national()


EXTREMES = dict(extremes())


def failures(data):
    report = page.validate_pdf_bytes(data, profile="3a")
    return [failure for failure in report.failures if not failure.rule_id.endswith(FALSE_ALARM)]


@pytest.mark.parametrize("source_id", IDS)
def test_passes_page_validation_as_pdf_a_3a(source_id):
    assert failures(made(document(source_id))) == []


@pytest.mark.parametrize("name", EXTREMES)
def test_extremes_pass_too_and_say_everything(name, tmp_path):
    form = EXTREMES[name]
    data = made(form, watermark="草稿")
    assert failures(data) == []
    pages = text_of(data, tmp_path, pages=True)
    assert all("草稿" in text for text in pages)
    text = "".join(text.replace("草稿", "") for text in pages)
    for row in form.indicators:
        assert row.name in text
    for key in ("project_name", "annual_goal"):
        assert "".join((getattr(form, key) or "").split()) in text
    long = form.legal_basis or ""
    assert text.count("沪财绩〔2014〕22号") >= long.count("沪财绩〔2014〕22号") - len(
        pages
    )  # a page may cut one


def test_no_word_of_warning_from_the_printer(caplog):
    """An unknown property or a refused file is only logged by WeasyPrint; here it fails."""
    pdf._own.__dict__.clear()
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        logging.getLogger("weasyprint").propagate = True
        made(national(), watermark="草稿")
        made(document("sjrb-2018-1"))
    assert [record.message for record in caplog.records] == []


def test_a_page_wide_field_starts_where_it_stands():
    """A row that fits no page flows from where it begins; the page before it is not left empty."""
    form = EXTREMES["9,000 characters"]
    with pikepdf.open(io.BytesIO(made(form))) as file:
        assert len(file.pages) <= 8


def test_same_bytes_in_other_processes():
    code = (
        "import sys, hashlib, django; django.setup()\n"
        "from perfgoals.documents import pdf\n"
        "from perfgoals.documents.declaration import DeclarationDocument\n"
        "from perfgoals.editions import get_edition\n"
        "document = DeclarationDocument.from_json(sys.stdin.buffer.read())\n"
        "print(hashlib.sha256(pdf.make_pdf(document, get_edition(document.form))).hexdigest())\n"
    )
    form = document("xxzx-2020-2")
    hashes = {hashlib.sha256(made(form)).hexdigest(), hashlib.sha256(made(form)).hexdigest()}
    for seed in ("7",):  # this process has a seed of its own
        answer = subprocess.run(
            [sys.executable, "-c", code],
            input=form.to_json().encode(),
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={
                **os.environ,
                "PERFGOALS_DEMO": "1",
                "PYTHONHASHSEED": seed,
                "DJANGO_SETTINGS_MODULE": "perfgoals.settings",
            },
        )
        hashes.add(answer.stdout.decode().strip())
    assert len(hashes) == 1


def test_a_character_without_a_shape_is_named_with_its_place():
    base = document("xxzx-2020-1")
    for character in ("😀", "\ue000", "\ud800", "𠀀"):
        with pytest.raises(pdf.MissingGlyph) as caught:
            made(replace(base, necessity=f"大修{character}。"))
        assert (caught.value.character, caught.value.path) == (character, "necessity")
        assert f"U+{ord(character):04X}" in str(caught.value)
    row = replace(base.indicators[2], target="≥90\U0001f44d")
    with pytest.raises(pdf.MissingGlyph) as caught:
        made(replace(base, indicators=(*base.indicators[:2], row)))
    assert caught.value.path == f"indicators.{row.row_id}.target"
    with pytest.raises(pdf.MissingGlyph):
        made(replace(base, declaring_unit="\ue001"))


def test_labels_of_all_editions_have_bold_shapes_too():
    from fontTools.ttLib import TTFont

    with TTFont(pdf.static_root() / "fonts" / "form-hei.ttf", lazy=True) as font:
        bold = set(map(chr, font.getBestCmap()))
    for edition in all_editions().values():
        words = [edition.title, edition.budget_heading, edition.indicators_heading]
        words += [head for one in edition.printed_fields for head in (*one.columns, one.label)]
        assert set("".join(words)) <= bold | pdf.engine().characters
        assert set(edition.title) <= bold


def test_the_printer_reads_our_own_files_only():
    from weasyprint.urls import FatalURLFetchingError

    fetcher = pdf.engine().fetcher
    inside = (pdf.static_root() / "css" / "paper.css").as_uri()
    with_response = fetcher.fetch(inside)
    assert b".pg-paper" in with_response.read()
    with_response.close()
    for url in (
        "http://127.0.0.1/x.png",
        "https://example.org/",
        "file:///etc/passwd",
        inside.replace("/css/paper.css", "/../perfgoals/settings.py"),
        inside.replace("css/paper.css", "%2e%2e/manage.py"),
        "data:image/png;base64,AAAA",
        "file://other/static/css/paper.css",
    ):
        with pytest.raises(FatalURLFetchingError):
            fetcher.fetch(url)


def test_the_document_comes_back_out_of_its_pdf():
    for form in (document("sjrb-2018-4"), national(), EXTREMES["empty sh-2020-declaration"]):
        assert pdf.read_attached(made(form, watermark="草稿")) == form


def _changed(data, change):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as file:
        change(file)
        file.save(out)
    return out.getvalue()


def _attach(file, text, name=pdf.ATTACHMENT):
    file.attachments[name] = pikepdf.AttachedFileSpec(file, text, filename=name)


def test_a_changed_attachment_is_refused():
    form = document("xxzx-2020-1")
    data = made(form)
    other = json.loads(form.to_json()) | {"project_name": "另一个项目"}
    text = json.dumps(other, ensure_ascii=False).encode()
    with pytest.raises(pdf.Unreadable, match="校验码"):
        pdf.read_attached(_changed(data, lambda file: _attach(file, text)))
    with pytest.raises(pdf.Unreadable, match="校验码"):
        pdf.read_attached(_changed(data, lambda file: _attach(file, form.to_json().encode() + b" ")))
    with pytest.raises(pdf.Unreadable, match="附带了多张表"):
        pdf.read_attached(_changed(data, lambda file: _attach(file, text, "second.json")))


def test_files_of_others_are_refused():
    blank = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        file.save(blank)
    good = made(document("xxzx-2020-1"))
    cases = (
        b"", b"%PDF-1.7", b"x" * 1000, blank.getvalue(), good[: len(good) // 2],
        pdf.make_book([document("xxzx-2020-1"), document("xxzx-2020-2")]),
    )  # fmt: skip
    for data in cases:
        with pytest.raises(pdf.Unreadable):
            pdf.read_attached(data)


def test_a_book_is_written_once_with_each_form_numbering_its_own_pages(tmp_path):
    forms = [document(source_id) for source_id in ("czj-2020-1", "sjrb-2018-1", "czj-2020-2")]
    single = [made(form) for form in forms]
    book = pdf.make_book(iter(forms))
    assert len(book) < sum(map(len, single))
    assert failures(book) == []
    pages = text_of(book, tmp_path, pages=True)
    assert pages == [text for data in single for text in text_of(data, tmp_path, pages=True)]
    with pikepdf.open(io.BytesIO(book)) as file:
        assert len(file.attachments) == 3
    assert pdf.make_book(forms) == book
    with pytest.raises(ValueError, match="a document"):
        pdf.make_book([])


def test_names_and_reading_order_for_readers():
    form = document("xxzx-2020-1")
    with pikepdf.open(io.BytesIO(made(form))) as file:
        assert file.Root.Lang == "zh-CN"
        assert file.Root.MarkInfo.Marked
        assert "办公用房修缮" in str(file.docinfo.Title)
        assert file.docinfo.Author == form.declaring_unit
        assert file.docinfo.Keywords == form.fingerprint
        assert "/CreationDate" not in file.docinfo


@pytest.mark.slow
def test_memory_stays_flat_over_forty_five_forms():
    code = (
        "import sys, json, django; django.setup()\n"
        "from perfgoals.documents import pdf\n"
        "from perfgoals.documents.declaration import DeclarationDocument\n"
        "from perfgoals.editions import get_edition\n"
        "forms = [DeclarationDocument.from_json(line) for line in sys.stdin.buffer]\n"
        "def resident(): return int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "def run(n):\n"
        "    for i in range(n): f = forms[i % len(forms)]; pdf.make_pdf(f, get_edition(f.form))\n"
        "run(15); before = resident(); run(45); print(resident() - before, resident())\n"
    )
    lines = b"\n".join(document(one).to_json().encode() for one in ("czj-2020-2", "czj-2020-5", "sjrb-2018-1"))
    answer = subprocess.run(
        [sys.executable, "-c", code],
        input=lines,
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PERFGOALS_DEMO": "1", "DJANGO_SETTINGS_MODULE": "perfgoals.settings"},
    )
    grown, resident = map(int, answer.stdout.split())
    assert grown < 4 * 1024 * 1024
    assert resident < 200 * 1024 * 1024


def test_checks_find_what_is_missing(settings, tmp_path, monkeypatch):
    assert checks.paper_can_be_printed(None) == []
    monkeypatch.setattr(checks, "SUBSETTER", ("libno-such-library.so.0", "no-such-library"))
    assert [found.id for found in checks.paper_can_be_printed(None)] == ["documents.W001"]
    settings.BASE_DIR = tmp_path
    assert [found.id for found in checks.paper_can_be_printed(None)] == ["documents.E001", "documents.W001"]


def test_weasyprint_found_the_subsetter_that_the_check_found():
    from weasyprint.text import ffi

    assert ffi.harfbuzz_subset is not None
