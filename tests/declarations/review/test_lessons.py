"""Before 送审 the officer reads why forms of the year before came back (I10)."""

import pytest
from django.urls import reverse

from declarations.models import Declaration
from declarations.review.lessons import OFTEN, lessons_for
from perfgoals.reviewing.models import ReturnedPlace, ReturnRound
from perfgoals.workflow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def came_back(people):
    """came_back(form, "not_measurable", "indicators.x") → a return of this form."""

    def make(form, code, *paths, comment="请改", clause=""):
        made = ReturnRound(reason_code=code, comment=comment, clause=clause, returned_by=people["发改委审核人"])
        made.filing = form
        made.save()
        ReturnedPlace.objects.bulk_create(ReturnedPlace(round=made, path=path) for path in paths)
        return made

    return make


@pytest.fixture
def neighbours(last_year, make_declaration):
    """Forms of other projects: of the year before, or of another year or place."""

    def make(count, *, unit="信息中心", year=2019):
        made = [
            make_declaration(name=f"{unit}{year}{n}", unit=unit, in_campaign=last_year.campaign)
            for n in range(count)
        ]
        Declaration.objects.filter(pk__in=[form.pk for form in made]).update(fiscal_year=year)
        return made

    return make


def test_what_often_came_back_last_year_is_told_with_its_section(draft, neighbours, came_back):
    for form in neighbours(OFTEN):
        came_back(form, "not_measurable", "indicators.aaaa0001.target", "section:goals")
    (lesson,) = lessons_for(draft)
    assert lesson.told == f"上年本地区有 {OFTEN} 次退回因为“指标没有细化量化”"
    assert "细化量化" in lesson.clause
    section = draft.edition.section_for_path("indicators")
    number = [one.key for one in draft.edition.sections].index(section.key) + 1
    address = reverse("declarations:step", args=[draft.pk, section.key])
    assert (f"第 {number} 节 {section.title}", address) in lesson.places


def test_a_habit_of_one_reviewer_is_no_lesson(draft, neighbours, came_back):
    for form in neighbours(OFTEN - 1):
        came_back(form, "not_measurable", "indicators")
    assert lessons_for(draft) == []


def test_a_reason_that_is_rare_among_many_is_none(draft, neighbours, came_back):
    forms = neighbours(3)
    for number in range(40):
        came_back(forms[number % 3], "incomplete", "section:case")
    for form in forms:
        came_back(form, "not_measurable", "indicators")
    assert [lesson.told for lesson in lessons_for(draft)] == ["上年本地区有 40 次退回因为“内容不完整、不规范”"]


def test_other_years_and_other_regions_do_not_count(draft, neighbours, came_back):
    for form in neighbours(OFTEN, year=2018):
        came_back(form, "not_measurable", "indicators")
    for form in neighbours(OFTEN, unit="外区"):
        came_back(form, "not_measurable", "indicators")
    assert lessons_for(draft) == []


def test_this_projects_own_return_comes_first_and_in_the_reviewers_words(
    draft, last_year, neighbours, came_back
):
    came_back(last_year, "not_measurable", "necessity", comment="写清渗漏面积", clause="88号文")
    for form in neighbours(OFTEN):
        came_back(form, "not_measurable", "indicators")
    (lesson,) = lessons_for(draft)  # the same reason is not told twice
    assert lesson.text == "写清渗漏面积"
    assert lesson.told.startswith("这个项目 ")
    assert len(lesson.places) == 1


def test_it_stands_on_the_page_before_sending_and_only_there(draft, last_year, came_back, at, people):
    came_back(last_year, "incomplete", "section:nowhere", "indicators.gone", comment="<b>内容</b>不全")
    url = reverse("declarations:check", args=[draft.pk])
    page = at("信息中心填报人").get(url).content.decode()
    assert "往年常在这里退回" in page
    assert "&lt;b&gt;内容&lt;/b&gt;不全" in page
    Declaration.objects.filter(pk=draft.pk).update(
        state=State.DEPARTMENT_REVIEW, submitted_by=people["信息中心填报人"]
    )
    assert "往年常在这里退回" not in at("信息中心填报人").get(url).content.decode()


def test_no_query_for_each_return(draft, neighbours, came_back, django_assert_max_num_queries):
    for form in neighbours(12):
        came_back(form, "not_measurable", "indicators", "necessity")
        came_back(form, "incomplete", "necessity")
    lessons_for(draft)
    with django_assert_max_num_queries(6):
        assert len(lessons_for(draft)) == 2
