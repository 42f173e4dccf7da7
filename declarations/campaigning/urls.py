"""Addresses of campaigns, below ``/declarations/campaigns/`` and in the namespace of declarations."""

from django.urls import path

from declarations.campaigning import views, views_progress, views_rollover, views_season

urlpatterns = [
    path("", views.campaigns, name="campaigns"),
    path("new/", views.campaign_new, name="campaign_new"),
    path("rollover/", views_rollover.rollover, name="rollover"),
    path("rollover/undo/", views_rollover.rollover_undo, name="rollover_undo"),
    path("<int:pk>/", views.campaign, name="campaign"),
    path("<int:pk>/announce/", views.campaign_announce, name="campaign_announce"),
    path("<int:pk>/archive/", views.campaign_archive, name="campaign_archive"),
    path("<int:pk>/season/", views_season.campaign_season, name="campaign_season"),
    path("<int:pk>/progress/", views_progress.campaign_progress, name="campaign_progress"),
    path("<int:pk>/progress.xlsx", views_progress.campaign_list, name="campaign_list"),
    path("<int:pk>/remind/", views_progress.campaign_remind, name="campaign_remind"),
    path("<int:pk>/units/<int:unit>/", views_progress.campaign_unit, name="campaign_unit"),
]
