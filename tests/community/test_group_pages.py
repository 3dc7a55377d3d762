from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from community.models import Group, Neighbourhood
from tests.factories import make_campaign, make_group, make_leader, make_member, make_neighbourhood

HTMX = {"HX-Request": "true"}


def names(response):
    return [group.name for group in response.context["groups"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_group_list_takes_five_queries(desk, django_assert_num_queries, rows):
    for number in range(rows):
        group = make_group(f"锦绣华城{number}群")
        make_leader(group)
        make_member(group=group)

    with django_assert_num_queries(5):  # session, user, side bar, counts, rows
        desk.get(reverse("community:group_list"))


def test_a_group_is_listed_with_its_members_seats_leader_and_last_campaign(desk):
    group = make_group(capacity=10)
    zhou = make_leader(group, name="周敏")
    make_member(group=group)
    make_campaign(group, opens_at=now() - timedelta(days=9), cuts_off_at=now() - timedelta(days=8))
    make_campaign(group, opens_at=now() - timedelta(days=2), cuts_off_at=now() + timedelta(days=1))
    make_campaign(group, opens_at=now() + timedelta(days=2), cuts_off_at=now() + timedelta(days=3))

    (listed,) = desk.get(reverse("community:group_list")).context["groups"]

    assert (listed.members, listed.seats_left, listed.leader_name, listed.leader_id) == (1, 9, "周敏", zhou.pk)
    assert listed.last_campaign_at.date() == (now() - timedelta(days=2)).date()


def test_who_left_no_longer_takes_a_seat(desk):
    group = make_group(capacity=10)
    make_member(group=group).memberships.update(left_on=localdate())

    (listed,) = desk.get(reverse("community:group_list")).context["groups"]

    assert (listed.members, listed.seats_left) == (0, 10)


@pytest.mark.parametrize("typed", ["平阳", "pingyang", "pylc", "ＰＹＬＣ", "闵行苑", "mhy"])
def test_a_group_is_found_by_its_name_or_its_compounds_in_characters_pinyin_or_initials(desk, typed):
    make_group("锦绣华城一群")
    make_group("平阳六村一群", neighbourhood=make_neighbourhood("闵行苑"))

    response = desk.get(reverse("community:group_list"), {"q": typed})

    assert names(response) == ["平阳六村一群"]


def test_groups_without_a_leader_and_full_groups_have_their_views(desk):
    make_leader(make_group("有人带"), name="周敏")
    full = make_group("满了", capacity=1)
    make_leader(full, name="许诺")
    make_member(group=full)
    make_leader(make_group("没人带"), last_day=localdate() - timedelta(days=1))

    response = desk.get(reverse("community:group_list"), {"view": "unled"})

    assert names(response) == ["没人带"]
    assert [count for _value, _label, count in response.context["views"]] == [3, 1, 1]
    assert names(desk.get(reverse("community:group_list"), {"view": "full"})) == ["满了"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["阿大", "阿二", "阿三"]),
        ("-name", ["阿三", "阿二", "阿大"]),
        ("members", ["阿二", "阿大", "阿三"]),
        ("-left", ["阿二", "阿三", "阿大"]),
        ("no such column", ["阿大", "阿二", "阿三"]),
    ],
)
def test_groups_are_sorted_by_their_columns(desk, sort, order):
    for name, pinyin, capacity, members in [("阿大", "a", 2, 1), ("阿二", "b", 9, 0), ("阿三", "c", 5, 2)]:
        group = make_group(name, capacity=capacity)
        Group.objects.filter(pk=group.pk).update(pinyin=pinyin)
        for _member in range(members):
            make_member(group=group)

    assert names(desk.get(reverse("community:group_list"), {"sort": sort})) == order


def test_the_fifty_first_group_is_on_the_second_page(desk):
    compound = make_neighbourhood()
    for number in range(51):
        make_group(f"{number:02}群", neighbourhood=compound)

    first = desk.get(reverse("community:group_list"))
    second = desk.get(reverse("community:group_list"), {"page": "2"})

    assert (len(names(first)), first.context["next_page"]) == (50, 2)
    assert (len(names(second)), second.context["next_page"], second.context["previous_page"]) == (1, 0, 1)


@pytest.mark.parametrize("number", ["", "0", "-1", "abc", "99999999999999999999", "²"])
def test_a_page_number_that_is_none_still_answers(desk, number):
    assert desk.get(reverse("community:group_list"), {"page": number}).status_code == 200


def test_htmx_gets_the_list_alone(desk):
    make_group()

    response = desk.get(reverse("community:group_list"), headers=HTMX)

    assert b"<html" not in response.content
    assert "锦绣华城一群" in response.content.decode()


