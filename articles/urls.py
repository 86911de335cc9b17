"""The public pages: the catalogue and the articles themselves."""

from django.urls import path

from articles import views

app_name = "articles"

urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("articles/<slug:slug>/", views.article, name="article"),
]
