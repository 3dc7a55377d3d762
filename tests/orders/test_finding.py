"""What the palette finds, and for whom."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from community.models import Membership
from orders.enums import CampaignState
from orders.models import Campaign
from orders.queries import palette_hits
from orders.services import change_campaign
from tests import factories as make
from tests.factories import NOW, order_for

pytestmark = pytest.mark.django_db

FIND = "/find/"


def found(user, text: str) -> list[tuple[str, str]]:
    """Kind and name of what is found, in its order."""
    hits = palette_hits(user, text)
    return [(hit.kind, str(hit.row.member if hit.kind == "order" else hit.row)) for hit in hits]


@pytest.mark.parametrize("text", ["锦绣", "jinxiu", "jxhc", "JXHC"])
def test_a_group_is_found_by_name_pinyin_and_initials(operator, text):
    make.make_group("锦绣华城一群")
    make.make_group("平阳六村群", neighbourhood=make.make_neighbourhood("平阳六村"))

    assert found(operator, text) == [("group", "锦绣华城一群")]


@pytest.mark.parametrize("text", ["鲜果", "zwxg", "zhouwuxianguo"])
def test_a_campaign_is_found_by_title_pinyin_and_initials(operator, group, text):
    make.make_campaign(group, title="周五鲜果团")
    make.make_campaign(group, title="月末粮油")

    assert found(operator, text) == [("campaign", "周五鲜果团")]


@pytest.mark.parametrize("text", ["王芳", "wangf", "wf", "6-1201", "6栋1201", "1201", "王 1201", "5678", "13812345678"])
def test_a_member_is_found_by_name_pinyin_door_and_the_end_of_the_phone(operator, group, text):
    make.make_member("王芳", group=group, door="6-1201", phone="13812345678")
    make.make_member("李雷", group=group, door="7-301", phone="13900001111")

    assert found(operator, text) == [("member", "王芳")]


def test_fewer_than_four_digits_are_no_end_of_a_phone(operator):
    make.make_member("王芳", phone="13812345678")

    assert found(operator, "678") == []


def test_a_leader_without_a_door_is_found_too(operator):
    make.make_leader(make.make_group("平阳六村群"), name="高志远")

    assert found(operator, "gzy") == [("member", "高志远")]


def test_a_member_of_two_groups_is_shown_at_the_door_that_was_asked_for(operator, group, other_group):
    member = make.make_member("王芳", group=group, door="6-1201")
    Membership.objects.create(group=other_group, member=member, door="7-301", joined_on=member.joined_on)

    (hit,) = palette_hits(operator, "7-301")

    assert (hit.row.door, hit.row.group_name) == ("7-301", "田林十二村群")


def test_the_surest_comes_first_and_the_latest_orders_of_the_members_last(operator, group):
    campaign = make.make_campaign(group, title="敏敏的团")
    offer = make.make_offer(campaign)
    make.make_member("周敏敏", group=group)
    member = make.make_member("敏", group=group)
    order_for(member, (offer, 1), group=group)

    assert found(operator, "敏") == [
        ("member", "敏"),  # called exactly so
        ("campaign", "敏敏的团"),  # begins so
        ("member", "周敏敏"),
        ("order", "敏"),
    ]


def test_eight_rows_are_shown_and_many_campaigns_leave_room_for_people(operator, group):
    for number in range(9):
        make.make_campaign(group, title=f"周末团{number}", cuts_off_at=NOW + timedelta(days=number))
        make.make_member(f"周{number}", group=group)

    kinds = [kind for kind, _name in found(operator, "周")]

    assert (kinds.count("campaign"), kinds.count("member")) == (3, 5)
    assert [name for kind, name in found(operator, "zmt") if kind == "campaign"] == ["周末团8", "周末团7", "周末团6"]


def test_nothing_typed_finds_nothing(operator, group):
    make.make_member(group=group)

    assert found(operator, "  ") == []


def test_rows_of_foreign_groups_are_not_found(leader, group, other_group, operator):
    """The palette is not a leader's, but what it asks keeps to what a person may see."""
    own = make.make_offer(make.make_campaign(group, title="鲜果一"))
    foreign = make.make_offer(make.make_campaign(other_group, title="鲜果二"))
    here = make.make_member("鲜一一", group=group, door="6-1201")
    there = make.make_member("鲜二二", group=other_group, door="6-1202", phone="13812345678")
    order_for(here, (own, 1), group=group)
    order_for(there, (foreign, 1), group=other_group)

    assert found(leader.user, "鲜") == [("campaign", "鲜果一"), ("member", "鲜一一"), ("order", "鲜一一")]
    assert found(leader.user, "6-120") == [("member", "鲜一一"), ("order", "鲜一一")]
    assert [found(leader.user, text) for text in ("5678", "田林")] == [[], []]
    assert len(found(operator, "鲜")) == 6


def test_an_auditor_finds_the_orders_they_may_open_and_nobody_by_phone(auditor, group):
    offer = make.make_offer(make.make_campaign(group, title="王牌团"))
    order_for(make.make_member("王芳", group=group, phone="13812345678"), (offer, 1), group=group)

    assert found(auditor, "王") == [("order", "王芳")]
    assert found(auditor, "5678") == []


def test_a_leader_has_no_palette(signed_in, leader):
    browser = signed_in(leader.user)

    assert browser.get(FIND, {"q": "王"}).status_code == 404


def test_every_page_at_the_desk_knows_where_to_ask(signed_in, operator):
    assert f'data-palette-url="{FIND}"' in signed_in(operator).get("/orders/").text


def test_a_row_leads_to_its_page_and_says_what_it_is(signed_in, operator, group):
    campaign = make.make_campaign(group, title="王牌团")
    member = make.make_member("王芳", group=group, door="6-1201")
    order = order_for(member, (make.make_offer(campaign), 1), group=group)

    answer = signed_in(operator).get(FIND, {"q": "王"})

    pages = {"community:member_detail": member, "orders:campaign_detail": campaign, "orders:order_detail": order}
    for name, row in pages.items():
        assert f'href="{reverse(name, args=[row.pk])}"' in answer.text
    assert "Member · 锦绣华城一群 · 6-1201" in answer.text
    assert answer.headers["Cache-Control"].count("no-store") == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_question_is_answered_in_four_queries(signed_in, operator, group, django_assert_num_queries, rows):
    for number in range(rows):
        make.make_group(f"王家{number}群")
        offer = make.make_offer(make.make_campaign(group, title=f"王牌团{number}"))
        order_for(make.make_member(f"王{number}", group=group, door=f"6-{number}"), (offer, 1), group=group)
    browser = signed_in(operator)

    with django_assert_num_queries(6):  # session, user; members, their orders, groups, campaigns
        browser.get(FIND, {"q": "王"})


def test_a_campaign_with_another_title_is_found_by_that(operator, group):
    campaign = make.make_campaign(group, title="周五鲜果团", state=CampaignState.DRAFT)
    clock = {name: getattr(campaign, name) for name in ("opens_at", "cuts_off_at", "delivers_on")}

    change_campaign(campaign=campaign, title="月末粮油", groups=[group], **clock)

    assert (found(operator, "ymly"), found(operator, "zwxg")) == ([("campaign", "月末粮油")], [])


def test_campaigns_from_before_are_given_their_pinyin(operator, group):
    make.make_campaign(group, title="周五鲜果团")
    Campaign.objects.update(pinyin="")

    import_module("orders.migrations.0009_campaign_pinyin_of_titles").fill(apps, None)

    assert found(operator, "zwxgt") == [("campaign", "周五鲜果团")]
