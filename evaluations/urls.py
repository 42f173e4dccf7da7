"""Addresses of self-evaluations. Fixed words come before ``<slug:section>``, which stands last."""

from django.urls import include, path

from evaluations import (
    views,
    views_comments,
    views_evidence,
    views_exports,
    views_papers,
    views_score,
    views_steps,
    views_submit,
    views_together,
)
from evaluations.review.views import inbox

app_name = "evaluations"
urlpatterns = [
    path("", views.evaluation_list, name="list"),
    path("exports/", views_exports.exports, name="exports"),
    path("new/", views.new, name="new"),
    path("spot-checks/", include("evaluations.spot_checks.urls")),
    path("<int:pk>/", views.tasks, name="tasks"),
    path("<int:pk>/fetch/", views.fetch, name="fetch"),
    path("<int:pk>/save/", views_steps.save, name="save"),
    path("<int:pk>/checkup/", views_steps.checkup, name="checkup"),
    path("<int:pk>/fix/", views_steps.fix, name="fix"),
    path("<int:pk>/reason/", views_steps.reason, name="reason"),
    path("<int:pk>/draft/<slug:section>/", views_steps.draft, name="draft"),
    path("<int:pk>/rows/<slug:operation>/", views_steps.row, name="row"),
    path("<int:pk>/together/<slug:act>/", views_together.act, name="together"),
    path("<int:pk>/comments/", views_comments.comments, name="comments"),
    path("<int:pk>/comments/<int:comment>/<slug:act>/", views_comments.act, name="comment_act"),
    path("<int:pk>/check/", views_submit.check, name="check"),
    path("<int:pk>/submit/", views_submit.submit, name="submit"),
    path("<int:pk>/recall/", views_submit.recall, name="recall"),
    path("<int:pk>/ask-back/", views_submit.ask_back, name="ask_back"),
    path("<int:pk>/receipt.pdf", views_submit.receipt_pdf, name="receipt"),
    path("<int:pk>/evidence/", views_evidence.evidence_list, name="evidence_list"),
    path("<int:pk>/evidence/<int:evidence_pk>", views_evidence.download, name="evidence"),
    path("<int:pk>/evidence/<int:evidence_pk>/delete/", views_evidence.delete, name="evidence_delete"),
    path("inbox/", inbox, name="inbox"),
    path("<int:pk>/review/", include("evaluations.review.urls")),
    path("<int:pk>/score/", views_score.score, name="score"),
    path("<int:pk>/score.json", views_papers.score_json, name="score_json"),
    path("<int:pk>/preview/", views_papers.preview, name="preview"),
    path("<int:pk>/form.pdf", views_papers.form_pdf, name="pdf"),
    path("<int:pk>/form.xlsx", views_papers.form_xlsx, name="xlsx"),
    path("<int:pk>/form.json", views_papers.form_json, name="json"),
    path("<int:pk>/<slug:section>/", views_steps.step, name="step"),
]
