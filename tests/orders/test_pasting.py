from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from community.models import Member
from orders.enums import PasteState
from orders.models import ChainEntry, GroupStock, MemberAlias, Offer, Order, OrderLine, Paste, ProductAlias, SaleFact
from orders.rules.chain.decisions import NEW_MEMBER
from orders.rules.chain.reading import RowState
from orders.rules.jielong import TextTooLong
from orders.services import (
    AlreadyApplied,
    CampaignClosed,
    NothingPasted,
    StrangeGroup,
    TooLateToUndo,
    apply_paste,
    cut_off,
    read_paste,
    settle,
    start_paste,
    undo_paste,
)
from tests import factories as make
from tests.factories import NOW
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def leader(group):
    return make.make_leader(group, name="周敏")


@pytest.fixture
def campaign(group):
    campaign = make.make_campaign(group)
    make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)
    make.make_offer(campaign, "脐橙", unit="斤", price_fen=690)
    return campaign


@pytest.fixture
def members(group):
    return {
        name: make.make_member(name, group=group, door=door)
        for name, door in [("王姐", "6-1201"), ("李建国", "3-502"), ("张阿姨", "11-402")]
    }


@pytest.fixture
def chain(campaign, group, leader, members):
    return Chain(campaign, group, leader.user)


class Chain:
    """A group's chain, pasted and confirmed again and again."""

    def __init__(self, campaign, group, user):
        self.campaign, self.group, self.user = campaign, group, user

    def paste(self, *entries, now=NOW):
        numbered = "\n".join(f"{n}. {entry}" for n, entry in enumerate(entries, start=1))
        return start_paste(campaign=self.campaign, group=self.group, text=f"#接龙\n{numbered}", by=self.user, now=now)

    def confirm(self, *entries, now=NOW):
        paste = self.paste(*entries, now=now)
        return paste, apply_paste(paste=paste, by=self.user, now=now)

    def ordered(self):
        """Member name → {offer name: quantity} of what is ordered now."""
        orders = {}
        for line in OrderLine.objects.filter(quantity__gt=0).select_related("order__member", "offer"):
            orders.setdefault(line.order.member.name, {})[line.offer.name] = line.quantity
        return orders


def states(paste):
    return {row.name: row.state for row in read_paste(paste).rows}


def key_of(paste, name):
    return next(row.key for row in read_paste(paste).rows if row.name == name)


def test_a_confirmed_chain_becomes_orders_and_a_draft_does_not(chain):
    paste = chain.paste("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1.5斤")
    assert chain.ordered() == {}

    applied = apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"王姐": {"草莓": 2}, "李建国": {"脐橙": Decimal("1.5")}}
    assert (applied.taken, applied.amount_fen) == (2, 2 * 2990 + 1035)


@pytest.mark.parametrize(
    ("meaning", "before", "after"),
    [("add", {"草莓": 1}, {"草莓": 3}), ("item", {"草莓": 1}, {"草莓": 1, "脐橙": 1}), ("guest", {}, {"草莓": 3})],
)
def test_plus_two_is_what_the_campaign_says_it_is(chain, meaning, before, after):
    chain.campaign.plus_one = meaning
    chain.campaign.save(update_fields=["plus_one"])
    if meaning == "guest":
        chain.campaign.offers.filter(name="脐橙").delete()
    first = [f"王姐 6-1201 {name}{quantity}" for name, quantity in before.items()]

    paste = chain.paste(*first, "王姐 6-1201 +2")
    for row in read_paste(paste).rows:
        settle(paste=paste, key=row.key, answer={"seen": True}, content=row.content)
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"王姐": after}


def test_confirming_twice_is_refused_and_changes_nothing(chain):
    paste, _applied = chain.confirm("王姐 6-1201 草莓2盒")

    with pytest.raises(AlreadyApplied):
        apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"王姐": {"草莓": 2}}


