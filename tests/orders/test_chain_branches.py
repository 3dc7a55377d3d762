"""Two people answer the same list at once: two chains of one beginning, in any order, lose and double nothing."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.models import Member
from orders.models import Campaign, Order, OrderLine, SaleFact
from orders.rules.chain.reading import RowState
from orders.services import apply_paste, choose_branch, read_paste, settle, start_paste, undo_paste
from tests import factories as make
from tests.factories import FAR_OFF, LONG_AGO_MOMENT, NOW
from tests.orders.chain_message import as_message

pytestmark = pytest.mark.django_db

KNOWN = [("钟三", "4-301"), ("鲁四", "6-1203"), ("白五", "2-101"), ("小满", "9-902")]


@pytest.fixture
def group():
    group = make.make_group()
    for name, door in KNOWN:
        make.make_member(name, group=group, door=door)
    return group


@pytest.fixture
def leader(group):
    return make.make_leader(group, name="周敏").user


def open_campaign(group):
    campaign = make.make_campaign(group, opens_at=LONG_AGO_MOMENT, cuts_off_at=FAR_OFF)
    make.make_offer(campaign, "雪梨", unit="斤", price_fen=900)
    make.make_offer(campaign, "蜜柚", unit="个", counted=True, price_fen=1200)
    return campaign


@pytest.fixture
def chain(group, leader):
    return Chain(open_campaign(group), group, leader)


class Chain:
    """A group's chain, whose branches are pasted and confirmed."""

    def __init__(self, campaign, group, user):
        self.campaign, self.group, self.user = campaign, group, user

    def paste(self, *entries, as_a_message=False):
        if as_a_message:
            text = as_message([(f"wxid_{entry[:2]}", 1_700_000_000, entry) for entry in entries])
        else:
            text = "#接龙\n" + "\n".join(f"{n}. {entry}" for n, entry in enumerate(entries, start=1))
        return start_paste(campaign=self.campaign, group=self.group, text=text, by=self.user, now=NOW)

    def paste_message(self, *entries):
        """`entries` are (author, text)."""
        text = as_message([(author, 1_700_000_000, entry) for author, entry in entries])
        return start_paste(campaign=self.campaign, group=self.group, text=text, by=self.user, now=NOW)

    def confirm(self, *entries, **options):
        paste = self.paste(*entries, **options)
        return apply_paste(paste=paste, by=self.user, now=NOW)

    def ordered(self):
        """What is ordered now: name, goods and quantity, sorted."""
        lines = OrderLine.objects.filter(order__campaign=self.campaign, quantity__gt=0)
        return sorted(lines.values_list("order__member__name", "offer__name", "quantity"))


def names(gone):
    return [one.entry.member_name for one in gone]


BASE = ("钟三 4-301 雪梨2斤",)
ONE = (*BASE, "鲁四 6-1203 蜜柚1个")
OTHER = (*BASE, "白五 2-101 雪梨1斤")


def test_the_other_branchs_entries_are_told_and_stay_and_the_new_ones_come_in(chain):
    chain.confirm(*ONE)

    paste = chain.paste(*OTHER)
    reading = read_paste(paste)
    assert (names(reading.elsewhere), reading.withdrawn, reading.adds) == (["鲁四"], [], True)
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert chain.ordered() == [("白五", "雪梨", 1), ("钟三", "雪梨", 2), ("鲁四", "蜜柚", 1)]


def test_each_branch_goes_on_and_neither_is_proposed_to_be_cancelled(chain):
    chain.confirm(*ONE)
    chain.confirm(*OTHER)

    reading = read_paste(chain.paste(*ONE, "小满 9-902 蜜柚2个"))
    assert (names(reading.elsewhere), reading.withdrawn) == (["白五"], [])
    chain.confirm(*ONE, "小满 9-902 蜜柚2个")

    reading = read_paste(chain.paste(*OTHER))
    assert (sorted(names(reading.elsewhere)), reading.withdrawn, reading.adds) == (["小满", "鲁四"], [], False)


def test_who_withdraws_within_a_branch_is_proposed_and_the_other_branch_is_not(chain):
    chain.confirm(*ONE)
    chain.confirm(*OTHER, "小满 9-902 蜜柚2个")

    reading = read_paste(chain.paste(*BASE, "小满 9-902 蜜柚2个"))

    assert (names(reading.withdrawn), names(reading.elsewhere)) == (["白五"], ["鲁四"])


