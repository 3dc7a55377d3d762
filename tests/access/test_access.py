"""One table of every address: who may open it. An address that is missing here fails the tests.

O operator, L the group's leader, S a leader of another group, A admin, U auditor, - nobody signed in. Whoever is not
named gets 404 (not signed in: the login, at the API 401): what is not yours is not found.
"""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from tests.access.world import build
from tests.factories import make_token

GET, POST = "get", "post"
EVERYBODY, SIGNED_IN = "OLSAU-", "OLSAU"

PAGES = [
    # name, method, what its address is filled with, who may
    ("today", GET, {}, SIGNED_IN),
    ("login", GET, {}, EVERYBODY),
    ("logout", POST, {}, EVERYBODY),
    ("core:me", GET, {}, SIGNED_IN),
    ("core:prove", GET, {}, SIGNED_IN),
    ("core:language", POST, {}, EVERYBODY),
    ("core:healthz", GET, {}, EVERYBODY),
    ("core:favicon", GET, {}, EVERYBODY),
    ("core:job_list", GET, {}, SIGNED_IN),
    ("core:job_detail", GET, {"pk": "job"}, "OAU"),
    ("core:job_progress", GET, {"pk": "job"}, "OAU"),
    ("core:job_retry", POST, {"pk": "job"}, "A"),
    ("core:export_file", GET, {"pk": "export"}, "O"),
    ("core:saved_view_create", GET, {"page": "list"}, "OLSA"),
    ("core:saved_view_change", GET, {"pk": "view"}, "O"),
    ("core:saved_view_delete", POST, {"pk": "view"}, "O"),
    ("core:invariants", GET, {}, "AU"),
    ("core:invariants_check", POST, {}, "A"),
    ("core:history", GET, {}, "AU"),
    ("core:user_list", GET, {}, "A"),
    ("core:user_create", GET, {}, "A"),
    ("core:user_edit", GET, {"pk": "user"}, "A"),
    ("core:user_password", GET, {"pk": "user"}, "A"),
    ("core:token_list", GET, {}, "OA"),
    ("core:token_create", POST, {}, "OA"),
    ("core:token_revoke", POST, {"key": "token"}, "O"),
    ("community:group_list", GET, {}, "OA"),
    ("community:group_create", GET, {}, "OA"),
    ("community:group_detail", GET, {"pk": "group"}, "OA"),
    ("community:group_change", GET, {"pk": "group"}, "OA"),
    ("community:leader_assign", POST, {"pk": "group"}, "OA"),
    ("community:assignment_end", GET, {"pk": "assignment"}, "OA"),
    ("community:share_give", POST, {"pk": "group"}, "OA"),
    ("community:share_end", GET, {"pk": "share"}, "OA"),
    ("community:leader_list", GET, {}, "OA"),
    ("community:member_list", GET, {}, "OA"),
    ("community:member_create", GET, {}, "OA"),
    ("community:member_detail", GET, {"pk": "member"}, "OA"),
    ("community:member_change", GET, {"pk": "member"}, "OA"),
    ("community:member_join", POST, {"pk": "member"}, "OA"),
    ("community:member_move", GET, {"pk": "membership"}, "OA"),
    ("community:member_leave", GET, {"pk": "membership"}, "OA"),
    ("community:reveal_list", GET, {}, "AU"),
    ("community:seed_board", GET, {}, "OA"),
    ("community:seed_create", GET, {"pk": "leader"}, "OA"),
    ("community:seed_detail", GET, {"pk": "seed"}, "OA"),
    ("community:seed_change", POST, {"pk": "seed"}, "OA"),
    ("community:seed_plan", POST, {"pk": "seed"}, "OA"),
    ("community:seed_score", POST, {"pk": "seed"}, "OA"),
    ("community:seed_move", POST, {"pk": "seed"}, "OA"),
    ("content:follow", GET, {"code": "link"}, EVERYBODY),
    ("content:calendar", GET, {}, "OA"),
    ("content:piece_list", GET, {}, "OA"),
    ("content:piece_create", GET, {}, "OA"),
    ("content:piece_detail", GET, {"pk": "piece"}, "OA"),
    ("content:piece_move", POST, {"pk": "piece"}, "OA"),
    ("content:publication_create", GET, {}, "OA"),
    ("content:publication_detail", GET, {"pk": "publication"}, "OA"),
    ("content:ip_list", GET, {}, "OA"),
    ("content:ip_create", GET, {}, "OA"),
    ("orders:campaign_list", GET, {}, "OA"),
    ("orders:campaign_create", GET, {}, "O"),
    ("orders:campaign_detail", GET, {"pk": "campaign"}, "OA"),
    ("orders:campaign_plan", POST, {"pk": "draft"}, "O"),
    ("orders:campaign_text", GET, {"pk": "draft"}, "O"),
    ("orders:campaign_live", GET, {"pk": "campaign"}, "OA"),
    ("orders:campaign_copy", POST, {"pk": "campaign"}, "O"),
    ("orders:campaign_poster", GET, {"pk": "campaign"}, "OLA"),
    ("orders:campaign_qr", GET, {"pk": "campaign"}, "OLA"),
    ("orders:campaign_cancel", GET, {"pk": "campaign"}, "O"),
    ("orders:campaign_open", POST, {"pk": "draft"}, "O"),
    ("orders:campaign_cut_off", POST, {"pk": "campaign"}, "O"),
    ("orders:campaign_purchased", POST, {"pk": "campaign"}, "O"),
    ("orders:campaign_arrived", POST, {"pk": "campaign"}, "O"),
    ("orders:campaign_close", POST, {"pk": "campaign"}, "O"),
    ("orders:purchase_list", GET, {"pk": "campaign"}, "OA"),
    ("orders:purchase_xlsx", GET, {"pk": "campaign"}, "OA"),
    ("orders:receiving", GET, {"pk": "campaign"}, "OLAU"),
    ("orders:arrivals_add", POST, {"pk": "campaign"}, "O"),
    ("orders:arrival_list", GET, {"pk": "offer"}, "OAU"),
    ("orders:arrival_correct", POST, {"pk": "offer"}, "O"),
    ("orders:share", GET, {"pk": "offer"}, "O"),
    ("orders:shortage_list", GET, {"pk": "campaign"}, "OLAU"),
    ("orders:sorting", GET, {"pk": "campaign"}, "OLAU"),
    ("orders:sorting_xlsx", GET, {"pk": "campaign"}, "OLAU"),
    ("orders:crate_labels", GET, {"pk": "campaign"}, "OLAU"),
    ("orders:offer_add", POST, {"pk": "campaign"}, "O"),
    ("orders:offer_change", GET, {"pk": "offer"}, "O"),
    ("orders:offer_remove", POST, {"pk": "offer"}, "O"),
    ("orders:order_list", GET, {}, "OLSAU"),
    ("orders:order_csv", GET, {}, "OAU"),
    ("orders:order_xlsx", POST, {}, "OA"),
    ("orders:order_detail", GET, {"pk": "order"}, "OLAU"),
    ("orders:order_correct", POST, {"pk": "order"}, "O"),
    ("orders:refund", POST, {"pk": "line"}, "O"),
    ("orders:complaint_create", GET, {"pk": "order"}, "L"),
    ("orders:complaint_list", GET, {}, "OLSAU"),
    ("orders:complaint_detail", GET, {"pk": "complaint"}, "OLAU"),
    ("orders:complaint_refund", POST, {"pk": "complaint"}, "O"),
    ("orders:complaint_refuse", POST, {"pk": "complaint"}, "O"),
    ("orders:complaint_photo", GET, {"pk": "complaint"}, "OLAU"),
    ("orders:complaint_photo_small", GET, {"pk": "complaint"}, "OLAU"),
    ("orders:payment_add", POST, {"pk": "order"}, "OL"),
    ("orders:coupon_use", POST, {"pk": "order"}, "OL"),
    ("orders:packet_add", POST, {"pk": "order"}, "OL"),
    ("orders:collect", POST, {"pk": "order"}, "OL"),
    ("orders:payment_take_back", POST, {"pk": "payment"}, "OL"),
    ("orders:claim_confirm", POST, {"pk": "claim"}, "OL"),
    ("orders:claim_refuse", POST, {"pk": "claim"}, "OL"),
    ("orders:collecting", GET, {"pk": "campaign"}, "OLAU"),
    ("orders:bill", GET, {}, "OLS"),
    ("orders:bill_book", POST, {}, "OLS"),
    ("orders:holding_own", GET, {}, "LS"),
    ("orders:holding_list", GET, {}, "OAU"),
    ("orders:holding_detail", GET, {"leader": "leader"}, "OAU"),
    ("orders:hand_over", POST, {"leader": "leader"}, "OA"),
    ("orders:settlement", GET, {"pk": "settlement"}, "OLAU"),
    ("orders:settlement_take_back", POST, {"pk": "settlement"}, "OA"),
    ("orders:balance", GET, {"pk": "member"}, "OAU"),
    ("orders:balance_top_up", POST, {"pk": "member"}, "OA"),
    ("orders:balance_correct", POST, {"pk": "member"}, "OA"),
    ("orders:member_orders", GET, {"pk": "member"}, "OLA"),
    ("orders:delivery_list", GET, {}, "OLS"),
    ("orders:delivery_run", GET, {"pk": "campaign"}, "OL"),
    ("orders:delivery_sheet", GET, {"pk": "campaign"}, "OL"),
    ("orders:delivery_gaps", GET, {"pk": "campaign"}, "OL"),
    ("orders:pick_up", GET, {"pk": "campaign"}, "OL"),
    ("orders:delivery_links", GET, {"pk": "campaign"}, "OL"),
    ("orders:delivery_link_qr", GET, {"pk": "delivery_link"}, "OL"),
    ("orders:delivery_link_end", POST, {"pk": "delivery_link"}, "OL"),
    ("orders:helper_run", GET, {"token": "helper_token"}, EVERYBODY),
    ("orders:helper_ticks", POST, {"token": "helper_token"}, EVERYBODY),
    ("orders:helper_phone", POST, {"token": "helper_token", "pk": "order"}, EVERYBODY),
    ("orders:ticks", POST, {"pk": "campaign"}, "OL"),
    ("orders:phone", POST, {"pk": "order"}, "OL"),
    ("orders:deliver", POST, {"pk": "order"}, "OL"),
    ("orders:undeliver", POST, {"pk": "order"}, "OL"),
    ("orders:shortage", POST, {"pk": "order"}, "OL"),
    ("orders:weigh", POST, {"pk": "line"}, "OL"),
    ("orders:shortage_undo", POST, {"pk": "line"}, "OL"),
    ("orders:jielong", GET, {}, "OLS"),
    ("orders:jielong_preview", GET, {"pk": "paste"}, "OL"),
    ("orders:jielong_settle", POST, {"pk": "paste"}, "OL"),
    ("orders:jielong_apply", POST, {"pk": "paste"}, "OL"),
    ("orders:jielong_undo", POST, {"pk": "paste"}, "OL"),
    ("orders:quick", GET, {}, "OLS"),
    ("orders:quick_order", GET, {"campaign": "campaign", "group": "group", "member": "member"}, "OL"),
    ("orders:quick_newcomer", GET, {"campaign": "campaign", "group": "group"}, "OL"),
    ("orders:quick_undo", POST, {"pk": "quick_entry"}, "OL"),
    ("orders:order_import", GET, {}, "OLS"),
    ("orders:product_import", GET, {}, "O"),
    ("orders:import_detail", GET, {"pk": "import"}, "OL"),
    ("orders:import_columns", GET, {"pk": "import"}, "OL"),
    ("orders:import_goods", POST, {"pk": "import"}, "OL"),
    ("orders:import_bad", GET, {"pk": "import"}, "OL"),
    ("orders:import_apply", POST, {"pk": "import"}, "OL"),
    ("orders:import_undo", POST, {"pk": "import"}, "OL"),
    ("orders:product_list", GET, {}, "OA"),
    ("orders:product_create", GET, {}, "O"),
    ("orders:product_edit", GET, {"pk": "product"}, "O"),
    ("orders:product_picture", GET, {"digest": "picture"}, EVERYBODY),
    ("orders:product_picture_small", GET, {"digest": "picture"}, EVERYBODY),
    ("orders:supplier_list", GET, {}, "OA"),
    ("orders:supplier_create", GET, {}, "O"),
    ("orders:supplier_edit", GET, {"pk": "supplier"}, "O"),
    ("orders:find", GET, {}, "OAU"),
    ("orders:leader_today", GET, {}, "LS"),
    ("orders:public_campaign", GET, {"code": "code"}, EVERYBODY),
    ("orders:own_order", GET, {"code": "code", "token": "own_token"}, EVERYBODY),
    ("join", GET, {"code": "invitation_code"}, EVERYBODY),
    ("referrals:run_list", GET, {}, "AU"),
    ("referrals:run_start", POST, {}, "A"),
    ("referrals:run_detail", GET, {"pk": "run"}, "AU"),
    ("referrals:run_approve", POST, {"pk": "run"}, "A"),
    ("referrals:earner_detail", GET, {"pk": "run", "member": "leader"}, "AU"),
    ("referrals:entry_list", GET, {}, "AU"),
    ("referrals:share_list", GET, {}, "AU"),
    ("referrals:shares_csv", GET, {"pk": "period"}, "AU"),
    ("referrals:why", GET, {"order": "order"}, "AU"),
    ("referrals:plan_list", GET, {}, "AU"),
    ("referrals:clock_set", POST, {}, "A"),
    ("referrals:version_create", GET, {}, "A"),
    ("referrals:version_create", POST, {}, "A"),
    ("referrals:version_detail", GET, {"pk": "version"}, "AU"),
    ("referrals:version_try", POST, {"pk": "version"}, "A"),
    ("referrals:version_retire", POST, {"pk": "version"}, "A"),
    ("referrals:version_publish", POST, {"pk": "version"}, "A"),
    ("referrals:version_discard", POST, {"pk": "version"}, "A"),
    ("referrals:binding_set", POST, {}, "A"),
    ("referrals:fission_list", GET, {}, "OAU"),
    ("referrals:fission_create", GET, {}, "OA"),
    ("referrals:fission_detail", GET, {"pk": "fission"}, "OAU"),
    ("referrals:fission_change", GET, {"pk": "fission_draft"}, "OA"),
    ("referrals:fission_start", POST, {"pk": "fission_draft"}, "OA"),
    ("referrals:fission_end", POST, {"pk": "fission"}, "OA"),
    ("referrals:fission_discard", POST, {"pk": "fission_draft"}, "OA"),
    ("referrals:link_list", GET, {}, "OAU"),
    ("referrals:own_links", GET, {}, "LS"),
    ("referrals:link_detail", GET, {"pk": "invitation"}, "OAU"),
    ("referrals:link_poster", GET, {"pk": "invitation"}, "OLAU"),
    ("referrals:link_qr", GET, {"pk": "invitation"}, "OLAU"),
    ("referrals:link_retire", POST, {"pk": "invitation"}, "OL"),
    ("referrals:member_links", GET, {"pk": "member"}, "OLAU"),
    ("referrals:link_make", POST, {"pk": "member", "group": "group"}, "OL"),
    ("referrals:statement_list", GET, {}, "AU"),
    ("referrals:statement_issue", POST, {}, "A"),
    ("referrals:statements_approve", POST, {}, "A"),
    ("referrals:statements_pdf", POST, {}, "AU"),
    ("referrals:statement_pdf", POST, {"pk": "statement"}, "LAU"),
    ("referrals:statement_detail", GET, {"pk": "statement"}, "LAU"),
    ("referrals:statement_approve", POST, {"pk": "statement"}, "A"),
    ("referrals:statement_orders", GET, {"pk": "statement", "campaign": "stated_campaign"}, "LAU"),
    ("referrals:dispute_create", GET, {"pk": "statement", "order": "stated_order"}, "L"),
    ("referrals:dispute_list", GET, {}, "AU"),
    ("referrals:dispute_detail", GET, {"pk": "dispute"}, "AU"),
    ("referrals:dispute_answer", POST, {"pk": "dispute"}, "A"),
    ("referrals:signal_list", GET, {}, "AU"),
    ("referrals:signal_look", POST, {}, "A"),
    ("referrals:signal_detail", GET, {"pk": "signal"}, "AU"),
    ("referrals:signal_decide", POST, {"pk": "signal"}, "A"),
    ("referrals:earner_terms", GET, {"member": "leader"}, "A"),
    ("referrals:withholding_set", POST, {"member": "leader"}, "A"),
    ("referrals:account_set", POST, {"member": "leader"}, "A"),
    ("referrals:closing", GET, {"pk": "period"}, "AU"),
    ("referrals:payout_list", GET, {}, "AU"),
    ("referrals:quarter_xlsx", GET, {}, "AU"),
    ("referrals:payout_create", GET, {}, "A"),
    ("referrals:payout_detail", GET, {"pk": "payout"}, "AU"),
    ("referrals:payout_approve", GET, {"pk": "payout"}, "A"),
    ("referrals:payout_withdraw", POST, {"pk": "payout"}, "A"),
    ("referrals:payout_file", GET, {"pk": "payout_sent"}, "A"),
    ("referrals:came_back", GET, {"pk": "transfer_paid"}, "A"),
    ("referrals:payout_returns", POST, {"pk": "payout_sent"}, "A"),
    ("referrals:earnings", GET, {}, "LS"),
    ("referrals:earnings_campaign", GET, {"campaign": "campaign"}, "L"),
    ("referrals:member_tree", GET, {"pk": "member"}, "OLAU"),
    ("referrals:chain_detail", GET, {"pk": "member"}, "OLAU"),
    ("referrals:chain_branch", GET, {"pk": "member"}, "OLAU"),
    ("referrals:refer", POST, {"pk": "member"}, "OL"),
    ("referrals:correct", POST, {"pk": "brought"}, "O"),
    ("ledger:account_list", GET, {}, "AU"),
    ("ledger:account_detail", GET, {"pk": "account"}, "AU"),
    ("ledger:entry_detail", GET, {"pk": "entry"}, "AU"),
    ("ledger:period_list", GET, {}, "AU"),
    ("ledger:period_open", POST, {}, "A"),
    ("ledger:period_close", GET, {"pk": "period"}, "A"),
    ("insights:groups_csv", GET, {}, "OA"),
    ("insights:analysis", GET, {}, "OA"),
    ("insights:cohorts_csv", GET, {}, "OA"),
    ("insights:sales_csv", GET, {}, "OA"),
    ("insights:member_worth", GET, {"pk": "member"}, "OA"),
    ("api:docs", GET, {}, "OA"),
    ("api:schema", GET, {}, "OA"),
]
API = [
    ("api:group-list", {}, SIGNED_IN),
    ("api:group-detail", {"pk": "group"}, "OLAU"),
    ("api:member-list", {}, SIGNED_IN),
    ("api:member-detail", {"pk": "member"}, "OLAU"),
    ("api:campaign-list", {}, SIGNED_IN),
    ("api:campaign-detail", {"pk": "campaign"}, "OLAU"),
    ("api:offer-list", {}, SIGNED_IN),
    ("api:offer-detail", {"pk": "offer"}, "OLAU"),
    ("api:order-list", {}, SIGNED_IN),
    ("api:order-detail", {"pk": "order"}, "OLAU"),
    ("api:commissionentry-list", {}, SIGNED_IN),
]
API_WRITERS = {"api:order-list": "OLS"}
"""Who may POST where in the API; nobody anywhere else."""
BODIES = {
    "referrals:run_start": {"period": "period"},
    "referrals:statement_issue": {"period": "period"},
    "referrals:statements_approve": {"period": "period"},
    "referrals:statements_pdf": {"period": "period"},
}
"""What has to be sent along for an address to be found at all."""
READING_BY_POST = {"logout", "core:language", "core:prove", "referrals:statement_pdf", "referrals:statements_pdf"}
AS_ANYBODY = {"join", "orders:public_campaign", "orders:own_order", "orders:helper_ticks", "orders:helper_phone"}
"""Who is signed in makes no difference here: what is sent is sent as a member without an account."""