def test_the_longer_version_applies_only_the_difference(chain):
    chain.confirm("王姐 6-1201 草莓2盒")
    facts = SaleFact.objects.count()

    _paste, applied = chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")

    assert (applied.taken, applied.changed) == (1, 0)
    assert SaleFact.objects.count() == facts + 1
    assert chain.ordered() == {"王姐": {"草莓": 2}, "李建国": {"脐橙": 1}}


def test_pasting_the_same_text_again_adds_nothing(chain):
    chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")
    facts = SaleFact.objects.count()

    paste, applied = chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")

    assert (applied.taken, applied.changed, applied.cancelled) == (0, 0, 0)
    assert SaleFact.objects.count() == facts
    assert paste.outcome == {}  # the object in hand is the draft; nothing of it was written twice


def test_numbers_are_not_identities(chain):
    chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")

    _paste, applied = chain.confirm("李建国 3-502 脐橙1斤", "王姐 6-1201 草莓2盒")

    assert (applied.taken, applied.changed, applied.cancelled) == (0, 0, 0)


def test_an_entry_that_gets_its_door_later_is_still_the_same_entry(chain):
    chain.confirm("王姐 草莓2盒")

    _paste, applied = chain.confirm("王姐 6-1201 草莓2盒")

    assert (applied.taken, applied.changed) == (0, 0)
    assert chain.ordered() == {"王姐": {"草莓": 2}}


def test_of_two_entries_of_one_person_the_one_that_vanished_is_proposed(chain):
    chain.confirm("王姐 6-1201 草莓2盒", "王姐 6-1201 脐橙1斤")

    paste = chain.paste("王姐 6-1201 脐橙1斤", "王姐 6-1201 脐橙5斤")
    reading = read_paste(paste)

    assert [row.state for row in reading.rows][0] == RowState.UNCHANGED
    assert len({row.key for row in reading.rows}) == 2


def test_a_changed_entry_moves_the_order_by_the_difference(chain):
    chain.confirm("王姐 6-1201 草莓2盒")

    _paste, applied = chain.confirm("王姐 6-1201 草莓1盒 脐橙2斤")

    assert (applied.changed, applied.amount_fen) == (1, 2 * 690 - 2990)
    assert chain.ordered() == {"王姐": {"草莓": 1, "脐橙": 2}}


def test_a_vanished_entry_stays_ordered_until_somebody_says_so(chain):
    chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")
    paste = chain.paste("王姐 6-1201 草莓2盒")
    (gone,) = read_paste(paste).vanished

    apply_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.ordered() == {"王姐": {"草莓": 2}, "李建国": {"脐橙": 1}}

    paste = chain.paste("王姐 6-1201 草莓2盒")
    settle(paste=paste, key=gone.entry.key, answer={"cancel": True})
    applied = apply_paste(paste=paste, by=chain.user, now=NOW)
    assert applied.cancelled == 1
    assert chain.ordered() == {"王姐": {"草莓": 2}}


def test_a_cancelled_entry_that_comes_back_is_ordered_again(chain):
    chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")
    paste = chain.paste("王姐 6-1201 草莓2盒")
    settle(paste=paste, key=read_paste(paste).vanished[0].entry.key, answer={"cancel": True})
    apply_paste(paste=paste, by=chain.user, now=NOW)

    chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙3斤")

    assert chain.ordered()["李建国"] == {"脐橙": 3}


def test_two_entries_of_one_member_add_up_in_one_order(chain):
    chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤", "王姐 6-1201 脐橙2斤")

    assert chain.ordered()["王姐"] == {"草莓": 2, "脐橙": 2}
    assert Order.objects.count() == 2


def test_somebody_new_with_a_door_becomes_a_member_of_the_group(chain, group):
    _paste, applied = chain.confirm("小鱼儿 9-301 草莓1盒")

    newcomer = Member.objects.get(name="小鱼儿")
    assert applied.new_members == 1
    assert newcomer.memberships.get(group=group).door == "9-301"
    assert chain.ordered() == {"小鱼儿": {"草莓": 1}}


