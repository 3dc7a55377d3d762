from datetime import date

import pytest

from community import services
from community.enums import SeedSource, SeedStatus
from community.rules.seeds import Score
from core.enums import Role
from tests.factories import NOW, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return make_user(Role.OPERATOR, name="沈嘉宁")


@pytest.fixture
def profile(operator):
    return services.find_seed(
        member=make_member("林婉清"), niche=" 烘焙 ", source=SeedSource.FORUM, by=operator, now=NOW
    )


def test_a_found_seed_waits_to_be_contacted(profile):
    assert (profile.niche, profile.source, profile.status) == ("烘焙", "forum", "to_contact")


def test_a_member_is_on_the_board_once(profile, operator):
    with pytest.raises(services.AlreadySought, match="林婉清"):
        services.find_seed(member=profile.member, niche="母婴", source=SeedSource.PERSONAL, by=operator, now=NOW)


def test_a_score_is_kept_with_what_it_rests_on(profile, operator):
    services.score_seed(profile=profile, scores={"reach": Score(4, " 朋友圈 900 人 ")}, by=operator, now=NOW)

    profile.refresh_from_db()
    assert (profile.reach, profile.reach_evidence) == (4, "朋友圈 900 人")
    assert profile.authority is None


def test_a_score_without_evidence_is_refused_at_its_field(profile, operator):
    scores = {"authority": Score(5, "  "), "reach": Score(3, "群主"), "agreement": Score(None, "")}

    with pytest.raises(services.ScoreRefused) as refused:
        services.score_seed(profile=profile, scores=scores, by=operator, now=NOW)

    assert list(refused.value.sentences) == ["authority_evidence"]
    profile.refresh_from_db()
    assert profile.reach is None


@pytest.mark.parametrize("points", [6, -1])
def test_a_score_off_the_scale_is_refused_at_its_field(profile, operator, points):
    with pytest.raises(services.ScoreRefused) as refused:
        services.score_seed(profile=profile, scores={"reach": Score(points, "群主")}, by=operator, now=NOW)

    assert list(refused.value.sentences) == ["reach"]


def test_evidence_may_wait_for_its_score(profile, operator):
    services.score_seed(profile=profile, scores={"reach": Score(None, "听说有公众号")}, by=operator, now=NOW)

    profile.refresh_from_db()
    assert (profile.reach, profile.reach_evidence) == (None, "听说有公众号")


def test_every_move_is_remembered_with_who_made_it_also_the_way_back(profile, operator):
    admin = make_user(Role.ADMIN)

    services.move_seed(profile=profile, status=SeedStatus.SEED, by=operator, now=NOW)
    services.move_seed(profile=profile, status=SeedStatus.CONTACTED, by=admin, now=NOW)

    moves = profile.events.order_by("pgh_id").values_list("status", "pgh_context__metadata__user")
    assert list(moves) == [("to_contact", operator.pk), ("seed", operator.pk), ("contacted", admin.pk)]


def test_the_next_contact_is_planned_and_taken_back(profile, operator):
    services.plan_contact(profile=profile, next_contact_on=date(2026, 12, 1), by=operator, now=NOW)
    profile.refresh_from_db()
    assert profile.next_contact_on == date(2026, 12, 1)

    services.plan_contact(profile=profile, next_contact_on=None, by=operator, now=NOW)

    profile.refresh_from_db()
    assert profile.next_contact_on is None
