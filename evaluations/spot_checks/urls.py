"""Addresses of spot checks, within those of self-evaluations."""

from django.urls import path

from evaluations.spot_checks import views, views_cases, views_downloads

urlpatterns = [
    path("", views.spot_checks, name="spot_checks"),
    path("new/", views.new, name="spot_check_new"),
    path("candidates.json", views.candidates, name="spot_check_candidates"),
    path("<int:pk>/", views.spot_check, name="spot_check"),
    path("<int:pk>/assign/", views_cases.assign, name="spot_check_assign"),
    path("<int:pk>/sample.json", views_downloads.check_json, name="spot_check_json"),
    path("<int:pk>/sample.xlsx", views_downloads.check_xlsx, name="spot_check_xlsx"),
    path("<int:pk>/statistics/", views_downloads.statistics, name="spot_check_statistics"),
    path("<int:pk>/statistics.xlsx", views_downloads.statistics_xlsx, name="spot_check_statistics_xlsx"),
    path("<int:check>/<int:pk>/", views_cases.case, name="spot_case"),
    path("<int:check>/<int:pk>/reopen/", views_cases.reopen, name="spot_case_reopen"),
]
