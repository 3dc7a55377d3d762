"""Where an entry of a chain is brought is in its order: another door in a later text reaches it, and goes back."""

import pytest
from django.urls import reverse

from orders.models import Order, OrderLine, SaleFact
from orders.rules.chain.decisions import NEW_MEMBER
from orders.rules.chain.reading import RowState
from orders.services import apply_paste, read_paste, settle, start_paste, undo_paste
from tests import factories as make
from tests.factories import FAR_OFF, LONG_AGO_MOMENT, NOW
from tests.orders.chain_message import as_message

pytestmark = pytest.mark.django_db

OTHERS = ("王姐 6-1201 草莓2盒", "李建国 3-502 草莓1盒")
HOME, MOVED, NOWHERE = "张三 3-2-501 草莓1盒", "张三 6-1-101 草莓1盒", "张三 草莓1盒"


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
    return Chain(campaign, group, make.make_leader(group).user)


class Chain:
    """A chain of two others and the entry of who moves."""

    def __init__(self, campaign, group, user):
        self.campaign, self.group, self.user = campaign, group, user

    def paste(self, *entries, by_message=False):
        lines = (*OTHERS, *entries)
        text = "#接龙\n" + "\n".join(f"{n}. {entry}" for n, entry in enumerate(lines, start=1))
        if by_message:
            text = as_message([(f"wxid_{n}", 1_763_600_460, entry) for n, entry in enumerate(lines)])
        return start_paste(campaign=self.campaign, group=self.group, text=text, by=self.user, now=NOW)

    def confirm(self, *entries, **how):
        paste = self.paste(*entries, **how)
        return paste, apply_paste(paste=paste, by=self.user, now=NOW)

    def answer(self, paste, **answer):
        row = read_paste(paste).rows[2]
        return settle(paste=paste, key=row.key, answer={"seen": True, **answer}, content=row.content)

    def orders(self):
        lines = OrderLine.objects.filter(order__member__name="张三", quantity__gt=0).order_by("order")
        return [(line.order.door, line.quantity) for line in lines.select_related("order")]


def test_another_door_of_the_same_member_waits_for_the_answer_and_reaches_the_order(chain):
    chain.confirm(HOME)
    facts = SaleFact.objects.count()
    paste = chain.paste(MOVED)
    reading = read_paste(paste)
    (member,) = reading.rows[2].match.candidates
    assert (reading.rows[2].state, reading.vanished) == (RowState.BLOCKED, ())

    applied = apply_paste(paste=chain.answer(paste, member=member.member_id), by=chain.user, now=NOW)

    assert (applied.taken, applied.changed, applied.cancelled, applied.amount_fen) == (0, 1, 0, 0)
    assert chain.orders() == [("6-1-101", 1)]
    assert SaleFact.objects.count() == facts
    undo_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.orders() == [("3-2-501", 1)]
    assert read_paste(chain.paste(HOME)).rows[2].state == RowState.UNCHANGED


def test_the_row_can_be_looked_at_again_after_its_member_was_named(chain):
    chain.confirm(HOME)
    paste = chain.paste(MOVED)
    (member,) = read_paste(paste).rows[2].match.candidates

    paste = chain.answer(chain.answer(paste, member=member.member_id))

    assert (read_paste(paste).rows[2].state, read_paste(paste).vanished) == (RowState.DOUBTFUL, ())


def test_a_row_that_is_skipped_leaves_the_other_door_gone_from_the_chain(chain):
    chain.confirm(HOME)
    paste = chain.answer(chain.paste(MOVED), skip=True)

    assert [gone.cancel for gone in read_paste(paste).vanished] == [False]


def test_who_is_somebody_new_orders_beside_the_other_whose_order_stays(chain):
    chain.confirm(HOME)
    paste = chain.answer(chain.paste(MOVED), member=NEW_MEMBER)

    reading = read_paste(paste)
    assert (reading.rows[2].is_new, reading.rows[2].state) == (True, RowState.READY)
    assert [(gone.entry.raw, gone.cancel) for gone in reading.vanished] == [(f"3. {HOME}", False)]
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.orders() == [("3-2-501", 1), ("6-1-101", 1)]


def test_a_neighbour_of_the_same_name_at_that_door_is_nobody_who_moved(chain, group):
    make.make_member("张三", group=group, door="6-1-101")
    chain.confirm(HOME)

    reading = read_paste(chain.paste(MOVED))

    assert (reading.rows[2].entry, reading.rows[2].state) == (None, RowState.READY)
    assert [gone.entry.raw for gone in reading.vanished] == [f"3. {HOME}"]


@pytest.mark.parametrize(("first", "by_message"), [(HOME, True), (NOWHERE, False)])
def test_a_door_of_somebody_who_is_known_is_a_change_to_be_looked_at(chain, first, by_message):
    chain.confirm(first, by_message=by_message)
    paste = chain.paste(MOVED, by_message=by_message)
    row = read_paste(paste).rows[2]
    if row.state == RowState.BLOCKED:
        chain.answer(paste, member=row.match.candidates[0].member_id)
    else:
        assert (row.state, row.changes_door) == (RowState.DOUBTFUL, True)

    assert apply_paste(paste=paste, by=chain.user, now=NOW).changed == 1

    assert chain.orders() == [("6-1-101", 1)]
    undo_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.orders() == [("3-2-501", 1)]


@pytest.mark.parametrize("then", [HOME, NOWHERE, "张三 3栋2单元501 草莓1盒"])
def test_the_door_the_order_has_is_no_change(chain, then):
    chain.confirm(NOWHERE if then == HOME else HOME)

    assert read_paste(chain.paste(then)).rows[2].state == RowState.UNCHANGED


def test_an_older_text_with_the_former_door_waits_for_an_answer(chain):
    chain.confirm(HOME, by_message=True)
    chain.confirm(MOVED, by_message=True)

    _paste, applied = chain.confirm(HOME, by_message=True)

    assert (applied.changed, applied.waiting, chain.orders()) == (0, 1, [("6-1-101", 1)])


def test_goods_and_door_change_together_and_are_undone_together(chain):
    chain.confirm(HOME, by_message=True)

    paste, _applied = chain.confirm("张三 6-1-101 草莓3盒", by_message=True)

    assert chain.orders() == [("6-1-101", 3)]
    undo_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.orders() == [("3-2-501", 1)]


def test_a_door_that_was_given_otherwise_stays_when_only_the_goods_change_and_when_a_batch_is_undone(chain):
    chain.confirm(HOME, by_message=True)
    paste, _applied = chain.confirm(MOVED, by_message=True)
    Order.objects.filter(member__name="张三").update(door="9-101")

    undo_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.orders() == [("9-101", 1)]
    chain.confirm("张三 3-2-501 草莓2盒", by_message=True)
    assert chain.orders() == [("9-101", 2)]


def test_the_preview_says_that_only_the_door_changes(client, chain):
    client.force_login(chain.user)
    chain.confirm(HOME, by_message=True)
    paste = chain.paste(MOVED, by_message=True)

    page = client.get(reverse("orders:jielong_preview", args=[paste.pk])).text

    assert "门牌从 3-2-501 改成 6-1-101" in page
    assert "确认录入 1 单" in page
    assert "之前：" not in page
