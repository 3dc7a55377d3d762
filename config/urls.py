"""The doors of the house. Each app brings its own; handlers answer in plain words."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from core.views.house import Login
from insights.views.today import today
from referrals.views.joining import join

urlpatterns = [
    path("", include("core.urls")),
    path("", include("community.urls")),
    path("", include("content.urls")),
    path("", include("orders.urls")),
    path("j/<slug:code>", join, name="join"),
    path("commission/", include("referrals.urls")),
    path("books/", include("ledger.urls")),
    path("", include("insights.urls")),
    path("", today, name="today"),
    path("api/v1/", include(("config.api", "api"))),
    path("login/", Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
]

handler400 = "core.views.house.bad_request"
handler403 = "core.views.house.forbidden"
handler404 = "core.views.house.not_found"
handler500 = "core.views.house.server_error"
