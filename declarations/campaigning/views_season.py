"""The button that opens the forms of a whole campaign; what became of each stands in the job's file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from declarations.campaigning.season import runs_of
from declarations.campaigning.views import for_admins, in_region
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.campaigns import kinds


@for_admins
@require_POST
def campaign_season(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open what is missing, in the background. Pressed twice, the second press finds the first one's job."""
    campaign = in_region(request, pk)
    kind = kinds.find(campaign)
    if kind is None or kind.opening is None:
        raise Http404
    opening = kind.opening
    running = runs_of(campaign, request.user).unfinished().first()
    if running is not None:
        messages.info(request, "正在建，就是这一次。")
        return redirect("jobs:job", pk=running.pk)
    if not opening.permitted(request.user, campaign):
        words = "批次已归档，不能再建表。" if campaign.is_archived else "批次还没有开始，到开始时间才能建表。"
        messages.error(request, words)
    elif not opening.missing(campaign):
        messages.info(request, f"没有要建的：目标已批复的项目都有{opening.noun}了。")
    else:
        job = opening.start(campaign, request.user)
        return redirect("jobs:job", pk=job.pk)
    return redirect("declarations:campaign", pk=pk)
