"""The product's addresses, and ``/bench/empty/``: a view that only reads the session user."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.pk))


urlpatterns = [path("bench/empty/", empty), path("", include("perfgoals.urls"))]