def names(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if getattr(pattern, "namespace", None) == "admin":
            continue  # Django's own, for superusers only
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name}"


def test_every_address_stands_in_the_table():
    known = {name for name, *_rest in PAGES} | {name for name, *_rest in API}

    assert set(names()) == known


def answer(client, method, url, body=None):
    """What the address answers, without leaving a trace."""
    with transaction.atomic():
        response = getattr(client, method)(url, body)
        transaction.set_rollback(True)
    return response


def as_expected(response, *, allowed: bool, signed_in: bool) -> bool:
    if allowed:
        return response.status_code in {200, 302, 303, 400, 409, 422}
    if not signed_in:
        return response.status_code == 401 or (response.status_code == 302 and "/login/" in response["Location"])
    return response.status_code in {404, 403}


@pytest.mark.django_db
@pytest.mark.parametrize("who", EVERYBODY)
def test_pages_open_to_whom_the_table_says_and_to_nobody_else(who):
    world = build()
    client = Client()
    if user := world.people[who]:
        client.force_login(user)

    wrong = []
    for name, method, filled, allowed in PAGES:
        url = reverse(name, kwargs={key: world.ids[what] for key, what in filled.items()})
        body = {field: world.ids[what] for field, what in BODIES.get(name, {}).items()}
        response = answer(client, method, url, body)
        if not as_expected(response, allowed=who in allowed, signed_in=who != "-"):
            wrong.append((name, who in allowed, response.status_code))
        if method == GET:  # a form is sent where it was opened, by the same people; 405 is a page that only shows
            sent = answer(client, POST, url)
            if sent.status_code != 405 and not as_expected(sent, allowed=who in allowed, signed_in=who != "-"):
                wrong.append((name, POST, sent.status_code))
        if name == "logout" and user:
            client.force_login(user)

    assert not wrong, wrong


