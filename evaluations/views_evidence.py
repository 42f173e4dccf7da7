"""Evidence files on their way out: to whoever may see the form, as attachments, never shown inside the site."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evaluations.models import Evaluation
from evaluations.permissions import may_see_rows
from perfgoals.accounts.sessions import SignedInRequest


@require_safe
def download(request: SignedInRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """The file under the name it was uploaded with. A file that was lost from the disk is not there."""
    evaluation = get_object_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    if not may_see_rows(request.user, evaluation):
        raise Http404
    evidence = get_object_or_404(evaluation.evidence, pk=evidence_pk)
    try:
        with evidence.file.open("rb") as stored:
            content = stored.read()  # whole: uploads are limited to what a process can hold
    except OSError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=evidence.content_type)
    response["Content-Disposition"] = content_disposition_header(True, evidence.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
