"""Addresses of handing over, below ``/declarations/handover/`` and in the namespace of declarations."""

from django.urls import path

from declarations.handing_over import views, views_deputies

urlpatterns = [
    path("", views.handovers, name="handovers"),
    path("deputies/", views_deputies.deputies, name="deputies"),
    path("deputies/stop/", views_deputies.deputy_stop, name="deputy_stop"),
    path("deputies/<int:pk>/begin/", views_deputies.deputy_begin, name="deputy_begin"),
    path("deputies/<int:pk>/end/", views_deputies.deputy_end, name="deputy_end"),
    path("<int:pk>/", views.handover, name="handover"),
]
