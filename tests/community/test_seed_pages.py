from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext

from community.enums import SeedStatus
from community.models import SeedProfile
from tests.factories import make_member

HTMX = {"HX-Request": "true"}
BOARD = "community:seed_board"


def make_profile(name="林婉清", **fields):
    return SeedProfile.objects.create(member=make_member(name), niche="烘焙", source="forum", **fields)


def columns(response):
    return [[card.profile.member.name for card in column.cards] for column in response.context["board"].columns]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_takes_four_queries(desk, django_assert_num_queries, rows):
    for _row in range(rows):
        make_profile()

    with django_assert_num_queries(4):  # session, user, side bar, cards
        desk.get(reverse(BOARD))


def test_cards_stand_in_the_column_of_their_status_whom_to_talk_to_first_on_top(desk):
    make_profile("晚点聊", next_contact_on=localdate() + timedelta(days=5))
    make_profile("没安排", reach=5, reach_evidence="群主")
    make_profile("今天聊", next_contact_on=localdate())
    make_profile("没安排也没分")
    make_profile("已是种子", status=SeedStatus.SEED)

    response = desk.get(reverse(BOARD))

    assert columns(response) == [["今天聊", "晚点聊", "没安排", "没安排也没分"], [], [], ["已是种子"]]
    first, second, third, _fourth = response.context["board"].columns[0].cards
    assert [first.due, second.due, third.due] == [True, False, False]
    assert third.total == 5
    assert response.context["board"].seeds == 1


def test_a_card_is_moved_and_the_move_announced(desk):
    profile = make_profile()

    response = desk.post(reverse("community:seed_move", args=[profile.pk]), {"status": "contacted"}, headers=HTMX)

    profile.refresh_from_db()
    assert profile.status == "contacted"
    content = response.content.decode()
    assert content.lstrip().startswith('<div class="stack" id="board">')
    assert 'role="status"' in content
    said = gettext("%(name)s: %(status)s") % {"name": "林婉清", "status": SeedStatus.CONTACTED.label}
    assert f"<span>{said}</span>" in content


def test_without_javascript_a_move_comes_back_to_the_board(desk):
    profile = make_profile(status=SeedStatus.SEED)

    response = desk.post(reverse("community:seed_move", args=[profile.pk]), {"status": "joined"})

    assert response.url == reverse(BOARD)
    profile.refresh_from_db()
    assert profile.status == "joined"


def test_a_column_that_does_not_exist_moves_nothing(desk):
    profile = make_profile()

    response = desk.post(reverse("community:seed_move", args=[profile.pk]), {"status": "vip"})

    assert response.status_code == 422
    profile.refresh_from_db()
    assert profile.status == "to_contact"


def test_a_member_is_put_on_the_board(desk):
    member = make_member()
    url = reverse("community:seed_create", args=[member.pk])

    found = desk.post(url, {"niche": "烘焙", "source": "personal"})
    twice = desk.post(url, {"niche": "母婴", "source": "forum"})

    profile = SeedProfile.objects.get()
    assert found.url == reverse("community:seed_detail", args=[profile.pk])
    assert twice.status_code == 422
    assert profile.niche == "烘焙"


def test_scores_are_saved_with_their_evidence(desk):
    profile = make_profile()
    data = {"authority": "4", "authority_evidence": "开过烘焙课", "reach": "", "expression": "", "agreement": ""}

    response = desk.post(reverse("community:seed_score", args=[profile.pk]), data)

    assert response.status_code == 302
    profile.refresh_from_db()
    assert (profile.authority, profile.authority_evidence, profile.reach) == (4, "开过烘焙课", None)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"authority": "6", "authority_evidence": "开过课"}, "authority"),
        ({"authority": "-1", "authority_evidence": "开过课"}, "authority"),
        ({"authority": "4", "authority_evidence": " "}, "authority_evidence"),
    ],
)
def test_a_refused_score_is_told_at_its_field_and_keeps_what_was_typed(desk, data, field):
    profile = make_profile()

    response = desk.post(reverse("community:seed_score", args=[profile.pk]), {**data, "reach_evidence": "群主"})

    assert response.status_code == 422
    assert list(response.context["scores"].errors) == [field]
    assert 'value="群主"' in response.content.decode()
    profile.refresh_from_db()
    assert profile.authority is None


def test_the_next_contact_is_planned(desk):
    profile = make_profile()

    desk.post(reverse("community:seed_plan", args=[profile.pk]), {"next_contact_on": "2026-12-01"})
    refused = desk.post(reverse("community:seed_plan", args=[profile.pk]), {"next_contact_on": "someday"})

    assert refused.status_code == 422
    profile.refresh_from_db()
    assert str(profile.next_contact_on) == "2026-12-01"


def test_what_is_known_is_written_down(desk):
    profile = make_profile()

    desk.post(
        reverse("community:seed_change", args=[profile.pk]), {"niche": "面包", "source": "personal", "note": "周末有空"}
    )

    profile.refresh_from_db()
    assert (profile.niche, profile.source, profile.note) == ("面包", "personal", "周末有空")


def test_the_page_of_a_seed_takes_five_queries(desk, django_assert_num_queries):
    profile = make_profile()

    with django_assert_num_queries(5):  # session, user, side bar, profile, history
        desk.get(reverse("community:seed_detail", args=[profile.pk]))
