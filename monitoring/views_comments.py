"""批注 of a monitoring report."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from monitoring.models import MonitoringReport
from monitoring.scope import in_scope
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.comment_pages import CommentPages
from perfgoals.reviewing.models import Comment
from perfgoals.reviewing.notifying import tell_of_comment


class MonitoringComments(CommentPages):
    template = "monitoring/comments.html"
    nav = "monitoring"

    def find(self, request: SignedInRequest, pk: int) -> MonitoringReport:
        return in_scope(request, pk)

    def tell(self, filing: MonitoringReport, comment: Comment, place: str) -> None:
        tell_of_comment(filing, comment, place)


PAGES = MonitoringComments()


@require_http_methods(["GET", "POST"])
def comments(request: SignedInRequest, pk: int) -> HttpResponse:
    """All remarks by place, or those of ``?path=``; POST begins a thread at the posted ``path``."""
    return PAGES.comments(request, pk)


@require_POST
def act(request: SignedInRequest, pk: int, comment: int, act: str) -> HttpResponse:
    """回复, 标为已解决 or 重新打开 of one thread."""
    return PAGES.act(request, pk, comment, act)
