"""``manage.py render_forms --kind evaluation``: every published self-evaluation as a file, the same bytes each time."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from evaluations.published import document_of
from perfgoals.documents.pdf import read_attached_evaluation
from tests.documents.ground import text_of
from tests.evaluations.builders import form, row
from tests.evaluations.test_replay import RECORDS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {record["id"]: document_of(record) for record in RECORDS}


def run(*args, **kwargs):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("render_forms", *args, kind="evaluation", stdout=out, stderr=err, **kwargs)
    except SystemExit as left:
        code = left.code
    return code, out.getvalue(), err.getvalue()


def test_all_published_forms_in_each_format(tmp_path):
    for ending in ("pdf", "xlsx", "json"):
        code, out, _ = run(out=tmp_path, format=ending)
        assert code == 0
        assert [line.split()[0] for line in out.splitlines()] == [f"{name}.{ending}" for name in DOCUMENTS]
    for name, document in DOCUMENTS.items():
        assert document.project_name in out
        assert read_attached_evaluation((tmp_path / f"{name}.pdf").read_bytes()) == document
        assert (tmp_path / f"{name}.json").read_text("utf-8") == document.to_json()
        assert load_workbook(tmp_path / f"{name}.xlsx")["自评表"]["B1"].value == "2021年度财政项目绩效自评价"


def test_two_processes_make_the_same_files(tmp_path):
    run(out=tmp_path / "one", details=True)
    code, _, _ = run(out=tmp_path / "two", details=True, processes=2)
    assert code == 0
    for name in DOCUMENTS:
        made = (tmp_path / "one" / f"{name}.pdf").read_bytes()
        assert made == (tmp_path / "two" / f"{name}.pdf").read_bytes()
        assert "评分明细" in text_of(made, tmp_path)


def test_excel_is_the_same_in_another_process(tmp_path):
    run("putuo-2021-3", out=tmp_path / "here", format="xlsx")
    command = ["manage.py", "render_forms", "putuo-2021-3", "--kind", "evaluation", "--format", "xlsx"]
    subprocess.run(
        [sys.executable, *command, "--out", tmp_path / "there"],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={"PERFGOALS_DEBUG": "1", "PERFGOALS_DEMO": "1", "PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin"},
    )
    here, there = (load_workbook(tmp_path / where / "putuo-2021-3.xlsx") for where in ("here", "there"))
    for name in here.sheetnames:
        assert [[c.value for c in r] for r in here[name]] == [[c.value for c in r] for r in there[name]]
    first, second = ((tmp_path / where / "putuo-2021-3.xlsx").read_bytes() for where in ("here", "there"))
    assert first == second


def test_a_document_in_a_file_is_printed_with_computed_points(tmp_path):
    document = form(row("≥24次", "5次", "3"), row("=6次", "6次", "87"))
    path = tmp_path / "mine.json"
    path.write_text(document.to_json(), "utf-8")
    code, out, _ = run(str(path), out=tmp_path)
    assert code == 0
    assert out.startswith("mine.pdf")
    text = text_of((tmp_path / "mine.pdf").read_bytes(), tmp_path)
    assert "≥24次5次30.63" in text
    assert "总分10097.63" in text


def test_what_cannot_be_printed_is_said_before_anything_is(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{}", "utf-8")
    with pytest.raises(CommandError, match="没有这些绩效自评表：nope"):
        run("nope", "putuo-2021-1", out=tmp_path / "out")
    with pytest.raises(CommandError, match=r"bad\.json：不是绩效自评文件"):
        run(str(bad), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_character_without_a_shape_fails_one_form_only(tmp_path):
    for name, words in (("a", "巡检\ue000"), ("b", "巡检")):
        document = form(row("=6次", "6次", "90", name=words))
        (tmp_path / f"{name}.json").write_text(document.to_json(), "utf-8")
    code, out, err = run(str(tmp_path / "a.json"), str(tmp_path / "b.json"), out=tmp_path)
    assert code == 1
    assert "U+E000" in out.splitlines()[0]
    assert out.splitlines()[1].startswith("b.pdf")
    assert "1 份没有印成，共 2 份" in err
