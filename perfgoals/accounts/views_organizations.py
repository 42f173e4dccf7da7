"""Organizations, for the 系统管理员 of a region."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perfgoals.accounts import administering
from perfgoals.accounts.forms import OrganizationForm
from perfgoals.accounts.models import Organization, OrganizationKind
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.accounts.views_people import PER_PAGE, for_administrators
from perfgoals.searching import words


@for_administrators
@require_GET
def organizations(request: SignedInRequest) -> HttpResponse:
    seen = Organization.objects.visible_to(request.user)
    found = _in_tree_order(_filtered(seen, request.GET))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "organizations",
        "page": page,
        "noun": "个单位",
        "chosen": {key: request.GET.get(key, "") for key in ("q", "kind", "state")},
        "is_filtered": any(request.GET.get(key) for key in ("q", "kind", "state")),
        "kinds": OrganizationKind.choices,
        "counts": seen.aggregate(
            departments=Count("pk", filter=Q(kind=OrganizationKind.DEPARTMENT)),
            units=Count("pk", filter=Q(kind=OrganizationKind.UNIT)),
        ),
        "empty_count": seen.filter(is_active=True).exclude(people__is_active=True).count(),
    }
    return render(request, "accounts/organizations.html", context)


def _filtered(seen: QuerySet[Organization], asked: dict[str, str]) -> QuerySet[Organization]:
    for word in words(asked.get("q", "")):
        seen = seen.filter(Q(name__icontains=word) | Q(code__startswith=word) | Q(parent__name__icontains=word))
    if asked.get("kind") in OrganizationKind.values:
        seen = seen.filter(kind=asked["kind"])
    match asked.get("state"):
        case "active":
            seen = seen.filter(is_active=True)
        case "disabled":
            seen = seen.filter(is_active=False)
        case "empty":
            seen = seen.filter(is_active=True).exclude(people__is_active=True)
    return seen


def _in_tree_order(found: QuerySet[Organization]) -> QuerySet[Organization]:
    """Each department, then its units; with the number of accounts in use."""
    counted = found.annotate(people_count=Count("people", filter=Q(people__is_active=True)))
    branch = Coalesce(F("parent__code"), F("code"))
    return counted.select_related("parent").order_by(branch, F("parent_id").asc(nulls_first=True), "code")


@for_administrators
@require_http_methods(["GET", "POST"])
def organization_new(request: SignedInRequest) -> HttpResponse:
    initial = {}
    if request.GET.get("parent", "").isdecimal():
        initial = {"parent": request.GET["parent"], "kind": OrganizationKind.UNIT}
    form = OrganizationForm(request.POST or None, actor=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        organization = form.save(commit=False)
        administering.open_organization(organization, actor=request.user)
        messages.success(request, f"“{organization.name}”已建好。下一步给它建账号。")
        return redirect("accounts:organization", pk=organization.pk)
    context = {"nav": "organizations", "form": form}
    return render(request, "accounts/organization.html", context, status=422 if form.errors else 200)


@for_administrators
@require_http_methods(["GET", "POST"])
def organization(request: SignedInRequest, pk: int) -> HttpResponse:
    form = OrganizationForm(request.POST or None, instance=_organization(request, pk), actor=request.user)
    if request.method == "POST" and form.is_valid():
        administering.change_organization(form.instance, form.changed_data, actor=request.user)
        messages.success(request, f"“{form.instance.name}”已保存。")
        return redirect("accounts:organizations")
    kept = _organization(request, pk)  # the form has written what was typed into its own instance
    context = {"nav": "organizations", "form": form, "organization": kept} | _inhabitants(kept)
    return render(request, "accounts/organization.html", context, status=422 if form.errors else 200)


@for_administrators
@require_POST
def organization_switch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Off asks once more while accounts are in use, and names them."""
    place = _organization(request, pk)
    try:
        if request.POST.get("active") == "1":
            administering.reopen_organization(place, actor=request.user)
            messages.success(request, f"“{place.name}”已启用。账号要一个一个启用。")
            return redirect("accounts:organization", pk=pk)
        with_people = request.POST.get("with_people") == "1"
        inhabitants = _inhabitants(place)
        if inhabitants["people"] and not inhabitants["units"] and not with_people:
            context = {"nav": "organizations", "organization": place} | inhabitants
            return render(request, "accounts/organization_close.html", context)
        closed = administering.close_organization(place, with_people=with_people, actor=request.user)
        messages.success(request, f"“{place.name}”已停用" + (f"，连同 {closed} 个账号。" if closed else "。"))
    except administering.Refused as refused:
        messages.error(request, str(refused))
    return redirect("accounts:organization", pk=pk)


def _organization(request: SignedInRequest, pk: int) -> Organization:
    seen = Organization.objects.visible_to(request.user).select_related("region", "parent")
    return get_object_or_404(seen, pk=pk)


def _inhabitants(place: Organization) -> dict[str, list]:
    """The accounts and units in use of a place."""
    return {
        "people": list(place.people.filter(is_active=True)),
        "units": list(place.units.filter(is_active=True)),
    }
