from django.urls import path
from django.views.i18n import set_language

from core import job_views, record_views, views

app_name = "core"

urlpatterns = [
    path("me/", views.me, name="me"),
    path("language/", set_language, name="language"),
    path("jobs/", job_views.job_list, name="job_list"),
    path("jobs/<int:pk>/", job_views.job_detail, name="job_detail"),
    path("jobs/<int:pk>/progress/", job_views.job_progress, name="job_progress"),
    path("jobs/<int:pk>/retry/", job_views.job_retry, name="job_retry"),
    path("invariants/", job_views.invariants, name="invariants"),
    path("invariants/check/", job_views.invariants_check, name="invariants_check"),
    path("history/", record_views.history, name="history"),
    path("users/", record_views.user_list, name="user_list"),
    path("users/new/", record_views.user_create, name="user_create"),
    path("users/<int:pk>/", record_views.user_edit, name="user_edit"),
    path("users/<int:pk>/password/", record_views.user_password, name="user_password"),
    path("me/tokens/", record_views.token_list, name="token_list"),
    path("me/tokens/new/", record_views.token_create, name="token_create"),
    path("me/tokens/<str:key>/revoke/", record_views.token_revoke, name="token_revoke"),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", views.favicon, name="favicon"),
]
