"""The pages on which a monitoring report is filled in: a step per section, autosave, its 体检 column."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from monitoring import entry
from monitoring.checkup import is_begun, of_each_row
from monitoring.models import MonitoringReport
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.editions.model import Section
from perfgoals.filling.checkup_pages import CheckupPages
from perfgoals.filling.forms import Block
from perfgoals.filling.pages import StepPages
from perfgoals.filling.steps import Step
from perfgoals.findings import Finding

# In the session: the forms that this person asked to have checked as a whole, the latest ones.
CHECKED = "monitoring_checked"


@dataclass
class MonitoringStep(Step):
    """A row that nobody has come to yet is not marked, until somebody asks for the whole form to be checked."""

    absence = "required_missing"
    is_asked: bool = False

    @cached_property
    def _begun(self) -> frozenset[str]:
        return frozenset(row.row_id for row in self.document.indicators if is_begun(row))

    def is_untouched(self, finding: Finding) -> bool:
        table, _, rest = finding.path.partition(".")
        if table == "indicators" and rest and finding.code == "row_open":
            return not self.is_asked and rest.partition(".")[0] not in self._begun
        return super().is_untouched(finding)

    def marked(self) -> Iterator[Finding]:
        """What many rows lack is marked at each of them."""
        return (one for finding in self.here for one in of_each_row(finding))


class MonitoringPages(StepPages):
    """One table of fixed rows, and the computed rates of the money."""

    model = MonitoringReport
    step = MonitoringStep
    template = "monitoring/step.html"
    nav = "monitoring"

    def at(self, request: SignedInRequest, filing: Any, section: Section) -> MonitoringStep:
        return MonitoringStep(filing, section, request.user, filing.pk in request.session.get(CHECKED, ()))

    def whole(self, rows: Any) -> Any:
        return rows.select_related("project", "organization", "campaign", "declaration").prefetch_related(
            "indicators"
        )

    def blocks(self, request: SignedInRequest, at: Any) -> dict[str, Block]:
        found: dict[str, Block] = {}
        for field in at.section.fields:
            if field.key == "indicators":
                found[field.key] = partial(entry.table_context, at)
            elif field.kind == "rate":
                found[field.key] = partial(entry.money_context, at)
        return found

    def context(self, request: SignedInRequest, at: Any) -> dict[str, Any]:
        return {"report": at.filing, "is_wide": any(field.key == "indicators" for field in at.section.fields)}


PAGES = MonitoringPages()
CHECKUP = CheckupPages(PAGES)


def note_asked(request: SignedInRequest, report: MonitoringReport) -> None:
    """From now on the rows of this form say for this person what they lack, begun or not."""
    asked = request.session.get(CHECKED, [])
    if report.pk not in asked:
        request.session[CHECKED] = [*asked, report.pk][-50:]


@never_cache
@require_http_methods(["GET", "POST"])
def step(request: SignedInRequest, pk: int, section: str) -> HttpResponse:
    """One section of the form."""
    return PAGES.answer(request, pk, section)


@require_POST
def save(request: SignedInRequest, pk: int) -> JsonResponse:
    """Autosave."""
    return PAGES.save(request, pk)


@never_cache
@require_GET
def checkup(request: SignedInRequest, pk: int) -> HttpResponse:
    """The 体检 column and the section list of ``?section=``, as they are now."""
    return CHECKUP.column(request, pk)


@require_POST
def fix(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the ready fix of a finding."""
    return CHECKUP.fix(request, pk)


@require_POST
def reason(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer a 疑问 with a written reason, in place."""
    return CHECKUP.reason(request, pk)
