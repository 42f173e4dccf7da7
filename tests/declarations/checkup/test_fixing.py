"""A ready fix, pressed on the page."""

import pytest
from django.test import Client
from django.urls import reverse

from declarations.checkup import findings_of
from declarations.models import Declaration
from declarations.speaking import write_rows


@pytest.fixture
def declaration(make_declaration, published):
    declaration = make_declaration(name="办公用房修缮")
    write_rows(published["xxzx-2020-4"], declaration)
    return declaration


@pytest.fixture
def press(declaration, people):
    """press(code or finding) → the answer to the first fix of it."""
    client = Client()
    client.force_login(people["信息中心填报人"])

    def press(asked):
        found = findings_of(declaration) if isinstance(asked, str) else [asked]
        finding = next(f for f in found if asked in (f, f.code))
        body = {"changes": [[path, value, 0] for path, value in finding.fixes[0].changes]}
        url = reverse("declarations:fix", args=[declaration.pk])
        return client.post(url, body, content_type="application/json")

    return press


def test_a_row_moves_to_its_class(press, declaration):
    answer = press("timeliness_not_time")
    assert answer.status_code == 200
    assert [saved["value"] for saved in answer.json()["saved"]] == ["产出目标", "质量"]
    now = Declaration.objects.get(pk=declaration.pk)
    assert "timeliness_not_time" not in {finding.code for finding in findings_of(now)}
    names = list(now.indicators.filter(level2="质量").values_list("name", flat=True))
    assert names == ["异议处理办结率", "非正常停机率"]


def test_pressing_twice_moves_once(press, declaration):
    finding = next(f for f in findings_of(declaration) if f.code == "timeliness_not_time")
    press("timeliness_not_time")
    version = Declaration.objects.get(pk=declaration.pk).version
    answer = press(finding)
    assert answer.status_code == 422
    assert "没有移动" in answer.json()["refused"][0]["message"]
    assert Declaration.objects.get(pk=declaration.pk).version == version


def test_spellings_are_unified_by_one_button(press, declaration):
    assert press("operator_spelling").status_code == 200
    assert not declaration.indicators.filter(target__startswith=">=").exists()