@pytest.mark.django_db
@pytest.mark.parametrize("who", EVERYBODY)
def test_the_api_answers_whom_the_table_says_and_nobody_else(who):
    world = build()
    user = world.people[who]
    token = make_token(user) if user else "none"
    client = Client(headers={"authorization": f"Bearer {token}"})

    wrong = []
    for name, filled, allowed in API:
        response = answer(client, GET, reverse(name, kwargs={key: world.ids[what] for key, what in filled.items()}))
        if not as_expected(response, allowed=who in allowed, signed_in=who != "-"):
            wrong.append((name, who in allowed, response.status_code))

        may = who in API_WRITERS.get(name, "")
        written = answer(client, POST, reverse(name, kwargs={key: world.ids[what] for key, what in filled.items()}))
        if written.status_code not in ({400} if may else {401} if who == "-" else {403, 404, 405}):
            wrong.append((name, "POST", written.status_code))

    assert not wrong, wrong


@pytest.mark.django_db
def test_an_auditor_changes_nothing_anywhere():
    world = build()
    client = Client()
    client.force_login(world.people["U"])

    changed = []
    for name, _method, filled, _allowed in PAGES:
        if name in READING_BY_POST | AS_ANYBODY | {"login"}:
            continue
        url = reverse(name, kwargs={key: world.ids[what] for key, what in filled.items()})
        if (status := answer(client, POST, url).status_code) not in {403, 404, 405}:
            changed.append((name, status))

    token = make_token(world.people["U"])
    program = Client(headers={"authorization": f"Bearer {token}"})
    for name, filled, _allowed in API:
        url = reverse(name, kwargs={key: world.ids[what] for key, what in filled.items()})
        told = {method: answer(program, method, url).status_code for method in (POST, "put", "patch", "delete")}
        changed += [(name, method, status) for method, status in told.items() if status not in {403, 404, 405}]

    assert changed == []
