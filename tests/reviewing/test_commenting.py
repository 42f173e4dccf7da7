"""Remarks of the people of the chain: rights, threads, mentions, the trail."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from declarations.models import Declaration
from perfgoals.audit.models import AuditRecord
from perfgoals.reviewing import commenting
from perfgoals.reviewing.models import Comment
from perfgoals.workflow import State, StateConflict

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(make_declaration, people):
    declaration = make_declaration()
    Declaration.objects.filter(pk=declaration.pk).update(
        state=State.FINANCE_REVIEW, submitted_by=people["信息中心填报人"]
    )
    declaration.refresh_from_db()
    return declaration


def write(declaration, author, text="大修花了多少？", path="necessity"):
    return commenting.write(declaration, path=path, text=text, author=author)


def test_a_thread_of_both_sides(sent, people):
    root = write(sent, people["财政审核人"])
    commenting.reply(root, sent, text="两栋楼合计支出在附件 3。", author=people["信息中心填报人"])
    answer = commenting.reply(root, sent, text="看到了。", author=people["财政审核人"])
    (thread,) = commenting.threads_of(sent, people["财政审核人"])
    assert [comment.text for comment in thread.comments] == [
        "大修花了多少？",
        "两栋楼合计支出在附件 3。",
        "看到了。",
    ]
    assert (thread.path, thread.is_resolved, thread.may_resolve) == ("necessity", False, True)
    # an answer to an answer stays in the same thread
    assert commenting.reply(answer, sent, text="谢谢。", author=people["信息中心填报人"]).answers == root


@pytest.mark.parametrize("who", ["信息中心填报人", "信息中心审核人", "发改委审核人", "财政审核人"])
def test_the_people_of_the_chain_may_comment(who, sent, people):
    assert write(sent, people[who]).author == people[who]


@pytest.mark.parametrize("who", ["服务中心填报人", "金融办审核人", "外区财政审核人", "业务管理员", "审计员"])
def test_nobody_else_may(who, sent, people):
    with pytest.raises(PermissionDenied):
        write(sent, people[who])
    root = write(sent, people["财政审核人"])
    for act in (commenting.resolve, commenting.reopen):
        with pytest.raises(PermissionDenied):
            act(root, sent, actor=people[who])


def test_a_replaced_form_is_history(sent, people):
    Declaration.objects.filter(pk=sent.pk).update(state=State.SUPERSEDED)
    sent.refresh_from_db()
    with pytest.raises(PermissionDenied):
        write(sent, people["财政审核人"])


@pytest.mark.parametrize("text", ["", "  \n ", "长" * 2001])
def test_what_cannot_be_kept_is_refused_in_words(text, sent, people):
    with pytest.raises(ValidationError) as refused:
        write(sent, people["财政审核人"], text)
    assert "字" in refused.value.messages[0] or "没有写" in refused.value.messages[0]
    assert not Comment.objects.exists()


def test_the_second_click_writes_nothing(sent, people):
    first = write(sent, people["财政审核人"])
    assert write(sent, people["财政审核人"]) == first
    assert write(sent, people["财政审核人"], path="legal_basis") != first
    Comment.objects.filter(pk=first.pk).update(written_at=timezone.now() - datetime.timedelta(minutes=5))
    assert write(sent, people["财政审核人"]) != first


def test_who_asked_resolves_and_a_colleague_too(sent, people):
    root = write(sent, people["信息中心填报人"])
    with pytest.raises(PermissionDenied):
        commenting.resolve(root, sent, actor=people["财政审核人"])
    commenting.resolve(root, sent, actor=people["信息中心同事"])
    commenting.resolve(root, sent, actor=people["信息中心同事"])
    (thread,) = commenting.threads_of(sent, people["财政审核人"])
    assert thread.is_resolved
    assert thread.root.resolved_by == people["信息中心同事"]
    with pytest.raises(StateConflict):
        commenting.reply(root, sent, text="还有一句", author=people["财政审核人"])
    commenting.reopen(root, sent, actor=people["财政审核人"])
    assert not commenting.threads_of(sent, people["财政审核人"])[0].is_resolved
    acts = AuditRecord.objects.filter(action__in=("comment", "resolve", "reopen")).order_by("sequence")
    assert [entry.action for entry in acts] == ["comment", "resolve", "reopen"]


def test_a_mention_names_people_who_see_the_form(sent, people):
    kept = write(sent, people["财政审核人"], "@信息中心填报人请补一句，@发改委审核人 看一下")
    assert set(kept.mentions.all()) == {people["信息中心填报人"], people["发改委审核人"]}


@pytest.mark.parametrize("name", ["服务中心填报人", "业务管理员", "张三"])
def test_others_cannot_be_mentioned(name, sent, people):
    with pytest.raises(ValidationError, match=r"可以提到：.*信息中心填报人"):
        write(sent, people["财政审核人"], f"@{name}，看一下")


def test_reviewers_are_mentioned_only_while_they_see_the_form(sent, people):
    Declaration.objects.filter(pk=sent.pk).update(state=State.DRAFT)
    sent.refresh_from_db()
    seen = {person.name for person in commenting.who_sees(sent)}
    assert seen == {"信息中心填报人", "信息中心同事", "信息中心审核人"}


def test_an_address_is_no_mention(sent, people):
    text = "写到 office@example.gov.cn，单价@120 元，@ 也可以"
    assert not write(sent, people["财政审核人"], text).mentions.exists()


def test_threads_cost_the_same_however_many(sent, people, django_assert_num_queries):
    first = write(sent, people["财政审核人"], "@信息中心填报人 一")
    with django_assert_num_queries(2):
        commenting.threads_of(sent, people["财政审核人"])
    for number in range(5):
        commenting.reply(first, sent, text=f"答 {number}", author=people["信息中心填报人"])
        write(sent, people["发改委审核人"], f"问 {number}", path="budget.total")
    with django_assert_num_queries(2):
        threads = commenting.threads_of(sent, people["财政审核人"])
        assert [t.root.author.organization.name for t in threads]
        assert [p.name for t in threads for c in t.comments for p in c.mentions.all()] == ["信息中心填报人"]
    assert len(threads) == 6
    board = commenting.board_of(sent, people["财政审核人"])
    assert (len(board.at("budget.total")), len(board.inside("budget")), board.count) == (5, 5, 11)
