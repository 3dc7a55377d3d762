from django.urls import path
from django.views.i18n import set_language

from core import views

app_name = "core"

urlpatterns = [
    path("me/", views.me, name="me"),
    path("language/", set_language, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", views.favicon, name="favicon"),
]
