"""What an entry of a chain notes is in its order: added, changed or taken off by a later text, and back by undoing."""

from contextlib import ExitStack
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.models import Member
from orders.models import ChainEntry, Order, SaleFact
from orders.rules.chain.reading import RowState
from orders.services import (
    CampaignClosed,
    TooLateToUndo,
    apply_paste,
    cut_off,
    enter_order,
    read_paste,
    settle,
    start_paste,
    take_back_entry,
    undo_paste,
)
from tests import factories as make
from tests.factories import FAR_OFF, LONG_AGO_MOMENT, NOW
from tests.races import meanwhile, wait_until_we_block_somebody

pytestmark = pytest.mark.django_db

PLAIN = "张三 3-2-501 草莓1盒"
AT_THE_DOOR = f"{PLAIN} 放门口"
NEXT_DOOR = f"{PLAIN} 放隔壁"
OTHERS = ("王姐 6-1201 草莓2盒", "李建国 3-502 脐橙1斤")


@pytest.fixture
def group():
    group = make.make_group()
    for name, door in [("张三", "3-2-501"), ("王姐", "6-1201"), ("李建国", "3-502")]:
        make.make_member(name, group=group, door=door)
    return group


@pytest.fixture
def chain(group):
    campaign = make.make_campaign(group, opens_at=LONG_AGO_MOMENT, cuts_off_at=FAR_OFF)
    make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)
    make.make_offer(campaign, "脐橙", unit="斤", price_fen=690)
    return Chain(campaign, group, make.make_leader(group).user)


class Chain:
    """A chain of two others and the entries that are tried."""

    def __init__(self, campaign, group, user):
        self.campaign, self.group, self.user = campaign, group, user

    def paste(self, *entries):
        text = "#接龙\n" + "\n".join(f"{n}. {entry}" for n, entry in enumerate((*OTHERS, *entries), start=1))
        return start_paste(campaign=self.campaign, group=self.group, text=text, by=self.user, now=NOW)

    def confirm(self, *entries):
        paste = self.paste(*entries)
        return paste, apply_paste(paste=paste, by=self.user, now=NOW)

    def undo(self, paste):
        undo_paste(paste=paste, by=self.user, now=NOW)

    def note(self, name="张三"):
        return Order.objects.get(member__name=name).note


def test_a_note_added_to_an_entry_is_a_change_and_reaches_the_order(chain):
    chain.confirm(PLAIN)
    facts = SaleFact.objects.count()

    paste, applied = chain.confirm(AT_THE_DOOR)

    assert (applied.taken, applied.changed, applied.cancelled, applied.amount_fen) == (0, 1, 0, 0)
    assert chain.note() == "放门口"
    assert SaleFact.objects.count() == facts
    chain.undo(paste)
    assert chain.note() == ""
    assert ChainEntry.objects.get(member__name="张三").note == ""


@pytest.mark.parametrize(("first", "then", "note"), [(AT_THE_DOOR, NEXT_DOOR, "放隔壁"), (AT_THE_DOOR, PLAIN, "")])
def test_a_note_that_is_changed_or_taken_off_takes_the_place_of_the_old_one_until_it_is_undone(
    chain, first, then, note
):
    chain.confirm(first)

    paste, _applied = chain.confirm(then)

    assert chain.note() == note
    chain.undo(paste)
    assert chain.note() == "放门口"
    assert read_paste(chain.paste(first)).of(RowState.UNCHANGED)[2].note == "放门口"


def test_only_the_row_whose_note_changed_is_to_be_looked_at(chain):
    chain.confirm(AT_THE_DOOR)

    assert [row.state for row in read_paste(chain.paste(AT_THE_DOOR)).rows] == [RowState.UNCHANGED] * 3
    *others, row = read_paste(chain.paste(NEXT_DOOR)).rows

    assert {other.state for other in others} == {RowState.UNCHANGED}
    assert (row.state, row.only_the_note) == (RowState.DOUBTFUL, True)


