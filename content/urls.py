from django.urls import path

from content.views import links, pieces, publications, voices

app_name = "content"

urlpatterns = [
    path("p/<slug:code>", links.follow, name="follow"),
    path("content/", publications.calendar, name="calendar"),
    path("content/pieces/", pieces.piece_list, name="piece_list"),
    path("content/pieces/new/", pieces.piece_create, name="piece_create"),
    path("content/pieces/<int:pk>/", pieces.piece_detail, name="piece_detail"),
    path("content/pieces/<int:pk>/move/", pieces.piece_move, name="piece_move"),
    path("content/publish/", publications.publication_create, name="publication_create"),
    path("content/publications/<int:pk>/", publications.publication_detail, name="publication_detail"),
    path("content/ips/", voices.ip_list, name="ip_list"),
    path("content/ips/new/", voices.ip_create, name="ip_create"),
]
