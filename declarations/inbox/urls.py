"""Addresses of the inbox, in the name space of declarations."""

from django.urls import path

from declarations.inbox import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("together/", views.together, name="inbox_together"),
    path("result/", views.result, name="inbox_result"),
    path("undo/", views.undo, name="inbox_undo"),
    path("filters/", views.save_filter, name="inbox_filters"),
    path("filters/<int:pk>/delete/", views.forget_filter, name="inbox_filter_delete"),
]