def test_an_unknown_product_waits_and_the_answer_is_remembered(chain, group):
    paste = chain.paste("王姐 6-1201 红颜2盒")
    assert states(paste) == {"王姐": RowState.BLOCKED}
    strawberry = chain.campaign.offers.get(name="草莓")

    settle(paste=paste, key=key_of(paste, "王姐"), answer={"offers": {"0": strawberry.pk}, "seen": True})
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"王姐": {"草莓": 2}}
    assert ProductAlias.objects.get(group=group).product == strawberry.product
    assert states(chain.paste("李建国 3-502 红颜1盒")) == {"李建国": RowState.READY}


def test_one_answer_counts_for_every_row_that_says_the_same(chain):
    paste = chain.paste("王姐 6-1201 红颜2盒", "李建国 3-502 红颜1盒", "张阿姨 11-402 红颜3盒 芒果1斤")
    strawberry = chain.campaign.offers.get(name="草莓")

    settle(paste=paste, key=key_of(paste, "王姐"), answer={"offers": {"0": strawberry.pk}, "seen": True})

    paste.refresh_from_db()
    assert states(paste) == {"王姐": RowState.READY, "李建国": RowState.READY, "张阿姨": RowState.BLOCKED}
    settle(paste=paste, key=key_of(paste, "张阿姨"), answer={"offers": {"1": 0}, "seen": True})
    apply_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.ordered() == {"王姐": {"草莓": 2}, "李建国": {"草莓": 1}, "张阿姨": {"草莓": 3}}


def test_a_text_pasted_twice_is_ordered_once(chain):
    text = "1. 王姐 6-1201 草莓2盒\n2. 李建国 3-502 脐橙1斤\n"
    paste = start_paste(campaign=chain.campaign, group=chain.group, text=text * 2, by=chain.user, now=NOW)

    applied = apply_paste(paste=paste, by=chain.user, now=NOW)

    assert (applied.taken, applied.waiting) == (2, 2)
    assert chain.ordered() == {"王姐": {"草莓": 2}, "李建国": {"脐橙": 1}}


def test_a_line_dropped_in_one_row_is_dropped_there_only(chain):
    paste = chain.paste("王姐 6-1201 红颜2盒 脐橙1斤", "李建国 3-502 红颜1盒")

    settle(paste=paste, key=key_of(paste, "王姐"), answer={"offers": {"0": 0}, "seen": True})

    paste.refresh_from_db()
    assert states(paste) == {"王姐": RowState.READY, "李建国": RowState.BLOCKED}


def test_a_crate_of_what_is_sold_by_weight_asks_how_much(chain):
    paste = chain.paste("王姐 6-1201 脐橙1箱")
    (row,) = read_paste(paste).rows
    assert (row.state, row.lines[0].quantity) == (RowState.BLOCKED, None)

    settle(paste=paste, key=row.key, answer={"quantities": {"0": "10"}, "seen": True})
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"王姐": {"脐橙": 10}}


def test_an_unsettled_row_is_left_out_and_the_others_are_taken(chain):
    _paste, applied = chain.confirm("王姐 6-1201 芒果2斤", "李建国 3-502 脐橙1斤")

    assert (applied.taken, applied.waiting) == (1, 1)
    assert chain.ordered() == {"李建国": {"脐橙": 1}}


def test_a_nickname_at_a_known_door_asks_once(chain, group, members):
    paste = chain.paste("建国 3-502 脐橙1斤")
    assert states(paste) == {"建国": RowState.BLOCKED}

    settle(paste=paste, key=key_of(paste, "建国"), answer={"member": members["李建国"].pk, "seen": True})
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"李建国": {"脐橙": 1}}
    assert MemberAlias.objects.get(group=group).member == members["李建国"]
    assert states(chain.paste("建国 3-502 脐橙1斤", "王姐 6-1201 草莓1盒")) == {
        "建国": RowState.UNCHANGED,
        "王姐": RowState.READY,
    }


