"""Addresses of notices."""

from django.urls import path

from perfgoals.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("read/", views.read_all, name="read_all"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("<int:pk>/", views.open_notice, name="open"),
]
