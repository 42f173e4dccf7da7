"""Evidence files on their way out: to whoever may see the form, as attachments, never shown inside the site."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from evaluations.models import Evaluation
from evaluations.permissions import may_see_rows
from perfgoals.accounts.sessions import SignedInRequest


@require_safe
def download(request: SignedInRequest, pk: int, evidence_pk: int) -> FileResponse:
    """The file under the name it was uploaded with. A file that was lost from the disk is not there."""
    evaluation = get_object_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    if not may_see_rows(request.user, evaluation):
        raise Http404
    evidence = get_object_or_404(evaluation.evidence, pk=evidence_pk)
    try:
        content = evidence.file.open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=evidence.name, content_type=evidence.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
