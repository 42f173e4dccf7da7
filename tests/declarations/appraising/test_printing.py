"""The review form as a file: made in a render process, kept, named in Chinese; what keeps it from being printed is said."""

import pytest

from perfgoals.appraising import paper
from perfgoals.appraising.models import PanelCase, ReviewForm
from perfgoals.documents import printing
from perfgoals.documents.pdf import MissingGlyph
from tests.documents.ground import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_in(at, sent, graded):
    at("发改委审核人").post(f"/declarations/{sent.pk}/appraisal/", graded(opinion="同意"))
    return ReviewForm.objects.get()


def test_it_is_printed_once_from_what_was_stored(at, sent, handed_in, tmp_path, monkeypatch):
    url = f"/declarations/{sent.pk}/appraisal/{handed_in.pk}/form.pdf"
    try:
        answer = at("发改委审核人").get(url)
    finally:
        printing.stop()
    assert answer["Content-Type"] == "application/pdf"
    assert "%E5%AE%A1%E6%A0%B8%E8%A1%A8" in answer["Content-Disposition"]  # 审核表
    assert "发改委审核人" in "".join(text_of(answer.content, tmp_path).split())
    monkeypatch.setattr(paper, "print_with", lambda *args: pytest.fail("it was kept"))
    assert at("财政审核人").get(url).content == answer.content


def test_a_character_without_a_shape_is_named_on_the_page(at, sent, handed_in, monkeypatch):
    def refuse(*args):
        raise MissingGlyph("𠀀", "opinion")

    monkeypatch.setattr(paper, "print_with", refuse)
    url = f"/declarations/{sent.pk}/appraisal/"
    answer = at("发改委审核人").get(f"{url}{handed_in.pk}/form.pdf", follow=True)
    assert answer.redirect_chain == [(url, 302)]
    assert "字库中没有“𠀀”" in answer.content.decode()


def test_the_panels_form_is_printed_for_members_who_were_in(at, people, at_finance, graded, monkeypatch):
    monkeypatch.setattr(paper, "print_with", lambda *args: b"%PDF-1.7")
    chair, second, third = "财政审核人", "金融办审核人", "发改委审核人"
    opened = {"name": "会审", "meets_on": "2999-12-31", "form": [at_finance.pk], "chair": people[chair].pk}
    members = [people[name].pk for name in (chair, second, third)]
    at(chair).post("/declarations/panels/new/", opened | {"member": members})
    case = PanelCase.objects.get()
    url = f"/declarations/panels/{case.panel_id}/{case.pk}/"
    for name, conflict in ((chair, "no"), (second, "no"), (third, "yes")):
        at(name).post(url, {"act": "statement", "conflict": conflict, "words": "说明"})
    for name in (chair, second):
        at(name).post(url, graded())
    assert at(chair).get(f"{url}form.pdf").status_code == 404, "not settled yet"
    assert at(chair).post(f"{url}settle/", graded()).status_code == 302
    assert at(second).get(f"{url}form.pdf").content == b"%PDF-1.7"
    assert at("业务管理员").get(f"{url}form.pdf").status_code == 200
    assert at(third).get(f"{url}form.pdf").status_code == 404
    assert at("信息中心填报人").get(f"{url}form.pdf").status_code == 404
