"""Self-evaluations on paper: the three published forms say what was published, the national one what it prescribes."""

import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace

import page
import pikepdf
import pytest

from perfgoals.documents import paper, pdf, printing
from perfgoals.documents.bands import Beside, bands, blocks, with_beside
from perfgoals.documents.evaluation import EvaluationDocument, GroupPoints
from perfgoals.documents.points import Points
from perfgoals.editions import all_editions, get_edition

from .evaluations import IDS, MONEY, NATIONAL, PUTUO, ROWS, many, national, published, raw_lines, record
from .ground import text_of
from .test_paper_published import squeezed
from .test_pdf import ROOT, failures

# The order of the published forms, written down here and not taken from the edition under test. The first of them takes two
# pages, and the texts stand on the first with the beginning of the indicators: so they are printed before these.
UPPER = (
    ("项目名称", "project_name"),
    ("预算单位", "budget_unit"),
    ("具体实施处（科室）", "implementing_department"),
    ("是否为经常性项目", "is_recurring"),
    ("当年预算数（元）", "current_year"),
    ("上年预算金额（元）", "previous_year_budget"),
    ("预算执行数（元）", "executed"),
    ("预算执行率（%）", "execution_rate"),
    ("项目年度总目标", "annual_goal"),
    ("自评时间", "evaluation_date"),
    ("绩效等级", "grade"),
    ("主要绩效", "main_results"),
    ("主要问题", "main_problems"),
    ("改进措施", "improvement_measures"),
)


def made(form, **options):
    return pdf.make_pdf(form, get_edition(form.form), **options)


def head(source):
    return ["一级指标", "指标名称", source["target_column_printed"], "权重", "评分规则", "自评分", "备注"]


def value(source, key):
    if key in source["budget"]:
        found = source["budget"][key]
        return found["printed"] if isinstance(found, dict) else f"{float(found):,.2f}"
    found = source[key]
    if isinstance(found, bool):
        return "是" if found else "否"
    return found["printed"] if isinstance(found, dict) else found or ""


def pieces(source):
    """Label and value after value, as published."""
    yield source["title_printed"]
    for label, key in UPPER:
        yield from (label, value(source, key))
    yield from head(source)
    printed = {group["level1"]: group["printed"] for group in source["groups"]}
    before = ""
    for row in source["indicators"]:
        if row["level1"] != before:
            yield printed[row["level1"]]
        before = row["level1"]
        yield from (row[key] for key in ("name", "target_as_printed", "weight", "rule", "self_score"))
    yield from ("合计", source["totals"]["weight"], source["totals"]["self_score"], "说明：")
    yield from source["footer_notes"]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Each published form's PDF and the text of its pages, made once."""
    folder = tmp_path_factory.mktemp("evaluations")
    kept = {}

    def get(source_id):
        if source_id not in kept:
            data = made(published(source_id))
            kept[source_id] = data, text_of(data, folder, pages=True)
        return kept[source_id]

    return get


@pytest.mark.parametrize("source_id", IDS)
def test_every_label_and_value_in_reading_order_and_nothing_else(source_id, printed):
    """Values are found whole, so no row is cut by a page end; what lies between them is page furniture."""
    source = record(source_id)
    groups = [re.escape(squeezed(group["printed"])) for group in source["groups"]]
    between = re.compile("|".join(["校验码[0-9a-f]{12}", re.escape("".join(head(source))), *groups]))
    text, at = "".join(printed(source_id)[1]), 0
    for piece in map(squeezed, pieces(source)):
        while not text.startswith(piece, at):
            extra = between.match(text, at)
            assert extra, f"expected {piece!r}, found {text[at : at + 60]!r}"
            at = extra.end()
        at += len(piece)
    assert between.sub("", text[at:]) == ""


@pytest.mark.parametrize("source_id", IDS)
def test_every_word_of_the_published_text_is_on_paper(source_id, printed):
    """Also what the ground truth might have left out; lines broken by the extraction are found in the joined text."""
    text = "".join(printed(source_id)[1])
    words = [word for line in raw_lines(source_id) for word in line.split()]
    assert len(words) > 40
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("source_id", IDS)
def test_each_page_carries_head_group_and_fingerprint(source_id, printed):
    source, form = record(source_id), published(source_id)
    pages = printed(source_id)[1]
    line = "".join(head(source))
    labels = tuple(squeezed(group["printed"]) for group in source["groups"])
    assert len(pages) <= 2
    for text in pages:
        assert f"校验码{form.fingerprint[:12]}" in text
        assert line in text
        assert text.split(line)[1].startswith(labels)