def test_a_group_is_opened_in_a_new_neighbourhood(desk):
    data = {"name": "锦绣华城一群", "new_neighbourhood": "锦绣华城", "capacity": "200", "purpose": "一起买水果"}

    response = desk.post(reverse("community:group_create"), data)

    group = Group.objects.select_related("neighbourhood").get()
    assert response.url == reverse("community:group_detail", args=[group.pk])
    assert (group.name, group.neighbourhood.name, group.capacity) == ("锦绣华城一群", "锦绣华城", 200)


@pytest.mark.parametrize("both", [True, False])
def test_a_group_is_in_one_neighbourhood(desk, both):
    compound = make_neighbourhood()
    chosen = {"neighbourhood": compound.pk, "new_neighbourhood": "别处"} if both else {}

    response = desk.post(reverse("community:group_create"), {"name": "一群", "capacity": "200", **chosen})

    assert response.status_code == 422
    assert response.context["form"].errors["neighbourhood"]
    assert (Group.objects.count(), Neighbourhood.objects.count()) == (0, 1)


def test_a_group_too_large_for_wechat_is_refused_and_what_was_typed_is_kept(desk):
    response = desk.post(
        reverse("community:group_create"), {"name": "大群", "new_neighbourhood": "锦绣华城", "capacity": "501"}
    )

    assert response.status_code == 422
    assert response.context["form"].errors["capacity"]
    assert 'value="大群"' in response.content.decode()


def test_a_group_is_renamed(desk):
    group = make_group()

    desk.post(reverse("community:group_change", args=[group.pk]), {"name": "锦绣二群", "capacity": "300"})

    group.refresh_from_db()
    assert (group.name, group.capacity) == ("锦绣二群", 300)
    assert group.pinyin.startswith("jinxiuerqun")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_group_takes_nine_queries(desk, django_assert_num_queries, rows):
    group = make_group()
    for number in range(rows):
        make_member(group=group)
        make_leader(group, first_day=date(2025, number + 1, 1), last_day=date(2025, number + 1, 20))

    with django_assert_num_queries(
        9
    ):  # session, user, side bar, group, assignments, shares, members, two times leaders
        desk.get(reverse("community:group_detail", args=[group.pk]))


def test_a_leader_is_assigned_from_the_groups_page(desk):
    group, zhou = make_group(), make_leader(name="周敏")

    response = desk.post(
        reverse("community:leader_assign", args=[group.pk]), {"leader": zhou.pk, "first_day": "2026-05-01"}
    )

    assert response.url == reverse("community:group_detail", args=[group.pk])
    assert group.assignments.get().leader == zhou


def test_a_second_leader_at_once_is_refused_with_a_sentence(desk):
    group, xu = make_group(), make_leader(name="许诺")
    make_leader(group, name="周敏")

    response = desk.post(
        reverse("community:leader_assign", args=[group.pk]), {"leader": xu.pk, "first_day": "2026-05-01"}
    )

    assert response.status_code == 422
    assert "锦绣华城一群" in response.context["form"].non_field_errors()[0]
    assert group.assignments.count() == 1


def test_a_last_day_before_the_first_is_refused_at_its_field(desk):
    group, zhou = make_group(), make_leader(name="周敏")
    data = {"leader": zhou.pk, "first_day": "2026-05-02", "last_day": "2026-05-01"}

    response = desk.post(reverse("community:leader_assign", args=[group.pk]), data)

    assert response.status_code == 422
    assert response.context["form"].errors["last_day"]


def test_a_member_without_a_leaders_login_is_no_choice(desk):
    group, member = make_group(), make_member()

    response = desk.post(
        reverse("community:leader_assign", args=[group.pk]), {"leader": member.pk, "first_day": "2026-05-01"}
    )

    assert response.status_code == 422
    assert response.context["form"].errors["leader"]


def test_an_assignment_is_ended_on_its_page(desk):
    group = make_group()
    assignment = make_leader(group, first_day=date(2026, 5, 1)).assignments.get()

    early = desk.post(reverse("community:assignment_end", args=[assignment.pk]), {"last_day": "2026-04-30"})
    desk.post(reverse("community:assignment_end", args=[assignment.pk]), {"last_day": "2026-05-31"})

    assert early.status_code == 422
    assignment.refresh_from_db()
    assert assignment.last_day == date(2026, 5, 31)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_leader_list_takes_five_queries(desk, django_assert_num_queries, rows):
    for number in range(rows):
        make_leader(make_group(f"{number}群"), make_group(f"又{number}群"))

    with django_assert_num_queries(5):  # session, user, side bar, leaders, their spans with groups
        response = desk.get(reverse("community:leader_list"))

    assert len(response.context["page"].rows) == rows


def test_a_leader_whose_days_are_over_is_still_listed(desk):
    make_leader(make_group(), name="周敏", last_day=date(2025, 12, 31))
    make_leader(name="从没带过群")

    response = desk.get(reverse("community:leader_list"))

    assert [leader.name for leader in response.context["page"].rows] == ["周敏"]