def test_somebody_new_at_a_known_door_is_somebody_new_when_the_leader_says_so(chain):
    paste = chain.paste("小李 3-502 脐橙1斤")

    settle(paste=paste, key=key_of(paste, "小李"), answer={"member": NEW_MEMBER, "seen": True})
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"小李": {"脐橙": 1}}


def test_a_skipped_row_stays_skipped_in_the_next_paste(chain):
    paste = chain.paste("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")
    row = next(row for row in read_paste(paste).rows if row.name == "王姐")
    settle(paste=paste, key=row.key, answer={"skip": True}, content=row.content)
    apply_paste(paste=paste, by=chain.user, now=NOW)

    again = chain.paste("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤", "张阿姨 11-402 脐橙1斤")

    assert states(again)["王姐"] == RowState.SKIPPED
    assert states(chain.paste("王姐 6-1201 草莓3盒"))["王姐"] == RowState.READY


def test_rows_that_no_longer_fit_into_the_stock_stay_out_with_their_sentence(chain):
    chain.campaign.offers.filter(name="草莓").update(stock=3)

    _paste, applied = chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 草莓2盒", "张阿姨 11-402 草莓1盒")

    assert chain.ordered() == {"王姐": {"草莓": 2}, "张阿姨": {"草莓": 1}}
    (left_out,) = applied.left_out
    assert "李建国" in left_out.name
    assert "1" in left_out.why


def test_a_limit_a_member_counts_all_their_entries(chain):
    chain.campaign.offers.filter(name="草莓").update(limit_each=2)

    _paste, applied = chain.confirm("王姐 6-1201 草莓2盒", "王姐 6-1201 草莓1盒")

    assert chain.ordered() == {"王姐": {"草莓": 2}}
    assert len(applied.left_out) == 1


def test_who_ordered_under_a_lower_limit_is_left_out_with_it_and_the_others_are_taken(chain):
    chain.campaign.offers.filter(name="草莓").update(limit_each=2)
    chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")
    chain.campaign.offers.filter(name="草莓").update(limit_each=5)

    _paste, applied = chain.confirm("王姐 6-1201 草莓3盒", "李建国 3-502 脐橙1斤", "张阿姨 11-402 草莓5盒")

    assert [(out.name, out.why) for out in applied.left_out] == [("1. 王姐 6-1201 草莓3盒", "『草莓』每户限 2 盒。")]
    assert chain.ordered() == {"王姐": {"草莓": 2}, "李建国": {"脐橙": 1}, "张阿姨": {"草莓": 5}}


def test_rows_beyond_the_groups_share_stay_out_with_what_is_left_and_the_others_are_taken(chain, group):
    share = GroupStock.objects.create(offer=chain.campaign.offers.get(name="草莓"), group=group, stock=3)

    _paste, applied = chain.confirm("王姐 6-1201 草莓2盒", "李建国 3-502 草莓2盒", "张阿姨 11-402 脐橙1斤")

    assert chain.ordered() == {"王姐": {"草莓": 2}, "张阿姨": {"脐橙": 1}}
    assert [(out.name, out.why) for out in applied.left_out] == [("2. 李建国 3-502 草莓2盒", "『草莓』只剩 1 盒。")]
    share.refresh_from_db()
    assert share.taken == 2


def test_what_an_entry_lets_go_makes_room_for_the_rest_of_the_paste(chain):
    chain.campaign.offers.filter(name="草莓").update(stock=2)
    chain.confirm("王姐 6-1201 草莓2盒", "张阿姨 11-402 脐橙1斤")
    paste = chain.paste("张阿姨 11-402 脐橙1斤", "李建国 3-502 草莓2盒")
    (gone,) = read_paste(paste).vanished
    settle(paste=paste, key=gone.entry.key, answer={"cancel": True})

    applied = apply_paste(paste=paste, by=chain.user, now=NOW)

    assert applied.left_out == ()
    assert chain.ordered() == {"张阿姨": {"脐橙": 1}, "李建国": {"草莓": 2}}