def test_the_second_form_takes_no_more_pages_than_it_was_published_on(printed):
    assert len(printed("putuo-2021-3")[1]) == 1


def test_the_national_form_in_its_order(tmp_path):
    text = text_of(made(national()), tmp_path)
    wanted = [
        "项目支出绩效自评表",
        "（2022年度）",
        "项目名称",
        "财政网络基础平台(运维)",
        "主管部门",
        "上海市财政局",
    ]
    wanted += ["实施单位", "上海市财政局信息中心", "项目资金（元）"]
    wanted += ["年初预算数", "全年预算数（A）", "全年执行数（B）", "分值", "执行率（B/A）", "得分"]
    rates = ("98.05%", "97.91%", "100.00%", "")
    names = ("年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金")
    for number, name in enumerate(names):
        amounts = [f"{int(MONEY[key][number]):,}.00" for key in ("initial", "current_year", "executed")]
        points = ("10", "9.81") if number == 0 else ("—", "—")
        wanted += [name, *amounts, points[0], rates[number], points[1]]
    wanted += ["年度总体目标", "预期目标", "实际完成情况", "目标1：保障财政信息化基础设施平稳运行。"]
    wanted += ["目标2：全年巡检6次。", "全年巡检6次，故障处理率100%。"]
    wanted += [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ]
    wanted.append("绩效指标")
    before = (None, None)
    for level1, level2, name, target, actual, _, weight, points, reason in ROWS:
        wanted += [level1] * (level1 != before[0]) + [level2]
        wanted += [name, target, actual or "达成年度指标", weight, points, reason]
        before = (level1, level2)
    wanted += ["总分", "100", "93.81"]
    at = 0
    for piece in map(squeezed, wanted):
        assert text.startswith(piece, at), (piece, text[at : at + 60])
        at += len(piece)
    assert re.fullmatch("校验码[0-9a-f]{12}", text[at:])


def test_computed_points_fill_what_the_form_leaves_open(tmp_path):
    form = national(totals={}, indicators=tuple(replace(r, self_score=None) for r in national().indicators))
    form = replace(form, budget={**form.budget, "execution_score": None})
    points = Points({row.row_id: f"{number}.25" for number, row in enumerate(form.indicators)}, "9.80", "31.55")
    text = text_of(made(form, points=points), tmp_path)
    for said in ("98.05%9.80", "≥6次6次150.25", "≥85%92%106.25", "总分10031.55"):
        assert said in text
    assert Points.from_json(points.to_json()) == points


def test_a_row_that_does_not_apply_and_rates_that_cannot_be_computed(tmp_path):
    rows = (replace(national().indicators[0], not_applicable=True, self_score=None), *national().indicators[1:])
    budget = {"current_year": "0", "executed": "5", "current_year_fiscal": "一百", "executed_fiscal": "5"}
    text = text_of(made(national(indicators=rows, budget=budget)), tmp_path)
    assert "≥6次6次15—" in text
    assert "%" not in text.split("年度总体目标")[0]
    assert "一百" in text


def test_a_rule_set_without_points_for_execution_prints_dashes(tmp_path):
    form = national(form="sichuan-2025-self-evaluation", budget={"current_year": "100", "executed": "55"})
    assert "年度资金总额100.0055.00—55.00%—其中" in text_of(made(form), tmp_path)


def test_group_points_are_the_documents_else_the_editions():
    edition = get_edition(PUTUO)
    base = published("putuo-2021-3")
    own = replace(base, groups=(GroupPoints("产出指标", None, "50"),))
    labels = [line.groups[0].label for line in paper.lay_out(own, edition).indicators.lines]
    assert list(dict.fromkeys(labels)) == ["产出指标\n(50分)", "效益指标\n(35分)", "满意度指标\n(20分)"]
    strange = replace(base, groups=(), indicators=(replace(base.indicators[0], level1="其他"),))
    assert paper.lay_out(strange, edition).indicators.lines[0].groups[0].label == "其他"


