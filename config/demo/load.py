"""Tells the story into the database, through the same services people use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from secrets import token_hex
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone, translation

from community.consent import joining_text
from community.enums import Channel, SeedSource, SeedStatus
from community.models import Group, LeaderAssignment, Member, Membership, Neighbourhood, SeedProfile
from community.services import Visitor
from config.demo import story, words
from config.demo.story import Neighbour, Round
from content.enums import IPKind
from content.models import IP, ClickDay
from content.services import create_piece, publish_piece
from core.demo_logins import LOGINS, PASSWORD
from core.errors import DomainError
from core.jobs import drain_all
from core.models import User
from core.rules.pinyin import index_of
from insights.services import roll_up
from ledger.models import Period
from ledger.services import booking_day
from orders.enums import CampaignState, OrderSource, PayMethod
from orders.models import Campaign, Holding, Offer, Order, OrderLine, Product, Supplier
from orders.queries import with_due
from orders.services import (
    Money,
    Wanted,
    book,
    claim_red_packet,
    create_campaign,
    cut_off,
    deliver,
    hand_over,
    open_campaign,
    place,
    record_shortage,
    record_weights,
    refund_quantity,
    save_offer,
    start_paste,
)
from referrals.enums import RewardKind
from referrals.models import Plan, Referral, TouchDay
from referrals.rules.rewards import Tier
from referrals.services import (
    FissionTerms,
    Gift,
    Terms,
    approve_run,
    create_version,
    join_through,
    make_link,
    plan_fission,
    publish_version,
    settle_rewards,
    start_fission,
    start_run,
)


class AlreadyThere(DomainError):
    """There are neighbourhoods already; the demonstration wants an empty house."""


@dataclass(slots=True)
class Town:
    """Everybody and everything of the demonstration that has been made so far."""

    users: dict[str, User] = field(default_factory=dict)
    leaders: list[Member] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    people: dict[int, list[tuple[Neighbour, Member]]] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    ips: list[IP] = field(default_factory=list)


def load(*, now: datetime) -> Town:
    """Six neighbourhoods, four leaders, about nine hundred members, eight weeks of campaigns, one campaign open."""
    if Neighbourhood.objects.exists():
        raise AlreadyThere("There is data already. Take the demonstration away first: manage.py demo remove")
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")  # a story that a power cut takes away is told again
    random = Random(story.SEED)  # noqa: S311 a story, not a secret
    town = Town()
    today = timezone.localdate(now)
    settle_people(town, random, today)
    stock_catalogue(town)
    told = story.rounds(today)
    start_plan(town, told[0].delivers_on, now)
    for number, one in enumerate(told):
        campaign = tell_round(town, random, one, week=number // 2, now=now)
        latest = number == len(told) - 1
        collect_round(town, campaign, one, now=now, all_paid=not latest)
        if not latest:
            hand_round_over(town, one)
    waiting_round(town, random, now)
    running_round(town, random, now)
    seek_seeds(town, random, today)
    reward_referrals(town, today, now)
    pay_past_months(town, told[0].delivers_on, today, now)
    roll_up(now=now)
    return town


def settle_people(town: Town, random: Random, today: date) -> None:
    """Logins, leaders, groups, and who lives behind which door since when, brought by whom."""
    arrival = today - timedelta(weeks=story.WEEKS + 1)
    password = make_password(PASSWORD)  # hashed once: it stands on the login page anyway
    for login in LOGINS:
        town.users[login.username] = User.objects.create(
            username=login.username, name=login.name, role=login.role, password=password
        )
    for name in words.LEADERS:
        own = town.users["leader"] if name == words.LEADERS[0] else None
        town.leaders.append(Member.objects.create(name=name, user=own, channel=Channel.EVENT, joined_on=arrival))
    for place_ in words.PLACES:
        home = Neighbourhood.objects.create(
            name=place_.name, district=place_.district, households=place_.households, demo=True
        )
        group = Group.objects.create(name=f"{place_.name}邻里群", neighbourhood=home, opened_on=arrival)
        leader = town.leaders[place_.leader]
        LeaderAssignment.objects.create(group=group, leader=leader, span=DateRange(arrival, None, "[)"))
        Membership.objects.create(group=group, member=leader, door="1-101", joined_on=arrival)
        town.groups.append(group)
        town.people[group.pk] = move_in(group, story.neighbours(random, place_), arrival)


def move_in(group: Group, neighbours: Sequence[Neighbour], arrival: date) -> list[tuple[Neighbour, Member]]:
    """Members in the order they joined, with their doors and referrers."""
    joined = [arrival + timedelta(weeks=one.week) for one in neighbours]
    members = Member.objects.bulk_create(
        Member(
            name=one.name,
            pinyin=index_of(one.name)[:400],
            phone=f"1380{group.pk % 1_000:03}{number:04}" if number % 3 else "",
            channel=Channel.CHAIN if one.referrer is None else Channel.REFERRAL,
            joined_on=day,
        )
        for number, (one, day) in enumerate(zip(neighbours, joined, strict=True))
    )
    Membership.objects.bulk_create(
        Membership(group=group, member=member, door=one.door, joined_on=day)
        for one, member, day in zip(neighbours, members, joined, strict=True)
    )
    Referral.objects.bulk_create(
        Referral(referrer=members[one.referrer], referee=member, bound_on=day, reason="入群时说明")
        for one, member, day in zip(neighbours, members, joined, strict=True)
        if one.referrer is not None
    )
    return list(zip(neighbours, members, strict=True))


def stock_catalogue(town: Town) -> None:
    sellers = {one.name: Supplier.objects.create(**one._asdict()) for one in words.SELLERS}
    for one in (*words.FRUIT, *words.STAPLES):
        town.products[one.name] = Product.objects.create(
            name=one.name,
            unit=one.unit,
            spec=one.spec,
            counted=one.counted,
            weighed=one.weighed,
            price_fen=one.price_fen,
            cost_fen=one.cost_fen,
            aliases=list(one.aliases),
            supplier=sellers.get(one.seller),
            pack_name=one.pack_name,
            pack_size=one.pack_size,
            demo=True,
        )
    for name, kind, person in (
        ("邻里台", IPKind.BRAND, None),
        ("区长周敏", IPKind.PERSON, town.leaders[0]),
        ("丹东草莓", IPKind.PRODUCT, None),
    ):
        town.ips.append(IP.objects.create(name=name, kind=kind, person=person, voice="说人话，讲得出来处", demo=True))


def start_plan(town: Town, first_day: date, now: datetime) -> None:
    """4 % for the leader, two yuan a household up to sixty a round, 2 % for who brought the buyer."""
    plan = Plan.objects.create(name="标准方案")
    terms = Terms(first_day.replace(day=1), None, 40_000, 200, 6_000, 20_000)
    version = create_version(plan=plan, terms=terms, by=town.users["admin2"])
    publish_version(version=version, by=town.users["admin2"], now=now)


def plan_round(town: Town, one: Round, terms: Mapping[str, Mapping[str, Any]] = MappingProxyType({})) -> Campaign:
    """The campaign with its offers, open; `terms` by the name of the goods: what save_offer takes besides."""
    operator = town.users["operator"]
    campaign = create_campaign(
        title=one.title,
        groups=town.groups,
        opens_at=one.opens,
        cuts_off_at=one.cut_off,
        delivers_on=one.delivers_on,
        by=operator,
    )
    Campaign.objects.filter(pk=campaign.pk).update(demo=True)
    for goods in one.goods:
        save_offer(campaign=campaign, product=town.products[goods.name], **terms.get(goods.name, {}))
    return open_campaign(campaign=campaign, now=one.opens)


def publish_round(town: Town, random: Random, campaign: Campaign, one: Round, groups: Sequence[Group]) -> None:
    """One piece in every group on the day it opens, with the clicks it got."""
    star = one.goods[0].name
    piece = create_piece(
        ip=random.choice(town.ips),
        title=f"{star}到货 {one.cut_off:%m-%d}",
        head=f"今天凌晨刚到的{star}，你家冰箱还有位置吗",
        waist=f"{one.goods[0].spec}一份，坏果包赔；产地直发，不过夜。",
        legs="群里接龙就行，明天下午送到家",
        campaign=campaign,
        by=town.users["operator"],
        now=one.opens,
    )
    days = []
    for group in groups:
        day = one.opens.date()
        said = publish_piece(
            piece=piece, group=group, day=day, campaign=campaign, by=town.users["operator"], now=one.opens
        )
        days.append(ClickDay(publication=said, day=day, clicks=random.randint(6, 40)))
    ClickDay.objects.bulk_create(days)


def take_orders(
    town: Town,
    random: Random,
    campaign: Campaign,
    one: Round,
    *,
    week: int,
    groups: Sequence[Group],
    keen: float = 0.9,
    until: datetime | None = None,
) -> None:
    """The members who are there in that week order as eagerly as they are, each group at an hour of its own."""
    offers = {offer.name: offer.pk for offer in campaign.offers.all()}
    for group in groups:
        wanted = [
            Wanted(member.pk, quantities(basket, offers), door=person.door, note=note_of(random))
            for person, member in town.people[group.pk]
            if person.week <= week and random.random() < person.eagerness * keen
            for basket in [story.basket(random, one.goods)]
        ]
        if wanted:
            place(
                campaign=campaign,
                group=group,
                wanted=wanted,
                source=OrderSource.DEMO,
                by=town.users["operator"],
                now=one.opens + random.uniform(0.1, 0.9) * ((until or one.cut_off) - one.opens),
            )


def quantities(basket: Sequence[tuple[words.Goods, Decimal]], offers: dict[str, int]) -> dict[int, Decimal]:
    return {offers[goods.name]: quantity for goods, quantity in basket}


def note_of(random: Random) -> str:
    return random.choice(words.NOTES) if random.random() < 0.08 else ""


def take_leaders_orders(town: Town, campaign: Campaign, one: Round) -> None:
    """Every leader takes the first of the goods for the own table, in the first group they lead."""
    star = one.goods[0]
    offer = campaign.offers.get(name=star.name)
    homes = {place_.leader: group for place_, group in reversed([*zip(words.PLACES, town.groups, strict=True)])}
    for leader, group in homes.items():
        place(
            campaign=campaign,
            group=group,
            wanted=[Wanted(town.leaders[leader].pk, {offer.pk: star.usual})],
            source=OrderSource.DEMO,
            by=town.users["operator"],
            now=one.opens,
        )


def tell_round(town: Town, random: Random, one: Round, *, week: int, now: datetime) -> Campaign:
    """A campaign from opening to the last door, with what fell short and what was paid back, some in the next week."""
    campaign = plan_round(town, one)
    publish_round(town, random, campaign, one, random.sample(town.groups, 3))
    take_leaders_orders(town, campaign, one)
    take_orders(town, random, campaign, one, week=week, groups=town.groups)
    cut_off(campaign=campaign, by=None, now=one.cut_off)
    lines = list(OrderLine.objects.filter(order__campaign=campaign).order_by("pk"))
    operator = town.users["operator"]
    for line in lines:
        if random.random() < story.SHORTAGE_SHARE:
            record_shortage(line_id=line.pk, quantity=line.quantity, by=operator, now=one.delivered, reason="到货不足")
    weigh(random, lines, by=operator, now=one.delivered)
    leaders_own = {group.pk for group in town.groups[:2]}
    for by, mine in ((town.users["leader"], True), (operator, False)):
        chosen = OrderLine.objects.filter(order__campaign=campaign)
        chosen = chosen.filter(order__group__in=leaders_own) if mine else chosen.exclude(order__group__in=leaders_own)
        deliver(line_ids=list(chosen.values_list("pk", flat=True)), by=by, now=one.delivered)
    delivered = OrderLine.objects.filter(order__campaign=campaign, delivered_quantity__gt=0).order_by("pk")
    for line in delivered:
        if random.random() < story.REFUND_SHARE:
            quantity = min(Decimal(1), line.delivered_quantity)
            reason = random.choice(words.REASONS)
            refund_quantity(
                line_id=line.pk,
                quantity=quantity,
                reason=reason,
                by=operator,
                now=min(one.delivered + timedelta(days=2), now),
            )
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.CLOSED)
    return campaign


def collect_round(town: Town, campaign: Campaign, one: Round, *, now: datetime, all_paid: bool) -> None:
    """What came in at the doors, to whoever leads: two thirds by WeChat. Of the latest round some still owe."""
    random = Random(campaign.pk)  # noqa: S311 of its own: the rest of the story stays as it was
    leaders = {group.pk: town.leaders[home.leader].pk for group, home in zip(town.groups, words.PLACES, strict=True)}
    orders = with_due(Order.objects.filter(campaign=campaign)).exclude(due_fen=0).order_by("pk")
    paying = [order for order in orders if all_paid or random.random() > story.UNPAID_SHARE]
    moneys = [
        Money(
            order,
            order.due_fen,
            PayMethod.WECHAT if random.random() < story.WECHAT_SHARE else PayMethod.CASH,
            leaders[order.group_id],
        )
        for order in paying
    ]
    collected_at = min(one.delivered + timedelta(hours=2), now)
    book(moneys, by=town.users["operator"], now=collected_at)


def hand_round_over(town: Town, one: Round) -> None:
    """The leaders bring what they hold two days later."""
    for holding in Holding.objects.filter(amount_fen__gt=0).order_by("leader").select_related("leader"):
        latest = holding.leader.settlements.first()
        hand_over(
            leader=holding.leader,
            amount_fen=holding.amount_fen,
            latest=latest.pk if latest else 0,
            by=town.users["operator"],
            now=one.delivered + timedelta(days=2),
        )


def weigh(random: Random, lines: Sequence[OrderLine], *, by: User, now: datetime) -> None:
    """What the scale says of weighed goods that came: a little more or less than was ordered."""
    on_scale = [line.pk for line in lines]
    wanted = OrderLine.objects.filter(pk__in=on_scale, offer__weighed=True, short_quantity=0).order_by("pk")
    weights = {line.pk: line.quantity * Decimal(random.randint(94, 108)) / 100 for line in wanted}
    record_weights(weights=weights, by=by, now=now)


def waiting_round(town: Town, random: Random, now: datetime) -> None:
    """Yesterday's campaign: cut off, to be delivered today."""
    local = now.astimezone(story.SHANGHAI)
    cut = local.replace(hour=20, minute=0, second=0, microsecond=0) - timedelta(days=1)
    one = Round(f"周中水果团 {cut:%m-%d}", words.FRUIT, cut)
    campaign = plan_round(town, one)
    take_orders(town, random, campaign, one, week=story.WEEKS, groups=town.groups[:2], keen=0.5)
    cut_off(campaign=campaign, by=None, now=cut)
    packet = campaign.orders.filter(group=town.groups[0]).order_by("pk").first()
    if packet:
        claim_red_packet(order=packet, amount_fen=6600, by=town.users["leader"], now=now - timedelta(hours=5))


