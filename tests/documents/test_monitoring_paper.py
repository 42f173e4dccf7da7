"""Monitoring reports on paper: every value of the fixtures in reading order, ticks where they belong, tasks behind."""

import datetime
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from perfgoals.documents import kept, paper, pdf, printing
from perfgoals.documents.bands import Beside, bands, blocks, with_beside
from perfgoals.documents.behind import read_behind
from perfgoals.documents.corrections import CorrectiveTask, corrections_of
from perfgoals.documents.monitoring import DEVIATION_KINDS, LIKELIHOODS, MonitoringDocument, MonitoringRow
from perfgoals.documents.workbook import make_workbook
from perfgoals.editions import get_edition

from .ground import text_of
from .test_evaluation_paper import paths_of
from .test_paper_published import squeezed
from .test_pdf import failures

FOLDER = Path(__file__).parents[2] / "fixtures" / "monitoring"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
DOCUMENTS = {name: MonitoringDocument.from_json(path.read_text("utf-8")) for name, path in FILES.items()}
JULY, OCTOBER = DOCUMENTS["czj-2020-2-july"], DOCUMENTS["czj-2020-7-october"]
NATIONAL = get_edition("national-2019-monitoring")
ATTAINED = {"": "", "reached": "达成", "partly": "部分达成", "missed": "未达成"}
SOURCES = (("", "年度资金总额"), ("_fiscal", "其中：本年一般公共预算拨款"), ("_other", "其他资金"))
WORDS = [
    "经费保障",
    "制度保障",
    "人员保障",
    "硬件条件保障",
    "其他",
    "原因说明",
    "确定能",
    "有可能",
    "完全不可能",
]


def made(form, **options):
    return pdf.make_pdf(form, get_edition(form.form), **options)


def heads(form):
    """The two rows of heads, as the form of domain.md 5.2 has them, written down here and not taken from the edition."""
    month = f"1—{form.cutoff_month}月"
    first = ["一级指标", "二级指标", "三级指标", "年度指标值", f"{month}执行情况", "全年预计完成情况"]
    return [*first, "偏差原因分析", "完成目标可能性", "备注", *WORDS]


def cells(row):
    """The cells of a row behind its groups, in print order; a tick is √."""
    actual = "：".join(part for part in (ATTAINED[row.attainment], row.actual) if part)
    return [
        *(row.name, row.target, actual, row.expected),
        *("√" if kind in row.deviation_kinds else "" for kind in DEVIATION_KINDS),
        row.deviation_reason,
        *("√" if row.likelihood == word else "" for word in LIKELIHOODS),
        row.remark,
    ]


def upper(form):
    """Labels and values above the indicators."""
    month = f"1—{form.cutoff_month}月"
    yield from ("项目支出绩效目标执行监控表", f"（{form.fiscal_year}年度）", "项目名称", form.project_name)
    yield from ("主管部门及代码", form.competent_department, "实施单位", form.budget_unit, "项目资金（元）")
    yield from ("年初预算数", f"{month}执行数", f"{month}执行率", "全年预计执行数")
    for suffix, name in SOURCES:
        initial, executed, expected = (
            int(form.budget[key + suffix]) for key in ("initial", "executed", "expected")
        )
        rate = f"{executed * 100 / initial:.2f}%" if initial else ""
        yield from (name, f"{initial:,}.00", f"{executed:,}.00", rate, f"{expected:,}.00")
    yield from ("年度总体目标", form.annual_goal)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_label_and_value_in_reading_order_and_nothing_else(name, tmp_path):
    """What lies between the pieces is page furniture: foot, heads again, labels of groups."""
    form = DOCUMENTS[name]
    pages = text_of(made(form), tmp_path, pages=True)
    line = squeezed("".join(heads(form)))
    labels = {row.level1 for row in form.indicators} | {row.level2 for row in form.indicators} | {"绩效指标"}
    between = re.compile("|".join(["校验码[0-9a-f]{12}", line, *sorted(labels, key=len, reverse=True)]))
    wanted = [*upper(form), *heads(form)]
    wanted += [cell for row in form.indicators for cell in cells(row)]
    wanted += ["说明：表式依财预〔2019〕136号，未经原文核实；金额以元填报。"]
    wanted += ["“偏差原因分析”和“完成目标可能性”各栏，选中的打“√”。"]
    text, at = "".join(pages), 0
    for piece in map(squeezed, wanted):
        while not text.startswith(piece, at):
            extra = between.match(text, at)
            assert extra, f"expected {piece!r}, found {text[at : at + 60]!r}"
            at = extra.end()
        at += len(piece)
    assert between.sub("", text[at:]) == ""
    for text in pages:
        assert f"校验码{form.fingerprint[:12]}" in text
        assert line in text
        assert text.split(line)[1].startswith("绩效指标")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_ticks_stand_under_their_words(name):
    form = DOCUMENTS[name]
    table = paper.lay_out(form, NATIONAL).indicators
    assert len(table.columns) == len(table.widths) == 17
    assert sum(table.widths) == 100
    assert sum(head.span for head in table.over) == 17
    assert list(table.under) == WORDS
    for row, line in zip(form.indicators, table.lines, strict=True):
        shown = dict(zip(table.columns[4:], line.places[1:], strict=True))
        ticked = {word for word in WORDS if shown[word].text == "√"}
        chosen = {NATIONAL.word("deviation_kinds", kind) for kind in row.deviation_kinds}
        assert ticked == chosen | {NATIONAL.word("likelihood", row.likelihood)}


