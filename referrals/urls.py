from django.urls import path

from referrals.views import chains, disputes, earners, earnings, entries, payouts, plans, runs, statements

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
    path("plans/<int:pk>/publish/", plans.version_publish, name="version_publish"),
    path("plans/<int:pk>/discard/", plans.version_discard, name="version_discard"),
    path("statements/", statements.statement_list, name="statement_list"),
    path("statements/issue/", statements.statement_issue, name="statement_issue"),
    path("statements/approve/", statements.statements_approve, name="statements_approve"),
    path("statements/<int:pk>/", statements.statement_detail, name="statement_detail"),
    path("statements/<int:pk>/approve/", statements.statement_approve, name="statement_approve"),
    path("statements/<int:pk>/campaigns/<int:campaign>/", statements.statement_orders, name="statement_orders"),
    path("statements/<int:pk>/orders/<int:order>/dispute/", disputes.dispute_create, name="dispute_create"),
    path("disputes/", disputes.dispute_list, name="dispute_list"),
    path("disputes/<int:pk>/", disputes.dispute_detail, name="dispute_detail"),
    path("disputes/<int:pk>/answer/", disputes.dispute_answer, name="dispute_answer"),
    path("statements/earners/<int:member>/", earners.earner_terms, name="earner_terms"),
    path("statements/earners/<int:member>/withholding/", earners.withholding_set, name="withholding_set"),
    path("statements/earners/<int:member>/account/", earners.account_set, name="account_set"),
    path("payouts/", payouts.payout_list, name="payout_list"),
    path("payouts/new/", payouts.payout_create, name="payout_create"),
    path("payouts/<int:pk>/", payouts.payout_detail, name="payout_detail"),
    path("payouts/<int:pk>/approve/", payouts.payout_approve, name="payout_approve"),
    path("payouts/<int:pk>/give-up/", payouts.payout_withdraw, name="payout_withdraw"),
    path("payouts/<int:pk>/file/", payouts.payout_file, name="payout_file"),
    path("payouts/<int:pk>/returns/", payouts.payout_returns, name="payout_returns"),
    path("earnings/", earnings.earnings, name="earnings"),
    path("earnings/<int:campaign>/", earnings.earnings_campaign, name="earnings_campaign"),
    path("members/<int:pk>/tree/", chains.member_tree, name="member_tree"),
    path("members/<int:pk>/refer/", chains.refer, name="refer"),
    path("members/<int:pk>/correct/", chains.correct, name="correct"),
]