def test_half_a_piece_answered_by_hand_leaves_out_that_row_only(chain):
    paste = chain.paste("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")
    settle(paste=paste, key=key_of(paste, "王姐"), answer={"quantities": {"0": "1.5"}, "seen": True})

    applied = apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"李建国": {"脐橙": 1}}
    assert len(applied.left_out) == 1


def test_somebody_new_there_is_no_room_for_is_no_member_yet(chain):
    chain.campaign.offers.filter(name="草莓").update(stock=1)

    _paste, applied = chain.confirm("小鱼儿 9-301 草莓2盒")

    assert applied.new_members == 0
    assert not Member.objects.filter(name="小鱼儿").exists()


def test_a_batch_is_undone_within_half_an_hour(chain):
    chain.confirm("王姐 6-1201 草莓2盒")
    paste, _applied = chain.confirm("王姐 6-1201 草莓1盒", "李建国 3-502 脐橙1斤")

    undo_paste(paste=paste, by=chain.user, now=NOW + timedelta(minutes=30))

    assert chain.ordered() == {"王姐": {"草莓": 2}}
    assert Paste.objects.get(pk=paste.pk).state == PasteState.UNDONE
    assert chain.campaign.offers.get(name="脐橙").taken == 0


def test_after_an_undo_the_same_text_can_be_pasted_again(chain):
    paste, _applied = chain.confirm("王姐 6-1201 草莓2盒", "小鱼儿 9-301 草莓1盒")
    undo_paste(paste=paste, by=chain.user, now=NOW)

    _paste, applied = chain.confirm("王姐 6-1201 草莓2盒", "小鱼儿 9-301 草莓1盒")

    assert applied.taken == 2
    assert applied.new_members == 0
    assert chain.ordered() == {"王姐": {"草莓": 2}, "小鱼儿": {"草莓": 1}}


def test_an_undo_that_comes_too_late_says_so(chain):
    paste, _applied = chain.confirm("王姐 6-1201 草莓2盒")

    with pytest.raises(TooLateToUndo, match="30"):
        undo_paste(paste=paste, by=chain.user, now=NOW + timedelta(minutes=30, seconds=1))


def test_a_batch_another_one_was_built_on_is_undone_after_that_one(chain):
    first, _applied = chain.confirm("王姐 6-1201 草莓2盒")
    second, _applied = chain.confirm("王姐 6-1201 草莓1盒")

    with pytest.raises(TooLateToUndo):
        undo_paste(paste=first, by=chain.user, now=NOW)
    undo_paste(paste=second, by=chain.user, now=NOW)
    undo_paste(paste=first, by=chain.user, now=NOW)

    assert chain.ordered() == {}


def test_a_batch_another_older_draft_was_built_on_is_undone_after_that_one(chain):
    older = chain.paste("王姐 6-1201 草莓5盒")
    first, _applied = chain.confirm("王姐 6-1201 草莓2盒")
    apply_paste(paste=older, by=chain.user, now=NOW)

    with pytest.raises(TooLateToUndo):
        undo_paste(paste=first, by=chain.user, now=NOW)
    undo_paste(paste=older, by=chain.user, now=NOW)

    assert chain.ordered() == {"王姐": {"草莓": 2}}


@pytest.mark.django_db(transaction=True)
def test_an_undo_waits_for_a_paste_that_builds_on_the_batch_and_is_refused(chain):
    first, _applied = chain.confirm("王姐 6-1201 草莓2盒")
    second = chain.paste("王姐 6-1201 草莓5盒")

    def undo():
        with pytest.raises(TooLateToUndo):
            undo_paste(paste=first, by=chain.user, now=NOW)

    with ExitStack() as beside, transaction.atomic():
        apply_paste(paste=second, by=chain.user, now=NOW)
        beside.enter_context(meanwhile(undo))
        wait_until_we_block_somebody()

    assert chain.ordered() == {"王姐": {"草莓": 5}}


