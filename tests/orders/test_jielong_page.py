"""What the paste page answers to what people send it."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Order, Paste
from orders.services import cut_off, read_paste, start_paste
from tests import factories as make
from tests.factories import FAR_OFF, LONG_AGO_MOMENT, NOW
from tests.orders.chain_message import as_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def campaign(group):
    campaign = make.make_campaign(group, opens_at=LONG_AGO_MOMENT, cuts_off_at=FAR_OFF)
    make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)
    return campaign


@pytest.fixture
def leader(client, group, campaign):
    leader = make.make_leader(group)
    client.force_login(leader.user)
    return leader.user


def paste_of(campaign, group, user, text="1. 王姐 6-1201 芒果2斤"):
    return start_paste(campaign=campaign, group=group, text=text, by=user, now=NOW)


@pytest.mark.parametrize("text", ["", "长" * 50_001, "1. 王姐 草莓1盒\n" * 501], ids=["empty", "50 001", "501 lines"])
def test_a_text_that_cannot_be_read_is_answered_with_its_sentence_and_kept(client, leader, campaign, group, text):
    answer = client.post(reverse("orders:jielong"), {"chain": f"{campaign.pk}-{group.pk}", "text": text})

    assert answer.status_code == 422
    assert answer.context["form"].errors["text"]
    assert answer.context["form"]["text"].value() == text
    assert not Paste.objects.exists()


def test_a_message_is_shown_as_its_text_and_tells_when_a_doubtful_row_was_written_and_what_else(
    client, leader, campaign, group
):
    entries = ["王姐 6-1201 草莓2盒", "李雷 3-201 芒果1盒", "李雷妈妈 3-202 草莓1盒"]
    authors = [("wxid_wang", 1_763_600_460), ("wxid_li", 1_763_604_060), ("wxid_li", 1_763_604_120)]
    pasted = as_message([(*author, entry) for author, entry in zip(authors, entries, strict=True)])

    sent = {"chain": f"{campaign.pk}-{group.pk}", "text": pasted}
    page = client.post(reverse("orders:jielong"), sent, follow=True)

    assert "写于 11-20 10:01 · 同一个微信号还写了第 3 号" in page.text
    assert ">#接龙\n周五到货\n\n1. 王姐 6-1201 草莓2盒\n" in page.text
    assert "wxid_" not in page.text.replace('value="@wxid_', "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('<!DOCTYPE msg [<!ENTITY a "b">]><msg><appmsg><title>&a;</title></appmsg></msg>', "微信不会写的内容"),
        ("<msg><appmsg><title>看这个</title><type>5</type></appmsg></msg>", "这不是接龙消息"),
        ("<title>" + " " * 400_000, "这条消息太长"),
        ("长" * 50_001, "一次最多 500 行、50000 字"),
    ],
)
def test_what_cannot_be_read_says_so_in_the_readers_language(client, leader, campaign, group, text, sentence):
    answer = client.post(reverse("orders:jielong"), {"chain": f"{campaign.pk}-{group.pk}", "text": text})

    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors["text"][0]
    assert not Paste.objects.exists()


def test_five_megabytes_are_refused_with_a_sentence(client, leader, campaign, group):
    sent = {"chain": f"{campaign.pk}-{group.pk}", "text": "长" * 1_700_000}

    answer = client.post(reverse("orders:jielong"), sent)

    assert answer.status_code == 400
    assert "超过 1 MB" in answer.text


def test_the_browser_does_not_cut_off_a_long_paste(client, leader, campaign, group):
    page = client.get(reverse("orders:jielong")).text

    assert "maxlength" not in page[page.index("<textarea") : page.index("</textarea>")]


def test_a_half_settled_chain_is_found_again_on_another_device(client, leader, campaign, group):
    paste = paste_of(campaign, group, leader, "1. 王姐 6-1201 芒果2斤\n2. 李雷 3-201 橙子1斤")
    key = answer_key(client, paste)
    sent = {"key": key, "action": "save", "offer_0": campaign.offers.get().pk, "quantity_0": "2"}
    client.post(reverse("orders:jielong_settle", args=[paste.pk]), sent)
    client.logout()

    other_device = Client()
    other_device.force_login(leader)
    assert list(other_device.get(reverse("orders:jielong")).context["batches"]) == [paste]
    address = reverse("orders:jielong_preview", args=[paste.pk])
    preview = other_device.get(address).context

    assert [one.row.name for one in preview["ready"]] == ["王姐"]
    assert [one.row.name for one in preview["to_settle"]] == ["李雷"]


def test_of_several_drafts_of_a_chain_everybody_finds_their_newest_their_own_first(client, leader, campaign, group):
    operator = make.make_user()
    paste_of(campaign, group, leader)
    mine = paste_of(campaign, group, leader, "1. 王姐 6-1201 草莓2盒")
    theirs = paste_of(campaign, group, operator)
    over = make.make_campaign(group, cuts_off_at=NOW + timedelta(hours=1))
    paste_of(over, group, leader)

    assert list(client.get(reverse("orders:jielong")).context["batches"]) == [mine, theirs]


def test_the_preview_counts_the_orders_of_its_own_group(client, leader, campaign, group):
    other = make.make_group("别的群")
    campaign.groups.add(other)
    berries = campaign.offers.get()
    make.order_for(make.make_member(group=group), (berries, 1), group=group, now=NOW)
    for name in ("外人", "路人"):
        make.order_for(make.make_member(name, group=other), (berries, 1), group=other, now=NOW)

    page = client.get(reverse("orders:jielong_preview", args=[paste_of(campaign, group, leader).pk])).text

    assert "· 已录 1 单" in page


def test_more_than_a_member_may_have_is_said_before_it_is_refused(client, leader, campaign, group):
    campaign.offers.update(limit_each=2)
    pastes = [paste_of(campaign, group, leader, f"1. 王姐 6-1201 草莓{n}盒") for n in (3, 2)]

    pages = [client.get(reverse("orders:jielong_preview", args=[paste.pk])).text for paste in pastes]

    assert ["每户限 2 盒" in page for page in pages] == [True, False]


def test_rows_there_is_no_room_for_come_first_and_do_not_count(client, leader, campaign, group):
    campaign.offers.update(stock=3)
    text = "1. 王姐 6-1201 草莓2盒\n2. 路人甲 草莓1盒\n3. 李雷 3-201 草莓2盒"
    paste = paste_of(campaign, group, leader, text)

    preview = client.get(reverse("orders:jielong_preview", args=[paste.pk])).context

    first, second = preview["to_settle"]
    assert (first.row.name, first.level, first.problems[0]) == ("李雷", "bad", "『草莓』卖完了。")
    assert second.row.name == "路人甲"
    assert (preview["confirm_count"], preview["left_out_count"], preview["total_fen"]) == (2, 1, 3 * 2990)


def test_a_row_that_was_left_out_is_settled_from_the_page_that_says_so(client, leader, campaign, group):
    campaign.offers.update(stock=3)
    paste = paste_of(campaign, group, leader, "1. 王姐 6-1201 草莓2盒\n2. 李雷 3-201 草莓2盒")
    done = client.post(reverse("orders:jielong_apply", args=[paste.pk]), follow=True)
    assert "只剩 1 盒" in done.text
    assert done.context["to_go_on"] == 1

    again = client.post(
        reverse("orders:jielong"), {"chain": f"{campaign.pk}-{group.pk}", "text": paste.text}, follow=True
    )
    (left,) = again.context["to_settle"]
    assert "只剩 1 盒" in left.problems[0]
    assert "quantity_0" in again.text
    latest = again.context["paste"]
    client.post(
        reverse("orders:jielong_settle", args=[latest.pk]),
        {"key": left.row.key, "action": "save", "quantity_0": "1"},
    )
    done = client.post(reverse("orders:jielong_apply", args=[latest.pk]), follow=True)

    assert done.context["to_go_on"] == 0
    assert campaign.offers.get().taken == 3


def test_where_nothing_came_in_there_is_nothing_to_tell_the_group(client, leader, campaign, group):
    campaign.offers.update(limit_each=2)
    pastes = [paste_of(campaign, group, leader, f"1. 王姐 6-1201 草莓{n}盒") for n in (3, 2)]

    done = [client.post(reverse("orders:jielong_apply", args=[paste.pk]), follow=True).text for paste in pastes]

    assert ["发到群里" in page for page in done] == [False, True]


def test_a_chain_of_another_group_is_no_choice(client, leader, campaign):
    answer = client.post(reverse("orders:jielong"), {"chain": "999-999", "text": "1. 王姐 草莓1盒"})

    assert answer.status_code == 422
    assert not Paste.objects.exists()


@pytest.mark.parametrize("field", ["member", "offer_0"])
def test_an_answer_that_names_somebody_elses_rows_is_refused(client, leader, campaign, group, field):
    paste = paste_of(campaign, group, leader)
    other = make.make_group("别的群")
    foreign = {
        "member": make.make_member("外人", group=other).pk,
        "offer_0": make.make_offer(make.make_campaign(other)).pk,
    }[field]
    key = answer_key(client, paste)

    answer = client.post(
        reverse("orders:jielong_settle", args=[paste.pk]), {"key": key, "action": "save", field: foreign}
    )

    assert answer.status_code == 422
    paste.refresh_from_db()
    assert paste.decisions == {}


def answer_key(client, paste):
    return client.get(reverse("orders:jielong_preview", args=[paste.pk])).context["reading"].rows[0].key


def test_settling_answers_the_fragment_to_htmx_and_goes_back_without_script(client, leader, campaign, group):
    paste = paste_of(campaign, group, leader)
    sent = {"key": answer_key(client, paste), "action": "skip"}
    url = reverse("orders:jielong_settle", args=[paste.pk])

    plain = client.post(url, sent)
    fragment = client.post(url, {**sent, "action": "restore"}, headers={"hx-request": "true"})

    assert plain.status_code == 302
    assert b"<html" not in fragment.content
    assert b'id="preview"' in fragment.content


def test_confirming_twice_says_that_it_is_done_and_orders_once(client, leader, campaign, group):
    paste = paste_of(campaign, group, leader, "1. 王姐 6-1201 草莓2盒")
    url = reverse("orders:jielong_apply", args=[paste.pk])

    first, second = client.post(url), client.post(url)

    assert (first.status_code, second.status_code) == (302, 422)
    assert Order.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_preview_costs_the_same_queries_for_one_row_as_for_three(
    client, leader, campaign, group, rows, django_assert_num_queries
):
    text = "\n".join(f"{n}. 邻居{n} {n}-101 草莓1盒" for n in range(1, rows + 1))
    paste = paste_of(campaign, group, leader, text)

    # Session and user; the paste; offers, people and what both were called; live entries and earlier pastes; offers to
    # choose, what is held and left of them; takings.
    with django_assert_num_queries(13):
        client.get(reverse("orders:jielong_preview", args=[paste.pk]))


def test_a_quantity_nobody_orders_is_refused_where_it_is_answered(client, leader, campaign, group):
    paste = paste_of(campaign, group, leader)
    sent = {"key": answer_key(client, paste), "action": "save", "quantity_0": "999999999"}

    answer = client.post(reverse("orders:jielong_settle", args=[paste.pk]), sent)

    assert answer.status_code == 422
    assert "99999.999" in answer.content.decode()
    paste.refresh_from_db()
    assert paste.decisions == {}


def test_a_quantity_nobody_orders_kept_by_an_earlier_answer_is_left_out_and_the_others_are_taken(
    client, leader, campaign, group
):
    paste = paste_of(campaign, group, leader, "1. 王姐 6-1201 草莓2盒\n2. 李雷 3-201 草莓1盒")
    row = read_paste(paste).rows[1]
    paste.decisions = {row.key: {"seen": True, "content": row.content, "quantities": {"0": "999999999"}}}
    paste.save()

    answer = client.post(reverse("orders:jielong_apply", args=[paste.pk]))

    assert answer.status_code == 302
    assert Order.objects.get().member.name == "王姐"
    paste.refresh_from_db()
    assert "99999.999" in paste.outcome["left_out"][0]["why"]


TEXT = "1. 王姐 6-1201 草莓2盒"


def sent_to(client, chain):
    """What the page says to a text pasted into that chain, in English."""
    client.cookies["django_language"] = "en"
    answer = client.post(reverse("orders:jielong"), {"chain": chain, "text": TEXT})
    assert answer.status_code == 422
    assert not Paste.objects.exists()
    page = answer.content.decode()
    assert TEXT in page
    return page


@pytest.mark.parametrize("others", [0, 1, 2])
def test_a_cut_off_while_the_page_is_open_says_so_and_keeps_the_text(client, leader, campaign, group, others):
    for number in range(others):
        make.make_campaign(group, title=f"别的团{number}", opens_at=LONG_AGO_MOMENT, cuts_off_at=FAR_OFF)
    cut_off(campaign=campaign, by=None, now=NOW)

    page = sent_to(client, f"{campaign.pk}-{group.pk}")

    assert "“周五鲜果团” was cut off on 11-20 10:00 and takes no more orders. Your text is kept below" in page
    assert "ask an operator" in page
    assert page.count("<option") == (others + 1)


def test_a_chain_of_somebody_else_reads_like_one_that_does_not_exist(client, leader, campaign, group):
    other = make.make_group("别的群")
    foreign = make.make_campaign(other, title="人家的团")
    cut_off(campaign=foreign, by=None, now=NOW)
    keys = [
        f"{foreign.pk}-{other.pk}",
        f"{foreign.pk}-{group.pk}",
        f"{campaign.pk}-{other.pk}",
        "999-999",
        "x",
        "9" * 50,
    ]

    for key in keys:
        page = sent_to(client, key)
        assert "There is no such campaign in your groups. Your text is kept below" in page
        assert "人家的团" not in page
        assert "别的群" not in page


@pytest.mark.parametrize(("others", "more"), [(20, None), (300, "还有 280 条同类")])
def test_of_the_lines_that_are_no_orders_the_first_of_a_kind_are_shown_and_the_others_counted(
    client, leader, campaign, group, others, more
):
    chain = json.dumps({"content": as_message([("wxid_wang", 1_763_600_460, "王姐 6-1201 草莓2盒")])})
    export = "\n".join([*(json.dumps({"content": f"talk {n}"}) for n in range(1, others + 1)), chain])

    sent = {"chain": f"{campaign.pk}-{group.pk}", "text": export}
    page = client.post(reverse("orders:jielong"), sent, follow=True).text

    assert f"{others + 2} 行不是订单" in page  # the chain's own mark and title are two
    assert "talk 20" in page
    assert "talk 21" not in page
    assert page.count("条同类") == (1 if more else 0)
    assert more is None or more in page
