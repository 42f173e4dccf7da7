"""What the submitted form can be compared with besides its last submission: the version in force, last year's form."""

from declarations.models import Declaration
from declarations.speaking import document_of
from perfgoals.reviewing.submitted import Earlier
from perfgoals.workflow import State


def other_forms(declaration: Declaration) -> list[Earlier]:
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
