"""Groups, members, seed users and content in a browser: accessible, light, and worked by keys."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.enums import SeedStatus
from community.models import SeedProfile
from core.enums import Role
from tests.browser.steps import DESK_BYTES
from tests.content.factories import make_piece, make_publication
from tests.factories import make_campaign, make_group, make_leader, make_member, make_user


@pytest.fixture
def operator():
    return make_user(Role.OPERATOR, name="沈嘉宁")


@pytest.fixture
def addresses(site: str) -> list[str]:
    """Every page of the two apps, with something on it."""
    group = make_group(capacity=1)
    make_leader(group)
    make_group("平阳六村一群")
    member = make_member("周敏", group=group, door="3-1701")
    seed = SeedProfile.objects.create(member=member, niche="烘焙", source="forum", next_contact_on="2026-11-01")
    campaign = make_campaign(group)
    publication = make_publication(
        code="abcdefg", group=group, campaign=campaign, piece=make_piece(campaign=campaign), clicks=3
    )
    pages = {
        "community:group_list": [],
        "community:group_create": [],
        "community:group_detail": [group.pk],
        "community:leader_list": [],
        "community:member_list": [],
        "community:member_create": [],
        "community:member_detail": [member.pk],
        "community:member_move": [member.memberships.get().pk],
        "community:member_leave": [member.memberships.get().pk],
        "community:seed_board": [],
        "community:seed_detail": [seed.pk],
        "content:calendar": [],
        "content:ip_list": [],
        "content:ip_create": [],
        "content:piece_list": [],
        "content:piece_detail": [publication.piece_id],
        "content:publication_create": [],
        "content:publication_detail": [publication.pk],
    }
    return [reverse(name, args=args) for name, args in pages.items()]


def test_everybody_can_use_every_page_on_phone_and_desk(addresses, operator, wrong_on):
    assert wrong_on(operator, *addresses) == []


def test_a_card_is_moved_by_arrow_keys_and_keeps_the_focus(strict: Page, site: str, operator, visitor):
    first = SeedProfile.objects.create(member=make_member("林婉清"), niche="烘焙", source="forum")
    second = SeedProfile.objects.create(member=make_member("周敏"), niche="母婴", source="forum")
    visitor(user=operator)
    strict.goto(reverse("community:seed_board"))
    card = strict.locator(f"#seed-{second.pk}")

    strict.locator(f"#seed-{first.pk}").focus()
    strict.keyboard.press("ArrowDown")
    expect(card).to_be_focused()
    strict.keyboard.press("ArrowRight")

    column = strict.get_by_role("region", name=str(SeedStatus.CONTACTED.label))
    expect(column.locator(f"#seed-{second.pk}")).to_be_visible()
    expect(card).to_be_focused()
    expect(strict.get_by_role("status")).to_contain_text("周敏")
    strict.keyboard.press("ArrowLeft")
    expect(strict.get_by_role("region", name=str(SeedStatus.TO_CONTACT.label)).locator(card)).to_be_visible()
    second.refresh_from_db()
    assert second.status == "to_contact"


def test_a_list_is_searched_while_typing_and_the_address_keeps_it(strict: Page, site: str, operator, visitor):
    group = make_group()
    make_member("周敏", group=group)
    make_member("李雷", group=group)
    visitor(user=operator)
    strict.goto(reverse("community:member_list"))

    strict.locator("#member-search").press_sequentially("zm")

    expect(strict.get_by_role("link", name="李雷")).to_have_count(0)
    expect(strict.get_by_role("link", name="周敏")).to_be_visible()
    expect(strict.locator("#member-search")).to_be_focused()
    expect(strict).to_have_url(f"{site}{reverse('community:member_list')}?q=zm&group=")


def test_what_is_written_is_counted_and_seen_as_it_will_be_read(strict: Page, site: str, operator, visitor):
    piece = make_piece(head="")
    visitor(user=operator)
    strict.goto(reverse("content:piece_detail", args=[piece.pk]))

    strict.locator("#id_head").fill("草莓到了🍓")

    expect(strict.locator("[data-counts=id_head]")).to_have_text("5")
    expect(strict.locator("[data-mirrors=id_head]")).to_have_text("草莓到了🍓")


def test_full_pages_keep_to_the_budget(site: str, operator, visitor, weight):
    group = make_group()
    for number in range(60):
        member = make_member(f"王{number}", group=group, door=f"3-{number}")
        SeedProfile.objects.create(member=member, niche="烘焙", source="forum")
        make_group(f"{number}群", neighbourhood=group.neighbourhood)
    visitor(user=operator)

    for name in ("community:group_list", "community:member_list", "community:seed_board"):
        assert weight(reverse(name)) <= DESK_BYTES, name