@pytest.mark.parametrize(
    ("weights", "total"), [(("40", "50"), "100"), (("40.5", "50"), "100.5"), (("四十", "50"), "")]
)
def test_the_sum_of_the_weights_is_that_of_the_rows(weights, total):
    rows = tuple(
        replace(row, weight=weight) for row, weight in zip(national().indicators, weights, strict=False)
    )
    table = paper.lay_out(national(indicators=rows), get_edition(NATIONAL)).indicators
    assert [place.text for place in table.total] == ["总分", total, "93.81", ""]


def extremes():
    long = "保障财政信息化基础设施平稳运行，全年巡检不少于六次，故障处理率达到百分之百；" * 70
    for edition_id, edition in all_editions().items():
        if edition.kind == "evaluation":
            yield f"empty {edition_id}", EvaluationDocument(edition_id, 2027, "上海市财政局")
    yield "36 rows", many(36)
    yield "60 rows", many(60)
    base = published("putuo-2021-1")
    more = tuple(replace(row, row_id=f"x{n}") for n, row in enumerate(base.indicators[:13]))
    yield "putuo 36 rows", replace(base, indicators=(*base.indicators[:15], *more, *base.indicators[15:]))
    yield "putuo 2,500 characters", replace(base, main_results=long[:2500], main_problems=long[:2500])
    yield "2,500 characters beside each other", national(annual_goal=long[:2500], actual_completion=long[:2500])
    rows = national().indicators
    wordy = (replace(rows[0], deviation_reason=long[:2500]), replace(rows[1], actual="A1" * 300), *rows[2:])
    yield "a row of several pages", national(indicators=wordy)
    large = {key: "123456789012.34" for key in national().budget if key != "execution_rate"}
    yield "large amounts", national(budget=large)
    yield "rare characters", national(project_name="㛃䶮𬭎堃喆𬇙㙍䢺㟃赟翀昇玥☑☐☒✔⼀﨎")


EXTREMES = dict(extremes())


@pytest.mark.parametrize("name", EXTREMES)
def test_extremes_pass_page_validation_and_say_everything(name, tmp_path):
    form = EXTREMES[name]
    data = made(form, watermark="草稿")
    assert failures(data) == []
    pages = text_of(data, tmp_path, pages=True)
    assert all("草稿" in text and form.fingerprint[:12] in text for text in pages)
    text = "".join(text.replace("草稿", "") for text in pages)
    for row in form.indicators:
        assert row.name in text
    for key in ("project_name", "main_results", "annual_goal", "actual_completion"):
        typed = squeezed(getattr(form, key) or "")
        # A page end may stand inside a long text, with the foot of the page and the head of the next between.
        assert squeezed(typed[:200]) in text
        assert text.count("百分之百") >= typed.count("百分之百") - len(pages)
    assert pdf.read_attached_evaluation(data) == form


@pytest.mark.parametrize("source_id", IDS)
def test_published_forms_pass_as_pdf_a_3a_and_keep_their_data(source_id, printed):
    data, form = printed(source_id)[0], published(source_id)
    report = page.validate_pdf_bytes(data, profile="3a")
    assert [one for one in report.failures if not one.rule_id.endswith("STREAM-LENGTH-001")] == []
    assert len(data) < 140_000
    with pikepdf.open(io.BytesIO(data)) as file:
        assert list(file.attachments) == [pdf.EVALUATION]
        assert file.attachments[pdf.EVALUATION].get_file().read_bytes().decode() == form.to_json()
        assert file.docinfo.Keywords == form.fingerprint
        assert file.docinfo.Author == form.budget_unit
        assert form.project_name in str(file.docinfo.Title)
        fonts = {str(font.BaseFont) for one in file.pages for font in one.Resources.Font.values()}
        assert all(re.fullmatch(r"/[A-Z]{6}\+Form-(Song|Hei|Song-Ext)", name) for name in fonts), fonts
    with pytest.raises(pdf.Unreadable, match="绩效目标"):
        pdf.read_attached(data)


def test_a_character_without_a_shape_is_named_with_its_place():
    row = national().indicators[2]
    cases = {
        "budget_unit": national(budget_unit="局\ue000"),
        "annual_goal": national(annual_goal="好\ue000"),
        "target_column": replace(published("putuo-2021-1"), target_column="目标\ue000"),
        "totals.self_score": national(totals={"self_score": "9\ue000"}),
        "budget.executed_other": national(budget={"executed_other": "\ue000"}),
        f"indicators.{row.row_id}.deviation_reason": national(
            indicators=(replace(row, deviation_reason="因\ue000"),)
        ),
    }
    for path, form in cases.items():
        with pytest.raises(pdf.MissingGlyph) as caught:
            made(form)
        assert caught.value.path == path


