"""Which self-evaluation a page is about: every address of one begins here."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from evaluations.models import Evaluation
from evaluations.official import NeverSent, Scored, scored
from perfgoals.accounts.sessions import SignedInRequest


def in_scope(request: SignedInRequest, pk: int) -> Evaluation:
    """The evaluation, if this person may see it; 404 otherwise, whether it exists or not."""
    visible = Evaluation.objects.visible_to(request.user).select_related(
        "project", "organization", "campaign", "submitted_by", "declaration"
    )
    evaluation: Evaluation = get_object_or_404(visible, pk=pk)
    return evaluation


def scored_for(request: SignedInRequest, evaluation: Evaluation) -> Scored:
    """What this person may see of it, with its score; 404 where that is nothing."""
    try:
        return scored(evaluation, request.user)
    except NeverSent as nothing:
        raise Http404 from nothing
