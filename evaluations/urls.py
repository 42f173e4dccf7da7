"""Addresses of self-evaluations."""

from django.urls import path

from evaluations import views_evidence, views_exports, views_papers, views_score

app_name = "evaluations"
urlpatterns = [
    path("exports/", views_exports.exports, name="exports"),
    path("<int:pk>/evidence/<int:evidence_pk>", views_evidence.download, name="evidence"),
    path("<int:pk>/score/", views_score.score, name="score"),
    path("<int:pk>/score.json", views_papers.score_json, name="score_json"),
    path("<int:pk>/preview/", views_papers.preview, name="preview"),
    path("<int:pk>/form.pdf", views_papers.form_pdf, name="pdf"),
    path("<int:pk>/form.xlsx", views_papers.form_xlsx, name="xlsx"),
    path("<int:pk>/form.json", views_papers.form_json, name="json"),
]
