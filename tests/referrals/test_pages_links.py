"""Invitation links on pages: what a visitor sees and leaves behind, what leaders and the desk see."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from community.consent import joining_text
from community.models import Consent, Group, Member
from core.enums import Role
from core.models import User
from orders.enums import LinkBasis
from orders.models import Order
from referrals import services
from referrals.enums import Refusal, TouchRule
from referrals.models import BindingRule, Joining, Plan, Referral, ReferralLink, TouchDay
from referrals.queries import terms_in_force
from referrals.rules.binding import Terms
from referrals.views import joining as joining_views
from tests import factories as make
from tests.factories import FAR_OFF, LONG_AGO_MOMENT, make_group, make_leader, make_member, make_user
from tests.referrals.sales import make_plan

pytestmark = pytest.mark.django_db

WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50"
BROWSER = {"User-Agent": WECHAT, "Accept-Language": "en"}
PHONE = "13800000000"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR, name="李运营")


@pytest.fixture
def group() -> Group:
    return make_group(purpose="一起吃时令水果")


@pytest.fixture
def wang(group: Group) -> Member:
    return make_member("王芳", group=group, door="8-1-1102", phone="13911112222")


@pytest.fixture
def link(wang: Member, group: Group, operator: User) -> ReferralLink:
    return services.make_link(member=wang, group=group, by=operator, now=timezone.now())


@pytest.fixture
def campaign(group: Group) -> Any:
    return make.make_campaign(group, opens_at=LONG_AGO_MOMENT, cuts_off_at=FAR_OFF)


def opened(client: Client, link: ReferralLink, **headers: str) -> Any:
    return client.get(f"/j/{link.code}", headers={**BROWSER, **headers})


def sent(client: Client, link: ReferralLink, **fields: str) -> Any:
    with translation.override("en"):
        digest = joining_text().digest
    body = {"name": "李强", "door": "3-1701", "phone": PHONE, "agree": "on", "wording": digest, "nonce": ""}
    return client.post(f"/j/{link.code}", body | fields, headers=BROWSER)


# Opening it


def test_the_invitation_says_who_invites_where_to_and_what_is_kept(client: Client, link: ReferralLink) -> None:
    page = opened(client, link).text

    assert "王芳 invites you to join" in page
    assert "一起吃时令水果" in page
    assert "We also keep who invited you" in page
    assert "8-1-1102" not in page
    assert "13911112222" not in page


def test_an_opening_is_a_number_and_what_was_opened_is_known_to_the_device_alone(
    client: Client, link: ReferralLink
) -> None:
    for _time in range(2):
        answer = opened(client, link)

    assert list(TouchDay.objects.values_list("link", "day", "clicks")) == [(link.pk, timezone.localdate(), 2)]
    assert {field.name for field in TouchDay._meta.get_fields()} == {"id", "link", "day", "clicks"}
    assert set(answer.cookies) == {"opened"}
    cookie = answer.cookies["opened"]
    assert (cookie["path"], cookie["httponly"]) == ("/j/", True)
    assert [code for code, _at in signing.loads(cookie.value, salt=joining_views.SALT)] == [link.code]


@pytest.mark.parametrize("headers", [{"User-Agent": "Twitterbot/1.0"}, {"Sec-Purpose": "prefetch"}])
def test_who_does_not_look_is_not_counted(client: Client, link: ReferralLink, headers: dict[str, str]) -> None:
    answer = opened(client, link, **headers)

    assert answer.status_code == 200
    assert not answer.cookies
    assert not TouchDay.objects.exists()


def test_a_link_typed_in_capitals_is_the_same(client: Client, link: ReferralLink) -> None:
    assert client.get(f"/j/{link.code.upper()}", headers=BROWSER).status_code == 200


def test_a_retired_or_unknown_link_says_so_and_is_not_counted(
    client: Client, link: ReferralLink, operator: User
) -> None:
    services.retire_link(link=link, by=operator, now=timezone.now())

    for code in (link.code, "nobody22"):
        answer = client.get(f"/j/{code}", headers=BROWSER)
        assert (answer.status_code, set(answer.cookies)) == (404, set())
        assert "Ask whoever sent it for the current one" in answer.text
    assert not TouchDay.objects.exists()


def test_an_invitation_takes_three_queries(client: Client, link: ReferralLink, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):  # whose link it is; what is given for joining; one more opening
        opened(client, link)


# Joining


def test_who_joins_goes_on_to_the_groups_campaign_and_what_they_order_came_through_the_link(
    client: Client, link: ReferralLink, wang: Member, campaign: Any
) -> None:
    offer = make.make_offer(campaign, "草莓")
    opened(client, link)

    answer = sent(client, link)

    assert answer.url == f"/c/{campaign.code}/?via={link.code}&group={link.group_id}&said=joined"
    page = client.get(answer.url, headers=BROWSER)
    assert f"You are in {link.group.name}." in page.text
    assert all(text in page.text for text in ('value="李强"', 'value="3-1701"', f'value="{PHONE}"'))
    order = {"name": "李强", "door": "3-1701", "phone": PHONE, f"offer-{offer.pk}": "1", "via": link.code}
    client.post(f"/c/{campaign.code}/", order, headers=BROWSER)
    placed = Order.objects.get()
    assert (placed.member.name, placed.referrer_1) == ("李强", wang)
    assert (placed.link_code, placed.link_basis) == (link.code, LinkBasis.OPENED)


def test_of_two_campaigns_the_one_cut_off_next_comes_first(client: Client, link: ReferralLink, campaign: Any) -> None:
    sooner = make.make_campaign(link.group, opens_at=LONG_AGO_MOMENT, cuts_off_at=FAR_OFF - timedelta(days=1))

    assert sent(client, link).url.startswith(f"/c/{sooner.code}/")


def test_without_a_campaign_they_are_told_that_they_are_in(client: Client, link: ReferralLink) -> None:
    answer = sent(client, link)

    page = client.get(answer.url, headers=BROWSER)
    assert "You are in." in page.text
    assert not TouchDay.objects.exists()


@pytest.mark.parametrize("known", [True, False])
def test_the_answer_is_the_same_whether_we_know_the_number(client: Client, link: ReferralLink, known: bool) -> None:
    if known:
        make_member("陈静", group=make_group("别的群"), door="8-101", phone=PHONE)

    answer = sent(client, link)
    page = client.get(answer.url, headers=BROWSER)

    assert answer.url == f"/j/{link.code}?said=joined"
    assert "陈静" not in page.text
    assert "8-101" not in page.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("agree", "", "Without this you can&#x27;t join"),
        ("wording", "of last year", "Read them once more"),
        ("phone", "123", "Write a mobile number"),
        ("name", "", "This field is required"),
        ("website", "https://spam", "only programs fill it in"),
    ],
)
def test_nobody_joins_who_has_not_said_all_of_it(
    client: Client, link: ReferralLink, field: str, value: str, said: str
) -> None:
    fields = {field: value} if value else {field: ""}
    answer = sent(client, link, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert not Joining.objects.exists()
    assert not Consent.objects.exists()


def test_the_words_agreed_to_are_those_on_the_page(client: Client, link: ReferralLink) -> None:
    page = opened(client, link)
    sent(client, link)

    kept = Consent.objects.get().text
    assert kept.text in page.text
    assert (kept.version, kept.language) == (1, "en")


def test_the_first_link_a_device_opened_is_remembered_where_that_one_counts(
    client: Client, link: ReferralLink, group: Group, operator: User
) -> None:
    terms = Terms(TouchRule.FIRST)
    services.set_binding_rule(plan=services.standard_plan(), terms=terms, by=operator, now=timezone.now())
    chen = make_member("陈静", group=group)
    second = services.make_link(member=chen, group=group, by=operator, now=timezone.now())

    opened(client, link)
    opened(client, second)
    sent(client, second)

    assert Referral.objects.get().referrer == link.member
    assert Joining.objects.get().credited == link


def test_a_memory_nobody_signed_here_is_none(client: Client, link: ReferralLink, group: Group, operator: User) -> None:
    terms = Terms(TouchRule.FIRST)
    services.set_binding_rule(plan=services.standard_plan(), terms=terms, by=operator, now=timezone.now())
    chen = services.make_link(member=make_member(group=group), group=group, by=operator, now=timezone.now())
    client.cookies["opened"] = signing.dumps([(chen.code, 0)], salt="somebody.else")

    sent(client, link)

    assert Joining.objects.get().credited == link


def test_what_another_site_sends_is_refused(client: Client, link: ReferralLink) -> None:
    answer = client.post(f"/j/{link.code}", {"name": "李强"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_too_many_forms_through_one_link_are_refused_and_what_was_typed_is_kept(
    client: Client, link: ReferralLink, settings: Any
) -> None:
    settings.PUBLIC_FORMS_PER_CAMPAIGN = 1
    sent(client, link, phone="1")

    answer = sent(client, link)

    assert answer.status_code == 429
    assert PHONE in answer.text
    assert not Joining.objects.exists()


def test_a_link_retired_while_somebody_writes_takes_them_in_no_more(
    client: Client, link: ReferralLink, operator: User
) -> None:
    found = joining_views._sent

    def retired_meanwhile(request: Any, link: ReferralLink) -> Any:
        services.retire_link(link=link, by=operator, now=timezone.now())
        return found(request, link)

    with patch.object(joining_views, "_sent", retired_meanwhile):
        answer = sent(client, link)

    assert answer.status_code == 422
    assert "does not count any more" in answer.text
    assert not Member.objects.filter(phone=PHONE).exists()


# A member's links


def test_a_leader_makes_a_members_link_shows_it_and_retires_it(group: Group, wang: Member) -> None:
    leader = signed_in(make_leader(group).user)
    leader.post(reverse("referrals:link_make", args=[wang.pk, group.pk]))
    link = ReferralLink.objects.get()

    page = leader.get(reverse("referrals:member_links", args=[wang.pk])).text
    assert f"/j/{link.code}" in page
    assert "opened 0 times" in page

    leader.post(reverse("referrals:link_retire", args=[link.pk]))
    link.refresh_from_db()
    assert link.retired_by is not None
    assert link.code not in leader.get(reverse("referrals:member_links", args=[wang.pk])).text


def test_a_second_link_is_refused_with_a_sentence(group: Group, wang: Member, link: ReferralLink) -> None:
    answer = signed_in(make_leader(group).user).post(reverse("referrals:link_make", args=[wang.pk, group.pk]))

    assert answer.status_code == 422
    assert "has an invitation link into" in answer.text


def test_a_leader_finds_their_own_link_without_being_a_member_of_the_group(group: Group) -> None:
    leader = make_leader(group)
    client = signed_in(leader.user)

    page = client.get(reverse("core:me"))
    assert reverse("referrals:own_links") in page.text
    page = client.get(reverse("referrals:own_links"))
    assert reverse("referrals:link_make", args=[leader.pk, group.pk]) in page.text
    client.post(reverse("referrals:link_make", args=[leader.pk, group.pk]))

    assert ReferralLink.objects.get().member == leader


def test_a_leader_comes_from_an_order_to_the_members_link(group: Group, wang: Member, link: ReferralLink) -> None:
    order = make.order_for(wang, (make.make_offer(make.make_campaign(group)), 1), group=group)
    leader = signed_in(make_leader(group).user)

    to_member, to_links = (reverse(f"referrals:{name}", args=[wang.pk]) for name in ("member_tree", "member_links"))
    assert f'href="{to_member}"' in leader.get(reverse("orders:order_detail", args=[order.pk])).text
    assert f'hx-get="{to_links}"' in leader.get(to_member).text


def test_a_leader_of_another_group_makes_shows_and_retires_nothing(
    group: Group, wang: Member, link: ReferralLink
) -> None:
    stranger = signed_in(make_leader(make_group("别的群"), name="陌生").user)

    answers = [
        stranger.post(reverse("referrals:link_make", args=[wang.pk, group.pk])),
        stranger.post(reverse("referrals:link_retire", args=[link.pk])),
        stranger.get(reverse("referrals:link_poster", args=[link.pk])),
        stranger.get(reverse("referrals:member_links", args=[wang.pk])),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_a_leader_sees_of_a_members_links_those_into_the_own_groups(
    group: Group, wang: Member, link: ReferralLink, operator: User
) -> None:
    elsewhere = make_group("别的群")
    make.Membership.objects.create(group=elsewhere, member=wang, joined_on=make.LONG_AGO)
    other = services.make_link(member=wang, group=elsewhere, by=operator, now=timezone.now())

    page = signed_in(make_leader(group).user).get(reverse("referrals:member_links", args=[wang.pk])).text

    assert link.code in page
    assert other.code not in page
    assert "别的群" not in page


def test_a_leader_makes_no_link_into_a_group_they_do_not_lead(group: Group, wang: Member) -> None:
    elsewhere = make_group("别的群")
    make.Membership.objects.create(group=elsewhere, member=wang, joined_on=make.LONG_AGO)

    answer = signed_in(make_leader(group).user).post(reverse("referrals:link_make", args=[wang.pk, elsewhere.pk]))

    assert answer.status_code == 404
    assert not ReferralLink.objects.exists()


def test_who_only_reads_is_offered_nothing_to_make_or_retire(wang: Member, link: ReferralLink) -> None:
    page = signed_in(make_user(Role.ADMIN)).get(reverse("referrals:member_links", args=[wang.pk])).text

    assert link.code in page
    assert "<form" not in page.partition('id="member-links"')[2]


def test_the_poster_speaks_the_groups_words_and_language_whoever_makes_it(link: ReferralLink, operator: User) -> None:
    client = signed_in(operator)

    page = client.get(reverse("referrals:link_poster", args=[link.pk])).text
    code = client.get(reverse("referrals:link_qr", args=[link.pk]))

    assert "一起吃时令水果" in page
    assert "王芳邀请你入群" in page
    assert (code["Content-Type"], code.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")


# What they brought


@pytest.fixture
def brought(client: Client, link: ReferralLink, wang: Member) -> None:
    """Three openings; somebody new, somebody known, and 王芳 herself."""
    make_member("陈静", phone="13700000000")
    for _time in range(3):
        opened(client, link)
    for phone in (PHONE, "13700000000", wang.phone):
        sent(client, link, phone=phone, nonce=f"{int(phone):032x}")


@pytest.mark.usefixtures("brought")
def test_the_desk_sees_what_a_link_brought_and_why_others_were_not_bound(link: ReferralLink, operator: User) -> None:
    page = signed_in(operator).get(reverse("referrals:link_list"))

    [(row, outcome)] = page.context["rows"]
    assert (row.touches, outcome.joined, outcome.bound) == (3, 3, 1)
    assert outcome.refused == {Refusal.ALREADY_MEMBER: 1, Refusal.SELF: 1}
    assert "Was a member already 1" in page.text


@pytest.mark.usefixtures("brought")
def test_each_who_joined_stands_there_with_the_reason(link: ReferralLink) -> None:
    page = signed_in(make_user(Role.AUDITOR)).get(reverse("referrals:link_detail", args=[link.pk]))

    told = [(joining.member.name, joining.get_refusal_display()) for joining in page.context["page"].rows]
    assert told == [("王芳", "It is their own link"), ("陈静", "Was a member already"), ("李强", "")]
    assert "It is their own link" in page.text
    assert "version 1" in page.text
    assert f'href="{reverse("community:member_detail", args=[link.member_id])}"' not in page.text  # not an auditor's


def test_links_are_narrowed_to_a_group(link: ReferralLink, operator: User) -> None:
    elsewhere = make_group("别的群")
    other = services.make_link(
        member=make_member("陈静", group=elsewhere), group=elsewhere, by=operator, now=timezone.now()
    )

    page = signed_in(operator).get(reverse("referrals:link_list"), {"group": elsewhere.pk})

    assert [row for row, _outcome in page.context["rows"]] == [other]


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_of_links_takes_as_many_queries_however_many(
    number: int, client: Client, group: Group, operator: User, django_assert_num_queries: Any
) -> None:
    for _one in range(number):
        link = services.make_link(member=make_member(group=group), group=group, by=operator, now=timezone.now())
        sent(client, link, phone=f"1380000000{_one}", nonce=f"{_one:032x}")
    browser = signed_in(operator)

    # session, user and what waits in the side bar; then
    with django_assert_num_queries(7):  # groups to choose, links with touches, outcomes, rule
        browser.get(reverse("referrals:link_list"))
    with django_assert_num_queries(7):  # link, touches, outcome, who joined
        browser.get(reverse("referrals:link_detail", args=[link.pk]))
    with django_assert_num_queries(6):  # session and user; member, groups, links with touches, outcomes
        browser.get(reverse("referrals:member_links", args=[link.member_id]), headers={"HX-Request": "true"})


# The rule


def test_an_admin_sets_the_rule_and_the_page_says_who_did(operator: User) -> None:
    admin = signed_in(make_user(Role.ADMIN, name="李会计"))

    before = admin.get(reverse("referrals:plan_list")).text
    admin.post(reverse("referrals:binding_set"), {"touch": "first", "window_days": "7"})
    after = admin.get(reverse("referrals:plan_list")).text

    assert "bound to the last inviter whose link they opened within 30 days. Only who was no member before." in before
    assert "bound to the first inviter whose link they opened within 7 days. Members nobody has brought so far" in after
    assert "set by 李会计" in after

    admin.post(reverse("referrals:binding_set"), {"touch": "last", "window_days": "14"})
    page = admin.get(reverse("referrals:plan_list"))
    assert [rule.window_days for rule in page.context["rules"]] == [14, 7]
    assert "within 7 days" in page.text.partition("Before")[2]
    said = signed_in(operator).get(reverse("referrals:link_list")).text
    assert "bound to the last inviter whose link they opened within 14 days." in said


@pytest.mark.parametrize("days", ["0", "91", "many"])
def test_a_rule_beyond_reason_is_refused_in_its_form(days: str) -> None:
    admin = signed_in(make_user(Role.ADMIN))

    answer = admin.post(reverse("referrals:binding_set"), {"touch": "first", "window_days": days})

    assert answer.status_code == 422
    assert answer.context["binding"].errors.keys() == {"window_days"}
    assert not BindingRule.objects.exists()


def test_the_rule_of_the_plan_that_pays_holds(operator: User) -> None:
    older, paying = (Plan.objects.create(name=name) for name in ("旧", "新"))
    make_plan(plan=paying)
    for plan, days in ((paying, 7), (older, 8)):
        services.set_binding_rule(plan=plan, terms=Terms(window_days=days), by=operator, now=timezone.now())

    assert terms_in_force().window_days == 7
