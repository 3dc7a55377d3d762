from datetime import date, timedelta

import pgtrigger
import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from content.enums import PieceState
from content.models import IP, Piece, Publication
from orders.enums import CampaignState, OrderState
from orders.models import Order
from tests.content.factories import make_ip, make_piece, make_publication
from tests.factories import NOW, make_campaign, make_group, make_leader, make_member, make_offer, order_for

MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_calendar_takes_five_queries(desk, django_assert_num_queries, rows):
    for number in range(rows):
        make_publication(code=f"code{number}", group=make_group(f"{number}群"), day=MONDAY, clicks=2)

    with django_assert_num_queries(5):  # session, user, side bar, groups, publications with their clicks
        response = desk.get(reverse("content:calendar"), {"week": "2026-11-18"})

    assert [len(row.cells[0].publications) for row in response.context["rows"]] == [1] * rows


def test_a_week_runs_from_monday_to_sunday(desk):
    group = make_group()
    for number, day in enumerate([date(2026, 11, 15), MONDAY, date(2026, 11, 22), date(2026, 11, 23)]):
        make_publication(code=f"code{number}", group=group, day=day, clicks=number)

    response = desk.get(reverse("content:calendar"), {"week": "2026-11-22"})

    (row,) = response.context["rows"]
    said = [[(one.code, one.clicks) for one in cell.publications] for cell in row.cells]
    assert said == [[("code1", 1)], [], [], [], [], [], [("code2", 2)]]
    assert (response.context["previous_week"], response.context["next_week"]) == (date(2026, 11, 9), date(2026, 11, 23))


