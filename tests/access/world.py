"""One of everything that has an address, and who stands where to it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pgtrigger
from django.utils import timezone

from community.enums import SeedSource
from community.models import Member, SeedProfile
from content.enums import IPKind
from content.models import IP
from content.services import create_piece, publish_piece
from core.enums import Role
from core.jobs import enqueue
from core.jobs.housekeeping import CHECK
from core.models import ApiToken, Export, SavedView, User
from core.pictures import keep_picture
from ledger.enums import Nature
from ledger.models import Period
from ledger.services import account, post
from orders.enums import CampaignState, ComplaintReason, ImportKind, PayMethod
from orders.models import OrderLine, Product
from orders.queries import due_of
from orders.services import (
    claim_red_packet,
    collect_due,
    enter_order,
    hand_over,
    make_delivery_link,
    propose_refund,
    start_import,
    start_paste,
)
from orders.views.helper import helper_token
from orders.views.public import token_of
from referrals.enums import (
    BatchState,
    EntryKind,
    PayoutLayout,
    Rule,
    RunState,
    SignalKind,
    TransferState,
    WithholdingKind,
)
from referrals.models import CommissionEntry, Dispute, PayoutBatch, PlanVersion, Run, Signal, Statement, Transfer
from referrals.services import Terms, create_version, issue_statements, make_link, raise_dispute, refer, standard_plan
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.photos import encoded, halves
from tests.referrals.rewarding import make_fission
from tests.referrals.sales import make_plan


def state_earnings(*, version: PlanVersion, period: Period, line: OrderLine, leader: Member, at: datetime) -> Dispute:
    """The leader earned on the line, it is stated by a colleague, and the leader says that it is wrong."""
    preparer, approver = make.make_user(Role.ADMIN, name="出单"), make.make_user(Role.ADMIN, name="审单")
    run = Run.objects.create(period=period, ran_by=preparer)
    CommissionEntry.objects.create(
        period=period,
        source_id=line.pk,
        rule=Rule.LEADER_RATE,
        level=0,
        beneficiary=leader,
        seq=1,
        run=run,
        group_id=line.order.group_id,
        order=line.order,
        line=line,
        plan_version=version,
        clock_day=TODAY,
        kind=EntryKind.EARNED,
        amount_fen=2_000,
        due_fen=2_000,
    )
    Run.objects.filter(pk=run.pk).update(state=RunState.APPROVED, approved_by=approver, approved_at=at)
    issue_statements(period=period, by=preparer, now=at)
    statement = Statement.objects.get(earner=leader)
    return raise_dispute(statement=statement, order=line.order, text="少算了", by=leader.user, now=at)


def make_payout(state: BatchState, *, by: User) -> PayoutBatch:
    """A payout a colleague prepared; approved by `by`, if it is."""
    approved = {"approved_by": by, "approved_at": NOW} if state == BatchState.APPROVED else {}
    return PayoutBatch.objects.create(
        pays_on=TODAY,
        layout=PayoutLayout.GENERIC,
        state=state,
        transfers=0,
        gross_fen=0,
        withheld_fen=0,
        net_fen=0,
        made_by=make.make_user(Role.ADMIN, name="出纳"),
        made_at=NOW,
        **approved,
    )


def make_paid_transfer(batch: PayoutBatch, statement: Statement) -> Transfer:
    """A transfer of the payout that arrived long ago; how it came to that is not told."""
    with pgtrigger.ignore("referrals.Transfer:pays_an_approved_statement"):
        return Transfer.objects.create(
            batch=batch,
            statement=statement,
            gross_fen=2_000,
            withheld_fen=0,
            net_fen=2_000,
            withholding=WithholdingKind.NONE,
            state=TransferState.PAID,
        )


@dataclass(frozen=True)
class World:
    """People by the letter the table uses, and the ids its addresses are filled with."""

    people: dict[str, User | None]
    ids: dict[str, Any]


def build() -> World:
    group = make.make_group()
    leader, stranger = make.make_leader(group), make.make_leader(make.make_group("别的群"), name="陌生")
    operator, admin, auditor = (make.make_user(role) for role in (Role.OPERATOR, Role.ADMIN, Role.AUDITOR))
    member = make.make_member(group=group, door="6-1201")
    draft = make.make_campaign(group, title="草稿", state=CampaignState.DRAFT)
    campaign = make.make_campaign(group, opens_at=make.LONG_AGO_MOMENT, cuts_off_at=make.FAR_OFF)
    offer = make.make_offer(campaign, stock=Decimal(9))
    order = make.order_for(member, (offer, 1), group=group)
    paste = start_paste(campaign=campaign, group=group, text="1. 王芳 苹果1斤", by=leader.user, now=NOW)
    by_hand = enter_order(
        campaign=campaign, group=group, member=member, quantities={offer.pk: Decimal(1)}, by=leader.user, now=NOW
    )
    due_fen, cash = due_of(order.pk).fen, PayMethod.CASH
    payment = collect_due(order=order, due_fen=due_fen, method=cash, by=leader.user, now=NOW)
    handed_over = hand_over(leader=leader, amount_fen=1, latest=0, by=operator, now=NOW)
    claim = claim_red_packet(order=order, amount_fen=100, by=leader.user, now=NOW)
    link = make_delivery_link(campaign=campaign, name="李雷", by=leader.user, now=timezone.now())
    seed = SeedProfile.objects.create(member=member, niche="烘焙", source=SeedSource.FORUM)
    voice = IP.objects.create(name="邻里台", kind=IPKind.BRAND)
    piece = create_piece(ip=voice, title="到货", head="看", campaign=campaign, by=operator, now=NOW)
    said = publish_piece(piece=piece, group=group, day=TODAY, campaign=campaign, by=operator, now=NOW)
    terms = Terms(TODAY, None, 40_000, 200, None, 0)
    version = create_version(plan=standard_plan(), terms=terms, by=admin)
    published = make_plan(plan=version.plan, first_day=make.LONG_AGO, next_first_day=date(2025, 2, 1))
    period = payment.entry.period
    run = Run.objects.create(period=period, ran_by=make.make_user(Role.ADMIN, name="同事"), state="review")
    house, owed = account("cash", None, Nature.ASSET), account("payable", member.pk, Nature.LIABILITY)
    entry = post(period=period, booked_on=TODAY, key="k", legs=[(house, 1), (owed, -1)], by=admin)
    brought = make.make_member("陈静", group=group)
    refer(referrer=member, referee=brought, reason="", by=leader.user, now=NOW)
    invites = make_link(member=member, group=group, by=leader.user, now=NOW)
    job = enqueue(key="access", kind=CHECK, arguments={}, by=operator)
    export = Export.objects.create(
        job=job, owner=operator, file_name="a.xlsx", header=[], file=b"PK", made_at=NOW, expires_at=make.FAR_OFF
    )
    view = SavedView.objects.create(owner=operator, page="orders:order_list", name="未送", query="state=placed")
    token, _secret = ApiToken.objects.create(user=operator)
    line = order.lines.get()
    brought_in = start_import(
        kind=ImportKind.ORDERS,
        file_name="快团团.csv",
        data="姓名,商品,数量\n李雷,榴莲,1".encode(),
        campaign=campaign,
        group=group,
        by=leader.user,
        now=NOW,
    )
    picture = keep_picture(encoded(halves()), by=operator)
    Product.objects.filter(pk=offer.product_id).update(picture=picture)
    done = make.make_campaign(group, title="送完了")
    eaten = make.delivered(make.order_for(member, (make.make_offer(done), 1), group=group), by=leader.user)
    complaint = propose_refund(
        line_id=eaten.lines.get().pk,
        quantity=Decimal(1),
        amount_fen=None,
        reason=ComplaintReason.BROKEN,
        note="",
        photo=picture,
        by=leader.user,
        now=NOW,
    )
    stated = state_earnings(version=published, period=period, line=eaten.lines.get(), leader=leader, at=NOW)
    waiting, sent = (make_payout(state, by=admin) for state in (BatchState.PREPARED, BatchState.APPROVED))
    fission = make_fission(by=operator)
    drafted = make_fission(by=operator, started=False)
    people = {"O": operator, "L": leader.user, "S": stranger.user, "A": admin, "U": auditor, "-": None}
    ids = {
        "group": group.pk,
        "assignment": leader.assignments.get().pk,
        "share": make.make_share(group, member).pk,
        "member": member.pk,
        "brought": brought.pk,
        "membership": member.memberships.get().pk,
        "draft": draft.pk,
        "campaign": campaign.pk,
        "code": campaign.code,
        "own_token": token_of(order),
        "delivery_link": link.pk,
        "helper_token": helper_token(link),
        "offer": offer.pk,
        "product": offer.product_id,
        "supplier": make.make_supplier().pk,
        "order": order.pk,
        "line": line.pk,
        "complaint": complaint.pk,
        "picture": picture,
        "import": brought_in.pk,
        "paste": paste.pk,
        "quick_entry": by_hand.pk,
        "payment": payment.pk,
        "claim": claim.pk,
        "settlement": handed_over.pk,
        "seed": seed.pk,
        "piece": piece.pk,
        "publication": said.pk,
        "link": said.code,
        "invitation": invites.pk,
        "invitation_code": invites.code,
        "version": version.pk,
        "period": period.pk,
        "run": run.pk,
        "account": house.pk,
        "entry": entry.pk,
        "job": job.pk,
        "export": export.pk,
        "view": view.pk,
        "list": view.page,
        "user": stranger.user.pk,
        "token": token.token_key,
        "leader": leader.pk,
        "fission": fission.pk,
        "fission_draft": drafted.pk,
        "statement": stated.statement_id,
        "stated_order": stated.order_id,
        "stated_campaign": done.pk,
        "dispute": stated.pk,
        "signal": Signal.objects.create(kind=SignalKind.ACCOUNT, figures={}, found_at=NOW).pk,
        "payout": waiting.pk,
        "payout_sent": sent.pk,
        "transfer_paid": make_paid_transfer(sent, stated.statement).pk,
    }
    return World(people, ids)
