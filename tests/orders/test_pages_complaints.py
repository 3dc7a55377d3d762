"""售后: proposing a refund on the phone, settling it at the desk, reading what became of it."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.models import Picture
from core.pictures import keep_picture
from orders.models import Complaint, SaleFact
from orders.services import propose_refund
from tests import factories as make
from tests.factories import delivered, order_for
from tests.photos import encoded, halves, photo, plain

pytestmark = pytest.mark.django_db

LIST = "/complaints/"


@pytest.fixture
def berries(group, selling):
    """A new campaign with an offer of 草莓 in it."""
    return lambda: make.make_offer(selling(group), "草莓", unit="盒", counted=True, price_fen=2990)


@pytest.fixture
def deliver(berries, group, leader):
    """Two 盒 at the door of somebody in the leader's group, in a campaign of its own unless one is named."""

    def to(name: str = "王芳", *, offer=None):
        now, member = timezone.now(), make.make_member(name, group=group)
        placed = order_for(member, (offer or berries(), 2), group=group, now=now)
        return delivered(placed, by=leader.user, now=now)

    return to


@pytest.fixture
def complain(leader):
    def about(order, quantity="1", *, picture="", note="压坏了") -> Complaint:
        asked = {"quantity": Decimal(quantity), "amount_fen": None, "reason": "broken"}
        line = order.lines.get()
        return propose_refund(line_id=line.pk, **asked, note=note, photo=picture, by=leader.user, now=timezone.now())

    return about


def typed(order, **changes):
    line = order.lines.get()
    return {"line": line.pk, "reason": "broken", "quantity": "1", "amount_fen": "", "note": "压坏了", **changes}


def form_url(order) -> str:
    return reverse("orders:complaint_create", args=[order.pk])


def test_a_leader_proposes_a_refund_with_a_photo(signed_in, leader, deliver):
    order = deliver()

    answer = signed_in(leader.user).post(form_url(order), {**typed(order), "photo": photo()})

    assert answer.headers["Location"] == f"/orders/{order.pk}/"
    complaint = Complaint.objects.get()
    assert (complaint.by, complaint.quantity, complaint.amount_fen) == (leader.user, 1, 2990)
    assert (complaint.reason, complaint.note) == ("broken", "压坏了")
    assert complaint.photo == Picture.objects.get()
    assert not SaleFact.objects.filter(kind="refunded").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quantity": "3"}, "2 盒 of “草莓” can still be refunded."),
        ({"quantity": ""}, "Give either a quantity or an amount."),
        ({"amount_fen": "5"}, "Give either a quantity or an amount."),
        ({"reason": ""}, "This field is required."),
        ({"reason": "other", "note": ""}, "Say in a few words what is wrong."),
        ({"line": ""}, "This field is required."),
    ],
)
def test_an_impossible_proposal_keeps_what_was_typed_and_the_photo(signed_in, leader, deliver, changes, sentence):
    order = deliver()
    browser = signed_in(leader.user)

    answer = browser.post(form_url(order), {**typed(order, **changes), "photo": photo()})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "note" in changes or 'value="压坏了"' in answer.text
    assert "The photo is kept" in answer.text
    browser.post(form_url(order), {**typed(order), "photo-kept": answer.context["form"]["photo"].value()})
    assert Complaint.objects.get().photo == Picture.objects.get()


def test_a_file_that_is_no_photo_is_refused_and_the_words_are_kept(signed_in, leader, deliver):
    order = deliver()
    heic = SimpleUploadedFile("IMG_1.HEIC", b"\0\0\0\x24ftypheic" + b"\0" * 24)

    answer = signed_in(leader.user).post(form_url(order), {**typed(order), "photo": heic})

    assert answer.status_code == 422
    assert "Formats → Most Compatible" in answer.text
    assert 'value="压坏了"' in answer.text
    assert not Complaint.objects.exists()


def test_only_lines_with_something_left_to_refund_can_be_chosen(signed_in, leader, deliver, complain, group, selling):
    order, other = (
        deliver(),
        order_for(
            make.make_member("赵敏", group=group), (make.make_offer(selling(group)), 1), group=group, now=timezone.now()
        ),
    )
    foreign = other.lines.get()

    answer = signed_in(leader.user).post(form_url(order), typed(order, line=foreign.pk))

    assert answer.status_code == 422
    assert not Complaint.objects.exists()