def extreme():
    """Everything at once: 46 rows, one of several pages, a long goal, amounts of twelve digits."""
    long = "保障财政信息化基础设施平稳运行，全年巡检不少于六次，故障处理率达到百分之百；" * 70
    rows = JULY.indicators
    wordy = replace(rows[0], deviation_reason=long[:2500], remark=long[:300], actual="A1" * 300)
    again = (replace(row, row_id=f"x{row.row_id}") for row in rows)
    return replace(
        JULY,
        indicators=(wordy, *rows[1:], *again),
        annual_goal=long[:2500],
        budget=dict.fromkeys(JULY.budget, "123456789012.34"),
    )


EMPTY = MonitoringDocument("sichuan-2025-monitoring", 2027, 1, "成都市财政局")
TASK = CorrectiveTask(
    "1", "产出指标·巡检次数", "慢25个百分点。", "补做两次。", "2020-08-14", "逾期3天", "已补一次。", ""
)
DAY = datetime.date(2020, 8, 17)


@pytest.mark.parametrize("form", [EMPTY, extreme()], ids=["empty", "extreme"])
def test_extremes_pass_page_validation_and_say_everything(form, tmp_path):
    edition = get_edition(form.form)
    tasks = [replace(TASK, number=str(n), problem="慢了，原因很长。" * n * 30) for n in range(1, 5)]
    behind = corrections_of(form, edition, tasks if form.indicators else [], on=DAY)
    data = made(form, watermark="草稿", annexes=[behind])
    assert failures(data) == []
    pages = text_of(data, tmp_path, pages=True)
    assert all("草稿" in text and f"校验码{form.fingerprint[:12]}" in text for text in pages)
    text = "".join(text.replace("草稿", "") for text in pages)
    assert all(squeezed(row.name) in text for row in form.indicators)
    typed = (form.annual_goal or "") + "".join(row.deviation_reason + row.remark for row in form.indicators)
    # A page end may cut one.
    assert text.count("百分之百") >= typed.count("百分之百") - len(pages)
    assert text.count("原因很长") >= (300 - len(pages) if form.indicators else 0)
    assert ("是否需要整改否" in text) == (not form.indicators)
    assert f"年初预算数{'1' if form.cutoff_month == 1 else '1—7'}月执行数" in text
    assert pdf.read_attached_monitoring(data) == form


def test_a_page_of_the_sheet_lies_on_its_side():
    import pikepdf

    form = JULY
    with pikepdf.open(io.BytesIO(made(form, annexes=[corrections_of(form, NATIONAL, [TASK], on=DAY)]))) as file:
        sizes = {tuple(round(float(one)) for one in one_page.mediabox) for one_page in file.pages}
        assert list(file.attachments) == [pdf.MONITORING]
    assert sizes == {(0, 0, 842, 595)}