def test_a_note_in_another_spelling_is_no_change(chain):
    chain.confirm(f"{PLAIN} 放門口")

    assert read_paste(chain.paste(AT_THE_DOOR)).rows[2].state == RowState.UNCHANGED


def test_an_older_text_without_the_note_waits_for_an_answer(chain):
    chain.confirm(PLAIN)
    chain.confirm(AT_THE_DOOR)

    _paste, applied = chain.confirm(PLAIN)

    assert (applied.changed, applied.waiting, chain.note()) == (0, 1, "放门口")
    row = read_paste(again := chain.paste(PLAIN)).rows[2]
    settle(paste=again, key=row.key, answer={"seen": True}, content=row.content)
    apply_paste(paste=again, by=chain.user, now=NOW)
    assert chain.note() == ""


def test_goods_and_note_change_together_and_are_undone_together(chain):
    chain.confirm(AT_THE_DOOR)

    paste, applied = chain.confirm("张三 3-2-501 草莓2盒 放隔壁")

    assert (applied.changed, chain.note()) == (1, "放隔壁")
    assert not read_paste(paste).rows[2].only_the_note
    chain.undo(paste)
    assert chain.note() == "放门口"


def test_what_another_entry_of_the_order_says_stays(chain):
    chain.confirm(AT_THE_DOOR, "张三 3-2-501 脐橙1斤 放门口")

    chain.confirm(NEXT_DOOR, "张三 3-2-501 脐橙1斤 放门口")

    assert chain.note() == "放门口; 放隔壁"


def test_what_was_written_into_the_order_otherwise_stays_also_when_the_batch_is_undone(chain, group):
    chain.confirm(PLAIN)
    member = Order.objects.get(member__name="张三").member
    quick = {"campaign": chain.campaign, "group": group, "member": member, "by": chain.user, "now": NOW}
    offer = chain.campaign.offers.get(name="脐橙")
    enter_order(quantities={offer.pk: Decimal(1)}, note="门铃坏了", **quick)
    first, _applied = chain.confirm(AT_THE_DOOR)
    assert chain.note() == "门铃坏了; 放门口"
    second, _applied = chain.confirm(NEXT_DOOR)
    enter_order(quantities={offer.pk: Decimal(1)}, note="打电话", **quick)

    assert chain.note() == "门铃坏了; 放隔壁; 打电话"
    chain.undo(second)
    assert chain.note() == "门铃坏了; 放门口; 打电话"
    chain.undo(first)
    assert chain.note() == "门铃坏了; 打电话"


def test_a_note_somebody_rewrote_is_left_alone_by_undoing(chain):
    chain.confirm(PLAIN)
    paste, _applied = chain.confirm(AT_THE_DOOR)
    Order.objects.update(note="放门口的柜子里")

    chain.undo(paste)

    assert chain.note() == "放门口的柜子里"


def test_a_note_comes_in_also_where_nothing_is_left_of_the_goods(chain):
    chain.campaign.offers.filter(name="草莓").update(stock=3)
    chain.confirm(PLAIN)

    _paste, applied = chain.confirm(AT_THE_DOOR)

    assert (applied.changed, applied.left_out, chain.note()) == (1, (), "放门口")


@pytest.mark.parametrize(
    ("first", "then", "sentence"),
    [
        (PLAIN, AT_THE_DOOR, "数量没变，只多了备注"),
        (AT_THE_DOOR, NEXT_DOOR, "数量没变，备注原来是“放门口”"),
        (AT_THE_DOOR, PLAIN, "数量没变，备注“放门口”没有了"),
    ],
)
def test_the_preview_says_that_only_the_note_changes(client, chain, first, then, sentence):
    client.force_login(chain.user)
    chain.confirm(first)

    page = client.get(reverse("orders:jielong_preview", args=[chain.paste(then).pk])).text

    assert sentence in page
    assert "确认录入 1 单" in page
    assert "之前：" not in page


