"""Addresses below ``evaluations/<pk>/review/``."""

from django.urls import path

from evaluations.review import views

urlpatterns = [
    path("", views.review, name="review"),
    path("list/", views.keep, name="review_keep"),
    path("return/", views.give_back, name="review_return"),
    path("decide/", views.decide, name="review_decide"),
    path("undo/", views.undo, name="review_undo"),
]