def test_tasks_behind_the_form_are_printed_kept_and_read_back(tmp_path):
    """A kept PDF covers the tasks: another result, another file."""
    behind = corrections_of(JULY, NATIONAL, [TASK, replace(TASK, number="2", conclusion="同意。")], on=DAY)
    assert read_behind(behind.to_json()) == behind
    later = replace(behind, tasks=(replace(behind.tasks[0], result="两次都补了。"),))
    assert len({kept.key_of(JULY.fingerprint, one) for one in ([], [behind], [later])}) == 3
    data = made(JULY, annexes=[behind])
    text = text_of(data, tmp_path, pages=True)[-1]
    assert text.startswith(
        "整改任务项目名称财政网络基础平台(运维)实施单位上海市财政局监控期间2020年1—7月是否需要整改是，共2项"
    )
    assert (
        "序号所在位置问题整改要求和建议期限状态整改结果结论1产出指标·巡检次数慢25个百分点。补做两次。2020-08-14逾期3天已补一次。—2"
        in text
    )
    assert "整改情况截至2020年8月17日" in text
    try:
        assert printing.render_pdf(JULY.to_json(), annexes=[behind]) == data
    finally:
        printing.stop()


def test_a_character_without_a_shape_is_named_with_its_place():
    row = JULY.indicators[0]
    cases = {
        "budget.expected_other": replace(JULY, budget={"expected_other": "\ue000"}),
        f"indicators.{row.row_id}.remark": replace(JULY, indicators=(replace(row, remark="\ue000"),)),
    }
    for path, form in cases.items():
        with pytest.raises(pdf.MissingGlyph) as caught:
            made(form)
        assert caught.value.path == path
    behind = corrections_of(JULY, NATIONAL, [replace(TASK, result="\ue000")], on=DAY)
    with pytest.raises(pdf.MissingGlyph) as caught:
        made(JULY, annexes=[behind])
    assert caught.value.path == "corrections.1"


def test_rates_that_cannot_be_computed_and_words_typed_twice():
    rows = (
        MonitoringRow("a", "产出指标", "数量指标", "巡检", "健全", actual="达成，已验收", attainment="reached"),
        MonitoringRow("b", "产出指标", "数量指标", "巡检", "健全", actual="两期办了一期", attainment="partly"),
    )
    budget = {
        "initial": "0",
        "executed": "5",
        "initial_fiscal": "一百",
        "executed_fiscal": "5",
        "execution_rate": "5%",
    }
    laid_out = paper.lay_out(replace(JULY, indicators=rows, budget=budget), NATIONAL)
    money = next(row for row in laid_out.rows if row.kind == "money")
    assert [line.places[3].text for line in money.lines] == ["5%", "", ""]
    assert [line.places[1].text for line in money.lines] == ["0.00", "一百", ""]
    assert [line.places[2].text for line in laid_out.indicators.lines] == [
        "达成，已验收",
        "部分达成：两期办了一期",
    ]


# On screen --------------------------------------------------------------------------------------------------------------
def test_the_preview_marks_findings_once_and_needs_no_inline_style():
    row = JULY.indicators[0].row_id
    shown = paper.html(
        JULY,
        NATIONAL,
        for_screen=True,
        marks={
            "budget.executed": "doubt",
            f"indicators.{row}.likelihood": "error",
            "indicators.x.name": "error",
        },
    )
    assert "style=" not in shown
    assert shown.count("is-ask") == 1
    assert shown.count("is-err") == 3  # all cells of the choice
    paths = [path for path in re.findall(r'data-path="([^"]*)"', shown) if path]
    assert len(paths) == len(set(paths))
    assert {f"indicators.{row}.{key}" for key in ("name", "deviation_kinds", "likelihood")} <= set(paths)
    assert '<th class="pg-col" scope="colgroup" colspan="6">偏差原因分析</th>' in shown