@pytest.mark.django_db(transaction=True)
def test_a_paste_that_meets_the_cut_off_waits_without_holding_the_offers(chain):
    paste = chain.paste("王姐 6-1201 草莓2盒")

    def confirm():
        with pytest.raises(CampaignClosed):
            apply_paste(paste=paste, by=chain.user, now=NOW)

    with ExitStack() as beside, transaction.atomic():
        cut_off(campaign=chain.campaign, by=chain.user, now=NOW)
        beside.enter_context(meanwhile(confirm))
        wait_until_we_block_somebody()
        assert len(Offer.objects.filter(campaign=chain.campaign).select_for_update(nowait=True)) == 2

    assert chain.ordered() == {}


def test_a_batch_stays_after_the_cut_off(chain):
    paste, _applied = chain.confirm("王姐 6-1201 草莓2盒")
    cut_off(campaign=chain.campaign, by=chain.user, now=NOW)

    with pytest.raises(TooLateToUndo):
        undo_paste(paste=paste, by=chain.user, now=NOW)


def test_a_change_in_words_is_carried_into_the_row_once(chain):
    text = "#接龙\n1. 王姐 6-1201 草莓2盒\n2. 李建国 3-502 脐橙1斤\n王姐改成3盒"

    for _time in range(2):
        paste = start_paste(campaign=chain.campaign, group=chain.group, text=text, by=chain.user, now=NOW)
        apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == {"王姐": {"草莓": 3}, "李建国": {"脐橙": 1}}


def test_an_entry_read_as_somebody_else_moves_to_their_order(chain, members):
    paste = chain.paste("建国 3-502 脐橙1斤")
    settle(paste=paste, key=key_of(paste, "建国"), answer={"member": members["王姐"].pk, "seen": True})
    apply_paste(paste=paste, by=chain.user, now=NOW)
    MemberAlias.objects.update(member=members["李建国"])

    chain.confirm("建国 3-502 脐橙2斤")

    assert chain.ordered() == {"李建国": {"脐橙": 2}}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", NothingPasted),
        (" \n ", NothingPasted),
        ("1. 王姐 草莓1盒\n" * 501, TextTooLong),
        ("长" * 50_001, TextTooLong),
    ],
    ids=["nothing", "blank", "501 lines", "50 001 characters"],
)
def test_what_cannot_be_read_is_refused_and_not_kept(chain, text, error):
    with pytest.raises(error):
        start_paste(campaign=chain.campaign, group=chain.group, text=text, by=chain.user, now=NOW)

    assert not Paste.objects.exists()


def test_a_group_the_campaign_does_not_run_in_is_refused(chain):
    with pytest.raises(StrangeGroup):
        start_paste(
            campaign=chain.campaign, group=make.make_group("别的"), text="1. 王姐 草莓1盒", by=chain.user, now=NOW
        )


def test_a_campaign_that_was_cut_off_meanwhile_takes_nothing_from_the_draft(chain):
    paste = chain.paste("王姐 6-1201 草莓2盒")
    cut_off(campaign=chain.campaign, by=chain.user, now=NOW)

    with pytest.raises(CampaignClosed):
        apply_paste(paste=paste, by=chain.user, now=NOW)
    chain.campaign.refresh_from_db()
    with pytest.raises(CampaignClosed):
        chain.paste("王姐 6-1201 草莓2盒")

    assert Paste.objects.get().state == PasteState.DRAFT


def test_formula_like_and_emoji_names_are_names(chain):
    _paste, applied = chain.confirm("=SUM(A1) 9-301 草莓1盒", "🍀小草 9-302 草莓1盒")

    assert applied.taken == 2
    entries = ChainEntry.objects.filter(live=True)
    assert {entry.member.name for entry in entries} == {"=SUM(A1)", "🍀小草"}


@pytest.mark.parametrize("size", [2, 40])
def test_confirming_takes_the_same_queries_for_two_rows_as_for_forty(chain, size):
    paste = chain.paste(*(f"邻居{n}号 {n}-101 脐橙1斤" for n in range(1, size + 1)))

    with CaptureQueriesContext(connection) as queries:
        applied = apply_paste(paste=paste, by=chain.user, now=NOW)

    assert applied.taken == size
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 24
