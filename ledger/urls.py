from django.urls import path

from ledger import views

app_name = "ledger"

urlpatterns = [
    path("", views.account_list, name="account_list"),
    path("accounts/<int:pk>/", views.account_detail, name="account_detail"),
    path("entries/<int:pk>/", views.entry_detail, name="entry_detail"),
    path("periods/", views.period_list, name="period_list"),
    path("periods/open/", views.period_open, name="period_open"),
    path("periods/<int:pk>/close/", views.period_close, name="period_close"),
]
