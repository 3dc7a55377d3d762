"""A vanished entry somebody chose to cancel: the choice is about what the entry said, on whatever device."""

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import OrderLine
from orders.services import apply_paste, choose_branch, read_paste, settle, start_paste, undo_paste
from tests import factories as make
from tests.factories import FAR_OFF, LONG_AGO_MOMENT, NOW

pytestmark = pytest.mark.django_db

ALL = ("王姐 6-1201 草莓2盒", "张三 3-2-501 草莓1盒", "李建国 3-502 草莓3盒")
WITHOUT = (ALL[0], ALL[2])
CHANGED = (ALL[0], "张三 3-2-501 草莓5盒", ALL[2])


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
    chain = Chain(campaign, group, make.make_leader(group).user)
    chain.confirm(chain.paste(*ALL))
    return chain


class Chain:
    """A group's chain."""

    def __init__(self, campaign, group, user):
        self.campaign, self.group, self.user = campaign, group, user

    def paste(self, *entries):
        text = "#接龙\n" + "\n".join(f"{n}. {entry}" for n, entry in enumerate(entries, start=1))
        return start_paste(campaign=self.campaign, group=self.group, text=text, by=self.user, now=NOW)

    def confirm(self, paste):
        return apply_paste(paste=paste, by=self.user, now=NOW)

    def draft_that_cancels(self):
        paste = self.paste(*WITHOUT)
        (gone,) = read_paste(paste).withdrawn
        return settle(paste=paste, key=gone.entry.key, answer={"cancel": True})

    def ordered(self):
        lines = OrderLine.objects.filter(quantity__gt=0)
        return dict(lines.values_list("order__member__name", "quantity"))


def choices(paste):
    return [(gone.entry.raw, gone.cancel, gone.was) for gone in read_paste(paste).vanished]


def test_the_choice_is_there_again_when_the_draft_is_read_anew(chain):
    chain.draft_that_cancels()

    again = chain.paste(*WITHOUT)

    assert choices(again) == [("2. 张三 3-2-501 草莓1盒", True, "")]
    assert chain.confirm(again).cancelled == 1
    assert chain.ordered() == {"王姐": 2, "李建国": 3}


def test_a_choice_for_a_whole_branch_is_there_again(chain):
    draft = chain.paste(ALL[0], ALL[1])
    draft = choose_branch(paste=draft, alone=True)

    assert choices(chain.paste(ALL[0], ALL[1])) == [("3. 李建国 3-502 草莓3盒", True, "")]
    chain.confirm(chain.paste(*ALL[:2], "李建国 3-502 草莓4盒"))
    assert choices(draft) == [("3. 李建国 3-502 草莓4盒", False, "3. 李建国 3-502 草莓3盒")]


def test_what_says_something_else_by_now_is_not_cancelled_and_tells_what_was_chosen(chain):
    draft = chain.draft_that_cancels()
    chain.confirm(chain.paste(*CHANGED))

    assert choices(draft) == [("2. 张三 3-2-501 草莓5盒", False, "2. 张三 3-2-501 草莓1盒")]
    chain.confirm(draft)
    assert chain.ordered() == {"王姐": 2, "张三": 5, "李建国": 3}


def test_it_is_chosen_anew_for_what_it_says_now(chain):
    draft = chain.draft_that_cancels()
    chain.confirm(chain.paste(*CHANGED))
    (gone,) = read_paste(draft).vanished

    draft = settle(paste=draft, key=gone.entry.key, answer={"cancel": True})

    assert choices(draft) == [("2. 张三 3-2-501 草莓5盒", True, "")]


@pytest.mark.parametrize("undone", [False, True])
def test_a_choice_that_was_carried_out_is_not_carried_on(chain, undone):
    draft = chain.draft_that_cancels()
    chain.confirm(draft)
    if undone:
        undo_paste(paste=draft, by=chain.user, now=NOW)
    else:
        chain.confirm(chain.paste(*ALL))

    assert [cancel for _raw, cancel, _was in choices(chain.paste(*WITHOUT))] == [False]


def test_who_is_in_the_text_again_and_vanishes_once_more_is_asked_about(chain):
    chain.draft_that_cancels()
    chain.paste(*ALL)

    assert [cancel for _raw, cancel, _was in choices(chain.paste(*WITHOUT))] == [False]


def test_another_device_shows_the_same_choice_in_the_same_words(chain):
    draft = chain.draft_that_cancels()
    devices = [Client(), Client()]
    for device in devices:
        device.force_login(chain.user)
    address = reverse("orders:jielong_preview", args=[draft.pk])

    first, second = (device.get(address).text for device in devices)

    for page in (first, second):
        assert "2. 张三 3-2-501 草莓1盒" in page
        assert "将取消" in page
        assert "确认录入 1 单" in page
    chain.confirm(chain.paste(*CHANGED))
    page = devices[1].get(address).text
    assert "选取消时它还是“2. 张三 3-2-501 草莓1盒”" in page
    assert "订单保留。" in page
