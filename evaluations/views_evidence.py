"""Evidence files: their page, coming in, and on their way out to whoever may see the form.

Files leave as attachments and are never shown inside the site.
"""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluations.evidence import MOST, keep_evidence, remove_evidence
from evaluations.models import Evaluation, Evidence
from evaluations.permissions import may_see_rows, may_upload
from evaluations.scope import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.workflow import StateConflict

CLOSED = "这张表现在不能改，佐证材料没有动。"


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


@require_http_methods(["GET", "POST"])
def evidence_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """All files of a form by row; POST uploads one, for a row or for the whole form."""
    evaluation = _found(request, pk)
    if request.method == "GET":
        return _page(request, evaluation, row=request.GET.get("row", ""))
    row_id, pointer = request.POST.get("row", ""), request.POST.get("pointer", "")
    uploads = request.FILES.getlist("file")
    if not uploads:
        if not may_upload(request.user, evaluation):
            raise PermissionDenied("上传佐证材料由填报单位的填报人在填报时来做。")
        return _page(request, evaluation, row=row_id, pointer=pointer, error="先选一个文件，再上传。")
    kept, refusals = [], []
    for upload in uploads:
        try:
            one = keep_evidence(evaluation, upload, actor=request.user, row_id=row_id, pointer=pointer)
        except ValidationError as refused:
            refusals.append(refused.messages[0])
        except StateConflict:
            messages.error(request, CLOSED)
            break
        else:
            kept.append(f"“{one.name}”")
    if kept:
        messages.success(request, f"{'、'.join(kept)}已上传。")
    if refusals:  # each by its name; what was good is kept
        error = "；".join(refusal.rstrip("。") for refusal in refusals) + "。"
        return _page(request, evaluation, row=row_id, pointer=pointer, error=error)
    back = QueryDict(mutable=True)
    back["row"] = row_id if any(row.row_id == row_id for row in evaluation.indicators.all()) else ""
    return redirect(f"{reverse('evaluations:evidence_list', args=[pk])}?{back.urlencode()}#upload")


@require_POST
def delete(request: SignedInRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Take a file away. One that is gone already is gone."""
    evaluation = _found(request, pk)
    evidence = get_object_or_404(evaluation.evidence, pk=evidence_pk)
    try:
        remove_evidence(evidence, actor=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    except StateConflict:
        messages.error(request, CLOSED)
    else:
        messages.success(request, f"“{evidence.name}”已删去。")
    return redirect("evaluations:evidence_list", pk=pk)


def _found(request: SignedInRequest, pk: int) -> Evaluation:
    evaluation = in_scope(request, pk)
    if not may_see_rows(request.user, evaluation):
        raise Http404
    return evaluation


def _page(
    request: SignedInRequest, evaluation: Evaluation, *, row: str = "", pointer: str = "", error: str = ""
) -> HttpResponse:
    rows = [one for one in evaluation.indicators.all() if not one.is_vanished]
    files: dict[str, list[Evidence]] = {}
    for one in evaluation.evidence.select_related("uploaded_by"):
        files.setdefault(one.row_id, []).append(one)
    places = [("", "整张表", files.pop("", []))]
    places += [
        (one.row_id, f"第 {number} 行　{one.name}", files.pop(one.row_id, []))
        for number, one in enumerate(rows, 1)
    ]
    left = [one for found in files.values() for one in found]
    context = {
        "nav": "evaluations",
        "evaluation": evaluation,
        "places": places,
        "shown": [place for place in places if place[2]] + ([("", "批复里已没有的行", left)] if left else []),
        "total": evaluation.evidence.count(),
        "most": MOST,
        "megabytes": settings.EVIDENCE_MEGABYTES,
        "row": row if any(row == place[0] for place in places) else "",
        "pointer": pointer,
        "error": error,
        "may_edit": may_upload(request.user, evaluation),
        "section": evaluation.edition.section_for_path("indicators").key,
    }
    return render(request, "evaluations/evidence.html", context, status=422 if error else 200)
