"""消息 of the person who is signed in, and for the 系统管理员 whether e-mails arrive."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from perfgoals.accounts.models import Role, User
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.notices.models import Delivery, DeliveryState, Notice
from perfgoals.notices.telling import mark_read, unread_count

PAGE_ROWS = 50


@require_GET
def notices(request: SignedInRequest) -> HttpResponse:
    """One's own notices, newest first."""
    page = Paginator(Notice.objects.filter(person=request.user), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {"nav": "notices", "page": page, "unread": unread_count(request.user)}
    return render(request, "notices/notices.html", context)


@require_POST
def open_notice(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read a notice and go where it leads."""
    notice = get_object_or_404(Notice, pk=pk, person=request.user)
    mark_read(request.user, [notice.pk])
    return redirect(notice.url)


@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Everything is read, as far as the page showed it: what came since stays unread."""
    shown = request.POST.get("until", "")
    rows = Notice.objects.filter(person=request.user, read_at__isnull=True)
    if shown.isascii() and shown.isdigit() and len(shown) < 16:
        rows = rows.filter(pk__lte=int(shown))
    count = rows.update(read_at=timezone.now())
    messages.success(request, f"{count} 条消息标为已读。" if count else "没有未读的消息。")
    return redirect("notices:notices")


@require_GET
def deliveries(request: SignedInRequest) -> HttpResponse:
    """Which e-mails went out and which did not, with the words of the mail server. Never what they said."""
    if request.user.role != Role.SYSTEM_ADMIN:
        raise PermissionDenied
    kept = deliveries_for(request.user)
    wanted = request.GET.get("state", "")
    counts = dict(kept.values_list("state").annotate(Count("pk")).order_by())
    shown = kept.filter(state=wanted) if wanted in DeliveryState.values else kept
    page = Paginator(shown.select_related("person__organization"), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "nav": "deliveries",
        "page": page,
        "wanted": wanted,
        "states": [(state, state.label, counts.get(state.value, 0)) for state in DeliveryState],
        "failed": counts.get(DeliveryState.FAILED, 0),
        "without": _people(request.user).filter(email="", is_active=True).count(),
        "sender": settings.EMAIL_FROM,
        "channel": settings.EMAIL_BACKEND.rsplit(".", 2)[-2],
        "hour": settings.DIGEST_HOUR,
    }
    return render(request, "notices/deliveries.html", context)


def deliveries_for(user: User) -> QuerySet[Delivery]:
    """E-mails to the people whose accounts this person administers."""
    return Delivery.objects.filter(person__in=_people(user)).order_by("-day", "-changed_at", "-pk")


def _people(user: User) -> QuerySet[User]:
    return User.objects.visible_to(user)