def test_a_reviewers_bands_show_what_the_form_shows():
    sheet = paper.lay_out(JULY, NATIONAL)
    drawn = bands(sheet, NATIONAL.at(7))
    assert [band.title for band in drawn] == [
        "项目基本信息",
        "项目资金",
        "年度总体目标",
        "投入与管理",
        "产出指标",
        "效益指标",
        "满意度指标",
    ]
    assert paths_of("".join(band.html for band in drawn)) == paths_of(
        paper.html(JULY, NATIONAL, for_screen=True)
    )
    assert [band.paths for band in drawn] == [block.paths for block in blocks(sheet, NATIONAL.at(7))]
    table = with_beside(sheet, Beside("上期（不印）", {JULY.indicators[0].row_id: "1次"})).indicators
    assert sum(table.widths) == 100
    assert sum(head.span for head in table.over) == len(table.columns)


# Excel ------------------------------------------------------------------------------------------------------------------
def words_of(sheet):
    shown = []
    for cell in (cell for row in sheet.iter_rows(min_col=2) for cell in row if cell.value is not None):
        number = isinstance(cell.value, int | float)
        shown.append(squeezed(f"{cell.value:,.2f}" if number else str(cell.value)))
    return shown


@pytest.mark.parametrize("form", [OCTOBER, EMPTY], ids=["october", "empty"])
def test_every_cell_of_the_sheet_says_what_the_pdf_says(form, tmp_path):
    sheet = load_workbook(io.BytesIO(make_workbook(form, get_edition(form.form))))["监控表"]
    said, pages = words_of(sheet), text_of(made(form), tmp_path)
    assert [word for word in said if word not in pages] == []
    if form.indicators:
        assert said[: len(list(upper(form))) - 1] == [squeezed(one) for one in upper(form) if one]
        values = [squeezed(cell) for row in form.indicators for cell in cells(row) if cell]
        groups = {row.level1 for row in form.indicators} | {row.level2 for row in form.indicators}
        body = said[said.index("完全不可能") + 1 :]
        assert [word for word in body if word not in groups][: len(values)] == values


def test_the_workbook_lies_on_its_side_and_repeats_both_rows_of_heads():
    data = make_workbook(JULY, NATIONAL)
    assert data == make_workbook(JULY, NATIONAL)
    book = load_workbook(io.BytesIO(data))
    sheet = book["监控表"]
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$11:$12")
    assert sheet["G7"].value == 3059776
    merged = {str(area) for area in sheet.merged_cells.ranges}
    head = next(cell for cell in sheet[11] if cell.value == "偏差原因分析")
    assert any(area.startswith(head.coordinate + ":") and area.endswith("11") for area in merged)
    side = next(cell for cell in sheet[11] if cell.value == "绩效指标")
    assert f"{side.coordinate}:B{12 + len(JULY.indicators)}" in merged
    formula = make_workbook(replace(JULY, annual_goal="=1+1"), NATIONAL)
    goal = next(c for r in load_workbook(io.BytesIO(formula))["监控表"] for c in r if c.value == "=1+1")
    assert (goal.data_type, goal.quotePrefix) == ("s", True)
    facts = dict(book["_perfgoals"].iter_rows(max_row=4, values_only=True))
    assert (facts["schema"], facts["fingerprint"]) == ("perfgoals-monitoring/1", JULY.fingerprint)


# As files ---------------------------------------------------------------------------------------------------------------
def run(*ids, **options):
    out = io.StringIO()
    call_command("render_forms", *ids, kind="monitoring", stdout=out, **options)
    return out.getvalue()


def test_documents_in_files_are_printed(tmp_path):
    said = run(out=tmp_path)
    assert [line.split()[0] for line in said.splitlines()] == [f"{name}.pdf" for name in DOCUMENTS]
    for name, form in DOCUMENTS.items():
        assert pdf.read_attached_monitoring((tmp_path / f"{name}.pdf").read_bytes()) == form
    run(str(FILES["czj-2020-2-july"]), out=tmp_path, format="json")
    assert (tmp_path / "czj-2020-2-july.json").read_text("utf-8") == JULY.to_json()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", r"bad\.json：不是绩效运行监控文件"),
        (replace(JULY, form="nope").to_json(), "没有“nope”这种表式"),
        (None, "没有这些绩效运行监控表：.*bad"),
    ],
)
def test_files_that_cannot_be_printed_are_named(text, says, tmp_path):
    path = tmp_path / "bad.json"
    if text:
        path.write_text(text, "utf-8")
    with pytest.raises(CommandError, match=says):
        run(str(path), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
