"""Addresses of monitoring reports. Fixed words come before ``<slug:section>``, which stands last."""

from django.urls import path

from monitoring import (
    views,
    views_comments,
    views_corrections,
    views_exports,
    views_papers,
    views_review,
    views_steps,
    views_submit,
)

app_name = "monitoring"
urlpatterns = [
    path("", views.report_list, name="list"),
    path("new/", views.new, name="new"),
    path("corrections/", views_corrections.all_corrections, name="all_corrections"),
    path("exports/", views_exports.exports, name="exports"),
    path("inbox/", views_review.desk_page, name="inbox"),
    path("<int:pk>/", views.tasks, name="tasks"),
    path("<int:pk>/fetch/", views.fetch, name="fetch"),
    path("<int:pk>/save/", views_steps.save, name="save"),
    path("<int:pk>/checkup/", views_steps.checkup, name="checkup"),
    path("<int:pk>/fix/", views_steps.fix, name="fix"),
    path("<int:pk>/reason/", views_steps.reason, name="reason"),
    path("<int:pk>/comments/", views_comments.comments, name="comments"),
    path("<int:pk>/comments/<int:comment>/<slug:act>/", views_comments.act, name="comment_act"),
    path("<int:pk>/check/", views_submit.check, name="check"),
    path("<int:pk>/submit/", views_submit.submit, name="submit"),
    path("<int:pk>/receipt.pdf", views_submit.receipt_pdf, name="receipt"),
    path("<int:pk>/recall/", views_submit.recall, name="recall"),
    path("<int:pk>/ask-back/", views_submit.ask_back, name="ask_back"),
    path("<int:pk>/review/", views_review.review, name="review"),
    path("<int:pk>/review/list/", views_review.keep, name="review_keep"),
    path("<int:pk>/review/return/", views_review.give_back, name="review_return"),
    path("<int:pk>/review/decide/", views_review.decide, name="review_decide"),
    path("<int:pk>/review/undo/", views_review.undo, name="review_undo"),
    path("<int:pk>/corrections/", views_corrections.corrections, name="corrections"),
    path("<int:pk>/preview/", views_papers.preview, name="preview"),
    path("<int:pk>/form.pdf", views_papers.form_pdf, name="pdf"),
    path("<int:pk>/form.xlsx", views_papers.form_xlsx, name="xlsx"),
    path("<int:pk>/form.json", views_papers.form_json, name="json"),
    path("<int:pk>/<slug:section>/", views_steps.step, name="step"),
]
