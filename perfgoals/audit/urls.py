"""Addresses of the trail, for the 审计员."""

from django.urls import path

from perfgoals.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.records, name="records"),
    path("verify/", views.verify, name="verify"),
    path("export/", views.export, name="export"),
]