def test_a_render_process_prints_the_same_bytes():
    form, points = national(), Points({"r0": "14.50"}, "9.80", "93.30")
    expected = made(form, points=points, watermark="草稿")
    try:
        assert printing.render_pdf(form.to_json(), watermark="草稿", points=points) == expected
        assert printing.render_pdf(form.to_json()) == made(form)
    finally:
        printing.stop()


def test_same_bytes_in_other_processes():
    code = (
        "import sys, hashlib, django; django.setup()\n"
        "from perfgoals.documents import pdf\n"
        "from perfgoals.documents.kinds import read_document\n"
        "from perfgoals.editions import get_edition\n"
        "document = read_document(sys.stdin.buffer.read())\n"
        "print(hashlib.sha256(pdf.make_pdf(document, get_edition(document.form))).hexdigest())\n"
    )
    hashes = {hashlib.sha256(made(many(12))).hexdigest()}
    environ = {**os.environ, "PERFGOALS_DEMO": "1", "DJANGO_SETTINGS_MODULE": "perfgoals.settings"}
    for seed in ("7",):  # this process has a seed of its own
        answer = subprocess.run(
            [sys.executable, "-c", code],
            input=many(12).to_json().encode(),
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**environ, "PYTHONHASHSEED": seed},
        )
        hashes.add(answer.stdout.decode().strip())
    assert len(hashes) == 1


def test_the_screen_shows_the_same_words_with_paths_and_tints():
    form = national()
    shown = paper.html(
        form,
        get_edition(NATIONAL),
        for_screen=True,
        marks={"indicators.r2.self_score": "error", "budget.executed": "doubt", "totals.self_score": "error"},
    )
    for path in ("budget_unit", "budget.executed_carried_over", "indicators.r0.actual", "totals.self_score"):
        assert f'data-path="{path}"' in shown
    assert shown.count("is-err") == 2
    assert shown.count("is-ask") == 1
    assert 'rowspan="7"' in shown  # 绩效指标 beside its rows
    assert "草稿" not in shown


def paths_of(html):
    return list(dict.fromkeys(path for path in re.findall(r'data-path="([^"]*)"', html) if path))


@pytest.mark.parametrize("form", [national(), published("putuo-2021-1")], ids=["national", "putuo"])
def test_a_reviewers_bands_show_what_the_form_shows(form):
    """The heading beside the rows reaches over each band; the total and the notes stand in the last."""
    edition = get_edition(form.form)
    sheet = paper.lay_out(form, edition)
    drawn = bands(sheet, edition)
    cut = paths_of("".join(band.html for band in drawn))
    assert cut == paths_of(paper.html(form, edition, for_screen=True))
    assert [band.paths for band in drawn] == [block.paths for block in blocks(sheet, edition)]
    assert set(cut) <= {path for band in drawn for path in band.paths}
    label = edition.style.total_label
    assert [label in band.html for band in drawn] == [False] * (len(drawn) - 1) + [True]
    assert ["说明：" in band.html for band in drawn] == [False] * (len(drawn) - 1) + [
        bool(edition.footer_notes)
    ]
    titles = [band.title for band in drawn]
    assert titles[-3] == f"产出指标{'(45分)' if form.form == PUTUO else ''}"
    joined = bands(sheet, edition, sizes=[len(drawn) - 2, 2])
    assert paths_of("".join(band.html for band in joined)) == cut
    assert label in joined[-1].html
    if sheet.indicators.side:
        spans = [re.findall(r'rowspan="(\d+)">绩效指标', band.html) for band in drawn[-3:]]
        assert spans == [["4"], ["2"], ["1"]]
        assert re.findall(r'rowspan="(\d+)">绩效指标', joined[-1].html) == ["3"]


def test_a_column_beside_the_form_keeps_the_total_in_line():
    form, edition = national(), get_edition(NATIONAL)
    sheet = with_beside(paper.lay_out(form, edition), Beside("上年（不印）", {"r0": "5次"}))
    table = sheet.indicators
    assert sum(table.widths) == 100
    assert len(table.total) - 1 + table.total_span == len(table.columns)
    assert all(len(line.groups) + len(line.places) == len(table.columns) for line in table.lines)