@pytest.mark.parametrize("week", ["", "no day", "2026-02-31", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none_shows_one_anyway(desk, week):
    make_group()

    assert desk.get(reverse("content:calendar"), {"week": week}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_voices_takes_four_queries(desk, django_assert_num_queries, rows):
    for number in range(rows):
        make_piece(ip=make_ip(f"{number}号", person=make_member()))

    with django_assert_num_queries(4):  # session, user, side bar, voices
        response = desk.get(reverse("content:ip_list"))

    assert [ip.piece_count for ip in response.context["page"].rows] == [1] * rows


def test_a_leader_gets_a_voice_of_their_own(desk):
    zhou = make_leader(make_group())
    data = {"name": "周姐说菜", "kind": "person", "person": zhou.pk, "voice": "像邻居一样说话"}

    desk.post(reverse("content:ip_create"), data)

    assert IP.objects.get().person == zhou


def test_a_voice_needs_a_name_and_a_kind(desk):
    response = desk.post(reverse("content:ip_create"), {"name": " ", "kind": "robot"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"name", "kind"}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_pieces_takes_four_queries(desk, django_assert_num_queries, rows):
    for _row in range(rows):
        make_piece(campaign=make_campaign())

    with django_assert_num_queries(4):  # session, user, side bar, pieces with voice and campaign
        response = desk.get(reverse("content:piece_list"))

    assert len(response.context["page"].rows) == rows


def test_pieces_are_shown_by_state_newest_first(desk):
    old, new = make_piece("旧的", state=PieceState.DRAFT), make_piece("新的", state=PieceState.DRAFT)
    make_piece("点子")

    response = desk.get(reverse("content:piece_list"), {"state": "draft"})

    assert response.context["page"].rows == [new, old]


def test_a_piece_is_written(desk, operator):
    data = {"title": "草莓到了", "ip": make_ip().pk, "head": "今早发出", "waist": "", "legs": "点链接"}

    response = desk.post(reverse("content:piece_create"), data)

    piece = Piece.objects.get()
    assert response.url == reverse("content:piece_detail", args=[piece.pk])
    assert (piece.head, piece.waist, piece.legs, piece.created_by) == ("今早发出", "", "点链接", operator)


def test_a_piece_without_a_title_is_refused_and_its_text_is_kept(desk):
    piece = make_piece()

    response = desk.post(
        reverse("content:piece_detail", args=[piece.pk]), {"title": "", "ip": piece.ip_id, "head": "新的一句"}
    )

    assert response.status_code == 422
    assert "新的一句" in response.content.decode()
    piece.refresh_from_db()
    assert piece.head == "今早从丹东发出"


def test_a_piece_keeps_its_campaign_when_that_is_over(desk):
    over, another = make_campaign(state=CampaignState.CLOSED), make_campaign(state=CampaignState.CLOSED)
    piece = make_piece(campaign=over)
    url = reverse("content:piece_detail", args=[piece.pk])
    data = {"title": "改了标题", "ip": piece.ip_id}

    kept = desk.post(url, {**data, "campaign": over.pk})
    refused = desk.post(url, {**data, "campaign": another.pk})

    assert (kept.status_code, refused.status_code) == (302, 422)
    piece.refresh_from_db()
    assert (piece.title, piece.campaign) == ("改了标题", over)


def test_a_piece_is_moved_on(desk):
    piece = make_piece()
    url = reverse("content:piece_move", args=[piece.pk])

    desk.post(url, {"state": "review"})

    assert desk.post(url, {"state": "viral"}).status_code == 422
    piece.refresh_from_db()
    assert piece.state == "review"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_piece_takes_nine_queries(desk, django_assert_num_queries, rows):
    piece = make_piece()
    for number in range(rows):
        make_publication(code=f"code{number}", piece=piece, group=make_group(f"{number}群"))

    # session, user, side bar, piece; voices, campaigns to choose from; groups, campaigns to publish to; publications
    with django_assert_num_queries(9):
        desk.get(reverse("content:piece_detail", args=[piece.pk]))


def test_publishing_shows_the_short_link_to_copy(desk, settings):
    settings.PUBLIC_URL = "https://linli.example"
    group = make_group()
    data = {"piece": make_piece().pk, "group": group.pk, "day": "2026-11-20", "campaign": make_campaign(group).pk}

    response = desk.post(reverse("content:publication_create"), data, follow=True)

    publication = Publication.objects.get()
    assert response.redirect_chain == [(reverse("content:publication_detail", args=[publication.pk]), 302)]
    assert f"https://linli.example/p/{publication.code}" in response.content.decode()


def test_the_calendar_brings_group_and_day(desk):
    group = make_group()

    form = desk.get(reverse("content:publication_create"), {"group": group.pk, "day": "2026-12-01"}).context["form"]

    assert (str(form["group"].value()), form["day"].value()) == (str(group.pk), "2026-12-01")


def test_a_refused_publication_says_why(desk):
    data = {
        "piece": make_piece().pk,
        "group": make_group("平阳六村一群").pk,
        "day": "2026-11-20",
        "campaign": make_campaign(make_group()).pk,
    }

    response = desk.post(reverse("content:publication_create"), data)

    assert response.status_code == 422
    assert "平阳六村一群" in response.context["form"].non_field_errors()[0]
    assert not Publication.objects.exists()


def test_a_publication_shows_clicks_by_day_and_the_orders_credited_to_it(desk, django_assert_num_queries):
    group = make_group()
    campaign = make_campaign(group)
    publication = make_publication(code="abcdefg", group=group, campaign=campaign)
    publication.click_days.create(day=localdate(), clicks=7)
    publication.click_days.create(day=localdate() - timedelta(days=1), clicks=5)
    apples, pears = make_offer(campaign, "苹果", price_fen=1290), make_offer(campaign, "梨", price_fen=880)
    for basis, code, state in [
        ("opened", "abcdefg", OrderState.PLACED),
        ("window", "abcdefg", OrderState.DELIVERED),
        ("window", "abcdefg", OrderState.CANCELLED),
        ("opened", "another", OrderState.PLACED),
    ]:
        order = order_for(make_member(group=group), (apples, 2), (pears, 1), group=group, now=NOW)
        with pgtrigger.ignore("orders.Order:intake_is_frozen"):
            Order.objects.filter(pk=order.pk).update(link_code=code, link_basis=basis, state=state)

    # session, user, side bar, publication, click days, credited
    with django_assert_num_queries(6):
        response = desk.get(reverse("content:publication_detail", args=[publication.pk]))

    credited = response.context["credited"]
    assert response.context["clicks"] == 12
    assert (credited.opened, credited.window, credited.orders) == (1, 1, 2)
    assert credited.sales_fen == 2 * (2 * 1290 + 880)


def test_a_publication_nobody_ordered_through_shows_zero(desk):
    publication = make_publication(code="abcdefg")

    credited = desk.get(reverse("content:publication_detail", args=[publication.pk])).context["credited"]

    assert (credited.orders, credited.sales_fen) == (0, 0)
