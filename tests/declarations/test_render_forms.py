"""``manage.py render_forms``: one file and one line per form, exit code 1 if one failed."""

import io
import sys

import pytest
from django.core.management import CommandError, call_command

from declarations.management.commands import render_forms
from declarations.models import Declaration, Project
from declarations.published import published_documents
from declarations.speaking import document_of, write_rows
from perfgoals.documents.pdf import read_attached
from perfgoals.documents.workbook import read_workbook
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms(campaign, places):
    """Two drafts from published forms."""
    made = {}
    documents = dict(published_documents())
    for source_id in ("xxzx-2020-1", "czj-2020-2"):
        document = documents[source_id]
        project = Project.objects.create(organization=places["信息中心"], name=document.project_name)
        declaration = Declaration(
            project=project,
            organization=places["信息中心"],
            campaign=campaign,
            fiscal_year=document.fiscal_year,
            edition_id=document.form,
            source_id=source_id,
            state=State.DRAFT,
        )
        write_rows(document, declaration)
        made[source_id] = declaration
    return made


def run(*args, **kwargs):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("render_forms", *args, stdout=out, stderr=err, **kwargs)
    except SystemExit as left:
        code = left.code
    return code, out.getvalue(), err.getvalue()


def test_all_forms_each_with_its_line(forms, tmp_path):
    code, out, _ = run(out=tmp_path / "new" / "folder")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["xxzx-2020-1.pdf", "czj-2020-2.pdf"]
    for source_id, declaration in forms.items():
        data = (tmp_path / "new" / "folder" / f"{source_id}.pdf").read_bytes()
        assert read_attached(data) == document_of(declaration)


def test_ids_are_numbers_or_names_and_keep_their_order(forms, tmp_path):
    number = str(forms["xxzx-2020-1"].pk)
    code, out, _ = run("czj-2020-2", number, out=tmp_path, format="xlsx")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["czj-2020-2.xlsx", "xxzx-2020-1.xlsx"]
    read = read_workbook((tmp_path / "xxzx-2020-1.xlsx").read_bytes())
    assert read == document_of(forms["xxzx-2020-1"])


def test_json_is_canonical(forms, tmp_path):
    run("xxzx-2020-1", out=tmp_path, format="json")
    assert (tmp_path / "xxzx-2020-1.json").read_text("utf-8") == document_of(forms["xxzx-2020-1"]).to_json()


def test_one_that_fails_is_said_and_the_others_are_printed(forms, tmp_path):
    Declaration.objects.filter(source_id="xxzx-2020-1").update(necessity="漏水\ue000")
    code, out, err = run(out=tmp_path)
    assert code == 1
    assert "没有印成" in out.splitlines()[0]
    assert "U+E000" in out
    assert "necessity" in out
    assert "1 份没有印成，共 2 份" in err
    assert (tmp_path / "czj-2020-2.pdf").exists()
    assert not (tmp_path / "xxzx-2020-1.pdf").exists()


def test_unknown_ids_print_nothing(forms, tmp_path):
    with pytest.raises(CommandError, match="没有这些申报表：nope、99999999999999999999"):
        call_command("render_forms", "nope", "xxzx-2020-1", "99999999999999999999", out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_processes_make_the_same_files(forms, tmp_path):
    run(out=tmp_path / "one")
    code, out, _ = run(out=tmp_path / "two", processes=2)
    assert code == 0
    assert len(out.splitlines()) == 2
    for source_id in forms:
        name = f"{source_id}.pdf"
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_bar_is_drawn_on_a_terminal_only(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    shown, silent = Terminal(), io.StringIO()
    for stream in (shown, silent):
        bar = render_forms.Bar(2, stream)
        bar.advance()
        bar.clear()
    assert "1/2" in shown.getvalue()
    assert silent.getvalue() == ""
    assert sys.stderr is not None


def test_queries_do_not_grow_with_the_forms(forms, tmp_path, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        run(out=tmp_path, format="json")
