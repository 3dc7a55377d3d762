"""The pages of commission: who sees what, what they say, and how few questions they ask."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.models import Group, Member
from core.enums import Role
from core.jobs import drain_all
from core.models import User
from ledger.models import Period
from referrals import services
from referrals.enums import RunState, VersionState
from referrals.models import CommissionEntry, Plan, PlanVersion, Referral, Run
from referrals.services.runs import leave_the_rest
from tests.factories import (
    NOW,
    delivered,
    make_campaign,
    make_group,
    make_leader,
    make_member,
    make_offer,
    make_user,
    order_for,
)
from tests.referrals.sales import (
    APRIL,
    END_OF_MARCH,
    MARCH,
    delivered_sale,
    lines_of,
    make_period,
    make_plan,
    refund,
)

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMIN, name="李会计")


@pytest.fixture
def second_admin() -> User:
    return make_user(Role.ADMIN, name="王复核")


@pytest.fixture
def auditor() -> User:
    return make_user(Role.AUDITOR, name="赵审计")


@pytest.fixture
def group() -> Group:
    return make_group()


@pytest.fixture
def leader(group: Group) -> Member:
    return make_leader(group, name="周敏")


@pytest.fixture
def march() -> Period:
    return make_period(MARCH, APRIL)


@pytest.fixture
def run(march: Period, admin: User, group: Group, leader: Member) -> Run:
    """March run by the admin: one order of 128.90 at 4 %, and 2.00 for walking there."""
    make_plan(leader_ppm=40_000, delivery_fee_fen=200)
    delivered_sale(group, 12_890, leader=leader, door="3-1701")
    return run_through(march, admin)


def run_through(period: Period, by: User) -> Run:
    run = services.start_run(period=period, by=by, now=END_OF_MARCH)
    drain_all()
    run.refresh_from_db()
    return run


# Runs


def test_an_admin_starts_a_run_and_sees_it_computing(march: Period, admin: User, group: Group) -> None:
    client = signed_in(admin)

    answer = client.post(reverse("referrals:run_start"), {"period": march.pk}, follow=True)

    assert "Working out what is due" in answer.content.decode()
    assert 'hx-trigger="every 1s"' in answer.content.decode()


def test_a_second_start_says_why_not(march: Period, admin: User) -> None:
    client = signed_in(admin)
    client.post(reverse("referrals:run_start"), {"period": march.pk})

    answer = client.post(reverse("referrals:run_start"), {"period": march.pk})

    assert answer.status_code == 422
    assert "A run of 2026-03 is still computing. Wait for it." in answer.content.decode()


@pytest.mark.parametrize("wanted", ["", "x", "999999999999999999999", "-1"])
def test_a_period_that_is_none_is_not_found(wanted: str, admin: User) -> None:
    assert signed_in(admin).post(reverse("referrals:run_start"), {"period": wanted}).status_code == 404


def test_a_run_shows_what_each_earns_by_rule(run: Run, second_admin: User) -> None:
    page = signed_in(second_admin).get(reverse("referrals:run_detail", args=[run.pk])).content.decode()

    assert ">5.16<" in page
    assert "Approve ¥7.16" in page


def test_the_runner_reads_why_they_cannot_approve(run: Run, admin: User) -> None:
    page = signed_in(admin).get(reverse("referrals:run_detail", args=[run.pk])).content.decode()

    assert "You ran this, so somebody else has to approve it" in page
    assert 'id="approve"' not in page


def test_another_admin_approves(run: Run, second_admin: User) -> None:
    answer = signed_in(second_admin).post(reverse("referrals:run_approve", args=[run.pk]), follow=True)

    assert "Approved: ¥7.16 is now owed to 1 earner." in answer.content.decode()
    run.refresh_from_db()
    assert run.state == RunState.APPROVED


def test_a_second_approval_gets_its_sentence(run: Run, second_admin: User) -> None:
    client = signed_in(second_admin)
    client.post(reverse("referrals:run_approve", args=[run.pk]))

    answer = client.post(reverse("referrals:run_approve", args=[run.pk]))

    assert answer.status_code == 422
    assert "This run does not wait for review any more." in answer.content.decode()


def test_a_run_with_nothing_says_so(run: Run, march: Period, admin: User) -> None:
    again = run_through(march, admin)

    page = signed_in(admin).get(reverse("referrals:run_detail", args=[again.pk])).content.decode()

    assert "Everything that is due is recorded already." in page


def test_a_run_that_only_takes_back_is_approved_below_zero(
    run: Run, march: Period, admin: User, second_admin: User
) -> None:
    refund(lines_of(CommissionEntry.objects.first().order)[0], 5_000)
    taken_back = run_through(march, admin)

    page = signed_in(second_admin).get(reverse("referrals:run_detail", args=[taken_back.pk])).content.decode()

    assert "Approve −¥2.00" in page


@pytest.mark.parametrize("name", ["run_start", "run_approve", "version_create", "version_publish", "version_discard"])
def test_an_auditor_changes_nothing(name: str, run: Run, auditor: User) -> None:
    version = PlanVersion.objects.get()
    arguments = {"run_approve": [run.pk], "version_publish": [version.pk], "version_discard": [version.pk]}

    answer = signed_in(auditor).post(reverse(f"referrals:{name}", args=arguments.get(name, [])), {})

    assert answer.status_code == 404


def test_the_fragment_of_the_list_is_not_a_page(run: Run, admin: User) -> None:
    answer = signed_in(admin).get(reverse("referrals:run_list"), headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_a_run_cut_short_by_the_closing_says_so(run: Run, auditor: User) -> None:
    page, client = reverse("referrals:run_detail", args=[run.pk]), signed_in(auditor)
    whole = client.get(page).content.decode()
    leave_the_rest(run=run)

    cut = client.get(page).content.decode()

    assert "the next run adds the rest" not in whole
    assert "the next run adds the rest" in cut


# Why


def test_why_writes_the_sum_out(run: Run, auditor: User) -> None:
    order = CommissionEntry.objects.first().order

    page = signed_in(auditor).get(reverse("referrals:why", args=[order.pk])).content.decode()

    assert "¥128.90 × 4% = ¥5.156, rounded once to ¥5.16." in page
    assert "One household reached in this round: ¥2.00." in page


def test_why_explains_a_refund_by_the_difference(run: Run, march: Period, admin: User) -> None:
    order = CommissionEntry.objects.first().order
    refund(lines_of(order)[0], 5_000)
    run_through(march, admin)

    page = signed_in(admin).get(reverse("referrals:why", args=[order.pk])).content.decode()

    assert "¥50.00 of the line was refunded: that takes back ¥2.00 and leaves ¥3.16." in page
    assert "Due now ¥3.16, recorded before ¥5.16; the difference is this entry." in page


def test_an_earner_reads_why_and_only_what_is_theirs(
    run: Run, leader: Member, group: Group, march: Period, admin: User
) -> None:
    other = make_leader(name="李强")
    delivered_sale(group, 1_000, leader=other)
    run_through(march, admin)
    mine, theirs = (CommissionEntry.objects.filter(beneficiary=one).first().order_id for one in (leader, other))
    client = signed_in(leader.user)

    assert client.get(reverse("referrals:why", args=[mine])).status_code == 200
    assert client.get(reverse("referrals:why", args=[theirs])).status_code == 404


def test_an_order_without_commission_says_so_to_the_books(march: Period, group: Group, auditor: User) -> None:
    order = delivered_sale(group, 1_000)

    page = signed_in(auditor).get(reverse("referrals:why", args=[order.pk])).content.decode()

    assert "No commission on this order" in page


# Entries


def test_entries_are_filtered_by_period_rule_and_earner(run: Run, auditor: User) -> None:
    client = signed_in(auditor)
    url = reverse("referrals:entry_list")

    def found(**query: object) -> int:
        return len(client.get(url, query).context["page"].rows)

    assert (found(), found(rule="delivery_fee"), found(rule="referral")) == (2, 1, 0)
    assert (found(earner="zhoum"), found(earner="李强")) == (2, 0)
    assert (found(period=run.period_id), found(period="x")) == (2, 2)


def test_entries_are_paged_forwards_and_back(march: Period, admin: User, group: Group, leader: Member) -> None:
    make_plan(leader_ppm=40_000)
    for _ in range(51):
        delivered_sale(group, 1_000, leader=leader)
    run_through(march, admin)
    client, url = signed_in(admin), reverse("referrals:entry_list")

    first = client.get(url).context["page"]
    second = client.get(url, {"after": first.after}).context["page"]
    back = client.get(url, {"before": second.before}).context["page"]

    assert (len(first.rows), len(second.rows)) == (50, 1)
    assert (first.before, second.after) == ("", "")
    assert [entry.pk for entry in back.rows] == [entry.pk for entry in first.rows]


@pytest.mark.parametrize("key", ["x", "1~2~leader_rate~0~5", "1~2~nothing~0~5~1", "1~²~leader_rate~0~5~1"])
def test_a_broken_key_begins_at_the_beginning(key: str, run: Run, auditor: User) -> None:
    page = signed_in(auditor).get(reverse("referrals:entry_list"), {"after": key}).context["page"]

    assert len(page.rows) == 2


# Plans


TERMS = {
    "first_day": "2026-03-01",
    "last_day": "2026-03-31",
    "leader": "3.5",
    "referral": "2",
    "delivery_fee": "2.00",
    "delivery_cap": "60",
}


def test_a_draft_is_typed_as_percent_and_yuan(admin: User) -> None:
    answer = signed_in(admin).post(reverse("referrals:version_create"), TERMS)

    version = PlanVersion.objects.get()
    assert answer.status_code == 302
    assert (version.leader_ppm, version.referral_1_ppm) == (35_000, 20_000)
    assert (version.delivery_fee_fen, version.delivery_cap_fen) == (200, 6_000)
    assert (str(version.last_day), version.state, version.created_by) == ("2026-03-31", VersionState.DRAFT, admin)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"last_day": "2026-02-28"}, "The last day is not before the first."),
        ({"leader": "99", "referral": "2"}, "together are more than the whole sale"),
        ({"delivery_fee": "2.001"}, "Write an amount like 12.80."),
        ({"leader": "-1"}, "greater than or equal to 0"),
        ({"delivery_fee": "99999999999999999999"}, "An amount here is at most ¥9,999,999.99."),
        ({"last_day": "9999-12-31"}, "Choose a day between 2000 and 2199."),
    ],
)
def test_a_draft_that_cannot_be_keeps_what_was_typed(changed: dict[str, str], sentence: str, admin: User) -> None:
    answer = signed_in(admin).post(reverse("referrals:version_create"), TERMS | changed)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not PlanVersion.objects.exists()


def test_publishing_freezes_a_draft(admin: User) -> None:
    client = signed_in(admin)
    client.post(reverse("referrals:version_create"), TERMS)
    version = PlanVersion.objects.get()

    client.post(reverse("referrals:version_publish", args=[version.pk]))
    again = client.post(reverse("referrals:version_publish", args=[version.pk]))
    discarded = client.post(reverse("referrals:version_discard", args=[version.pk]))

    version.refresh_from_db()
    assert (version.state, version.published_by) == (VersionState.PUBLISHED, admin)
    assert (again.status_code, discarded.status_code) == (422, 422)


def test_two_published_versions_do_not_share_a_day(admin: User) -> None:
    client = signed_in(admin)
    for last_day in ("2026-03-31", "2026-03-15"):
        client.post(reverse("referrals:version_create"), TERMS | {"last_day": last_day})
    first, second = PlanVersion.objects.order_by("number")
    client.post(reverse("referrals:version_publish", args=[first.pk]))

    answer = client.post(reverse("referrals:version_publish", args=[second.pk]))

    assert answer.status_code == 422
    assert "Another published version already covers some of these days." in answer.content.decode()


def test_a_second_plan_is_not_published_beside_the_first(admin: User) -> None:
    make_plan()
    other = PlanVersion.objects.create(
        plan=Plan.objects.create(name="另一方案"), number=1, span=("2027-01-01", None), leader_ppm=1
    )

    with pytest.raises(services.AnotherPlanPays):
        services.publish_version(version=other, by=admin, now=NOW)


def test_a_draft_is_discarded(admin: User) -> None:
    client = signed_in(admin)
    client.post(reverse("referrals:version_create"), TERMS)

    client.post(reverse("referrals:version_discard", args=[PlanVersion.objects.get().pk]))

    assert not PlanVersion.objects.exists()


# Earnings


def figures(client: Client) -> tuple[int, int, int]:
    sums = client.get(reverse("referrals:earnings")).context["earnings"].sums
    return sums.expected_fen, sums.review_fen, sums.approved_fen


def test_earnings_move_from_expected_to_review_to_approved(
    march: Period, admin: User, second_admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000, delivery_fee_fen=200)
    delivered_sale(group, 12_890, leader=leader)
    client = signed_in(leader.user)

    assert figures(client) == (716, 0, 0)
    run = run_through(march, admin)
    assert figures(client) == (0, 716, 0)
    services.approve_run(run=run, by=second_admin, now=END_OF_MARCH)
    assert figures(client) == (0, 0, 716)


def test_a_refund_lowers_what_is_expected(run: Run, leader: Member) -> None:
    refund(lines_of(CommissionEntry.objects.first().order)[0], 12_890)

    assert figures(signed_in(leader.user)) == (-516, 716, 0)


def test_somebody_brought_by_a_leader_brings_them_money_in_other_groups(leader: Member) -> None:
    make_plan(referral_1_ppm=20_000)
    delivered_sale(make_group("别的群"), 10_000, referrer=leader)

    assert figures(signed_in(leader.user)) == (200, 0, 0)


def test_a_campaign_is_written_out_order_by_order(march: Period, group: Group, leader: Member) -> None:
    make_plan(leader_ppm=40_000)
    order = delivered_sale(group, 12_890, leader=leader, member=make_member("孙丽", group=group))

    page = signed_in(leader.user).get(reverse("referrals:earnings_campaign", args=[order.campaign_id])).content.decode()

    assert "¥128.90 × 4% = ¥5.16 before refunds" in page
    assert "孙丽" in page


def test_a_buyer_in_another_leaders_group_is_not_named(leader: Member) -> None:
    make_plan(referral_1_ppm=20_000)
    order = delivered_sale(make_group("别的群"), 10_000, referrer=leader, member=make_member("孙丽"))

    page = signed_in(leader.user).get(reverse("referrals:earnings_campaign", args=[order.campaign_id])).content.decode()

    assert "孙丽" not in page
    assert f"#{order.pk}" in page


def test_a_campaign_of_others_is_not_found(leader: Member) -> None:
    order = delivered_sale(make_group("别的群"), 10_000)

    answer = signed_in(leader.user).get(reverse("referrals:earnings_campaign", args=[order.campaign_id]))

    assert answer.status_code == 404


def test_a_leader_without_a_member_has_earned_nothing() -> None:
    page = signed_in(make_user(Role.LEADER)).get(reverse("referrals:earnings")).content.decode()

    assert "Nothing earned yet" in page


# Who brought whom


def test_the_tree_shows_the_referrer_and_whom_they_brought(group: Group) -> None:
    first, second, third = (make_member(name, group=group) for name in ("王芳", "李强", "陈静"))
    for referrer, referee in ((first, second), (second, third)):
        services.refer(referrer=referrer, referee=referee, reason="", by=None, now=NOW)

    page = signed_in(make_user(Role.OPERATOR)).get(reverse("referrals:member_tree", args=[second.pk])).content.decode()

    assert "王芳" in page
    assert "陈静" in page


def test_a_leader_says_who_brought_a_member(group: Group, leader: Member) -> None:
    first, second = make_member("王芳", group=group), make_member("李强", group=group)

    signed_in(leader.user).post(reverse("referrals:refer", args=[second.pk]), {"referrer": first.pk})

    assert Referral.objects.get().referrer == first


@pytest.fixture
def brought(group: Group) -> list[Member]:
    """王芳, 李强, who is said to have brought 陈静, and 陈静."""
    people = [make_member(name, group=group) for name in ("王芳", "李强", "陈静")]
    services.refer(referrer=people[1], referee=people[2], reason="扫码入群", by=None, now=NOW)
    return people


def test_an_operator_corrects_who_brought_a_member(brought: list[Member]) -> None:
    client = signed_in(make_user(Role.OPERATOR, name="李运营"))
    sent = {"referrer": brought[0].pk, "reason": "本人说的"}

    client.post(reverse("referrals:correct", args=[brought[2].pk]), sent)

    page = client.get(reverse("referrals:member_tree", args=[brought[2].pk])).content.decode()
    assert Referral.objects.get().referrer == brought[0]
    assert "本人说的 · corrected by 李运营" in page


def test_a_correction_without_a_reason_is_asked_for_it(brought: list[Member]) -> None:
    client = signed_in(make_user(Role.OPERATOR))

    answer = client.post(reverse("referrals:correct", args=[brought[2].pk]), {"referrer": brought[0].pk})

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"reason"}
    assert Referral.objects.get().referrer == brought[1]


def test_what_has_counted_shows_no_form_and_refuses_one_that_was_open(brought: list[Member], group: Group) -> None:
    operator = make_user(Role.OPERATOR)
    client = signed_in(operator)
    delivered(order_for(brought[2], (make_offer(make_campaign(group)), 1), group=group), by=operator)

    page = client.get(reverse("referrals:member_tree", args=[brought[2].pk]))
    answer = client.post(
        reverse("referrals:correct", args=[brought[2].pk]), {"referrer": brought[0].pk, "reason": "本人说的"}
    )

    assert page.context["form"] is None
    assert "it has counted, so it stays" in page.content.decode()
    assert answer.status_code == 422
    assert "has had an order delivered" in answer.content.decode()
    assert Referral.objects.get().referrer == brought[1]


@pytest.mark.parametrize("stranger_first", [True, False])
def test_a_referrer_is_somebody_of_the_group_who_joined_before(
    stranger_first: bool, group: Group, leader: Member
) -> None:
    if stranger_first:
        referrer, member = make_member("外人"), make_member("李强", group=group)
    else:
        member, referrer = make_member("李强", group=group), make_member("后来", group=group)

    answer = signed_in(leader.user).post(reverse("referrals:refer", args=[member.pk]), {"referrer": referrer.pk})

    assert answer.status_code == 422
    assert not Referral.objects.exists()


def test_a_member_of_another_leader_is_not_found(leader: Member) -> None:
    stranger = make_member("外人", group=make_group("别的群"))

    assert signed_in(leader.user).get(reverse("referrals:member_tree", args=[stranger.pk])).status_code == 404


# Questions asked


def sell(count: int, group: Group, leader: Member) -> None:
    for number in range(count):
        delivered_sale(group, 1_000, 500, leader=leader, by=make_member(f"骑手{number}"), door=f"1-{number}")


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_as_much_for_three_rows_as_for_one(
    rows: int, march: Period, admin: User, group: Group, leader: Member, django_assert_num_queries: Any
) -> None:
    make_plan(leader_ppm=40_000, delivery_fee_fen=200)
    sell(rows, group, leader)
    for _ in range(rows):
        run_through(march, admin)
    first = Run.objects.order_by("pk").first()
    client = signed_in(admin)
    for url, queries in [
        (reverse("referrals:run_list"), 6),
        (reverse("referrals:run_detail", args=[first.pk]), 9),
        (reverse("referrals:earner_detail", args=[first.pk, leader.pk]), 7),
        (reverse("referrals:entry_list"), 6),
        (reverse("referrals:why", args=[CommissionEntry.objects.filter(run=first).first().order_id]), 7),
        (reverse("referrals:plan_list"), 8),
    ]:
        with django_assert_num_queries(queries, info=url):
            client.get(url)


@pytest.mark.parametrize("rows", [1, 3])
def test_earnings_ask_as_much_for_three_rows_as_for_one(
    rows: int, group: Group, leader: Member, django_assert_num_queries: Any
) -> None:
    make_plan(leader_ppm=40_000)
    sell(rows, group, leader)
    client = signed_in(leader.user)
    campaign = leader.led_orders.first().campaign_id
    for url, queries in [
        (reverse("referrals:earnings"), 10),
        (reverse("referrals:earnings_campaign", args=[campaign]), 10),
    ]:
        with django_assert_num_queries(queries, info=url):
            client.get(url)


def test_the_side_bar_counts_the_runs_somebody_else_made(
    march: Period, admin: User, second_admin: User, auditor: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000)
    sell(1, group, leader)
    run_through(march, admin)

    counts = [
        [
            link.waiting
            for section in signed_in(user).get(reverse("referrals:run_list")).context["navigation"]
            for link in section.links
            if link.url == reverse("referrals:run_list")
        ]
        for user in (admin, second_admin, auditor)
    ]

    assert counts == [[0], [1], [0]]
