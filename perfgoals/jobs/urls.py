"""Addresses of one's own jobs."""

from django.urls import path

from perfgoals.jobs import views

app_name = "jobs"
urlpatterns = [
    path("<uuid:pk>/", views.job, name="job"),
    path("<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("<uuid:pk>/download/", views.download, name="download"),
]