def test_notes_of_many_orders_are_written_in_as_many_queries_as_one(chain):
    queries = []
    for word, size in (("住户", 1), ("邻居", 12)):
        neighbours = [f"{word}{n}号 {n}-10{size} 脐橙1斤" for n in range(1, size + 1)]
        chain.confirm(*neighbours)
        paste = chain.paste(*(f"{entry} 放门口" for entry in neighbours))
        with CaptureQueriesContext(connection) as captured:
            applied = apply_paste(paste=paste, by=chain.user, now=NOW)
        assert applied.changed == size
        queries.append(len(captured))

    assert queries[0] == queries[1]
    assert Order.objects.filter(note="放门口").count() == 13


def test_a_note_that_stands_inside_other_words_is_written_all_the_same(chain, group):
    chain.confirm(PLAIN)
    member = Order.objects.get(member__name="张三").member
    offer = chain.campaign.offers.get(name="脐橙")
    enter_order(
        campaign=chain.campaign, group=group, member=member, by=chain.user, now=NOW,
        quantities={offer.pk: Decimal(1)}, note="周五不放门口",
    )  # fmt: skip

    chain.confirm(AT_THE_DOOR)

    assert chain.note() == "周五不放门口; 放门口"


def test_of_a_note_of_several_parts_what_another_entry_still_says_stays(chain):
    both = "张三 3-2-501 脐橙1斤 放门口，打电话"
    chain.confirm(AT_THE_DOOR, both)
    assert chain.note() == "放门口; 打电话"

    chain.confirm(NEXT_DOOR, both)

    assert chain.note() == "放门口; 打电话; 放隔壁"


def test_undoing_the_earlier_of_two_pastes_takes_back_its_own_note_and_no_other(chain):
    other = "张三 3-2-501 脐橙1斤"
    chain.confirm(AT_THE_DOOR, f"{other} 少放")
    first, _applied = chain.confirm(NEXT_DOOR, f"{other} 少放")
    chain.confirm(NEXT_DOOR, f"{other} 打电话")
    assert chain.note() == "放隔壁; 打电话"

    chain.undo(first)

    assert chain.note() == "放门口; 打电话"


def test_undoing_leaves_a_note_that_another_entry_says_since(chain):
    other = "张三 3-2-501 脐橙1斤"
    chain.confirm(PLAIN, other)
    first, _applied = chain.confirm(AT_THE_DOOR, other)
    chain.confirm(AT_THE_DOOR, f"{other} 放门口")

    chain.undo(first)

    assert chain.note() == "放门口"


def test_where_a_note_has_no_room_the_words_of_others_stay(chain):
    chain.confirm(PLAIN)
    Order.objects.filter(member__name="张三").update(note="门" * 297)

    chain.confirm(AT_THE_DOOR)

    assert chain.note() == f"{'门' * 297}; 放"


def test_a_quick_entry_that_is_taken_back_leaves_what_the_chain_says_in_the_same_words(chain, group):
    member = Member.objects.get(name="张三")
    offer = chain.campaign.offers.get(name="脐橙")
    entry = enter_order(
        campaign=chain.campaign,
        group=group,
        member=member,
        by=chain.user,
        now=NOW,
        quantities={offer.pk: Decimal(1)},
        note="放门口",
    )
    chain.confirm(AT_THE_DOOR)

    take_back_entry(entry=entry, by=chain.user, now=NOW)

    assert chain.note() == "放门口"
    chain.confirm(PLAIN)
    assert chain.note() == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("undoing", [False, True])
def test_a_note_that_meets_the_cut_off_stays_as_it_was(chain, undoing):
    chain.confirm(PLAIN)
    paste = chain.paste(AT_THE_DOOR)
    if undoing:
        apply_paste(paste=paste, by=chain.user, now=NOW)

    def act():
        with pytest.raises(TooLateToUndo if undoing else CampaignClosed):
            (undo_paste if undoing else apply_paste)(paste=paste, by=chain.user, now=NOW)

    with ExitStack() as beside, transaction.atomic():
        cut_off(campaign=chain.campaign, by=chain.user, now=NOW)
        beside.enter_context(meanwhile(act))
        wait_until_we_block_somebody()

    assert chain.note() == ("放门口" if undoing else "")
