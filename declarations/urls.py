"""Addresses of declarations. Fixed words come before ``<slug:section>``, which stands last."""

from django.urls import include, path

from declarations import (
    downloads,
    views,
    views_adjust,
    views_comments,
    views_exports,
    views_recall,
    views_receipts,
    views_steps,
    views_submit,
    views_tables,
)
from declarations.review import views_return, views_suggestion

app_name = "declarations"
urlpatterns = [
    path("", views.declaration_list, name="list"),
    path("campaigns/", include("declarations.campaigning.urls")),
    path("inbox/", include("declarations.inbox.urls")),
    path("handover/", include("declarations.handing_over.urls")),
    path("exports/", views_exports.exports, name="exports"),
    path("new/", views.new, name="new"),
    path("receipts/", views_receipts.receipts, name="receipts"),
    path("library/", views_tables.library_page, name="library"),
    path("return-reasons/", views_return.reasons, name="return_reasons"),
    path("<int:pk>/", views.tasks, name="tasks"),
    path("<int:pk>/copy/", views.copy, name="copy"),
    path("<int:pk>/rows/<slug:table>/<slug:operation>/", views_tables.row, name="row"),
    path("<int:pk>/save/", views_steps.save, name="save"),
    path("<int:pk>/checkup/", views_steps.checkup, name="checkup"),
    path("<int:pk>/fix/", views_steps.fix, name="fix"),
    path("<int:pk>/reason/", views_steps.reason, name="reason"),
    path("<int:pk>/comments/", views_comments.comments, name="comments"),
    path("<int:pk>/comments/<int:comment>/<slug:act>/", views_comments.act, name="comment_act"),
    path("<int:pk>/review/", include("declarations.review.urls")),
    path("<int:pk>/suggestions/<int:suggestion>/", views_suggestion.answer, name="suggestion"),
    path("<int:pk>/check/", views_submit.check, name="check"),
    path("<int:pk>/submit/", views_submit.submit, name="submit"),
    path("<int:pk>/recall/", views_recall.recall, name="recall"),
    path("<int:pk>/ask-back/", views_recall.ask_back, name="ask_back"),
    path("<int:pk>/drop/", views_recall.drop, name="drop"),
    path("<int:pk>/adjust/", views_adjust.adjust, name="adjust"),
    path("<int:pk>/adjustment/", views_adjust.adjustment, name="adjustment"),
    path("<int:pk>/receipt.pdf", views_receipts.pdf, name="receipt"),
    path("<int:pk>/preview/", views_submit.preview, name="preview"),
    path("<int:pk>/form.pdf", downloads.form_pdf, name="pdf"),
    path("<int:pk>/form.xlsx", downloads.form_xlsx, name="xlsx"),
    path("<int:pk>/form.json", downloads.form_json, name="json"),
    path("", include("declarations.appraising.urls")),
    path("<int:pk>/<slug:section>/", views_steps.step, name="step"),
]
