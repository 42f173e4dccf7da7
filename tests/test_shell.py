"""What stands around every page: who gets in, what the shell shows, errors, health, the log line."""

import datetime
import io
import json
import logging

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404
from django.template import Context, Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.utils import timezone

from perfgoals import home
from perfgoals.accounts.models import Role, User
from perfgoals.logs import LOGGING

# Everything else is behind the sign-in page (static files are served before the URLconf is asked).
OPEN = {"accounts:login", "accounts:session", "help", "favicon", "healthz", "readyz"}


def walk(patterns, namespace="", before=()):
    """Every named address of the site with the converters of its arguments, those of the prefix included."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry.url_patterns, inner, (*before, *entry.pattern.converters.items()))
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", dict((*before, *entry.pattern.converters.items()))


ADDRESSES = dict(walk(get_resolver().url_patterns))


def example(name):
    """The address with an example for each argument."""
    converters = ADDRESSES[name]
    samples = {"int": 1, "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "slug": "x", "str": "x"}
    kinds = {
        key: type(converter).__name__.removesuffix("Converter").lower() for key, converter in converters.items()
    }
    return reverse(
        name, kwargs={key: samples.get(kind.replace("string", "str"), "x") for key, kind in kinds.items()}
    )


def test_every_address_has_a_name():
    assert [name for name in ADDRESSES if name.endswith(("None", ":"))] == []


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_nothing_is_open_that_is_not_listed(client, db, name):
    answer = client.get(example(name))
    if name == "favicon":
        assert answer.url == "/static/favicon.svg"
    elif name in OPEN:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("accounts:login") + "?next=")
        assert client.post(example(name)).status_code == 302


ADMIN_PAGES = ["accounts:people", "accounts:person_new", "accounts:organizations", "accounts:organization_new"]


@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_administration_is_for_the_system_administrator(client, people, name):
    for person in people.values():
        client.force_login(person)
        expected = 200 if person.role == Role.SYSTEM_ADMIN else 403
        assert client.get(reverse(name)).status_code == expected, person


def test_administration_tells_others_nothing_about_rows(client, people, places):
    client.force_login(people["业务管理员"])
    for name, pk in (("person", people["审计员"].pk), ("person", 0), ("organization", places["发改委"].pk)):
        assert client.get(reverse(f"accounts:{name}", args=[pk])).status_code == 403


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        ("信息中心填报人", ["我的项目", "运行监控", "绩效自评", "指标库"]),
        ("财政审核人", ["待审核", "项目", "运行监控", "绩效自评", "进度", "会审", "指标库"]),
        ("业务管理员", ["项目", "运行监控", "绩效自评", "批次", "会审", "指标库", "退回原因", "导出", "移交"]),
        ("系统管理员", ["账号", "单位", "移交", "邮件"]),
        ("安全管理员", ["角色", "登录记录"]),
        ("审计员", ["操作留痕"]),
    ],
)
def test_navigation_by_role(client, people, who, labels):
    assert [link.label for link in home.navigation(people[who])] == labels
    client.force_login(people[who])
    answer = client.get("/", follow=True)
    assert answer.status_code == 200
    assert people[who].name in answer.text


def test_where_one_is_is_marked(client, people):
    client.force_login(people["系统管理员"])
    assert '<a href="/people/" aria-current="page">账号</a>' in client.get("/people/").text


def test_page_carries_language_skip_link_and_one_headline(client, people):
    client.force_login(people["系统管理员"])
    text = client.get("/people/").text
    assert '<html lang="zh-CN">' in text
    assert text.index('href="#main"') < text.index("<header")
    assert text.count("<h1") == 1
    assert 'style="' not in text


# Errors -------------------------------------------------------------------------------------------------------------


def test_absent_and_out_of_scope_look_alike(client, people):
    client.force_login(people["系统管理员"])
    absent = client.get(reverse("accounts:person", args=[999_999]))
    foreign = client.get(reverse("accounts:person", args=[people["外区填报人"].pk]))
    nowhere = client.get("/nowhere/")
    assert [a.status_code for a in (absent, foreign, nowhere)] == [404] * 3
    pages = {a.text[a.text.index("<main") : a.text.index("</main>")] for a in (absent, foreign, nowhere)}
    assert len(pages) == 1
    assert "回到账号" in pages.pop()


def test_unknown_address_needs_no_account(client, db):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "找不到这个页面" in answer.text


def test_forbidden_says_who_can(client, people):
    client.force_login(people["审计员"])
    answer = client.get("/people/")
    assert answer.status_code == 403
    assert "只有系统管理员能管理账号和单位。" in answer.text
    assert "您现在是上海市财政局的审计员" in answer.text


@pytest.mark.parametrize(
    ("answered", "status"),
    [
        (lambda request: home.bad_request(request, Exception()), 400),
        (lambda request: home.forbidden(request, PermissionDenied("只有填报人能填。")), 403),
        (lambda request: home.not_found(request, Http404()), 404),
        (home.server_error, 500),
    ],
)
def test_scripts_get_errors_as_json(rf, answered, status):
    answer = answered(rf.get("/", headers={"Accept": "application/json"}))
    assert answer.status_code == status
    message = json.loads(answer.content)["message"]
    assert message == "只有填报人能填。" if status == 403 else message.endswith("。")


def _breaks(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [*get_resolver("perfgoals.urls").url_patterns, path("breaks/", _breaks, name="breaks")]
handler500 = home.server_error


@pytest.mark.urls(__name__)
def test_our_own_fault_is_said_with_a_number_and_without_details(people):
    client = Client(raise_request_exception=False)
    client.force_login(people["审计员"])
    answer = client.get("/breaks/")
    assert answer.status_code == 500
    assert "系统出错了" in answer.text
    assert "报修时请说编号" in answer.text
    assert "broken on purpose" not in answer.text


def test_500_needs_neither_request_nor_database(rf):
    answer = home.server_error(rf.get("/"))
    assert "系统出错了" in answer.content.decode()


def test_oversized_post_is_a_400_page(people, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    client = Client(raise_request_exception=False)
    client.force_login(people["系统管理员"])
    answer = client.post("/people/new/", {"name": "长" * 200})
    assert answer.status_code == 400
    assert "读不懂这个请求" in answer.text


def test_stale_form_gets_its_text_back(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["系统管理员"])
    sent = {"name": "写了半天的内容", "password": "Secret-text-9", "csrfmiddlewaretoken": "old"}
    answer = client.post("/people/new/", sent, headers={"Referer": "http://testserver/people/new/"})
    assert answer.status_code == 403
    assert "写了半天的内容</textarea>" in answer.text
    assert "Secret-text-9" not in answer.text
    assert 'href="http://testserver/people/new/"' in answer.text


def test_stale_form_links_back_to_this_site_only(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["系统管理员"])
    answer = client.post("/people/new/", {}, headers={"Referer": "http://elsewhere.example/trap"})
    assert "elsewhere.example" not in answer.text


# Health and logs ------------------------------------------------------------------------------------------------------


def test_healthz_asks_nothing(client):
    assert client.get("/healthz").content == b"ok\n"


def test_readyz_is_ready(client, db):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "problems": [], "worker": "silent"}


def test_readyz_sees_a_worker(client, db):
    from perfgoals.jobs import queue

    queue.beat("w1")
    assert client.get("/readyz").json()["worker"] == "alive"


def test_readyz_without_fonts(client, db, monkeypatch, tmp_path):
    monkeypatch.setattr(home, "FONT_FOLDER", tmp_path)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"][0] == "缺字体 form-song.ttf，打不出正式表。"


def test_readyz_without_database(client, monkeypatch):
    def refuse(*args):
        raise DatabaseError("no connection")

    monkeypatch.setattr(home, "MigrationExecutor", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["连不上数据库。请看 DATABASE_URL 和数据库服务。"]


def test_readyz_with_waiting_migrations(client, db):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="accounts").delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "个数据库迁移没有执行" in answer.json()["problems"][0]


def test_log_line_is_json_with_request_and_user(client, people):
    """One line as production writes it: through the formatter of LOGGING, onto a stream."""
    person = people["系统管理员"]
    client.force_login(person)
    formatter = dict(LOGGING["formatters"]["json"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter.pop("()")(**formatter))
    logger = logging.getLogger("django_structlog")
    logger.addHandler(handler)
    try:
        client.get("/people/")
    finally:
        logger.removeHandler(handler)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    finished = next(line for line in lines if line["event"] == "request_finished")
    assert finished["user_id"] == person.pk
    assert len(finished["request_id"]) == 36
    assert finished["request"] == "GET /people/"
    assert finished["code"] == 200
    assert finished["level"] == "info"


# Template tags --------------------------------------------------------------------------------------------------------


def draw(source, **context):
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("8825000", "8,825,000.00"),
        (0, "0.00"),
        (-1104600.5, "−1,104,600.50"),
        (None, "—"),
        ("", "—"),
        ("约三万", "约三万"),
    ],
)
def test_money(value, shown):
    assert draw("{{ value|money }}", value=value) == shown


def test_nb_escapes():
    assert draw("{{ value|nb }}", value="< 5 件") == '<span class="pg-nb">&lt; 5 件</span>'


def test_levels():
    both = draw("{% levels 2 1 %}")
    assert both.index("错误 2") < both.index("疑问 1")
    assert "提示" not in both
    assert "没有问题" in draw("{% levels 0 0 %}")


def test_states_have_word_and_shape():
    from perfgoals.workflow import State

    class Filing:
        def __init__(self, state):
            self.state = state

        def get_state_display(self):
            return State(self.state).label

    for state in State:
        shown = draw("{% state filing %}", filing=Filing(state))
        assert state.label in shown
        assert "<svg" in shown


def test_unknown_icon_is_a_bug():
    with pytest.raises(KeyError):
        draw('{% icon "nothing" %}')


@pytest.fixture
def thursday(monkeypatch):
    """Now is 2020-10-15 (Thursday) 10:00 in Shanghai."""
    now = datetime.datetime(2020, 10, 15, 10, 0, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        ({"days": 3, "hours": 7}, "10月18日（周日）17:00 截止，还有 3 天"),
        ({"hours": 7}, "10月15日（周四）17:00 截止，还有 7 小时"),
        ({"minutes": 20}, "10月15日（周四）10:20 截止，还有 20 分钟"),
        ({"hours": 15}, "10月16日（周五）01:00 截止，还有 1 天"),
        ({"days": 90}, "2021年1月13日（周三）10:00 截止，还有 90 天"),
        ({"hours": -1}, "10月15日（周四）09:00 已截止"),
        ({"days": -2}, "10月13日（周二）10:00 已截止，过了 2 天"),
    ],
)
def test_deadline_sentence(thursday, ahead, said):
    assert draw("{% deadline at %}", at=thursday + datetime.timedelta(**ahead)) == said


def test_no_deadline():
    assert draw("{% deadline at %}", at=None) == "没有截止时间"


def test_moments(thursday):
    hour = datetime.timedelta(hours=1)
    assert draw("{{ at|moment }}", at=thursday - hour) == "09:00"
    assert draw("{{ at|when }}", at=thursday - hour) == "今天 09:00"
    assert draw("{{ at|when }}", at=thursday - 24 * hour) == "10月14日 10:00"
    assert draw("{{ at|when }}", at=thursday - 365 * 24 * hour) == "2019年10月16日"
    assert draw("{{ at|when }}", at=None) == "—"


def test_query_keeps_and_changes(rf):
    request = rf.get("/?q=信息 中心&page=3&state=draft")
    assert (
        draw("{% query page=4 state=None %}", request=request)
        == "?q=%E4%BF%A1%E6%81%AF+%E4%B8%AD%E5%BF%83&amp;page=4"
    )
    assert draw("{% query %}", request=rf.get("/")) == "?"


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_first_page(role):
    assert home.navigation(User(role=role))


def test_a_heading_without_a_way_back_above_it_keeps_its_distance():
    """Every page's first line stands at the same height: the crumb has its own margin, a bare heading ``pt-3``."""
    bare = [
        page.name
        for page in (settings.BASE_DIR / "templates").rglob("*.html")
        if (text := page.read_text("utf-8")).startswith('{% extends "layout/base.html"')
        and 'class="pg-head"' in text
        and "block crumb" not in text
    ]
    assert bare == []
