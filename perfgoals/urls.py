"""All addresses of the site."""

from django.urls import include, path

from perfgoals import home

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("favicon.ico", home.favicon, name="favicon"),
    path("healthz", home.healthz, name="healthz"),
    path("readyz", home.readyz, name="readyz"),
    path("", include("perfgoals.accounts.urls")),
    path("audit/", include("perfgoals.audit.urls")),
    path("notices/", include("perfgoals.notices.urls")),
    path("jobs/", include("perfgoals.jobs.urls")),
    path("declarations/", include("declarations.urls")),
    path("evaluations/", include("evaluations.urls")),
    path("monitoring/", include("monitoring.urls")),
]

handler400 = home.bad_request
handler403 = home.forbidden
handler404 = home.not_found
handler500 = home.server_error
