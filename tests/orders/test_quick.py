"""手动录单: find the member, say how much, save once, take back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from community.models import Member
from community.services import members as community
from orders.enums import OrderSource
from orders.models import Campaign, GroupStock, Offer, Order, OrderLine, QuickEntry, SaleFact
from orders.queries import find_members
from orders.services import (
    AlreadyTakenBack,
    CampaignClosed,
    LinesRefused,
    TooLateToUndo,
    cut_off,
    enter_order,
    take_back_entry,
)
from tests import factories as make
from tests.factories import NOW, order_for

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def apples(campaign):
    return make.make_offer(campaign, "苹果", price_fen=599)


@pytest.fixture
def wang(group):
    return make.make_member("王芳", group=group, door="3-1701")


@pytest.fixture
def phone(signed_in, leader):
    return signed_in(leader.user)


def form_of(campaign: Campaign, group, member: Member) -> str:
    return reverse("orders:quick_order", args=[campaign.pk, group.pk, member.pk])


def search_of(campaign: Campaign, group) -> str:
    return f"/quick/?chain={campaign.pk}-{group.pk}"


def typed(*wanted, key: str = "k", note: str = "", **fields: str) -> dict[str, str]:
    return {"key": key, "note": note, **{f"offer-{offer.pk}": quantity for offer, quantity in wanted}, **fields}


def found(group, text: str) -> list[str]:
    return [one.membership.member.name for one in find_members(group, text, Order.objects.all())]


# finding


@pytest.mark.parametrize(
    "text", ["3-17", "1701", "3-1701", "3号楼1701室", "王", "王芳", "wangf", "wf", "WF", "王 1701", "３－１７"]
)
def test_a_member_is_found_by_door_name_and_initials(group, wang, text):
    make.make_member("刘畅", group=group, door="9-301")

    assert found(group, text) == ["王芳"]


def test_the_door_itself_comes_before_doors_that_contain_it(group):
    make.make_member("刘畅", group=group, door="1-3-170")
    make.make_member("赵敏", group=group, door="3-1702")
    make.make_member("王芳", group=group, door="3-170")

    assert found(group, "3-170") == ["王芳", "赵敏", "刘畅"]


def test_who_lives_elsewhere_or_has_left_is_never_found(group, other_group, operator):
    make.make_member("王芳", group=other_group, door="3-1701")
    gone = make.make_member("王霞", group=group, door="3-1701")
    community.leave_group(membership=gone.memberships.get(), by=operator, now=timezone.now())

    assert [found(group, text) for text in ("王", "3-1701", "w")] == [[], [], []]


def test_the_group_of_another_leader_is_not_searched(phone, campaign, other_group):
    make.make_member("王芳", group=other_group, door="3-1701")

    page = phone.get(f"/quick/?chain={campaign.pk}-{other_group.pk}&q=王")

    assert page.context["chain"].group != other_group
    assert "王芳" not in page.text


def test_eight_are_shown_and_more_letters_asked_for(phone, campaign, group):
    for number in range(9):
        make.make_member("王芳", group=group, door=f"3-{number}01")

    page = phone.get("/quick/?q=wf")

    assert len(page.context["found"]) == 8
    assert "type one letter or digit more" in page.text


def test_enter_with_one_member_found_opens_the_order(phone, campaign, group, wang):
    page = phone.get("/quick/?q=wf")

    assert page.headers["Location"] == form_of(campaign, group, wang)


def test_what_was_typed_for_nobody_begins_the_newcomers_form(phone, campaign, group, berries):
    page = phone.get("/quick/?q=9-301").text

    assert f'href="{reverse("orders:quick_newcomer", args=[campaign.pk, group.pk])}?door=9-301"' in page


def test_among_several_campaigns_nobody_guesses(phone, campaign, group, selling, wang):
    other = selling(group, title="周六海鲜团")

    page = phone.get("/quick/?q=wf")

    assert page.context["chain"] is None
    assert f"?chain={campaign.pk}-{group.pk}" in page.text
    assert f"?chain={other.pk}-{group.pk}" in page.text


def test_what_they_ordered_last_stands_beside_the_name(phone, campaign, group, wang, selling):
    order_for(wang, (make.make_offer(selling(group), "脐橙"), "1.5"), group=group, now=timezone.now())

    page = phone.get(f"{search_of(campaign, group)}&q=w", headers=HTMX).text

    assert "脐橙 ×1.5斤" in page


# placing


def test_an_order_is_placed_and_the_search_is_next(phone, leader, campaign, group, wang, berries, apples):
    answer = phone.post(form_of(campaign, group, wang), typed((berries, "2"), (apples, "0.5"), note="放门卫"))

    order = Order.objects.get()
    assert answer.headers["Location"] == search_of(campaign, group)
    assert (order.member, order.door, order.note, order.source) == (wang, "3-1701", "放门卫", OrderSource.QUICK)
    assert order.placed_by == leader.user
    assert list(order.lines.values_list("offer", "quantity", "amount_fen").order_by("offer")) == [
        (berries.pk, Decimal(2), 5980),
        (apples.pk, Decimal("0.5"), 300),
    ]


def test_the_form_says_what_the_own_group_has_left(phone, campaign, group, other_group, wang, berries, apples):
    """Of twenty boxes eight are for this group and one is taken; of thirty 斤 nobody has a share."""
    Offer.objects.filter(pk=berries.pk).update(stock=20)
    Offer.objects.filter(pk=apples.pk).update(stock=30)
    for one, stock in ((group, 8), (other_group, 12)):
        GroupStock.objects.create(offer=berries, group=one, stock=stock)
    order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())

    page = phone.get(form_of(campaign, group, wang), headers={"accept-language": "en"}).content.decode()

    page = phone.get(form_of(campaign, group, wang))

    assert {row.offer.name: row.left for row in page.context["rows"]} == {"草莓": 7, "苹果": 30}
    assert "7 盒 left" in page.content.decode()


def test_what_is_entered_is_added_to_what_they_have(phone, campaign, group, wang, berries):
    order_for(wang, (berries, 2), group=group, now=timezone.now())

    shown = phone.get(form_of(campaign, group, wang)).text
    phone.post(form_of(campaign, group, wang), typed((berries, "1")))

    assert "has 2 盒 already" in shown
    assert OrderLine.objects.get().quantity == 3


def test_an_entry_is_worth_what_the_order_grew_by(phone, campaign, group, wang, apples):
    for key in ("a", "b"):
        phone.post(form_of(campaign, group, wang), typed((apples, "0.5"), key=key))

    # 299.5 → 300; together 599, so the second half adds 299
    assert list(QuickEntry.objects.order_by("pk").values_list("amount_fen", flat=True)) == [300, 299]


def test_the_day_shows_what_was_entered_with_its_sum(phone, campaign, group, wang, berries):
    for key in ("a", "b"):
        phone.post(form_of(campaign, group, wang), typed((berries, "1"), key=key))

    page = phone.get("/quick/")

    assert (page.context["day"].count, page.context["day"].amount_fen) == (2, 5980)
    assert "草莓 ×1盒" in page.text


def test_somebody_new_becomes_a_member_with_their_first_order(phone, campaign, group, berries):
    url = reverse("orders:quick_newcomer", args=[campaign.pk, group.pk])

    phone.post(url, typed((berries, "1"), name=" 小鱼儿 ", door="9号楼301室"))

    order = Order.objects.get()
    assert (order.member.name, order.door, order.is_first) == ("小鱼儿", "9-301", True)
    assert order.member.memberships.get().group == group


def test_a_newcomer_whose_order_is_refused_is_not_taken_in(phone, campaign, group, berries):
    url = reverse("orders:quick_newcomer", args=[campaign.pk, group.pk])

    answer = phone.post(url, typed((berries, "1.5"), name="小鱼儿", door="9-301"))

    assert answer.status_code == 422
    assert not Member.objects.filter(name="小鱼儿").exists()


def test_a_newcomer_of_a_known_name_and_door_is_no_newcomer(phone, campaign, group, wang, berries):
    url = reverse("orders:quick_newcomer", args=[campaign.pk, group.pk])

    answer = phone.post(url, typed((berries, "1"), name="王芳", door="3号楼1701"))

    assert answer.status_code == 422
    assert "is already in the group" in answer.text
    assert not Order.objects.exists()


def test_a_newcomer_needs_a_name_and_a_door(phone, campaign, group, berries):
    url = reverse("orders:quick_newcomer", args=[campaign.pk, group.pk])

    answer = phone.post(url, typed((berries, "1"), name="", door=""))

    assert set(answer.context["form"].errors) == {"name", "door"}


def test_the_same_again_by_product_and_what_is_not_offered_is_named(phone, campaign, group, wang, berries, selling):
    last = selling(group)
    same = make.make_offer(last, "老草莓")
    type(same).objects.filter(pk=same.pk).update(product=berries.product_id)
    order_for(wang, (same, 3), (make.make_offer(last, "芒果"), 1), group=group, now=timezone.now())

    page = phone.get(f"{form_of(campaign, group, wang)}?again=1")

    assert page.context["form"][f"offer-{berries.pk}"].value() == "3"
    assert page.context["missing"] == ["芒果"]


# refusals


@pytest.mark.parametrize(
    ("limits", "quantity", "sentence"),
    [
        ({"stock": Decimal(3)}, "4", "Only 3 盒 of “草莓” are left."),
        ({"stock": Decimal(0)}, "1", "“草莓” is sold out."),
        ({"limit_each": Decimal(2)}, "3", "“草莓”: at most 2 盒 a member."),
        ({}, "1.5", "“草莓” is sold in whole 盒."),
    ],
)
def test_a_refusal_stands_at_its_line_and_keeps_what_was_typed(
    phone, campaign, group, wang, apples, limits, quantity, sentence
):
    berries = make.make_offer(campaign, "草莓", unit="盒", counted=True, **limits)

    answer = phone.post(form_of(campaign, group, wang), typed((berries, quantity), (apples, "2"), note="放门卫"))

    form = answer.context["form"]
    assert answer.status_code == 422
    assert form.errors == {f"offer-{berries.pk}": [sentence]}
    assert [form[name].value() for name in (f"offer-{berries.pk}", f"offer-{apples.pk}", "note")] == [
        quantity,
        "2",
        "放门卫",
    ]
    assert not Order.objects.exists()


def test_the_limit_counts_what_they_have(phone, campaign, group, wang):
    berries = make.make_offer(campaign, "草莓", counted=True, limit_each=Decimal(2))
    order_for(wang, (berries, 2), group=group, now=timezone.now())

    answer = phone.post(form_of(campaign, group, wang), typed((berries, "1")))

    assert f"offer-{berries.pk}" in answer.context["form"].errors


@pytest.mark.parametrize("quantity", ["", "0", "-1"])
def test_nothing_is_no_order(phone, campaign, group, wang, berries, quantity):
    assert phone.post(form_of(campaign, group, wang), typed((berries, quantity))).status_code == 422


def test_after_the_cut_off_nothing_is_saved_and_the_page_says_so(phone, operator, campaign, group, wang, berries):
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    shown = phone.get(form_of(campaign, group, wang)).text
    answer = phone.post(form_of(campaign, group, wang), typed((berries, "1")))

    assert "takes no more orders" in shown
    assert answer.status_code == 422
    assert "takes no more orders" in answer.text
    assert not Order.objects.exists()


def test_a_refused_form_is_saved_once_it_is_corrected(phone, campaign, group, wang, berries):
    phone.post(form_of(campaign, group, wang), typed((berries, "1.5")))
    phone.post(form_of(campaign, group, wang), typed((berries, "1")))

    assert OrderLine.objects.get().quantity == 1


# twice


def test_a_double_tap_orders_once(phone, campaign, group, wang, berries):
    first, second = (phone.post(form_of(campaign, group, wang), typed((berries, "2"))) for _tap in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert OrderLine.objects.get().quantity == 2
    assert "counts once" in phone.get("/quick/").text


def test_the_toast_takes_it_back_and_leads_to_the_same_chain(phone, campaign, group, wang, berries, selling):
    selling(group, title="周六海鲜团")

    phone.post(form_of(campaign, group, wang), typed((berries, "2")))

    undo = f"/quick/{QuickEntry.objects.get().pk}/undo/?chain={campaign.pk}-{group.pk}"
    assert f'<form method="post" action="{undo}">' in phone.get("/me/").text


def test_a_double_tap_takes_a_newcomer_in_once(phone, campaign, group, berries):
    url = reverse("orders:quick_newcomer", args=[campaign.pk, group.pk])

    for _tap in range(2):
        phone.post(url, typed((berries, "1"), name="小鱼儿", door="9-301"))

    assert Member.objects.filter(name="小鱼儿").count() == 1


def test_going_back_and_saving_the_same_form_with_other_numbers_is_refused(phone, campaign, group, wang, berries):
    phone.post(form_of(campaign, group, wang), typed((berries, "2")))

    answer = phone.post(form_of(campaign, group, wang), typed((berries, "3")))

    assert answer.status_code == 422
    assert "already saved" in answer.text
    assert OrderLine.objects.get().quantity == 2


def test_every_form_has_a_key_of_its_own(phone, campaign, group, wang, berries):
    keys = {phone.get(form_of(campaign, group, wang)).context["form"]["key"].value() for _open in range(2)}

    assert len(keys) == 2


# taking back


@pytest.fixture
def enter(leader, group, wang):
    def entry_of(offer, quantity: str, *, note: str = "", now=NOW, member=wang) -> QuickEntry:
        quantities = {offer.pk: Decimal(quantity)}
        return enter_order(
            campaign=offer.campaign,
            group=group,
            member=member,
            quantities=quantities,
            note=note,
            by=leader.user,
            now=now,
        )

    return entry_of


@pytest.fixture
def pears(group):
    """In a campaign by the clock of NOW."""
    return make.make_offer(make.make_campaign(group), "梨", price_fen=599, stock=Decimal(9))


def test_taking_back_takes_out_what_the_entry_put_in_and_no_more(leader, group, wang, pears, enter):
    order_for(wang, (pears, 2), group=group)
    entry = enter(pears, "1.5", note="放门卫")

    take_back_entry(entry=entry, by=leader.user, now=NOW + timedelta(minutes=30))

    line, order = OrderLine.objects.get(), Order.objects.get()
    pears.refresh_from_db()
    assert (line.quantity, line.amount_fen, order.note, pears.taken) == (2, 1198, "", 2)
    assert sum(fact.amount_fen for fact in SaleFact.objects.all()) == 1198


def test_a_note_that_was_there_before_stays(leader, pears, enter):
    enter(pears, "1", note="有狗")
    entry = enter(pears, "1", note="放门卫")

    take_back_entry(entry=entry, by=leader.user, now=NOW)

    assert Order.objects.get().note == "有狗"


def test_an_order_with_nothing_left_is_cancelled(leader, pears, enter):
    take_back_entry(entry=enter(pears, "1"), by=leader.user, now=NOW)

    assert Order.objects.get().state == "cancelled"


def test_nothing_is_taken_back_twice(leader, pears, enter):
    entry = enter(pears, "1")
    enter(pears, "1")
    take_back_entry(entry=entry, by=leader.user, now=NOW)

    with pytest.raises(AlreadyTakenBack):
        take_back_entry(entry=entry, by=leader.user, now=NOW)

    assert OrderLine.objects.get().quantity == 1


@pytest.mark.parametrize("later", [timedelta(minutes=30, seconds=1), timedelta(hours=10)])
def test_after_half_an_hour_an_entry_stays(leader, pears, enter, later):
    with pytest.raises(TooLateToUndo):
        take_back_entry(entry=enter(pears, "1"), by=leader.user, now=NOW + later)


def test_after_the_cut_off_an_entry_stays(leader, operator, pears, enter):
    entry = enter(pears, "1")
    cut_off(campaign=pears.campaign, by=operator, now=NOW)

    with pytest.raises(TooLateToUndo):
        take_back_entry(entry=entry, by=leader.user, now=NOW)

    assert OrderLine.objects.get().quantity == 1


def test_before_the_opening_nothing_is_entered(pears, enter):
    with pytest.raises(CampaignClosed):
        enter(pears, "1", now=NOW - timedelta(days=2))


def test_every_line_that_does_not_fit_is_named(leader, group, wang, pears):
    plums = make.make_offer(pears.campaign, "李", stock=Decimal(1))

    with pytest.raises(LinesRefused) as refused:
        enter_order(
            campaign=pears.campaign,
            group=group,
            member=wang,
            quantities={pears.pk: Decimal(10), plums.pk: Decimal(2)},
            by=leader.user,
            now=NOW,
        )

    assert set(refused.value.by_offer) == {pears.pk, plums.pk}


def test_the_undo_button_takes_the_entry_off_the_list(phone, campaign, group, wang, berries):
    phone.post(form_of(campaign, group, wang), typed((berries, "1")))
    undo = reverse("orders:quick_undo", args=[QuickEntry.objects.get().pk])

    first, second = phone.post(undo), phone.post(undo)

    assert first.headers["Location"] == search_of(campaign, group)
    assert second.status_code == 422
    assert "already been taken back" in second.text
    assert phone.get("/quick/").context["day"].count == 0


# who


def test_a_stranger_leader_finds_no_form_and_takes_nothing_back(
    phone, signed_in, stranger, campaign, group, wang, berries
):
    phone.post(form_of(campaign, group, wang), typed((berries, "1")))
    theirs = signed_in(stranger.user)
    entry = QuickEntry.objects.get()

    answers = [
        theirs.get(form_of(campaign, group, wang)),
        theirs.post(form_of(campaign, group, wang), typed((berries, "1"), key="x")),
        theirs.post(reverse("orders:quick_newcomer", args=[campaign.pk, group.pk])),
        theirs.post(reverse("orders:quick_undo", args=[entry.pk])),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert OrderLine.objects.get().quantity == 1


def test_a_member_of_another_group_has_no_form_here(phone, campaign, group, other_group, berries):
    elsewhere = make.make_member("王芳", group=other_group)

    assert phone.post(form_of(campaign, group, elsewhere), typed((berries, "1"))).status_code == 404


def test_an_offer_of_another_campaign_is_not_ordered(phone, campaign, group, wang, berries, selling):
    foreign = make.make_offer(selling(group), "芒果")

    phone.post(form_of(campaign, group, wang), typed((berries, "1"), (foreign, "1")))

    assert OrderLine.objects.get().offer == berries


@pytest.mark.parametrize("page", ["/leader/", "/jielong/"])
def test_the_leader_gets_there(phone, campaign, group, page):
    assert 'href="/quick/' in phone.get(page).text


def test_the_operator_gets_there_from_the_orders(signed_in, operator):
    assert 'href="/quick/"' in signed_in(operator).get("/orders/").text


# queries


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_asks_the_database_as_often_for_one_member_as_for_three(
    phone, campaign, group, berries, django_assert_num_queries, rows
):
    for number in range(rows):
        member = make.make_member("王芳", group=group, door=f"3-{number}01")
        order_for(member, (berries, 1), group=group, now=timezone.now())

    with django_assert_num_queries(8):  # session, user; own groups, campaigns, their groups; members, orders, lines
        phone.get("/quick/?q=wf", headers=HTMX)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_day_asks_the_database_as_often_for_one_entry_as_for_three(
    phone, campaign, group, berries, django_assert_num_queries, rows
):
    for number in range(rows):
        member = make.make_member("王芳", group=group, door=f"3-{number}01")
        phone.post(form_of(campaign, group, member), typed((berries, "1"), key=str(number)))
    phone.get("/quick/")  # what was said is said

    with django_assert_num_queries(8):  # session, user; own groups, campaigns, their groups; sums, offers, entries
        phone.get("/quick/")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_order_form_asks_the_database_as_often_for_one_offer_as_for_three(
    phone, campaign, group, wang, selling, django_assert_num_queries, rows
):
    offers = [make.make_offer(campaign, f"苹果{number}") for number in range(rows)]
    order_for(wang, *((offer, 1) for offer in offers), group=group, now=timezone.now())
    order_for(wang, (make.make_offer(selling(group)), 1), group=group, now=timezone.now())

    # session, user; campaign, group, member; offers; what they have with its lines, what they had with its lines
    with django_assert_num_queries(10):
        phone.get(form_of(campaign, group, wang))
