from django.urls import path

from referrals.views import chains, earnings, entries, links, plans, runs

app_name = "referrals"

urlpatterns = [
    path("", runs.run_list, name="run_list"),
    path("runs/start/", runs.run_start, name="run_start"),
    path("runs/<int:pk>/", runs.run_detail, name="run_detail"),
    path("runs/<int:pk>/approve/", runs.run_approve, name="run_approve"),
    path("runs/<int:pk>/earners/<int:member>/", runs.earner_detail, name="earner_detail"),
    path("entries/", entries.entry_list, name="entry_list"),
    path("why/<int:order>/", entries.why, name="why"),
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new/", plans.version_create, name="version_create"),
    path("plans/<int:pk>/", plans.version_detail, name="version_detail"),
    path("plans/<int:pk>/try/", plans.version_try, name="version_try"),
    path("plans/<int:pk>/publish/", plans.version_publish, name="version_publish"),
    path("plans/<int:pk>/discard/", plans.version_discard, name="version_discard"),
    path("plans/binding/", plans.binding_set, name="binding_set"),
    path("links/", links.link_list, name="link_list"),
    path("links/mine/", links.own_links, name="own_links"),
    path("links/<int:pk>/", links.link_detail, name="link_detail"),
    path("links/<int:pk>/poster/", links.link_poster, name="link_poster"),
    path("links/<int:pk>/qr.png", links.link_qr, name="link_qr"),
    path("links/<int:pk>/retire/", links.link_retire, name="link_retire"),
    path("members/<int:pk>/links/", links.member_links, name="member_links"),
    path("members/<int:pk>/links/<int:group>/", links.link_make, name="link_make"),
    path("earnings/", earnings.earnings, name="earnings"),
    path("earnings/<int:campaign>/", earnings.earnings_campaign, name="earnings_campaign"),
    path("members/<int:pk>/tree/", chains.member_tree, name="member_tree"),
    path("members/<int:pk>/refer/", chains.refer, name="refer"),
    path("members/<int:pk>/correct/", chains.correct, name="correct"),
]
