"""The official PDF of an adjusted form: its 调整对照表 says old, new and why; last year's comes on request."""

import io

import pikepdf
import pytest
from django.urls import reverse

from declarations import downloads
from declarations.annexes import annexes_of
from declarations.models import Declaration, Indicator
from declarations.official import official
from declarations.reviewing import adjust
from perfgoals.documents.annex import Annex, line_of
from perfgoals.documents.kept import key_of
from perfgoals.documents.pdf import MissingGlyph, make_pdf, read_attached
from perfgoals.editions import get_edition
from perfgoals.workflow import State, freeze
from tests.documents.ground import text_of

pytestmark = pytest.mark.django_db

REASON = "合同价下调，巡检由六次改为四次。"


@pytest.fixture
def approved(filled, people):
    declaration = filled()
    Declaration.objects.filter(pk=declaration.pk).update(
        state=State.APPROVED, submitted_by=people["信息中心填报人"]
    )
    declaration.refresh_from_db()
    freeze(declaration, actor=people["财政审核人"], reason="approve")
    return declaration


@pytest.fixture
def adjusted(approved, people):
    """A new version: the overview says more, one row has another target, one is gone, one is new."""
    new = adjust(approved, actor=people["信息中心填报人"], reason=REASON)
    rows = list(new.indicators.order_by("position"))
    rows[0].target = "≥77%"
    rows[0].save()
    rows[1].delete()
    Indicator.objects.create(
        declaration=new,
        position=99,
        level1=rows[0].level1,
        level2=rows[0].level2,
        name="新增巡检",
        target="4次",
    )
    new.necessity += "\n因合同价下调，相应调整年度任务。"
    new.save()
    return new


def paper(declaration, **options):
    printed = official(declaration)
    return printed, annexes_of(declaration, printed, **options)


def pdf_of(declaration, **options):
    printed, annexes = paper(declaration, **options)
    return make_pdf(
        printed.document,
        get_edition(printed.document.form),
        watermark=printed.watermark,
        annexes=annexes,
    )


def test_the_annex_says_old_new_and_why(approved, adjusted, tmp_path):
    old_row = approved.indicators.order_by("position")[0]
    gone = approved.indicators.order_by("position")[1]
    data = pdf_of(adjusted)
    with pikepdf.open(io.BytesIO(data)) as file:
        last = len(file.pages)
    text = text_of(data, tmp_path).split("绩效目标调整对照表")[1].replace("\n", "").replace(" ", "")
    assert last > 1
    for words in (
        REASON,
        old_row.target,
        "≥77%",
        "新增巡检：4次",
        gone.name,
        "因合同价下调，相应调整年度任务。",
    ):
        assert words.replace(" ", "") in text, words
    assert "调整前" in text
    assert "调整后" in text
    assert (
        read_attached(data) == official(adjusted).document
    )  # the form, and nothing of the annex, travels inside


def test_the_same_form_gives_the_same_bytes(adjusted):
    assert pdf_of(adjusted) == pdf_of(adjusted)
    _, annexes = paper(adjusted)
    assert [Annex.from_json(annex.to_json()) for annex in annexes] == list(annexes)
    assert key_of("ab", annexes) != "ab"
    assert key_of("ab", ()) == "ab"


def test_a_form_that_adjusts_nothing_has_no_annex(approved):
    assert paper(approved)[1] == ()
    assert paper(approved, with_year=True)[1] == ()  # no earlier year either


def test_last_year_is_compared_on_request(approved, filled, campaign):
    from perfgoals.campaigns.models import Campaign

    later = Campaign.objects.create(
        name="2021年度绩效目标申报",
        kind=campaign.kind,
        fiscal_year=2021,
        region=campaign.region,
        edition_id=campaign.edition_id,
    )
    form = Declaration.objects.create(
        project=approved.project,
        organization=approved.organization,
        campaign=later,
        fiscal_year=2021,
        edition_id=later.edition_id,
        project_name=approved.project_name,
    )
    assert paper(form)[1] == ()
    (annex,) = paper(form, with_year=True)[1]
    assert annex.title == "与上年对照表"
    assert (annex.old_heading, annex.new_heading) == ("2020年度", "2021年度")
    assert any(line.old and not line.new for line in annex.lines)


def test_a_character_without_a_shape_is_named_in_the_annex_too(adjusted):
    adjusted.adjustment_reason = "字库里没有的字：\U000e0021𰻝"
    printed, annexes = paper(adjusted)
    with pytest.raises(MissingGlyph) as missing:
        make_pdf(printed.document, get_edition(printed.document.form), annexes=annexes)
    assert missing.value.character == "𰻝"


def test_the_reason_that_cannot_be_printed_is_told_on_the_page(adjusted, at, monkeypatch):
    def refuse(*args, **options):
        raise MissingGlyph("𰻝", "annex")

    monkeypatch.setattr(downloads, "render_pdf", refuse)
    answer = at("信息中心填报人").get(reverse("declarations:pdf", args=[adjusted.pk]))
    assert answer.status_code == 422
    assert "U+30EDD" in answer.content.decode()


def test_the_request_prints_the_annexes_and_says_so_in_the_etag(adjusted, approved, at, monkeypatch):
    seen = []

    def keep(text, *, watermark, annexes):
        seen.append([annex.title for annex in annexes])
        return b"%PDF-1.7"

    monkeypatch.setattr(downloads, "render_pdf", keep)
    browser = at("信息中心填报人")
    plain = browser.get(reverse("declarations:pdf", args=[approved.pk]))
    browser.get(reverse("declarations:pdf", args=[adjusted.pk]) + "?with=year")
    assert seen == [[], ["绩效目标调整对照表"]]
    assert plain["ETag"]


def test_long_unchanged_passages_show_their_ends_only():
    line = line_of("概况", "project_overview", (("equal", "甲" * 200), ("insert", "乙")))
    assert line.old == (("equal", "甲" * 36 + "……" + "甲" * 36),)
    assert line.new[-1] == ("insert", "乙")
    assert not line.flows
    assert line_of("概况", "x", (("delete", "甲" * 900),)).flows