def running_round(town: Town, random: Random, now: datetime) -> None:
    """The campaign that is open now, some orders in, and the leader's chain ready to be read."""
    one = story.open_round(now)
    campaign = plan_round(town, one, story.TERMS)
    publish_round(town, random, campaign, one, town.groups)
    home, *others = town.groups
    take_orders(town, random, campaign, one, week=story.WEEKS, groups=others, keen=0.25, until=now)
    bring_newcomers(town, campaign, now)
    grapes = Offer.objects.get(campaign=campaign, name="阳光玫瑰")
    grapes.stock = grapes.taken + (grapes.taken // 6 or 1)
    grapes.save(update_fields=["stock"])
    chosen = random.sample(town.people[home.pk], 14)
    text = story.chain_text(random, one.title, [person for person, _member in chosen], one.goods)
    start_paste(campaign=campaign, group=home, text=text, by=town.users["leader"], now=now)


def bring_newcomers(town: Town, campaign: Campaign, now: datetime) -> None:
    """This week one member's link has brought two neighbours, who have ordered, and somebody who was there before."""
    today, group, operator = timezone.localdate(now), town.groups[1], town.users["operator"]
    (_person, bringer), (_other, known), *_rest = town.people[group.pk]
    link = make_link(member=bringer, group=group, by=operator, now=now - timedelta(days=3))
    TouchDay.objects.bulk_create(
        TouchDay(link=link, day=today - timedelta(days=ago), clicks=clicks) for ago, clicks in enumerate((4, 7, 2))
    )
    berries = campaign.offers.get(name="丹东草莓")
    with translation.override(settings.LANGUAGE_CODE):
        wording = joining_text()
    joining = partial(join_through, link=link, opened=(), wording=wording, now=now)
    joining(visitor=Visitor(known.name, "", known.phone), nonce=token_hex(16))
    for name, door, phone in (("陆一鸣", "18-101", "13900000001"), ("江小满", "18-102", "13900000002")):
        joining(visitor=Visitor(name, door, phone), nonce=token_hex(16))
        newcomer = Member.objects.get(phone=phone)
        wanted = [Wanted(newcomer.pk, {berries.pk: Decimal(1)})]
        place(
            campaign=campaign,
            group=group,
            wanted=wanted,
            source=OrderSource.DEMO,
            by=town.users["operator"],
            now=now,
        )


def reward_referrals(town: Town, today: date, now: datetime) -> None:
    """For four weeks both sides get something for a first order; the first ten who bring somebody get more."""
    operator = town.users["operator"]
    terms = FissionTerms(
        name="邻里拉新",
        first_day=today - timedelta(days=28),
        last_day=today + timedelta(days=14),
        budget_fen=130_000,
        threshold_fen=2_990,
        hold_days=7,
        newcomer=Gift(RewardKind.COUPON, 1_000, least_fen=2_990, valid_days=30),
        referrer=Gift(RewardKind.CREDIT, 800),
        tiers=[Tier(3, 500), Tier(10, 200)],
    )
    start_fission(campaign=plan_fission(terms=terms, by=operator, now=now), by=operator, now=now)
    settle_rewards(now=now)


def seek_seeds(town: Town, random: Random, today: date) -> None:
    """Some people on the board in every column; the further they are, the better they are known."""
    wanted = [(SeedStatus.TO_CONTACT, 9), (SeedStatus.CONTACTED, 7), (SeedStatus.JOINED, 6), (SeedStatus.SEED, 12)]
    keen = sorted(
        (pair for group in town.groups for pair in town.people[group.pk]), key=lambda pair: -pair[0].eagerness
    )
    statuses = [status for status, count in wanted for _each in range(count)]
    profiles = []
    for (_person, member), status in zip(keen, statuses, strict=False):
        known = {} if status == SeedStatus.TO_CONTACT else judged(random)
        due = None if status == SeedStatus.SEED else today + timedelta(days=random.randint(-3, 9))
        profiles.append(
            SeedProfile(
                member=member,
                niche=random.choice(words.NICHES),
                source=random.choice(SeedSource.values),
                status=status,
                next_contact_on=due,
                **known,
            )
        )
    SeedProfile.objects.bulk_create(profiles)


def judged(random: Random) -> dict[str, object]:
    scores: dict[str, object] = {}
    for quality, evidence in words.EVIDENCE.items():
        scores[quality] = random.randint(2, 5)
        scores[f"{quality}_evidence"] = random.choice(evidence)
    return scores


def pay_past_months(town: Town, first_day: date, today: date, now: datetime) -> None:
    """Every month that is over is run by one admin; the last one still waits for the other's eyes."""
    month = first_day.replace(day=1)
    periods: list[Period] = []
    while month <= today.replace(day=1):
        period, _day = booking_day(month, by=town.users["admin"], now=now)  # the money has opened most of them
        periods.append(period)
        month = (month + timedelta(days=31)).replace(day=1)
    for number, period in enumerate(periods[:-1]):
        run = start_run(period=period, by=town.users["admin2"], now=now)
        drain_all()
        run.refresh_from_db()
        if number < len(periods) - 2:
            approve_run(run=run, by=town.users["admin"], now=now)
