"""Pasted texts are forgotten after a while; what came of them stays."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse

from orders.enums import CampaignState, PasteState
from orders.models import Campaign, ChainEntry, Order, Paste, PasteChange, SaleFact
from orders.services import CampaignClosed, TooLateToUndo, apply_paste, forget_pastes, start_paste, undo_paste
from tests import factories as make
from tests.factories import NOW
from tests.orders.chain_message import as_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def pasted(group):
    """A chain of two entries that was taken in, one of them refused, and a draft beside it; the campaign is over."""
    campaign = make.make_campaign(group)
    make.make_offer(campaign, "草莓", unit="盒", counted=True, limit_each=2)
    leader = make.make_leader(group).user
    applied, _draft = (
        start_paste(
            campaign=campaign, group=group, text="1. 王芳 3-201 草莓2盒\n2. 李明 5-101 草莓3盒", by=leader, now=NOW
        )
        for _time in range(2)
    )
    apply_paste(paste=applied, by=leader, now=NOW)
    Paste.objects.update(pasted_at=NOW)
    Campaign.objects.update(state=CampaignState.CLOSED)
    applied.refresh_from_db()
    return applied


def test_after_a_month_nothing_that_was_written_is_left_and_all_that_was_ordered(pasted):
    facts = list(SaleFact.objects.values_list("order", "kind", "quantity", "amount_fen"))
    assert pasted.outcome["left_out"]

    forgotten = forget_pastes(now=NOW + timedelta(days=30, seconds=1))

    assert forgotten == 2
    kept = Paste.objects.get()
    assert (kept.pk, kept.text, kept.decisions, kept.state) == (pasted.pk, "", {}, PasteState.APPLIED)
    assert "left_out" not in kept.outcome
    assert kept.outcome["taken"] == 1
    assert [entry.raw for entry in ChainEntry.objects.all()] == [""]
    assert [change.after["raw"] for change in PasteChange.objects.all()] == [""]
    assert list(SaleFact.objects.values_list("order", "kind", "quantity", "amount_fen")) == facts
    assert Order.objects.count() == 1
    assert forget_pastes(now=NOW + timedelta(days=40)) == 0


def words_kept():
    rows = [*Paste.objects.values(), *ChainEntry.objects.values(), *PasteChange.objects.values()]
    return [
        word for word in ("王芳", "3-201", "放门口", "放隔壁", "9-909", "草莓", "wxid", "只剩") if word in repr(rows)
    ]


@pytest.fixture
def noted(group):
    """An entry whose note and door a second paste changed, and a third paste that was undone; the campaign is over."""
    campaign = make.make_campaign(group)
    make.make_offer(campaign, "草莓", unit="盒", counted=True)
    leader = make.make_leader(group).user
    make.make_member("王芳", group=group, door="3-201")
    for door, note in (("3-201", "放门口"), ("9-909", "放隔壁"), ("9-909", "打电话")):
        text = as_message([("wxid_wang", 1_763_600_460, f"王芳 {door} 草莓2盒 {note}")])
        paste = start_paste(campaign=campaign, group=group, text=text, by=leader, now=NOW)
        apply_paste(paste=paste, by=leader, now=NOW)
    undo_paste(paste=paste, by=leader, now=NOW)
    Campaign.objects.update(state=CampaignState.CLOSED, cuts_off_at=NOW)
    Paste.objects.update(pasted_at=NOW)
    return Paste.objects.order_by("pk")[1]


def test_an_entry_keeps_its_order_member_and_quantities_and_no_words(noted):
    assert set(words_kept()) == {"王芳", "3-201", "放门口", "放隔壁", "9-909", "草莓", "wxid"}
    order = Order.objects.get()
    offer = order.lines.get().offer_id

    forget_pastes(now=NOW + timedelta(days=31))

    assert words_kept() == []
    entry = ChainEntry.objects.get()
    assert (entry.order, entry.member, entry.lines, entry.number, entry.live) == (
        order,
        order.member,
        {str(offer): "2"},
        1,
        True,
    )
    assert [
        (change.before["lines"], change.after["lines"], change.after["member"])
        for change in PasteChange.objects.order_by("pk")
    ] == [
        ({}, {str(offer): "2"}, order.member_id),
        ({str(offer): "2"}, {str(offer): "2"}, order.member_id),
        ({str(offer): "2"}, {str(offer): "2"}, order.member_id),
    ]
    order.refresh_from_db()
    assert (order.note, order.door) == ("放隔壁", "9-909")


def test_undoing_and_going_on_after_that_say_what_is_no_more(noted, client):
    forget_pastes(now=NOW + timedelta(days=31))
    later = NOW + timedelta(days=31)
    noted.refresh_from_db()
    client.force_login(noted.pasted_by)

    with pytest.raises(TooLateToUndo):
        undo_paste(paste=noted, by=noted.pasted_by, now=later)
    with pytest.raises(CampaignClosed):
        start_paste(campaign=noted.campaign, group=noted.group, text="1. 王芳 草莓1盒", by=noted.pasted_by, now=later)

    page = client.get(reverse("orders:jielong_preview", args=[noted.pk]))
    assert page.status_code == 200
    assert "原文过一段时间就删了，订单还在" in page.text
    assert client.post(reverse("orders:jielong_undo", args=[noted.pk])).status_code == 422
    assert client.post(reverse("orders:jielong_apply", args=[noted.pk])).status_code == 422


@pytest.mark.parametrize(("state", "kept"), [(CampaignState.CLOSED, []), (CampaignState.OPEN, ["王芳", "草莓"])])
def test_words_that_were_left_behind_by_texts_forgotten_before_go_as_well(noted, state, kept):
    Paste.objects.update(text="", decisions={}, entries=[], notes={})
    Campaign.objects.update(state=state)
    migration = import_module("orders.migrations.0020_forget_words_of_entries")

    with connection.cursor() as cursor:
        cursor.execute(migration.FORGET)

    assert [word for word in words_kept() if word in {"王芳", "草莓"}] == kept


def test_of_a_message_neither_the_authors_nor_their_words_are_left(group):
    campaign = make.make_campaign(group)
    make.make_offer(campaign, "草莓", unit="盒", counted=True)
    leader = make.make_leader(group).user
    entries = [("wxid_wang", 1_763_600_460, "王芳 3-201 草莓2盒"), ("wxid_li", 1_763_604_060, "李明 5-101 草莓1盒")]
    for written in (entries[:1], entries):
        paste = start_paste(campaign=campaign, group=group, text=as_message(written), by=leader, now=NOW)
        apply_paste(paste=paste, by=leader, now=NOW)
    Campaign.objects.update(state=CampaignState.CLOSED)
    Paste.objects.update(pasted_at=NOW)
    assert sorted(ChainEntry.objects.values_list("author", flat=True)) == ["wxid_li", "wxid_wang"]

    assert forget_pastes(now=NOW + timedelta(days=31)) == 2

    rows = [*Paste.objects.values(), *ChainEntry.objects.values(), *PasteChange.objects.values()]
    assert "wxid" not in repr(rows)
    assert [paste.entries for paste in Paste.objects.all()] == [[], []]
    assert Order.objects.count() == 2


def test_of_a_message_that_was_undone_the_author_is_forgotten_too(group):
    campaign = make.make_campaign(group)
    make.make_offer(campaign, "草莓", unit="盒", counted=True)
    leader = make.make_leader(group).user
    text = as_message([("wxid_wang", 1_763_600_460, "王芳 3-201 草莓2盒")])
    paste = start_paste(campaign=campaign, group=group, text=text, by=leader, now=NOW)
    apply_paste(paste=paste, by=leader, now=NOW)
    undo_paste(paste=paste, by=leader, now=NOW)
    Campaign.objects.update(state=CampaignState.CLOSED)
    Paste.objects.update(pasted_at=NOW)

    forget_pastes(now=NOW + timedelta(days=31))

    assert "wxid" not in repr(list(ChainEntry.objects.values()))


@pytest.mark.parametrize(("state", "days"), [(CampaignState.CLOSED, 29), (CampaignState.OPEN, 60)])
def test_a_younger_text_and_one_of_a_campaign_that_still_takes_orders_stay(pasted, state, days):
    Campaign.objects.update(state=state)

    assert forget_pastes(now=NOW + timedelta(days=days)) == 0
    assert Paste.objects.exclude(text="").count() == 2
