"""批注: remarks of the people of the chain at a field, a row or the whole form (F62).

A remark hangs on a path of the document, not on a revision, so that it is still there after the form was sent again.
Threads have one level. Every act checks its right, and is on record (操作留痕) in its own transaction.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from perfgoals.accounts.models import Role, User
from perfgoals.audit.trail import record
from perfgoals.reviewing.models import Comment
from perfgoals.workflow import Filing, State, StateConflict

LONGEST = 2000
# The same words again within this time are the second click of one act.
SAME_CLICK = datetime.timedelta(seconds=60)
WHOLE_FORM = ""

# “@李航”, but not the middle of an address (office@example.gov.cn).
_MENTION = re.compile(r"(?<![A-Za-z0-9._%+-])@([^\s@]*)")


@dataclass(frozen=True)
class Thread:
    """A remark with its answers, as one person sees it."""

    root: Comment
    replies: tuple[Comment, ...] = ()
    may_resolve: bool = False

    @property
    def path(self) -> str:
        return self.root.path

    @property
    def key(self) -> str:
        return str(self.root.pk)

    @property
    def is_resolved(self) -> bool:
        return self.root.resolved_at is not None

    @property
    def comments(self) -> tuple[Comment, ...]:
        return (self.root, *self.replies)


@dataclass(frozen=True)
class Board:
    """All threads of one filing for one person. ``address`` is where new remarks are posted."""

    threads: tuple[Thread, ...] = ()
    may_comment: bool = False
    people: tuple[User, ...] = ()
    address: str = ""
    by_path: dict[str, list[Thread]] = field(default_factory=dict)

    def at(self, path: str) -> list[Thread]:
        """The threads of one place, open ones first."""
        return self.by_path.get(path, [])

    def inside(self, path: str) -> list[Thread]:
        """The threads of a place and of what lies in it: a row with its cells."""
        return [
            thread
            for at, here in self.by_path.items()
            if at == path or at.startswith(f"{path}.")
            for thread in here
        ]

    @property
    def open(self) -> list[Thread]:
        return [thread for thread in self.threads if not thread.is_resolved]

    @property
    def count(self) -> int:
        """Remarks and answers together."""
        return sum(len(thread.comments) for thread in self.threads)


def people_of_chain(filing: Filing) -> models.QuerySet[User]:
    """Officers of the unit, and the reviewers of its unit, its department and its region: who may comment."""
    place = filing.organization
    of_unit = Q(organization=place.pk, role__in=(Role.FILER, Role.UNIT_REVIEWER))
    of_department = Q(organization=place.parent_id or 0, role=Role.DEPARTMENT_REVIEWER)
    of_finance = Q(organization__region=place.region_id, role=Role.FINANCE_REVIEWER)
    return User.objects.filter(of_unit | of_department | of_finance, is_active=True).select_related(
        "organization"
    )


def who_sees(filing: Filing) -> list[User]:
    """The people of the chain who may open this filing as it stands now: only they can be mentioned.

    Scope depends on role and organization alone, so one person is asked for all who share both: at most a handful
    of queries, whatever the number of people.
    """
    verdicts: dict[tuple[str, int], bool] = {}
    found = []
    for person in people_of_chain(filing):
        key = (person.role, person.organization_id)
        if key not in verdicts:
            verdicts[key] = _sees(person, filing)
        if verdicts[key]:
            found.append(person)
    return found


def _sees(person: User, filing: Filing) -> bool:
    return type(filing).objects.visible_to(person).filter(pk=filing.pk).exists()  # type: ignore[attr-defined]


def may_comment(user: User, filing: Filing) -> bool:
    """Somebody of the chain, on a filing that is not replaced. Scope (``visible_to``) is the page's business."""
    place = filing.organization
    if filing.state == State.SUPERSEDED or user.organization is None:
        return False
    match user.role:
        case Role.FILER | Role.UNIT_REVIEWER:
            return user.organization_id == place.pk
        case Role.DEPARTMENT_REVIEWER:
            return user.organization_id == place.parent_id
        case Role.FINANCE_REVIEWER:
            return user.organization.region_id == place.region_id
        case _:
            return False


def may_resolve(user: User, comment: Comment) -> bool:
    """Who asked, or a colleague with the same task: an answer does not settle its own question."""
    author = comment.author
    same_desk = (user.role, user.organization_id) == (author.role, author.organization_id)
    return same_desk or user.pk == author.pk


@transaction.atomic
def write(filing: Filing, *, path: str, text: str, author: User) -> Comment:
    """Begin a thread at ``path`` (empty: the whole form), which the caller knows to be on the form.

    Writing the same words twice within a minute gives the first remark back. Raises ``PermissionDenied``, or
    ``ValidationError`` (Chinese) for an empty or too long text and for a mention of somebody outside the chain.
    """
    return _keep(filing, path, text, author, None)


@transaction.atomic
def reply(comment: Comment, filing: Filing, *, text: str, author: User) -> Comment:
    """Answer a thread, whichever of its remarks is given. As ``write``; ``StateConflict`` once it is resolved."""
    root = comment.answers or comment
    if root.resolved_at is not None:
        raise StateConflict
    return _keep(filing, root.path, text, author, root)


