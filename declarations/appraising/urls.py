"""Addresses of review forms, panels and their statistics, within those of declarations."""

from django.urls import path

from declarations.appraising import views, views_cases, views_panels, views_statistics

urlpatterns = [
    path("panels/", views_panels.panel_list, name="panels"),
    path("panels/new/", views_panels.panel_new, name="panel_new"),
    path("panels/statistics/", views_statistics.statistics, name="appraisal_statistics"),
    path("panels/statistics.xlsx", views_statistics.statistics_xlsx, name="appraisal_statistics_xlsx"),
    path("panels/<int:panel>/", views_panels.panel_page, name="panel"),
    path("panels/<int:panel>/date/", views_panels.panel_date, name="panel_date"),
    path("panels/<int:panel>/<int:pk>/", views_cases.case_page, name="panel_case"),
    path("panels/<int:panel>/<int:pk>/settle/", views_cases.settle, name="panel_settle"),
    path("panels/<int:panel>/<int:pk>/chair/", views_cases.chair, name="panel_chair"),
    path("panels/<int:panel>/<int:pk>/form.pdf", views_cases.case_pdf, name="panel_pdf"),
    path("<int:pk>/appraisal/", views.appraisal, name="appraisal"),
    path("<int:pk>/appraisal/<int:form_pk>/", views.form, name="appraisal_form"),
    path("<int:pk>/appraisal/<int:form_pk>/form.pdf", views.form_pdf, name="appraisal_pdf"),
]
