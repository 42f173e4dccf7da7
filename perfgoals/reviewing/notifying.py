"""消息 about a form of any kind: whom to tell what after which act. Each is called inside the transaction of its act.

The arrows (``reviewing.arrows``) and acts (``reviewing.acts``) call them; a kind of filing only has its name for a form
(``FilledFiling.called``) and an address ``inbox`` in its namespace.
"""

from perfgoals.accounts.models import Role, User
from perfgoals.filling.addresses import page_url
from perfgoals.filling.filing import FilledFiling
from perfgoals.notices.models import NoticeKind
from perfgoals.notices.telling import gather, settle, tell, told_about, withdraw
from perfgoals.reviewing.inbox import desk_url
from perfgoals.reviewing.models import Comment, ReturnRound
from perfgoals.workflow import EDITABLE, State


def officers(filing: FilledFiling) -> list[User]:
    """Everybody who fills in forms of the unit: who sent it may be away."""
    return list(User.objects.filter(organization=filing.organization_id, role=Role.FILER, is_active=True))


def reviewers(filing: FilledFiling, state: State) -> list[User]:
    """Who may judge the form once it is in ``state``."""
    place, people = filing.organization, User.objects.filter(is_active=True)
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


def tell_returned(filing: FilledFiling, kept: ReturnRound, *, actor: User) -> None:
    """退回: to the officers of the unit."""
    text = f"{filing.called}被退回：{_cut(kept.comment, 120)}"
    tell(officers(filing), NoticeKind.RETURNED, text, page_url(filing, "tasks"), about=filing, by=actor)


def tell_settled(filing: FilledFiling, kind: NoticeKind, words: str, *, actor: User) -> None:
    """批复, 确认: to the officers of the unit; ``words`` follow the name of the form."""
    text = f"{filing.called}{words}"
    tell(officers(filing), kind, text, page_url(filing, "tasks"), about=filing, by=actor)


def tell_waiting(filing: FilledFiling, state: State, *, actor: User) -> None:
    """送审 or 通过: to the reviewers whose turn it is, gathered in one line."""
    latest = f"{filing.organization.name}{filing.called}".replace("{", "{{").replace("}", "}}")
    words = f"{{count}} 张表到了您这里等审核，最近一张：{latest}。"
    gather(reviewers(filing, state), NoticeKind.WAITING, words, desk_url(filing.namespace), by=actor)


def tell_sent(filing: FilledFiling) -> None:
    """送审: the return is answered; with the unit's last form reminders have nothing more to say."""
    settle(filing, {NoticeKind.RETURNED})
    others = type(filing)._default_manager.filter(
        campaign=filing.campaign_id, organization=filing.organization_id, state__in=EDITABLE
    )
    if not others.exclude(pk=filing.pk).exists():
        kinds = {NoticeKind.CLOSING, NoticeKind.REMINDED, NoticeKind.ANNOUNCED}
        settle(filing.campaign, kinds, officers(filing))


def tell_undone(filing: FilledFiling) -> None:
    """撤销: what was told about the act and not read yet was never said."""
    withdraw(filing, {NoticeKind.RETURNED, NoticeKind.APPROVED, NoticeKind.CONFIRMED})


def tell_of_comment(filing: FilledFiling, comment: Comment, place: str) -> None:
    """批注: to those it mentions, and to the people of its thread; once, however often the button was pressed."""
    if told_about(comment):
        return
    author = comment.author
    said = f"{author.name}在{filing.called}的{place}"
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


def _cut(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"
