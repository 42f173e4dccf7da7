"""The 系统管理员's organizations: a tree of two storeys that cannot be broken from the screen."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from perfgoals.accounts.models import Organization, OrganizationKind, User
from perfgoals.audit.models import AuditRecord

LIST = reverse("accounts:organizations")
NEW = reverse("accounts:organization_new")


@pytest.fixture
def admin(client, people):
    client.force_login(people["系统管理员"])
    return people["系统管理员"]


def page_of(place, name="organization"):
    return reverse(f"accounts:{name}", args=[place.pk])


def typed(**changes):
    return {"code": "401", "name": "上海市教育委员会", "kind": "department", "parent": ""} | changes


def test_list_is_a_tree_of_the_own_region(client, admin, places):
    names = [place.name for place in client.get(LIST).context["page"]]
    assert names == [
        "上海市财政局",
        "上海市金融服务办公室",
        "上海市金融发展服务中心",
        "上海市发展和改革委员会",
        "上海市经济信息中心",
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "信息"}, ["信息中心"]),
        ({"q": "301"}, ["发改委", "信息中心"]),
        ({"q": "发展和改革"}, ["发改委", "信息中心"]),
        ({"kind": "unit"}, ["服务中心", "信息中心"]),
        ({"state": "disabled"}, ["服务中心"]),
        ({"state": "empty"}, ["发改委"]),
        ({"kind": "castle", "state": "?", "q": "301"}, ["发改委", "信息中心"]),
    ],
)
def test_filters(client, admin, places, people, asked, expected):
    Organization.objects.filter(pk=places["服务中心"].pk).update(is_active=False)
    User.objects.filter(organization=places["发改委"]).update(is_active=False)
    found = [place.pk for place in client.get(LIST, asked).context["page"]]
    assert found == [places[name].pk for name in expected]


def test_list_counts_accounts_in_use_with_constant_queries(client, admin, places, people):
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        page = client.get(LIST)
    counts = {place.pk: place.people_count for place in page.context["page"]}
    assert counts[places["信息中心"].pk] == 3
    for number in range(20):
        Organization.objects.create(
            code=f"3012{number:02}",
            name=f"单位{number}",
            kind=OrganizationKind.UNIT,
            parent=places["发改委"],
            region=places["发改委"].region,
        )
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(few) == len(many)


def test_opening_a_department_and_its_unit(client, admin):
    client.post(NEW, typed())
    department = Organization.objects.get(code="401")
    client.post(NEW, typed(code="401001", name="上海市教育考试院", kind="unit", parent=department.pk))
    unit = Organization.objects.get(code="401001")
    assert unit.department == department
    assert unit.region == admin.organization.region
    assert [r.action for r in AuditRecord.objects.all()] == ["organization_open", "organization_open"]
    assert AuditRecord.objects.last().changes["parent"] == [None, department.pk]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": ""}, "写单位代码。"),
        ({"code": "301"}, "这个代码已有单位用。"),
        ({"code": "四〇一"}, "“四〇一”里有字母、数字以外的字符。"),
        ({"code": "1" * 21}, "单位代码最多 20 个字符。"),
        ({"name": ""}, "写单位名称。"),
        ({"name": "长" * 121}, "单位名称最多 120 个字。"),
        ({"kind": ""}, "选单位性质。"),
        ({"kind": "unit"}, "预算单位要选主管部门。"),
        ({"parent": "department"}, "主管部门上面没有主管部门，这一项空着。"),
        ({"kind": "finance", "parent": "department"}, "财政部门上面没有主管部门"),
        ({"kind": "unit", "parent": "unit"}, "这个单位不能当主管部门。"),
        ({"kind": "unit", "parent": "elsewhere"}, "这个单位不能当主管部门。"),
    ],
)
def test_refusals_stand_at_the_field_and_keep_what_was_typed(client, admin, places, changes, message):
    named = {"department": places["发改委"].pk, "unit": places["信息中心"].pk, "elsewhere": places["外区"].pk}
    changes = changes | {"parent": named.get(changes.get("parent"), "")}
    answer = client.post(NEW, typed(**changes))
    assert answer.status_code == 422
    assert message in answer.text
    if "name" not in changes:
        assert 'value="上海市教育委员会"' in answer.text
    assert not AuditRecord.objects.exists()


def test_circles_cannot_be_made(client, admin, places):
    """A department with units cannot hang itself under anything; the database refuses it as well."""
    answer = client.post(
        page_of(places["发改委"]),
        {"code": "301", "name": "x", "kind": "unit", "parent": places["金融办"].pk},
    )
    assert "下面还有 1 个预算单位，不能改成预算单位" in answer.text
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=places["发改委"].pk).update(parent=places["信息中心"])


def test_change_moves_a_unit_to_another_department(client, admin, places):
    sent = {"code": "301001", "name": "上海市经济信息中心", "kind": "unit", "parent": places["金融办"].pk}
    assert client.post(page_of(places["信息中心"]), sent).url == LIST
    places["信息中心"].refresh_from_db()
    assert places["信息中心"].parent == places["金融办"]
    record = AuditRecord.objects.get()
    assert record.changes == {"parent": [places["发改委"].pk, places["金融办"].pk]}


def test_failed_change_leaves_the_headline_as_it_was(client, admin, places):
    answer = client.post(page_of(places["信息中心"]), {"code": "", "name": "", "kind": ""})
    assert "<h1>上海市经济信息中心</h1>" in answer.text


def test_closing_names_the_accounts_in_use_first(client, admin, places):
    switch = page_of(places["信息中心"], "organization_switch")
    answer = client.post(switch, {"active": "0"})
    assert "连同 3 个账号一起停用" in answer.text
    assert "信息中心同事" in answer.text
    places["信息中心"].refresh_from_db()
    assert places["信息中心"].is_active


def test_closing_with_people_switches_them_off_and_records_each(client, admin, places):
    switch = page_of(places["信息中心"], "organization_switch")
    answer = client.post(switch, {"active": "0", "with_people": "1"}, follow=True)
    assert "已停用，连同 3 个账号。" in answer.text
    places["信息中心"].refresh_from_db()
    assert not places["信息中心"].is_active
    assert not places["信息中心"].people.filter(is_active=True).exists()
    actions = [record.action for record in AuditRecord.objects.all()]
    assert sorted(actions) == ["account_disable"] * 3 + ["organization_disable"]


def test_closing_twice_records_once(client, admin, places):
    switch = page_of(places["信息中心"], "organization_switch")
    for _ in range(2):
        client.post(switch, {"active": "0", "with_people": "1"})
    assert AuditRecord.objects.filter(action="organization_disable").count() == 1


def test_department_with_units_stays_open(client, admin, places):
    answer = client.post(
        page_of(places["发改委"], "organization_switch"), {"active": "0", "with_people": "1"}, follow=True
    )
    assert "下面还有 1 个启用的预算单位" in answer.text
    places["发改委"].refresh_from_db()
    assert places["发改委"].is_active


def test_own_organization_stays_open(client, admin, places):
    answer = client.post(
        page_of(places["财政局"], "organization_switch"), {"active": "0", "with_people": "1"}, follow=True
    )
    assert "您自己的账号在这个单位，不能停用。" in answer.text


def test_reopening_leaves_accounts_off_and_needs_the_department(client, admin, places):
    unit, department = places["信息中心"], places["发改委"]
    client.post(page_of(unit, "organization_switch"), {"active": "0", "with_people": "1"})
    client.post(page_of(department, "organization_switch"), {"active": "0", "with_people": "1"})
    refused = client.post(page_of(unit, "organization_switch"), {"active": "1"}, follow=True)
    assert "已停用，先启用它" in refused.text
    client.post(page_of(department, "organization_switch"), {"active": "1"})
    client.post(page_of(unit, "organization_switch"), {"active": "1"})
    unit.refresh_from_db()
    assert unit.is_active
    assert not unit.people.filter(is_active=True).exists()


def test_closed_organization_is_no_longer_a_choice(client, admin, places):
    client.post(page_of(places["信息中心"], "organization_switch"), {"active": "0", "with_people": "1"})
    form = client.get(reverse("accounts:person_new")).context["form"]
    assert places["信息中心"] not in form.fields["organization"].queryset


@pytest.mark.parametrize("name", ["organization", "organization_switch"])
def test_organizations_of_another_region_do_not_exist(client, admin, places, name):
    assert client.post(page_of(places["外区"], name)).status_code == 404
