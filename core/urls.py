from django.urls import path
from django.views.i18n import set_language

from core.views import house, jobs, records, saved

app_name = "core"

urlpatterns = [
    path("me/", house.me, name="me"),
    path("me/password/", house.prove, name="prove"),
    path("language/", set_language, name="language"),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/progress/", jobs.job_progress, name="job_progress"),
    path("jobs/<int:pk>/retry/", jobs.job_retry, name="job_retry"),
    path("exports/<int:pk>/", jobs.export_file, name="export_file"),
    path("views/<str:page>/new/", saved.saved_view_create, name="saved_view_create"),
    path("views/<int:pk>/", saved.saved_view_change, name="saved_view_change"),
    path("views/<int:pk>/delete/", saved.saved_view_delete, name="saved_view_delete"),
    path("invariants/", jobs.invariants, name="invariants"),
    path("invariants/check/", jobs.invariants_check, name="invariants_check"),
    path("history/", records.history, name="history"),
    path("users/", records.user_list, name="user_list"),
    path("users/new/", records.user_create, name="user_create"),
    path("users/<int:pk>/", records.user_edit, name="user_edit"),
    path("users/<int:pk>/password/", records.user_password, name="user_password"),
    path("me/tokens/", records.token_list, name="token_list"),
    path("me/tokens/new/", records.token_create, name="token_create"),
    path("me/tokens/<slug:key>/revoke/", records.token_revoke, name="token_revoke"),
    path("healthz", house.healthz, name="healthz"),
    path("favicon.ico", house.favicon, name="favicon"),
]
