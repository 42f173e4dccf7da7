"""405 in the product's look: an address that only takes what a button sends was opened by itself, or loaded again."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from perfgoals.accounts.sessions import wants_json


class WrongMethodMiddleware:
    """Gives a bare 405 a page with the way to where such buttons stand; status and ``Allow`` stay."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        bare = self.get_response(request)
        if bare.status_code != HTTPStatus.METHOD_NOT_ALLOWED or bare.content:
            return bare
        if wants_json(request):
            answer: HttpResponse = JsonResponse({"message": "这个地址不能这样打开。"}, status=bare.status_code)
        else:
            context = {"page": page_above(request.path_info)}
            answer = render(request, "405.html", context, status=bare.status_code)
        answer["Allow"] = bare["Allow"]
        return answer


def page_above(path: str) -> str:
    """The nearest address above ``path`` that is one of ours and about the same thing; "" where there is none.

    An address that reads a part of ``path`` as a name of its own (``/declarations/3/rows/`` as a section called “rows”)
    is about something else.
    """
    try:
        known = resolve(path).kwargs.items()
    except Resolver404:
        return ""
    above = path.rstrip("/")
    while "/" in above[1:]:
        above = above.rpartition("/")[0]
        try:
            match = resolve(f"{above}/")
        except Resolver404:
            continue
        if match.kwargs.items() <= known:
            return f"{above}/"
    return ""
