from django.urls import path

from insights.views import analysis, today, worth

app_name = "insights"

urlpatterns = [
    path("groups.csv", today.groups_csv, name="groups_csv"),
    path("analysis/", analysis.analysis, name="analysis"),
    path("analysis/cohorts.csv", analysis.cohorts_csv, name="cohorts_csv"),
    path("analysis/sales.csv", analysis.sales_csv, name="sales_csv"),
    path("members/<int:pk>/worth/", worth.member_worth, name="member_worth"),
]