def test_before_the_delivery_there_is_nothing_to_complain_about(signed_in, leader, berries, group):
    order = order_for(make.make_member(group=group), (berries(), 2), group=group, now=timezone.now())
    browser = signed_in(leader.user)

    assert "Nothing to refund here" in browser.get(form_url(order)).text
    assert form_url(order) not in browser.get(f"/orders/{order.pk}/").text


def test_while_a_proposal_waits_no_other_is_offered(signed_in, leader, operator, deliver, complain):
    order = deliver()
    complaint = complain(order)
    page = f"/orders/{order.pk}/"

    assert form_url(order) not in signed_in(leader.user).get(page).text
    answer = signed_in(leader.user).post(form_url(order), typed(order))
    assert "waits already" in answer.text
    signed_in(operator).post(reverse("orders:complaint_refund", args=[complaint.pk]), {"whole": "1"})
    assert form_url(order) in signed_in(leader.user).get(page).text


def test_a_leader_complains_about_no_foreign_order(signed_in, stranger, deliver):
    order = deliver()

    assert signed_in(stranger.user).post(form_url(order), typed(order)).status_code == 404
    assert not Complaint.objects.exists()


def test_the_delivery_run_leads_there_from_a_door_that_is_done(signed_in, leader, operator, deliver, group, berries):
    offer = berries()
    waits = order_for(make.make_member("赵敏", group=group), (offer, 1), group=group, now=timezone.now())
    done = deliver(offer=offer)
    url = f"/delivery/{done.campaign_id}/"

    page = signed_in(leader.user).get(url).text

    assert form_url(done) in page
    assert form_url(waits) not in page
    assert form_url(done) not in signed_in(operator).get(url).text


def test_an_operator_refunds_what_was_proposed_with_one_button(signed_in, operator, deliver, complain):
    complaint = complain(deliver())

    answer = signed_in(operator).post(reverse("orders:complaint_refund", args=[complaint.pk]), {"whole": "1"})

    assert answer.headers["Location"] == LIST
    fact = SaleFact.objects.get(kind="refunded")
    assert (fact.amount_fen, fact.by, fact.reason) == (-2990, operator, "Damaged · 压坏了")


def test_an_operator_refunds_a_part(signed_in, operator, deliver, complain):
    complaint = complain(deliver())

    signed_in(operator).post(reverse("orders:complaint_refund", args=[complaint.pk]), {"amount_fen": "10"})

    assert SaleFact.objects.get(kind="refunded").amount_fen == -1000


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"amount_fen": "30"}, "At most ¥29.90, as proposed."),
        ({"quantity": "1", "amount_fen": "1"}, "Give either a quantity or an amount."),
        ({"quantity": "many"}, "Enter a number."),
    ],
)
def test_an_impossible_part_keeps_what_was_typed(signed_in, operator, deliver, complain, part, sentence):
    complaint = complain(deliver())

    answer = signed_in(operator).post(reverse("orders:complaint_refund", args=[complaint.pk]), part)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert all(f'value="{value}"' in answer.text for value in part.values())
    assert Complaint.objects.open().exists()


def test_a_refusal_needs_words_and_the_leader_reads_them(signed_in, operator, leader, deliver, complain):
    order = deliver()
    complaint = complain(order)
    url = reverse("orders:complaint_refuse", args=[complaint.pk])

    assert signed_in(operator).post(url, {"reason": ""}).status_code == 422
    signed_in(operator).post(url, {"reason": "照片上是好的"})

    browser = signed_in(leader.user)
    for page in (f"/orders/{order.pk}/", f"{LIST}{complaint.pk}/", "/leader/"):
        assert "照片上是好的" in browser.get(page).text, page
    assert "Not refunded" in browser.get(f"{LIST}?state=settled").text


def test_what_is_settled_already_says_so_and_books_nothing(signed_in, operator, deliver, complain):
    complaint = complain(deliver())
    url = reverse("orders:complaint_refund", args=[complaint.pk])
    signed_in(operator).post(url, {"whole": "1"})

    answer = signed_in(operator).post(url, {"whole": "1"})

    assert answer.status_code == 422
    assert "Somebody has settled this already." in answer.text
    assert SaleFact.objects.filter(kind="refunded").count() == 1


def test_the_orders_timeline_tells_what_was_proposed_and_what_became_of_it(signed_in, operator, deliver, complain):
    order = deliver()
    complaint = complain(order)
    browser = signed_in(operator)

    assert "Refund proposed" in browser.get(f"/orders/{order.pk}/").text
    browser.post(reverse("orders:complaint_refund", args=[complaint.pk]), {"whole": "1"})

    page = browser.get(f"/orders/{order.pk}/")
    kinds = [getattr(event, "kind", "proposed") for event in page.context["events"]]
    assert kinds == ["refunded", "proposed", "delivered", "placed"]
    assert "¥29.90 refunded" in page.text


