"""Groups, members, seed users and content in a browser: accessible, light, and worked by keys."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.enums import SeedStatus
from community.models import SeedProfile
from core.enums import Role
from tests.content.factories import make_piece, make_publication
from tests.factories import make_campaign, make_group, make_leader, make_member, make_user

OPERATOR_BUDGET = 60_000


@pytest.fixture
def operator():
    return make_user(Role.OPERATOR, name="沈嘉宁")


@pytest.fixture(params=["community", "content"])
def addresses(request, site: str) -> list[str]:
    """Every page of the app, with something on it."""
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
    return [reverse(name, args=args) for name, args in pages.items() if name.startswith(request.param)]


@pytest.mark.parametrize(("size", "theme"), [((1440, 900), "light"), ((390, 844), "dark")], ids=["desk", "phone"])
def test_every_page_is_accessible_and_breaks_no_policy(strict: Page, addresses, operator, visitor, axe, size, theme):
    """Colours are the theme's, structure is the size's: two of the four combinations meet each once."""
    visitor(user=operator, theme=theme)
    strict.set_viewport_size({"width": size[0], "height": size[1]})

    found = {}
    for address in addresses:
        strict.goto(address, wait_until="networkidle")
        found[address] = axe(strict)

    assert {address: broken for address, broken in found.items() if broken} == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_fits_320_pixels(strict: Page, addresses, operator, visitor, language):
    visitor(user=operator, language=language)
    strict.set_viewport_size({"width": 320, "height": 640})

    wide = []
    for address in addresses:
        strict.goto(address, wait_until="networkidle")
        if strict.evaluate("document.documentElement.scrollWidth") > 320:
            wide.append(address)

    assert wide == []


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


@pytest.mark.parametrize("name", ["community:group_list", "community:member_list", "community:seed_board"])
def test_a_full_page_keeps_to_the_budget(site: str, operator, visitor, weight, name):
    group = make_group()
    for number in range(60):
        member = make_member(f"王{number}", group=group, door=f"3-{number}")
        SeedProfile.objects.create(member=member, niche="烘焙", source="forum")
        make_group(f"{number}群", neighbourhood=group.neighbourhood)
    visitor(user=operator)

    assert weight(reverse(name)) <= OPERATOR_BUDGET
