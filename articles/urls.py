"""The public pages: the catalogue, the articles themselves and the pictures in them."""

from django.urls import path

from articles import views

app_name = "articles"

urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("images/<str:key>/<slug:name>.<str:extension>", views.image, name="image"),
]