def test_an_operator_finds_what_waits_with_the_oldest_first(signed_in, operator, deliver, complain):
    first, second = complain(deliver("王芳")), complain(deliver("赵敏"))
    browser = signed_in(operator)

    assert list(browser.get(LIST).context["page"].rows) == [first, second]
    browser.post(reverse("orders:complaint_refund", args=[first.pk]), {"whole": "1"})
    assert list(browser.get(LIST).context["page"].rows) == [second]
    assert list(browser.get(f"{LIST}?state=settled").context["page"].rows) == [first]


def test_today_says_what_waits_and_leads_there(signed_in, operator, admin, deliver, complain):
    complain(deliver("王芳"), "2")
    complain(deliver("赵敏"))

    page = signed_in(operator).get("/").text
    assert "2 complaints to settle" in page
    assert "¥89.70 asked back" in page  # 59.80 + 29.90
    assert "complaints to settle" not in signed_in(admin).get("/").text


@pytest.mark.parametrize("complaints", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_complaint_as_for_three(
    signed_in, operator, deliver, complain, complaints, django_assert_num_queries
):
    for number in range(complaints):
        complain(deliver(f"王芳{number}"), picture=keep_picture(encoded(plain(colour=number)), by=operator))
    browser = signed_in(operator)

    with django_assert_num_queries(5):  # session, user, side bar, complaints, their decisions
        browser.get(LIST)


@pytest.mark.parametrize("who", ["admin", "auditor", "leader"])
def test_only_operators_settle(signed_in, request, deliver, complain, who):
    complaint = complain(deliver())
    user = request.getfixturevalue(who)
    browser = signed_in(user.user if who == "leader" else user)

    assert "/refund/" not in browser.get(f"{LIST}{complaint.pk}/").text
    for name in ("complaint_refund", "complaint_refuse"):
        url = reverse(f"orders:{name}", args=[complaint.pk])
        assert browser.post(url, {"whole": "1", "reason": "x"}).status_code == 404
    assert Complaint.objects.open().exists()


def test_a_leader_finds_the_complaints_of_the_own_groups_only(signed_in, leader, stranger, deliver, complain):
    complaint = complain(deliver())

    assert list(signed_in(leader.user).get(LIST).context["page"].rows) == [complaint]
    browser = signed_in(stranger.user)
    assert list(browser.get(LIST).context["page"].rows) == []
    assert browser.get(f"{LIST}{complaint.pk}/").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("operator", 200), ("auditor", 200), ("leader", 200), ("stranger", 404)])
def test_the_photo_is_for_who_may_see_the_order(signed_in, request, deliver, complain, operator, who, status):
    complaint = complain(deliver(), picture=keep_picture(encoded(halves()), by=operator))
    user = request.getfixturevalue(who)
    browser = signed_in(user.user if who in {"leader", "stranger"} else user)

    answers = [browser.get(f"{LIST}{complaint.pk}/{name}.webp") for name in ("photo", "small")]

    assert [answer.status_code for answer in answers] == [status, status]
    if status == 200:
        assert answers[0]["X-Content-Type-Options"] == "nosniff"
        assert answers[0]["Cache-Control"] == "private, no-cache"


def test_who_has_the_photo_is_asked_again_whether_they_may_see_it(signed_in, deliver, complain, leader, stranger):
    complaint = complain(deliver(), picture=keep_picture(encoded(halves()), by=leader.user))
    url = f"{LIST}{complaint.pk}/photo.webp"
    etag = signed_in(leader.user).get(url)["ETag"]

    assert signed_in(leader.user).get(url, headers={"If-None-Match": etag}).status_code == 304
    assert signed_in(stranger.user).get(url, headers={"If-None-Match": etag}).status_code == 404


def test_a_complaints_photo_is_nobodys_product_picture(client, deliver, complain, leader):
    address = keep_picture(encoded(halves()), by=leader.user)
    complain(deliver(), picture=address)

    assert client.get(f"/pictures/{address}.webp").status_code == 404


def test_a_complaint_without_a_photo_has_none(signed_in, operator, deliver, complain):
    complaint = complain(deliver())
    browser = signed_in(operator)

    assert "No photo came with it." in browser.get(f"{LIST}{complaint.pk}/").text
    assert browser.get(f"{LIST}{complaint.pk}/photo.webp").status_code == 404