def test_of_a_chain_that_was_put_together_again_every_entry_is_known(chain):
    chain.confirm(*ONE)
    chain.confirm(*OTHER)

    paste = chain.paste(*ONE, "白五 2-101 雪梨1斤", "小满 9-902 蜜柚2个")
    reading = read_paste(paste)
    assert not reading.vanished
    assert [row.state for row in reading.rows] == [*[RowState.UNCHANGED] * 3, RowState.READY]
    apply_paste(paste=paste, by=chain.user, now=NOW)

    reading = read_paste(chain.paste(*OTHER, "小满 9-902 蜜柚2个"))
    assert (names(reading.withdrawn), reading.elsewhere) == (["鲁四"], [])


def test_if_only_this_text_is_valid_the_other_branch_is_cancelled_once_confirmed(chain):
    chain.confirm(*ONE)
    paste = chain.paste(*OTHER)

    choose_branch(paste=paste, alone=True)
    assert len(chain.ordered()) == 2
    apply_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.ordered() == [("白五", "雪梨", 1), ("钟三", "雪梨", 2)]

    undo_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.ordered() == [("钟三", "雪梨", 2), ("鲁四", "蜜柚", 1)]


def test_a_branch_chosen_and_unchosen_cancels_nobody(chain):
    chain.confirm(*ONE)
    paste = chain.paste(*OTHER)

    choose_branch(paste=paste, alone=True)
    choose_branch(paste=paste, alone=False)

    assert apply_paste(paste=paste, by=chain.user, now=NOW).cancelled == 0


def test_a_row_that_was_skipped_stays_skipped_when_the_other_branch_was_pasted_between(chain):
    paste = chain.paste(*ONE)
    row = read_paste(paste).rows[1]
    settle(paste=paste, key=row.key, answer={"skip": True}, content=row.content)
    apply_paste(paste=paste, by=chain.user, now=NOW)
    chain.confirm(*OTHER)

    chain.confirm(*ONE)

    assert chain.ordered() == [("白五", "雪梨", 1), ("钟三", "雪梨", 2)]


def test_a_batch_that_was_undone_is_no_branch(chain):
    chain.confirm(*BASE)
    paste = chain.paste(*ONE)
    apply_paste(paste=paste, by=chain.user, now=NOW)
    undo_paste(paste=paste, by=chain.user, now=NOW)

    reading = read_paste(chain.paste(*OTHER))

    assert not reading.vanished


def test_who_orders_other_goods_in_either_branch_is_asked_about_and_counts_as_answered(chain):
    chain.confirm(*BASE, "小满 9-902 蜜柚2个")
    chain.confirm(*BASE)
    paste = chain.paste(*OTHER, "鲁四 6-1203 蜜柚1个")
    apply_paste(paste=paste, by=chain.user, now=NOW)

    paste = chain.paste(*OTHER, "鲁四 6-1203 蜜柚1个", "小满 9-902 雪梨3斤")
    row = read_paste(paste).rows[-1]
    assert (row.state, row.rival.quantities) == (RowState.BLOCKED, {chain.campaign.offers.get(name="蜜柚").pk: 2})

    settle(paste=paste, key=row.key, answer={"seen": True}, content=row.content)
    apply_paste(paste=paste, by=chain.user, now=NOW)
    assert [line for line in chain.ordered() if line[0] == "小满"] == [("小满", "蜜柚", 2), ("小满", "雪梨", 3)]

    again = read_paste(chain.paste(*BASE, "小满 9-902 蜜柚2个"))
    assert {row.state for row in again.rows} == {RowState.UNCHANGED}


@pytest.mark.parametrize("how", ["the other entry is cancelled", "only this text is valid"])
def test_if_the_other_branchs_order_of_somebody_is_let_go_this_one_counts(chain, how):
    chain.confirm(*BASE, "小满 9-902 蜜柚2个")
    chain.confirm(*ONE)
    paste = chain.paste(*ONE, "小满 9-902 雪梨3斤")
    rival = read_paste(paste).rows[-1].rival

    if how == "only this text is valid":
        choose_branch(paste=paste, alone=True)
    else:
        settle(paste=paste, key=rival.key, answer={"cancel": True})
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert [line for line in chain.ordered() if line[0] == "小满"] == [("小满", "雪梨", 3)]


