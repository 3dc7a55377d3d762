from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from content import services
from content.enums import IPKind, PieceState
from content.models import ClickDay
from core import links
from core.enums import Role
from core.rules.links import ALPHABET
from tests.content.factories import make_ip, make_piece, make_publication
from tests.factories import NOW, TODAY, make_campaign, make_group, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return make_user(Role.OPERATOR)


@pytest.fixture
def group():
    return make_group()


@pytest.fixture
def campaign(group):
    return make_campaign(group)


def test_a_new_piece_is_an_idea(operator):
    piece = services.create_piece(ip=make_ip(), title=" 草莓到了 ", head="今早发出 ", by=operator, now=NOW)

    assert (piece.title, piece.head, piece.state, piece.created_by) == ("草莓到了", "今早发出", "idea", operator)


def test_a_voice_is_found_by_its_pinyin(operator):
    ip = services.create_ip(name="邻里小厨", kind=IPKind.BRAND, by=operator, now=NOW)

    assert "llxc" in ip.pinyin.split()


def test_every_text_of_a_piece_is_kept_with_who_wrote_it(operator):
    piece = services.create_piece(ip=make_ip(), title="草莓", head="第一稿", by=operator, now=NOW)
    editor = make_user(Role.ADMIN)

    services.change_piece(
        piece=piece, ip=piece.ip, title="草莓", head="第二稿", waist="", legs="", campaign=None, by=editor, now=NOW
    )

    texts = piece.events.order_by("pgh_id").values_list("head", "pgh_context__metadata__user")
    assert list(texts) == [("第一稿", operator.pk), ("第二稿", editor.pk)]


def test_publishing_gives_a_short_link_of_unambiguous_letters(operator, group, campaign):
    publication = services.publish_piece(
        piece=make_piece(), group=group, day=TODAY, campaign=campaign, by=operator, now=NOW
    )

    assert len(publication.code) == 7
    assert set(publication.code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01oil")


@pytest.mark.parametrize(("days", "state"), [(0, PieceState.PUBLISHED), (1, PieceState.SCHEDULED)])
def test_publishing_says_how_far_the_piece_has_come(operator, group, campaign, days, state):
    piece = make_piece(state=PieceState.REVIEW)

    services.publish_piece(
        piece=piece, group=group, day=TODAY + timedelta(days=days), campaign=campaign, by=operator, now=NOW
    )

    piece.refresh_from_db()
    assert piece.state == state


def test_a_published_piece_stays_published_when_a_later_day_is_added(operator, group, campaign):
    piece = make_piece(state=PieceState.PUBLISHED)

    services.publish_piece(
        piece=piece, group=group, day=TODAY + timedelta(days=7), campaign=campaign, by=operator, now=NOW
    )

    piece.refresh_from_db()
    assert piece.state == PieceState.PUBLISHED


def test_a_taken_code_is_drawn_again(operator, group, campaign, monkeypatch):
    make_publication(code="aaaaaaa")
    drawn = iter(["aaaaaaa", "aaaaaaa", "bbbbbbb"])
    monkeypatch.setattr(links, "new_code", lambda _length: next(drawn))

    publication = services.publish_piece(
        piece=make_piece(), group=group, day=TODAY, campaign=campaign, by=operator, now=NOW
    )

    assert publication.code == "bbbbbbb"


def test_drawing_codes_ends(operator, group, campaign, monkeypatch):
    make_publication(code="aaaaaaa")
    monkeypatch.setattr(links, "new_code", lambda _length: "aaaaaaa")

    with pytest.raises(links.CodeTaken):
        services.publish_piece(piece=make_piece(), group=group, day=TODAY, campaign=campaign, by=operator, now=NOW)


def test_a_piece_is_published_once_a_day_in_a_group(operator, group, campaign):
    piece = make_piece()
    services.publish_piece(piece=piece, group=group, day=TODAY, campaign=campaign, by=operator, now=NOW)

    with pytest.raises(services.AlreadyPublished):
        services.publish_piece(piece=piece, group=group, day=TODAY, campaign=campaign, by=operator, now=NOW)


def test_a_link_leads_to_a_campaign_that_runs_in_the_group(operator, campaign):
    elsewhere = make_group("平阳六村一群")

    with pytest.raises(services.CampaignElsewhere, match="周五鲜果团.*平阳六村一群"):
        services.publish_piece(piece=make_piece(), group=elsewhere, day=TODAY, campaign=campaign, by=operator, now=NOW)


def test_a_piece_without_text_is_not_published(operator, group, campaign):
    with pytest.raises(services.NothingToSay, match="草莓到了"):
        services.publish_piece(
            piece=make_piece(head=""), group=group, day=TODAY, campaign=campaign, by=operator, now=NOW
        )


def test_clicks_are_counted_by_day_in_shanghai():
    publication = make_publication(code="abcdefg")
    before_midnight = datetime(2026, 11, 20, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))

    for at in (before_midnight, before_midnight, before_midnight + timedelta(minutes=1)):
        assert services.count_click(code="abcdefg", now=at) == (publication.campaign.code, publication.group_id)

    days = ClickDay.objects.filter(publication=publication).order_by("day").values_list("day", "clicks")
    assert list(days) == [(TODAY, 2), (TODAY + timedelta(days=1), 1)]


def test_an_unknown_link_leads_nowhere_and_counts_nothing():
    make_publication(code="abcdefg")

    assert services.count_click(code="bcdefgh", now=NOW) is None
    assert not ClickDay.objects.exists()


def test_counting_a_click_is_one_statement(django_assert_num_queries):
    make_publication(code="abcdefg")

    with django_assert_num_queries(1):
        services.count_click(code="abcdefg", now=NOW)
