"""消息 about a form: whom to tell what after which act. Each is called inside the transaction of its act."""

from typing import Any

from django.urls import reverse

from declarations.models import Declaration
from perfgoals.accounts.models import Role, User
from perfgoals.filling.addresses import page_url
from perfgoals.filling.filing import FilledFiling
from perfgoals.notices.models import NoticeKind
from perfgoals.notices.telling import gather, settle, tell, told_about, withdraw
from perfgoals.reviewing.models import Comment, ReturnRound
from perfgoals.workflow import EDITABLE, State


def officers(declaration: Declaration) -> list[User]:
    """Everybody who fills in forms of the unit: who sent it may be away."""
    return list(User.objects.filter(organization=declaration.organization_id, role=Role.FILER, is_active=True))


def reviewers(declaration: Declaration, state: State) -> list[User]:
    """Who may judge the form once it is in ``state``."""
    place, people = declaration.organization, User.objects.filter(is_active=True)
    match state:
        case State.UNIT_REVIEW:
            found = people.filter(role=Role.UNIT_REVIEWER, organization=place.pk)
        case State.DEPARTMENT_REVIEW:
            found = people.filter(role=Role.DEPARTMENT_REVIEWER, organization=place.parent_id)
        case State.FINANCE_REVIEW:
            found = people.filter(role=Role.FINANCE_REVIEWER, organization__region=place.region_id)
        case _:
            found = people.none()
    return list(found)


def tell_returned(declaration: Declaration, kept: ReturnRound, *, actor: User) -> None:
    """退回: to the officers of the unit."""
    text = f"“{_name(declaration)}”被退回：{_cut(kept.comment, 120)}"
    tell(officers(declaration), NoticeKind.RETURNED, text, _url(declaration), about=declaration, by=actor)


def tell_approved(declaration: Declaration, *, actor: User) -> None:
    """批复: to the officers of the unit."""
    text = f"“{_name(declaration)}”已批复，随预算执行。"
    tell(officers(declaration), NoticeKind.APPROVED, text, _url(declaration), about=declaration, by=actor)


def tell_waiting(declaration: Declaration, state: State, *, actor: User) -> None:
    """送审 or 通过: to the reviewers whose turn it is, gathered in one line."""
    words = f"{{count}} 张表到了您这里等审核，最近一张：{_plain(declaration.organization.name)}“{_plain(_name(declaration))}”。"
    gather(reviewers(declaration, state), NoticeKind.WAITING, words, reverse("declarations:inbox"), by=actor)


def tell_sent(declaration: Declaration) -> None:
    """送审: the return is answered; with the unit's last form reminders have nothing more to say."""
    settle(declaration, {NoticeKind.RETURNED})
    others = Declaration.objects.filter(
        campaign=declaration.campaign_id, organization=declaration.organization_id, state__in=EDITABLE
    )
    if not others.exclude(pk=declaration.pk).exists():
        kinds = {NoticeKind.CLOSING, NoticeKind.REMINDED, NoticeKind.ANNOUNCED}
        settle(declaration.campaign, kinds, officers(declaration))


def tell_undone(declaration: Declaration) -> None:
    """撤销: what was told about the act and not read yet was never said."""
    withdraw(declaration, {NoticeKind.RETURNED, NoticeKind.APPROVED})


def tell_of_comment(filing: FilledFiling, comment: Comment, place: str) -> None:
    """批注: to those it mentions, and to the people of its thread; once, however often the button was pressed."""
    if told_about(comment):
        return
    author = comment.author
    said = f"{author.name}在“{_name(filing)}”的{place}"
    url = page_url(filing, "comments")
    mentioned = list(comment.mentions.all())
    text = f"{said}提到您：{_cut(comment.text, 100)}"
    tell(mentioned, NoticeKind.MENTIONED, text, url, about=comment, by=author)
    if comment.answers is None:
        return
    thread = {comment.answers.author_id} | set(comment.answers.replies.values_list("author", flat=True))
    others = User.objects.filter(pk__in=thread - {person.pk for person in mentioned})
    text = f"{said}回复：{_cut(comment.text, 100)}"
    tell(others, NoticeKind.REPLIED, text, url, about=comment, by=author)


def _url(declaration: Declaration) -> str:
    return reverse("declarations:tasks", args=[declaration.pk])


def _name(filing: Any) -> str:
    return _cut(filing.project_name or "未命名项目", 60)


def _plain(text: str) -> str:
    """Typed text inside a pattern with ``{count}``."""
    return text.replace("{", "{{").replace("}", "}}")


def _cut(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"
