"""Addresses of a second kind of filing: what ``perfgoals.filling`` needs of it, and nothing more."""

from django.http import HttpResponse
from django.urls import include, path

from evaluations.models import Evaluation
from perfgoals.filling.checkup_pages import CheckupPages
from perfgoals.filling.comment_pages import CommentPages
from perfgoals.filling.pages import StepPages
from perfgoals.urls import urlpatterns as site


class Steps(StepPages):
    model = Evaluation
    template = "filling/step.html"

    def blocks(self, request, at):
        heads = at.section.fields[0].columns
        return {"indicators": lambda: {"template": "filling/jump.html", "table": {"heads": heads}, "step": at}}


class Comments(CommentPages):
    template = "filling/comments.html"

    def find(self, request, pk):
        return STEPS.find(request, pk)


STEPS = Steps()
CHECKUP = CheckupPages(STEPS)


def elsewhere(request, pk=0):
    return HttpResponse("another page of this filing")


own = [
    path("", elsewhere, name="list"),
    path("<int:pk>/tasks/", elsewhere, name="tasks"),
    path("<int:pk>/check/", elsewhere, name="check"),
    path("<int:pk>/preview/", elsewhere, name="preview"),
    path("<int:pk>/save/", STEPS.save, name="save"),
    path("<int:pk>/checkup/", CHECKUP.column, name="checkup"),
    path("<int:pk>/fix/", CHECKUP.fix, name="fix"),
    path("<int:pk>/reason/", CHECKUP.reason, name="reason"),
    path("<int:pk>/comments/", Comments().comments, name="comments"),
    path("<int:pk>/<slug:section>/", STEPS.answer, name="step"),
]
urlpatterns = [path("evaluations/", include((own, "evaluations"))), *site]
