"""Addresses of self-evaluations."""

from django.urls import path

from evaluations import views_evidence

app_name = "evaluations"
urlpatterns = [
    path("<int:pk>/evidence/<int:evidence_pk>", views_evidence.download, name="evidence"),
]
