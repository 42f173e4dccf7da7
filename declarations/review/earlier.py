"""What the submitted form can be compared with: the submission before it, the version in force, last year's form."""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType

from declarations.models import Declaration
from declarations.speaking import document_of
from declarations.workflow import SUBMIT
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.models import Revision
from perfgoals.editions import Edition, get_edition
from perfgoals.workflow import State


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier form. ``key`` names it in addresses, ``short`` in sentences (“上年”, “第 1 稿”)."""

    key: str
    short: str
    label: str  # 与上年（2019年度）比较
    document: DeclarationDocument
    declaration: Declaration | None = None  # where it is another form with a page of its own

    @property
    def edition(self) -> Edition:
        return get_edition(self.document.form)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What reviewers judge: the latest submission, its number among submissions, and what it can be compared with."""

    revision: Revision | None
    document: DeclarationDocument
    number: int
    earlier: tuple[Earlier, ...]

    def find(self, key: str) -> Earlier | None:
        return next((one for one in self.earlier if one.key == key), None)

    @property
    def last_year(self) -> Earlier | None:
        return self.find("year")


def submitted(declaration: Declaration) -> Submitted | None:
    """The latest frozen form with its predecessors; None where nothing was handed in yet."""
    content_type = ContentType.objects.get_for_model(Declaration)
    kept = list(Revision.objects.filter(content_type=content_type, object_id=declaration.pk).order_by("number"))
    if not kept:
        return None
    drafts = [revision for revision in kept if revision.reason == SUBMIT.action]
    latest = kept[-1]
    earlier = []
    before = [revision for revision in drafts if revision.number < latest.number]
    if latest.reason != SUBMIT.action and before:
        before.pop()  # what was approved is what was submitted last
    if before:
        number = len(before)
        label = f"与第 {number} 稿比较"
        earlier.append(Earlier("draft", f"第 {number} 稿", label, before[-1].declaration()))
    earlier += _other_forms(declaration)
    return Submitted(latest, latest.declaration(), max(len(drafts), 1), tuple(earlier))


def _other_forms(declaration: Declaration) -> list[Earlier]:
    whole = Declaration.objects.select_related("organization", "project").prefetch_related(
        "indicators", "sub_projects"
    )
    found = []
    if declaration.adjusts_id is not None:
        force = whole.get(pk=declaration.adjusts_id)
        found.append(Earlier("force", "现行目标", "与现行目标比较", document_of(force), force))
    previous = (
        whole.filter(
            project=declaration.project_id, fiscal_year__lt=declaration.fiscal_year, state=State.APPROVED
        )
        .order_by("-fiscal_year", "-pk")
        .first()
    )
    if previous is not None:
        year = previous.fiscal_year
        short = "上年" if year == declaration.fiscal_year - 1 else f"{year}年"
        found.append(
            Earlier("year", short, f"与{year}年的表比较", document_of(previous), previous),
        )
    return found
