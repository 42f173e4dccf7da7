"""The 系统管理员's accounts: list, open, change, switch, unlock, reset; each act recorded."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from perfgoals.accounts import administering, lockout
from perfgoals.accounts.models import Role, User
from perfgoals.audit.models import AuditRecord
from tests.conftest import PASSWORD

LIST = reverse("accounts:people")
NEW = reverse("accounts:person_new")


@pytest.fixture
def admin(client, people):
    client.force_login(people["系统管理员"])
    return people["系统管理员"]


@pytest.fixture
def officer(people):
    return people["信息中心填报人"]


def page_of(person, name="person"):
    return reverse(f"accounts:{name}", args=[person.pk])


def typed(places, **changes):
    return {
        "username": "xinren",
        "name": "新人",
        "organization": places["信息中心"].pk,
        "role": "filer",
        "email": "",
    } | changes


def shown_password(answer):
    return answer.text.split("<dt>一次性密码</dt><dd>")[1].split("</dd>")[0]


def records(action):
    return list(AuditRecord.objects.filter(action=action))


def test_list_shows_own_region_only(client, admin, people):
    text = client.get(LIST).text
    assert "信息中心填报人" in text
    assert "外区填报人" not in text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "同事"}, {"信息中心同事"}),
        ({"q": "经济 审核"}, {"信息中心审核人"}),
        ({"q": "%"}, set()),
        ({"role": "auditor"}, {"审计员"}),
        ({"role": "nonsense", "q": "同事"}, {"信息中心同事"}),
        ({"state": "disabled"}, {"服务中心填报人"}),
        ({"state": "locked"}, {"信息中心填报人"}),
        ({"organization": "x", "q": "同事"}, {"信息中心同事"}),
        ({"page": "99", "q": "同事"}, {"信息中心同事"}),
    ],
)
def test_filters(client, admin, people, asked, expected):
    User.objects.filter(username="服务中心填报人").update(is_active=False)
    for _ in range(5):
        client.post(reverse("accounts:login"), {"username": "信息中心填报人", "password": "x"})
    found = {person.username for person in client.get(LIST, asked).context["page"]}
    assert found == expected


def test_list_says_when_nothing_is_found(client, admin):
    assert "没有符合条件的账号" in client.get(LIST, {"q": "没有这个人"}).text


def test_list_pages_by_fifty_and_keeps_the_filter(client, admin, places):
    User.objects.bulk_create(
        User(username=f"u{n:03}", name="批量", role=Role.FILER, organization=places["信息中心"])
        for n in range(60)
    )
    first = client.get(LIST, {"q": "批量"})
    assert len(first.context["page"].object_list) == 50
    assert "第 1—50 个账号，共 60 个账号" in first.text
    assert 'href="?q=%E6%89%B9%E9%87%8F&amp;page=2"' in first.text
    assert len(client.get(LIST, {"q": "批量", "page": 2}).context["page"].object_list) == 10


def test_list_asks_the_same_number_of_queries_for_any_number_of_rows(client, admin, places):
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    User.objects.bulk_create(
        User(username=f"u{n:03}", name="批量", role=Role.FILER, organization=places["信息中心"])
        for n in range(30)
    )
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(few) == len(many)


def test_opening_shows_the_password_once_and_records(client, admin, places):
    answer = client.post(NEW, typed(places))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    word = shown_password(answer)
    person = User.objects.get(username="xinren")
    assert person.check_password(word)
    assert person.must_change_password
    assert word not in client.get(page_of(person)).text
    (record,) = records("account_open")
    assert (record.actor, record.subject) == (admin, person)
    assert record.changes["role"] == [None, "filer"]
    assert word not in str(record.changes)


def test_new_person_signs_in_and_must_change(client, admin, places):
    word = shown_password(client.post(NEW, typed(places)))
    client.post(reverse("accounts:logout"))
    answer = client.post(reverse("accounts:login"), {"username": "xinren", "password": word}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("accounts:password")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": ""}, "写登录名。"),
        ({"username": "ab"}, "至少 3 个字符"),
        ({"username": "a b c"}, "登录名用字母、数字和 . _ -"),
        ({"username": "系统管理员"}, "这个登录名已有人用，换一个。"),
        ({"username": "a" * 61}, "登录名最多 60 个字符。"),
        ({"name": " "}, "写姓名。"),
        ({"organization": ""}, "选单位。"),
        ({"organization": "999999"}, "这个单位不在您的区划里，或已停用。"),
        ({"role": "king"}, "没有这个角色。"),
        ({"role": "finance_reviewer"}, "财政审核人要在财政部门。“上海市经济信息中心”是预算单位。"),
        ({"role": "system_admin"}, "系统管理员要在财政部门。"),
        ({"role": "department_reviewer"}, "可以选单位审核人。"),
        ({"email": "not an address"}, "邮箱写成 name@example.cn 的样子，或者空着。"),
    ],
)
def test_refusals_stand_at_the_field_and_keep_what_was_typed(client, admin, places, changes, message):
    answer = client.post(NEW, typed(places, **changes) | {"name": changes.get("name", "留着的名字")})
    assert answer.status_code == 422
    assert message in answer.text
    if "name" not in changes:
        assert 'value="留着的名字"' in answer.text
    assert not User.objects.filter(username="xinren").exists()
    assert not AuditRecord.objects.exists()


def test_login_names_differ_by_more_than_case(client, admin, places):
    client.post(NEW, typed(places))
    assert "已有人用" in client.post(NEW, typed(places, username="XinRen")).text


def test_organization_of_another_region_is_not_a_choice(client, admin, places):
    assert client.post(NEW, typed(places, organization=places["外区"].pk)).status_code == 422


def test_change_writes_changed_columns_and_records_old_and_new(client, admin, officer, places):
    sent = typed(places, name="何蔚", organization=officer.organization_id, role="unit_reviewer")
    assert client.post(page_of(officer), sent).url == LIST
    officer.refresh_from_db()
    assert (officer.name, officer.role, officer.username) == ("何蔚", "unit_reviewer", "信息中心填报人")
    (record,) = records("account_change")
    assert record.changes == {
        "name": ["信息中心填报人", "何蔚"],
        "role": ["filer", "unit_reviewer"],
    }


def test_saving_nothing_new_records_nothing(client, admin, officer):
    sent = {"name": officer.name, "organization": officer.organization_id, "role": officer.role, "email": ""}
    client.post(page_of(officer), sent)
    assert not AuditRecord.objects.exists()


def test_failed_change_leaves_the_headline_as_it_was(client, admin, officer):
    answer = client.post(page_of(officer), {"name": "", "organization": "", "role": ""})
    assert answer.status_code == 422
    assert "<h1>信息中心填报人</h1>" in answer.text


def test_own_role_stays(client, admin):
    sent = {"name": "我", "organization": admin.organization_id, "role": "business_admin", "email": ""}
    assert "不能改自己的角色" in client.post(page_of(admin), sent).text


def test_switching_off_and_on(client, admin, officer):
    client.post(page_of(officer, "person_switch"), {"active": "0"})
    officer.refresh_from_db()
    assert not officer.is_active
    client.post(page_of(officer, "person_switch"), {"active": "0"})
    client.post(page_of(officer, "person_switch"), {"active": "1"})
    officer.refresh_from_db()
    assert officer.is_active
    assert [r.action for r in AuditRecord.objects.all()] == ["account_disable", "account_enable"]


def test_nobody_switches_off_or_resets_themselves(client, admin):
    off = client.post(page_of(admin, "person_switch"), {"active": "0"}, follow=True)
    assert "不能停用自己的账号" in off.text
    reset = client.post(page_of(admin, "person_password"), follow=True)
    assert "自己的密码在“修改密码”里改" in reset.text
    admin.refresh_from_db()
    assert admin.is_active
    assert admin.check_password(PASSWORD)


def test_account_of_a_closed_organization_stays_off(client, admin, officer):
    officer.organization.is_active = False
    officer.organization.save()
    User.objects.filter(pk=officer.pk).update(is_active=False)
    answer = client.post(page_of(officer, "person_switch"), {"active": "1"}, follow=True)
    assert "已停用，先启用单位" in answer.text
    officer.refresh_from_db()
    assert not officer.is_active


def test_reset_replaces_the_password_and_opens_the_lock(client, admin, officer):
    for _ in range(5):
        client.post(reverse("accounts:login"), {"username": officer.username, "password": "x"})
    word = shown_password(client.post(page_of(officer, "person_password")))
    officer.refresh_from_db()
    assert officer.check_password(word)
    assert not officer.check_password(PASSWORD)
    assert officer.must_change_password
    assert lockout.locked_until(officer.username, at=timezone.now()) is None
    assert records("password_reset")[0].subject == officer


def test_unlocking(client, admin, officer):
    for _ in range(5):
        client.post(reverse("accounts:login"), {"username": officer.username, "password": "x"})
    assert "自动解锁" in client.get(page_of(officer)).text
    assert "1 个账号因连续输错密码被锁定" in client.get(LIST).text
    client.post(page_of(officer, "person_unlock"))
    assert lockout.locked_until(officer.username, at=timezone.now()) is None
    assert records("account_unlock")[0].actor == admin


@pytest.mark.parametrize("name", ["person", "person_password", "person_unlock", "person_switch"])
def test_people_of_another_region_do_not_exist(client, admin, people, name):
    address = page_of(people["外区填报人"], name)
    assert client.post(address).status_code == 404
    if name == "person":
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["person_password", "person_unlock", "person_switch"])
def test_acts_are_posts(client, admin, officer, name):
    assert client.get(page_of(officer, name)).status_code == 405


def test_acts_ask_for_the_right_again(people, places):
    """The right is checked where the change is made, not only where the button is drawn."""
    outsider, officer = people["业务管理员"], people["信息中心填报人"]
    acts = [
        lambda: administering.open_account(User(organization=places["信息中心"]), actor=outsider),
        lambda: administering.change_account(officer, ["name"], actor=outsider),
        lambda: administering.switch_account(officer, active=False, actor=outsider),
        lambda: administering.reset_password(officer, actor=outsider),
        lambda: administering.unlock_account(officer, actor=outsider),
        lambda: administering.open_organization(places["信息中心"], actor=outsider),
        lambda: administering.change_organization(places["信息中心"], ["name"], actor=outsider),
        lambda: administering.close_organization(places["信息中心"], with_people=True, actor=outsider),
        lambda: administering.reopen_organization(places["信息中心"], actor=outsider),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert not AuditRecord.objects.exists()


def test_acts_stay_in_the_region(people, places):
    admin = people["系统管理员"]
    with pytest.raises(PermissionDenied):
        administering.open_account(User(username="xx", organization=places["外区"]), actor=admin)
