from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from community import services
from community.enums import SeedStatus
from community.models import Member, SeedProfile
from tests.factories import NOW, make_group, make_member

LIST = "community:member_list"


def names(response):
    return [member.name for member in response.context["page"].rows]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_member_list_takes_six_queries(desk, django_assert_num_queries, rows):
    group = make_group()
    for _row in range(rows):
        SeedProfile.objects.create(member=make_member(group=group), niche="烘焙", source="forum")

    with django_assert_num_queries(
        6
    ):  # session, user, side bar, members with seed profile, memberships, groups to choose from
        response = desk.get(reverse(LIST))

    assert len(names(response)) == rows


@pytest.mark.parametrize("typed", ["敏", "zhoumin", "zm", "ZM", "min", "3-17", "３－１７０１", " 周敏 "])
def test_somebody_is_found_by_name_pinyin_initials_or_door(desk, typed):
    group = make_group()
    make_member("周敏", group=group, door="3-1701")
    make_member("李雷", group=group, door="13-1701")

    assert names(desk.get(reverse(LIST), {"q": typed})) == ["周敏"]


def test_a_door_somebody_moved_out_of_no_longer_finds_them(desk):
    member = make_member(group=make_group(), door="3-1701")
    member.memberships.update(left_on=localdate())

    assert names(desk.get(reverse(LIST), {"q": "3-1701"})) == []


def test_the_list_is_narrowed_to_a_group(desk):
    here, there = make_group("这里"), make_group("那里")
    make_member("周敏", group=here)
    make_member("李雷", group=there)

    assert names(desk.get(reverse(LIST), {"group": here.pk})) == ["周敏"]
    assert names(desk.get(reverse(LIST), {"group": "²"})) == ["李雷", "周敏"]


def test_pages_follow_each_other_in_both_directions_without_gap_or_repetition(desk):
    for number in range(120):
        make_member(f"王{number:03}" if number % 3 else "王同名")
    url = reverse(LIST)

    first = desk.get(url)
    second = desk.get(url, {"after": first.context["page"].after})
    third = desk.get(url, {"after": second.context["page"].after})
    back = desk.get(url, {"before": third.context["page"].before})

    pages = [[member.pk for member in answer.context["page"].rows] for answer in (first, second, third)]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({pk for page in pages for pk in page}) == 120
    assert [member.pk for member in back.context["page"].rows] == pages[1]
    assert (first.context["page"].before, third.context["page"].after) == (None, None)


@pytest.mark.parametrize("key", ["0", "abc", "-5", "99999999999999999999999", "²"])
def test_a_key_that_leads_nowhere_begins_at_the_beginning(desk, key):
    make_member("周敏")

    assert names(desk.get(reverse(LIST), {"after": key})) == ["周敏"]


def test_a_new_member_is_taken_into_the_group_the_page_was_opened_from(desk):
    group = make_group()
    url = reverse("community:member_create")

    asked = desk.get(url, {"group": group.pk})
    saved = desk.post(url, {"name": "周敏", "group": group.pk, "door": "３-1701", "channel": "event"})

    assert str(asked.context["form"]["group"].value()) == str(group.pk)
    member = Member.objects.get()
    assert saved.url == reverse("community:member_detail", args=[member.pk])
    assert (member.memberships.get().door, member.channel) == ("3-1701", "event")


def test_a_nameless_member_is_refused(desk):
    response = desk.post(
        reverse("community:member_create"), {"name": "  ", "group": make_group().pk, "channel": "event"}
    )

    assert response.status_code == 422
    assert not Member.objects.exists()


def test_a_formula_like_or_emoji_name_is_shown_as_it_is_written(desk):
    make_member("=1+1 <b>🍓</b>")

    content = desk.get(reverse(LIST)).content.decode()

    assert "=1+1 &lt;b&gt;🍓&lt;/b&gt;" in content


@pytest.mark.parametrize("groups", [1, 3])
def test_the_page_of_a_member_takes_eight_queries(desk, operator, django_assert_num_queries, groups):
    member = make_member()
    for number in range(groups):
        services.join_group(member=member, group=make_group(f"{number}群"), by=operator, now=NOW)

    # session, user, side bar, member, memberships, seed profile, history, groups to choose from
    with django_assert_num_queries(8):
        desk.get(reverse("community:member_detail", args=[member.pk]))


def test_the_history_says_who_did_what_in_the_words_of_the_page(desk, operator):
    group = make_group()
    member = services.add_member(group=group, name="周敏", door="3-1701", by=operator, now=NOW).member
    services.move_member(membership=member.memberships.get(), group=group, door="5-602", by=operator, now=NOW)
    profile = services.find_seed(member=member, niche="烘焙", source="forum", by=operator, now=NOW)
    services.move_seed(profile=profile, status=SeedStatus.JOINED, by=operator, now=NOW)

    history = desk.get(reverse("community:member_detail", args=[member.pk])).context["history"]

    assert {change.by for change in history} == {"沈嘉宁"}
    told = [(field.before, field.after) for change in history for field in change.fields]
    assert ("3-1701", "5-602") in told
    assert (str(SeedStatus.TO_CONTACT.label), str(SeedStatus.JOINED.label)) in told


def test_a_member_joins_a_second_group_once(desk):
    first, second = make_group("一群"), make_group("二群")
    member = make_member(group=first)
    url = reverse("community:member_join", args=[member.pk])

    joined = desk.post(url, {"group": second.pk, "door": ""})
    again = desk.post(url, {"group": second.pk, "door": ""})

    assert joined.status_code == 302
    assert again.status_code == 422
    assert again.context["form"].errors["group"]
    assert member.memberships.count() == 2


def test_a_member_moves_to_another_group(desk):
    first, second = make_group("一群"), make_group("二群")
    member = make_member(group=first)
    membership = member.memberships.get()

    desk.post(reverse("community:member_move", args=[membership.pk]), {"group": second.pk, "door": "1-101"})

    assert list(member.memberships.current().values_list("group", "door")) == [(second.pk, "1-101")]


def test_leaving_is_asked_once_more(desk):
    membership = make_member(group=make_group()).memberships.get()
    url = reverse("community:member_leave", args=[membership.pk])

    desk.get(url)
    membership.refresh_from_db()
    assert membership.left_on is None

    desk.post(url)
    membership.refresh_from_db()
    assert membership.left_on == localdate()
    assert desk.post(url).status_code == 422


def test_a_member_who_joins_tomorrow_cannot_leave_today(desk):
    membership = make_member(group=make_group(), joined_on=localdate() + timedelta(days=1)).memberships.get()

    response = desk.post(reverse("community:member_leave", args=[membership.pk]))

    assert response.status_code == 422
    assert response.context["refusal"]


def test_a_members_particulars_are_corrected(desk):
    member = make_member("周民")

    desk.post(reverse("community:member_change", args=[member.pk]), {"name": "周敏", "channel": "store"})

    member.refresh_from_db()
    assert (member.name, member.channel) == ("周敏", "store")
