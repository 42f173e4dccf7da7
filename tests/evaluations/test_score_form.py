"""``manage.py score_form``: the sheet of a file as JSON, and clear words for a file that is none."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from evaluations.paper import for_print
from evaluations.published import document_of
from evaluations.scoring import same_figures
from perfgoals.documents.pdf import make_pdf
from perfgoals.editions import get_edition
from tests.documents.ground import text_of
from tests.evaluations.builders import form, full_rows
from tests.evaluations.test_replay import RECORDS


def run(path):
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("score_form", str(path), stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue(), err.getvalue()


def test_a_published_form(tmp_path):
    path = tmp_path / "form.json"
    path.write_text(document_of(RECORDS[0]).to_json(), "utf-8")
    code, out, _ = run(path)
    result = json.loads(out)
    assert (code, result["total"], result["grade"], result["complete"]) == (0, "95", "优秀", True)
    assert len(result["rows"]) == 23
    assert result["groups"][0] == {"level1": "产出指标", "points": "43", "weight": "45"}
    assert "narrative_against_points" in [finding["code"] for finding in result["findings"]]
    del result["findings"], result["fingerprint"]
    assert same_figures(result)


def test_the_paper_itself_recomputes_to_what_it_says(tmp_path):
    """Whoever was handed the PDF needs nothing else: its attachment gives the total that its last page prints."""
    rows = full_rows()
    document = form(replace(rows[0], actual="48家"), *rows[1:])
    edition = get_edition(document.form)
    points, behind = for_print(document, edition, with_details=True)
    path = tmp_path / "form.pdf"
    path.write_bytes(make_pdf(document, edition, points=points, annexes=behind))
    code, out, _ = run(path)
    result = json.loads(out)
    assert (code, result["total"], result["fingerprint"]) == (0, "98.00", document.fingerprint)
    text = text_of(path.read_bytes(), tmp_path)
    assert "总分98分（满分100分）" in text
    assert "总分10098" in text
    path.write_bytes(b"%PDF-1.7 of somebody else")
    code, out, err = run(path)
    assert (code, out) == (2, "")
    assert "PDF" in err


def test_every_row_says_formula_inputs_clause_and_sentence(tmp_path):
    path = tmp_path / "form.json"
    rows = full_rows()
    rows[0] = replace(rows[0], actual="48家")
    path.write_text("\ufeff" + form(*rows).to_json(), "utf-8")
    _, out, _ = run(path)
    result = json.loads(out)
    first = result["rows"][0]
    assert first["points"] == "48.00"
    assert first["formula"] == "proportional"
    assert first["inputs"] == {"weight": "50", "case": "at_least", "target": "50", "actual": "48", "unit": "家"}
    assert first["clause"]
    assert first["sentence"].startswith("实际 48 ＜ 目标 50 家")
    assert first["to_full"] == "差 2 家得满分"
    assert (result["total"], result["grade"], result["next_grade"], result["to_next"]) == (
        "98.00",
        "优",
        "",
        None,
    )


def test_an_incomplete_form_says_what_is_missing(tmp_path):
    path = tmp_path / "form.json"
    path.write_text(form(*full_rows(actual="")).to_json(), "utf-8")
    code, out, _ = run(path)
    result = json.loads(out)
    assert (code, result["total"], result["complete"], result["counted"]) == (0, None, False, "10.00")
    assert len(result["missing"]) == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "不是有效的 JSON"),
        (b"\xff\xfe", "不是 UTF-8"),
        (form(edition="no-such-form").to_json().encode(), "没有“no-such-form”这种表式"),
        (form(edition="sh-2020-declaration").to_json().encode(), "没有评分口径"),
        (None, "打不开文件"),
    ],
)
def test_a_file_that_is_no_self_evaluation(tmp_path, content, says):
    path = tmp_path / "form.json"
    if content is not None:
        path.write_bytes(content)
    code, out, err = run(path)
    assert (code, out) == (2, "")
    assert says in err
    assert str(path) in err