def _keep(filing: Filing, path: str, text: str, author: User, root: Comment | None) -> Comment:
    if not may_comment(author, filing):
        raise PermissionDenied
    text = text.strip()
    if not text:
        raise ValidationError("还没有写内容。")
    if len(text) > LONGEST:
        raise ValidationError(f"写了 {len(text)} 字，最多 {LONGEST} 字。删去 {len(text) - LONGEST} 字再发。")
    mentioned = mentions_in(text, filing) if "@" in text else []
    # Holds the filing's row until the end, so that of two clicks at the same moment the second finds the first.
    type(filing)._default_manager.filter(pk=filing.pk).update(version=F("version"))
    lately = timezone.now() - SAME_CLICK
    of_filing = Comment.objects.of(filing)
    same = of_filing.filter(path=path, answers=root, text=text, author=author, written_at__gte=lately).first()
    if same is not None:
        return same
    kept = Comment.objects.create(
        content_type=ContentType.objects.get_for_model(type(filing)),
        object_id=filing.pk,
        path=path,
        answers=root,
        text=text,
        author=author,
    )
    kept.mentions.set(mentioned)
    _note("reply" if root else "comment", kept, filing, author, comment=text)
    return kept


def resolve(comment: Comment, filing: Filing, *, actor: User) -> None:
    """The question is settled. Doing it twice is doing it once. Raises ``PermissionDenied``."""
    root = comment.answers or comment
    if not may_comment(actor, filing) or not may_resolve(actor, root):
        raise PermissionDenied("这条批注由写它的人或同岗位的同事标为已解决。")
    _settle(root, filing, actor, "resolve", by=actor, at=timezone.now())


def reopen(comment: Comment, filing: Filing, *, actor: User) -> None:
    """It is not settled after all; anybody of the chain may say so. Raises ``PermissionDenied``."""
    if not may_comment(actor, filing):
        raise PermissionDenied
    _settle(comment.answers or comment, filing, actor, "reopen", by=None, at=None)


@transaction.atomic
def _settle(
    root: Comment, filing: Filing, actor: User, action: str, *, by: User | None, at: datetime.datetime | None
) -> None:
    rows = Comment.objects.filter(pk=root.pk, resolved_at__isnull=at is not None)
    if rows.update(resolved_by=by, resolved_at=at):
        _note(action, root, filing, actor)
    root.refresh_from_db(fields=["resolved_by", "resolved_at"])


def _note(action: str, about: Comment, filing: Filing, actor: User, comment: str = "") -> None:
    changes = {"path": about.path, "thread": about.answers_id or about.pk}
    record(actor=actor, action=action, subject=filing, comment=comment, changes=changes)


def mentions_in(text: str, filing: Filing) -> list[User]:
    """Who is named after an “@”, by name or sign-in name; the longest name that fits counts.

    Raises ``ValidationError`` (Chinese) for a name that nobody of the chain who sees the filing bears.
    """
    names = _names(who_sees(filing))
    found: dict[int, User] = {}
    for word in _MENTION.findall(text):
        if not word or word[0].isdigit():  # a price per unit, a lone sign
            continue
        fitting = max((name for name in names if word.startswith(name)), key=len, default="")
        if not fitting:
            known = "、".join(sorted({people[0].name for people in names.values()}))
            shown = re.split(r"[，。、；：！？,.;:!?]", word)[0][:20]
            raise ValidationError(f"“@{shown}”不是能看到这张表的人，提不到。可以提到：{known}。")
        found |= {person.pk: person for person in names[fitting]}
    return list(found.values())


def _names(people: Iterable[User]) -> dict[str, list[User]]:
    names: dict[str, list[User]] = {}
    for person in people:
        for name in {person.name, person.username} - {""}:
            names.setdefault(name, []).append(person)
    return names


def board_of(filing: Filing, user: User, *, address: str = "", names: bool = True) -> Board:
    """All threads of ``filing`` as ``user`` sees them. The number of queries does not depend on how many there are.

    ``names``: whether the page says who can be mentioned, which costs queries of its own.
    """
    threads = threads_of(filing, user)
    may = may_comment(user, filing)
    by_path: dict[str, list[Thread]] = {}
    for thread in sorted(threads, key=lambda one: one.is_resolved):
        by_path.setdefault(thread.path, []).append(thread)
    people = tuple(one for one in who_sees(filing) if one.pk != user.pk) if may and names else ()
    return Board(threads, may, people, address, by_path)


def threads_of(filing: Filing, user: User) -> tuple[Thread, ...]:
    """Every thread in the order in which they were begun. Two queries."""
    of_filing = Comment.objects.of(filing).select_related("author__organization", "resolved_by")
    comments = of_filing.prefetch_related("mentions").order_by("pk")
    roots: list[Comment] = []
    replies: dict[int, list[Comment]] = {}
    for comment in comments:
        if comment.answers_id is None:
            roots.append(comment)
        else:
            replies.setdefault(comment.answers_id, []).append(comment)
    may = may_comment(user, filing)
    return tuple(
        Thread(root, tuple(replies.get(root.pk, ())), may and may_resolve(user, root)) for root in roots
    )