def test_the_door_of_the_entry_that_counts_is_the_orders_beside_one_that_is_let_go(chain):
    chain.confirm(*BASE, "大力 蜜柚2个")
    chain.confirm(*ONE)
    paste = chain.paste(*ONE, "大力 8-808 雪梨3斤")

    choose_branch(paste=paste, alone=True)
    apply_paste(paste=paste, by=chain.user, now=NOW)

    assert Order.objects.get(member__name="大力").door == "8-808"


def test_an_older_copy_takes_no_later_change_back(chain):
    chain.confirm(*ONE)
    chain.confirm("钟三 4-301 雪梨5斤", "鲁四 6-1203 蜜柚1个", "小满 9-902 蜜柚2个")
    before = chain.ordered()

    paste = chain.paste(*ONE)
    row = read_paste(paste).rows[0]
    assert (row.state, row.overtaken) == (RowState.BLOCKED, True)
    apply_paste(paste=paste, by=chain.user, now=NOW)
    assert chain.ordered() == before

    paste = chain.paste(*ONE)
    settle(paste=paste, key=row.key, answer={"seen": True}, content=row.content)
    apply_paste(paste=paste, by=chain.user, now=NOW)
    assert ("钟三", "雪梨", 2) in chain.ordered()


@pytest.mark.parametrize("wanted", ["雪梨9斤", "芒果5斤"], ids=["no room for it", "not sold"])
def test_a_change_that_was_not_taken_is_not_older_than_the_order_when_the_text_is_settled_further(chain, wanted):
    chain.campaign.offers.filter(name="雪梨").update(stock=3)
    chain.confirm(*ONE)
    text = (f"钟三 4-301 {wanted}", "鲁四 6-1203 蜜柚1个", "白五 2-101 蜜柚1个")
    chain.confirm(*text)

    row = read_paste(chain.paste(*text)).rows[0]

    assert not row.overtaken
    assert row.entry.quantities == {chain.campaign.offers.get(name="雪梨").pk: 2}


def test_a_change_in_one_branch_holds_when_the_other_goes_on(chain):
    chain.confirm(*BASE)
    chain.confirm("钟三 4-301 雪梨5斤", "鲁四 6-1203 蜜柚1个")

    chain.confirm(*OTHER)

    assert chain.ordered() == [("白五", "雪梨", 1), ("钟三", "雪梨", 5), ("鲁四", "蜜柚", 1)]


def test_somebody_who_signs_otherwise_keeps_the_order_by_the_authors_word(chain):
    chain.confirm("钟三 4-301 雪梨2斤", as_a_message=True)
    text = as_message([("wxid_钟三", 1_700_000_000, "三三 雪梨4斤")])
    paste = start_paste(campaign=chain.campaign, group=chain.group, text=text, by=chain.user, now=NOW)

    applied = apply_paste(paste=paste, by=chain.user, now=NOW)

    assert (applied.changed, applied.new_members) == (1, 0)
    assert chain.ordered() == [("钟三", "雪梨", 4)]


@pytest.mark.parametrize(("other", "name"), [("鲁四 6-1203", "鲁四"), ("老王 7-701", "老王")], ids=["known", "new"])
def test_who_writes_for_a_neighbour_instead_does_not_make_their_own_order_the_neighbours(chain, other, name):
    both = [("wxid_zhong", 1_700_000_000, "钟三 4-301 雪梨2斤"), ("wxid_bai", 1_700_000_000, "白五 2-101 雪梨1斤")]
    after = [("wxid_zhong", 1_700_000_000, f"{other} 蜜柚1个"), both[1]]

    for entries in (both, after):
        text = as_message(entries)
        paste = start_paste(campaign=chain.campaign, group=chain.group, text=text, by=chain.user, now=NOW)
        reading = read_paste(paste)
        apply_paste(paste=paste, by=chain.user, now=NOW)

    assert names(reading.withdrawn) == ["钟三"]
    assert chain.ordered() == sorted([("白五", "雪梨", 1), ("钟三", "雪梨", 2), (name, "蜜柚", 1)])


