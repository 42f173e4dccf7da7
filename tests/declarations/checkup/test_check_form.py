"""``manage.py check_form``: JSON lines, exit codes, files that hold no form."""

import json

import pytest
from django.core.management import call_command


@pytest.fixture
def run(capsys):
    """run(path, …) → (exit code, the JSON lines, what stands on stderr). No database is allowed here."""

    def run(*args, **options):
        code = 0
        try:
            call_command("check_form", *map(str, args), **options)
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        return code, [json.loads(line) for line in said.out.splitlines()], said.err

    return run


@pytest.fixture
def write(tmp_path):
    def write(document, name="form.json"):
        path = tmp_path / name
        path.write_text(document.to_json(), "utf-8")
        return path

    return write


def test_a_sound_form_gives_no_line(run, write, decent):
    assert run(write(decent.document)) == (0, [], "")


def test_findings_are_json_lines_and_an_error_is_exit_1(run, write, published, form):
    document = published["xxzx-2020-6"]
    code, lines, _ = run(write(document))
    assert code == 1
    assert [line["code"] for line in lines] == [finding.code for finding in form(document).findings()]
    first = lines[0]
    assert (first["place"], first["level"], first["level_label"]) == ("项目类别", "error", "错误")
    assert first["fixes"][0] == {
        "label": "改为 其他经常性项目",
        "changes": [["project_category", "其他经常性项目"]],
    }


def test_doubts_alone_are_exit_0(run, write, published):
    code, lines, _ = run(write(published["czj-2020-2"]))
    assert code == 0
    assert {line["level"] for line in lines} == {"doubt", "hint"}


def test_history_may_be_given(run, write, published):
    form, other = write(published["czj-2020-3"]), write(published["czj-2020-5"], "other.json")
    code, lines, _ = run(form, previous=write(published["czj-2020-3"], "old.json"), siblings=[other])
    assert code == 0
    assert "rows_copied" in {line["code"] for line in lines}


# WeasyPrint leaves its colour profile open until the garbage collector closes it.
@pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning")
def test_a_pdf_of_ours_is_read(run, tmp_path, published):
    from perfgoals.documents.pdf import make_pdf
    from perfgoals.editions import get_edition

    document = published["xxzx-2020-6"]
    path = tmp_path / "form.pdf"
    path.write_bytes(make_pdf(document, get_edition(document.form)))
    code, lines, _ = run(path)
    assert (code, lines[0]["place"]) == (1, "项目类别")


def test_a_workbook_of_ours_is_read(run, tmp_path, published):
    workbook = pytest.importorskip("perfgoals.documents.workbook")
    from perfgoals.editions import get_edition

    document = published["xxzx-2020-6"]
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook.make_workbook(document, get_edition(document.form)))
    code, lines, _ = run(path)
    assert (code, lines[0]["place"]) == (1, "项目类别")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b"{", "不是有效的 JSON"),
        (b"[]", "不是绩效目标申报文件"),
        ("项目".encode("gbk"), "不是 UTF-8"),
        (b"%PDF-1.7 nothing", "PDF"),
    ],
)
def test_a_file_without_a_form_is_exit_2_and_a_chinese_sentence(run, tmp_path, data, words):
    path = tmp_path / "odd"
    path.write_bytes(data)
    code, lines, said = run(path)
    assert (code, lines) == (2, [])
    assert words in said
    assert said.strip().endswith("。")
    assert "odd" in said


def test_a_broken_workbook_is_exit_2(run, tmp_path):
    pytest.importorskip("perfgoals.documents.workbook")
    path = tmp_path / "odd.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    code, lines, said = run(path)
    assert (code, lines) == (2, [])
    assert said.strip().endswith("。")


def test_a_missing_file_is_exit_2(run, tmp_path):
    code, _, said = run(tmp_path / "gone.json")
    assert code == 2
    assert "打不开文件" in said


def test_an_unknown_edition_is_exit_2(run, write, decent):
    code, _, said = run(write(decent.having(form="xx-2030").document))
    assert code == 2
    assert "没有“xx-2030”这种表式" in said


def test_the_tables_of_the_page_are_checked(capsys):
    call_command("write_checkup_tables", "--check")
    assert capsys.readouterr().err == ""
