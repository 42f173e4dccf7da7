"""Taking a form off the list: a draft that was never sent, and an adjustment that is given up (docs/decisions/0023).

What reached a reviewer as a first declaration stays: it is answered by mending it. An adjustment may be given up even
after it came back, because the approved targets stay in force; its revisions and its trail are kept.
"""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ProtectedError

from declarations.models import Declaration, Project
from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.documents.models import Revision
from perfgoals.filling.editing import claim
from perfgoals.workflow import IN_REVIEW, StateConflict


class Kept(Exception):
    """The form stays; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What goes with the form."""

    fields: int
    rows: int
    last_by: str = ""


def why_kept(declaration: Declaration) -> str:
    """Why this form cannot be taken off, or ""."""
    if declaration.state in IN_REVIEW:
        return "这张表已经送审。要改先撤回；审核人已经打开的，请审核人退回。"
    if not declaration.is_editable:
        return f"这张表现在是“{declaration.get_state_display()}”，不能删除。要改目标，用目标调整。"
    if declaration.adjusts_id is None and _was_sent(declaration):
        return "这张表送审过，不能删除：照退回意见改好再送，或请审核人说明不再申报。"
    return ""


def loss_of(declaration: Declaration) -> Loss:
    """How much stands in the form, and who wrote in it last."""
    latest = declaration.marks.select_related("saved_by").order_by("-saved_at").first()
    document = declaration.document()
    return Loss(
        fields=sum(bool(document.text(key).strip()) for key in declaration.edition.fields),
        rows=len(document.indicators) + len(document.sub_projects),
        last_by=latest.saved_by.name if latest else "",
    )


@transaction.atomic
def drop(declaration: Declaration, *, actor: User) -> tuple[str, int | None]:
    """Delete the form with what was typed; (its name, the version that stays in force or None).

    A project without a code that has no other form goes with it. Raises ``Kept``.
    """
    try:
        claim(declaration)
    except StateConflict as moved:
        raise Kept("这张表刚刚送审或被删除，没有再删。") from moved
    if why := why_kept(declaration):
        raise Kept(why)
    name, back, project = declaration.project_name or "未命名项目", declaration.adjusts_id, declaration.project
    record(
        actor=actor,
        action="drop",
        subject=declaration,
        from_state=declaration.state,
        changes={"name": name, "adjusts": back},
    )
    declaration.delete()
    _forget(project)
    return name, back


def _was_sent(declaration: Declaration) -> bool:
    content_type = ContentType.objects.get_for_model(Declaration)
    return Revision.objects.filter(content_type=content_type, object_id=declaration.pk).exists()


def _forget(project: Project) -> None:
    if project.code or project.declarations.exists():  # with a code it is known beyond this form
        return
    try:
        with transaction.atomic():
            project.delete()
    except ProtectedError:  # something else is known of it
        return