@pytest.mark.parametrize("entry", ["大力 雪梨2斤", "雪梨2斤"], ids=["a name without a door", "no name"])
def test_what_two_people_wrote_alike_without_a_door_is_asked_and_may_be_two_orders(chain, entry):
    first = chain.paste_message(("wxid_one", entry))
    (row,) = read_paste(first).rows
    known = {"member": Member.objects.get(name="鲁四").pk, "seen": True}
    settle(paste=first, key=row.key, answer=known, content=row.content)
    apply_paste(paste=first, by=chain.user, now=NOW)
    again = read_paste(chain.paste_message(("wxid_one", entry)))
    assert [row.state for row in again.rows] == [RowState.UNCHANGED]

    other = chain.paste_message(("wxid_two", entry))
    (row,) = read_paste(other).rows
    assert (row.state, row.rival.member_name) == (RowState.BLOCKED, "鲁四")
    settle(paste=other, key=row.key, answer=known | {"member": Member.objects.get(name="白五").pk}, content=row.content)
    apply_paste(paste=other, by=chain.user, now=NOW)

    assert chain.ordered() == [("白五", "雪梨", 2), ("鲁四", "雪梨", 2)]


PEOPLE = [*KNOWN, ("大力", ""), ("葛七", "7-701"), ("简六", "")]
GOODS = st.sampled_from(["雪梨2斤", "雪梨1.5斤", "蜜柚1个", "雪梨1斤 蜜柚2个", "蜜柚3个，放门口"])


@st.composite
def forks(draw):
    """Who stands in the list, and how each goes on after the same beginning; and which parts of it are pasted when."""
    goods = {person: draw(GOODS) for person in PEOPLE}
    entries = [f"{name} {door} {goods[name, door]}" for name, door in draw(st.permutations(PEOPLE))]
    common = draw(st.integers(0, 2))
    tails = [draw(st.lists(st.sampled_from(entries[common:]), max_size=5, unique=True)) for _branch in range(2)]
    branches = [[*entries[:common], *tail] for tail in tails]
    pastes = st.tuples(st.sampled_from(branches), st.integers(0, 5), st.booleans())
    some = [(branch[: common + more], message) for branch, more, message in draw(st.lists(pastes, max_size=6))]
    whole = [(branch, draw(st.booleans())) for branch in draw(st.permutations(branches))]
    return branches, [
        paste for paste in [*some, *whole, *draw(st.lists(st.sampled_from(whole), max_size=2))] if paste[0]
    ]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(forks())
def test_two_branches_come_to_their_union_however_they_are_pasted(group, leader, story):
    branches, pastes = story
    Campaign.objects.update(state="closed")
    chain = Chain(open_campaign(group), group, leader)

    for entries, as_a_message in pastes:
        applied = chain.confirm(*entries, as_a_message=as_a_message)
        assert (applied.changed, applied.cancelled, applied.waiting) == (0, 0, 0)

    in_the_chain = {entry for branch in branches for entry in branch}
    assert chain.ordered() == expected(in_the_chain)
    assert SaleFact.objects.filter(campaign=chain.campaign).count() == len(chain.ordered())


def expected(entries):
    """Name, goods and quantity of every entry, read by hand."""
    amounts = {
        "雪梨2斤": [("雪梨", 2)],
        "雪梨1.5斤": [("雪梨", 1.5)],
        "蜜柚1个": [("蜜柚", 1)],
        "雪梨1斤 蜜柚2个": [("雪梨", 1), ("蜜柚", 2)],
        "蜜柚3个，放门口": [("蜜柚", 3)],
    }
    split = [(entry.split(" ", 2)[0], entry.split(" ", 2)[2]) for entry in entries]
    return sorted((name, *line) for name, goods in split for line in amounts[goods])


def test_the_page_tells_a_branch_and_lets_the_leader_choose(client, chain):
    client.force_login(chain.user)
    chain.confirm(*ONE)
    paste = chain.paste(*OTHER)
    page = client.get(reverse("orders:jielong_preview", args=[paste.pk]))
    assert "只在另一份里" in page.text
    assert "鲁四" in page.text

    url = reverse("orders:jielong_settle", args=[paste.pk])
    chosen = client.post(url, {"action": "alone"}, headers={"hx-request": "true"}).text
    assert "还是两份都算" in chosen
    assert "确认录入 2 单" in chosen
    unchosen = client.post(url, {"action": "both"}, headers={"hx-request": "true"}).text
    assert "只认这一份：取消那 1 单" in unchosen
    assert "确认录入 1 单" in unchosen
