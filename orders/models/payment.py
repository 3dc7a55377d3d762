"""Money as it is collected: what was paid for an order, who holds it, what is only said to be paid."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import Group, Member, sees_all_groups
from core.append_only import APPEND_ONLY
from core.models import User
from ledger.models import Entry
from orders.enums import NOBODY_HOLDS, ClaimKind, ClaimState, MoveKind, PayMethod
from orders.models.campaign import Campaign
from orders.models.chain import ChainEntry
from orders.models.coupon import Coupon
from orders.models.order import Order

UNOPENED_FOR_HOURS = 24
"""A red packet nobody opened goes back to who sent it after so long."""

HOLDINGS_FOLLOW = """
    INSERT INTO orders_holding (leader_id, amount_fen)
        SELECT DISTINCT {leader}, 0 FROM new_rows WHERE {leader} IS NOT NULL ORDER BY 1 ON CONFLICT DO NOTHING;
    PERFORM 1 FROM orders_holding WHERE leader_id IN (SELECT {leader} FROM new_rows) ORDER BY leader_id FOR UPDATE;
    UPDATE orders_holding held SET
        amount_fen = held.amount_fen + moved.fen,
        since = CASE WHEN held.amount_fen + moved.fen <= 0 THEN NULL ELSE coalesce(held.since, moved.at) END
    FROM (SELECT {leader} AS leader_id, sum({amount}) AS fen, min(at) AS at FROM new_rows GROUP BY 1) moved
    WHERE moved.leader_id = held.leader_id;
    RETURN NULL;
"""
"""What a leader holds moves with every row that moves it, in its statement; leaders are locked in id order."""

BALANCES_FOLLOW = """
    INSERT INTO orders_balance (member_id, amount_fen)
        SELECT DISTINCT member_id, 0 FROM new_rows ORDER BY 1 ON CONFLICT DO NOTHING;
    PERFORM 1 FROM orders_balance WHERE member_id IN (SELECT member_id FROM new_rows) ORDER BY member_id FOR UPDATE;
    UPDATE orders_balance kept SET amount_fen = kept.amount_fen + moved.fen
    FROM (SELECT member_id, sum(amount_fen) AS fen FROM new_rows GROUP BY 1) moved
    WHERE moved.member_id = kept.member_id;
    RETURN NULL;
"""

TAKEN_BACK_WHOLE = """
    IF NOT EXISTS (
        SELECT 1 FROM orders_payment mistake
        WHERE mistake.id = NEW.takes_back_id AND mistake.takes_back_id IS NULL
            AND mistake.order_id = NEW.order_id AND mistake.method = NEW.method
            AND mistake.holder_id IS NOT DISTINCT FROM NEW.holder_id AND mistake.amount_fen = -NEW.amount_fen
    ) THEN
        RAISE EXCEPTION 'a payment is taken back by its opposite'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_taken_back_by_its_opposite';
    END IF;
    RETURN NEW;
"""

COUPON_IS_USED = """
    IF NEW.takes_back_id IS NOT NULL THEN
        UPDATE orders_coupon SET payment_id = NULL WHERE id = NEW.coupon_id AND payment_id = NEW.takes_back_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'coupon % did not pay that', NEW.coupon_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_taken_back_by_its_opposite';
        END IF;
        RETURN NULL;
    END IF;
    SELECT * INTO coupon FROM orders_coupon WHERE id = NEW.coupon_id FOR UPDATE;
    IF coupon.payment_id IS NOT NULL OR coupon.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'coupon % cannot be used any more', coupon.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_is_used_once';
    END IF;
    IF coupon.member_id <> NEW.member_id OR coupon.amount_fen <> NEW.amount_fen THEN
        RAISE EXCEPTION 'coupon % is of another member or amount', coupon.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_pays_its_amount_for_its_member';
    END IF;
    IF NEW.business_date > coupon.last_day THEN
        RAISE EXCEPTION 'coupon % was valid up to %', coupon.id, coupon.last_day
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_is_used_in_time';
    END IF;
    IF coupon.least_fen > (
        SELECT coalesce(sum(amount_fen + corrected_fen - short_fen - refunded_fen), 0)
        FROM orders_orderline WHERE order_id = NEW.order_id
    ) THEN
        RAISE EXCEPTION 'order % comes to less than coupon % asks for', NEW.order_id, coupon.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_is_for_orders_that_come_to_enough';
    END IF;
    UPDATE orders_coupon SET payment_id = NEW.id WHERE id = coupon.id;
    RETURN NULL;
"""
"""The coupon's row is held until the transaction ends: two orders that use it at once see each other."""

NO_MORE_GOES_BACK = """
    PERFORM FROM orders_order WHERE id = NEW.order_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM orders_payment WHERE order_id = NEW.order_id AND method <> 'coupon'
        HAVING sum(amount_fen) < 0 OR sum(amount_fen) FILTER (WHERE method <> 'balance') < 0
    ) THEN
        RAISE EXCEPTION 'order % was not paid that much in money', NEW.order_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'no_more_money_goes_back_than_came';
    END IF;
    RETURN NULL;
"""
"""The order's row is held until the transaction ends: two who give back at once see each other."""

HANDED_OVER_IS_HELD = """
    SELECT amount_fen INTO held_fen FROM orders_holding WHERE leader_id = NEW.leader_id FOR UPDATE;
    IF NEW.amount_fen > greatest(held_fen, 0) AND NEW.takes_back_id IS NULL THEN
        RAISE EXCEPTION 'leader % holds less than that', NEW.leader_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'leader_hands_over_what_is_held';
    END IF;
    IF NEW.takes_back_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM orders_settlement mistake
        WHERE mistake.id = NEW.takes_back_id AND mistake.leader_id = NEW.leader_id
            AND mistake.amount_fen = -NEW.amount_fen
    ) THEN
        RAISE EXCEPTION 'a hand-over is taken back by its opposite'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hand_over_is_taken_back_by_its_opposite';
    END IF;
    IF EXISTS (SELECT 1 FROM community_member WHERE id = NEW.leader_id AND user_id = NEW.by_id) THEN
        RAISE EXCEPTION 'leader % confirms their own hand-over', NEW.leader_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_confirms_their_own_hand_over';
    END IF;
    RETURN NEW;
"""
"""The holding's row is held until the transaction ends: two hand-overs at once see each other."""


def following(name: str, func: str) -> pgtrigger.Trigger:
    """A trigger after each statement that inserts, over all its `new_rows`."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=func,
    )


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User) -> "PaymentQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(group__in=Group.objects.visible_to(user))


class Payment(models.Model):
    """Money that moved for one order, in fen, negative when it was given back; never changed, never deleted.

    `holder` is the leader who has it in hand, None the house. A mistake is taken back by an equal opposite row.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    method = models.CharField(max_length=10, choices=PayMethod)
    holder = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+", db_index=False)
    external_id = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text=_("The number WeChat gave the transaction.")
    )
    coupon = models.ForeignKey(Coupon, models.PROTECT, null=True, related_name="+", db_index=False)
    takes_back = models.OneToOneField("self", models.PROTECT, null=True, related_name="taken_back_by")
    at = models.DateTimeField()
    business_date = models.DateField(help_text=_("Business day, Asia/Shanghai."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField(max_length=200, blank=True, default="", db_default="")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="payment_moves_something"),
            models.CheckConstraint(condition=Q(method__in=PayMethod.values), name="payment_method_is_known"),
            models.CheckConstraint(
                condition=~Q(method__in=NOBODY_HOLDS) | Q(holder=None), name="nobody_holds_what_a_balance_paid"
            ),
            models.CheckConstraint(
                condition=Q(method=PayMethod.COUPON, coupon__isnull=False)
                & (Q(amount_fen__gt=0) | Q(takes_back__isnull=False))
                | ~Q(method=PayMethod.COUPON) & Q(coupon=None),
                name="coupon_payment_names_its_coupon",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="transaction_is_booked_once"
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "-id"], condition=~Q(holder=None), name="payment_by_holder"),
            models.Index(fields=["campaign"], include=["order", "amount_fen"], name="payment_by_campaign"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="taken_back_whole",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.takes_back_id IS NOT NULL"),
                func=TAKEN_BACK_WHOLE,
            ),
            pgtrigger.Trigger(
                name="coupon_is_used",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.coupon_id IS NOT NULL"),
                declare=[("coupon", "orders_coupon%ROWTYPE")],
                func=COUPON_IS_USED,
            ),
            pgtrigger.Trigger(
                name="no_more_goes_back",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.amount_fen < 0 AND NEW.method <> 'coupon'"),
                func=NO_MORE_GOES_BACK,
            ),
            following("holdings_follow", HOLDINGS_FOLLOW.format(leader="holder_id", amount="amount_fen")),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.amount_fen:+}"


class HoldingQuerySet(models.QuerySet["Holding"]):
    def visible_to(self, user: User) -> "HoldingQuerySet":
        """A leader sees the own one."""
        return self if sees_all_groups(user) else self.filter(leader__user=user.pk)


class Holding(models.Model):
    """What one leader has in hand of other people's payments, in fen; less than nothing is what the house owes them.

    Kept by triggers beside payments and hand-overs; `since` is when it was last nothing.
    """

    leader = models.OneToOneField(Member, models.PROTECT, primary_key=True, related_name="holding")
    amount_fen = models.BigIntegerField(default=0, db_default=0)
    since = models.DateTimeField(null=True)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, since__isnull=False) | Q(amount_fen__lte=0, since=None),
                name="holding_says_since_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.leader_id}: {self.amount_fen}"


class SettlementQuerySet(models.QuerySet["Settlement"]):
    def visible_to(self, user: User) -> "SettlementQuerySet":
        """A leader sees the own ones."""
        return self if sees_all_groups(user) else self.filter(leader__user=user.pk)


class Settlement(models.Model):
    """A leader handed money over to the house and somebody there confirmed it; never changed, never deleted.

    Negative takes a wrong one back. Its id is the number of the receipt.
    """

    leader = models.ForeignKey(Member, models.PROTECT, related_name="settlements")
    amount_fen = models.BigIntegerField()
    takes_back = models.OneToOneField("self", models.PROTECT, null=True, related_name="taken_back_by")
    at = models.DateTimeField()
    business_date = models.DateField(help_text=_("Business day, Asia/Shanghai."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(max_length=200, blank=True, default="", db_default="")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")

    objects = SettlementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(takes_back=None, amount_fen__gt=0) | Q(takes_back__isnull=False, amount_fen__lt=0),
                name="hand_over_is_of_something",
            )
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="handed_over_is_held",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("held_fen", "bigint")],
                func=HANDED_OVER_IS_HELD,
            ),
            following("holdings_follow", HOLDINGS_FOLLOW.format(leader="leader_id", amount="-amount_fen")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As it stands on the receipt."""
        return f"{self.business_date:%Y%m%d}-{self.pk}"


class PaymentClaimQuerySet(models.QuerySet["PaymentClaim"]):
    def visible_to(self, user: User) -> "PaymentClaimQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(group__in=Group.objects.visible_to(user))


class PaymentClaim(models.Model):
    """Somebody says that an order is paid, or sent a red packet nobody opened: no money until it is confirmed.

    The amount is in fen; None is whatever is due.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="claims")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ClaimKind)
    amount_fen = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=ClaimState, default=ClaimState.OPEN, db_default=ClaimState.OPEN)
    chain_entry = models.OneToOneField(ChainEntry, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    expires_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    payment = models.OneToOneField(Payment, models.PROTECT, null=True, related_name="claim")

    objects = PaymentClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ClaimKind.values), name="claim_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state=ClaimState.OPEN, decided_at=None)
                | Q(state__in=[ClaimState.CONFIRMED, ClaimState.REFUSED, ClaimState.EXPIRED], decided_at__isnull=False),
                name="claim_is_open_until_decided",
            ),
            models.CheckConstraint(
                condition=Q(state=ClaimState.CONFIRMED, payment__isnull=False)
                | (~Q(state=ClaimState.CONFIRMED) & Q(payment=None)),
                name="claim_confirmed_is_a_payment",
            ),
            models.CheckConstraint(
                condition=Q(kind=ClaimKind.SAID_PAID, expires_at=None)
                | Q(kind=ClaimKind.RED_PACKET, expires_at__isnull=False, amount_fen__isnull=False),
                name="red_packet_has_an_amount_and_an_end",
            ),
            models.CheckConstraint(condition=Q(amount_fen=None) | Q(amount_fen__gt=0), name="claim_is_of_something"),
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(state=ClaimState.OPEN), name="order_has_one_open_claim_a_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state=ClaimState.OPEN), name="claim_to_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"


class BalanceQuerySet(models.QuerySet["Balance"]):
    def visible_to(self, user: User) -> "BalanceQuerySet":
        """What members have paid in advance is kept and read at the desk."""
        return self if sees_all_groups(user) else self.none()


class Balance(models.Model):
    """What a member has paid in advance and not used, in fen; kept by a trigger beside its moves."""

    member = models.OneToOneField(Member, models.PROTECT, primary_key=True, related_name="balance")
    amount_fen = models.BigIntegerField(default=0, db_default=0)

    objects = BalanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="balance_is_never_below_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.amount_fen}"


class BalanceMove(models.Model):
    """What moved a member's prepaid balance, signed, in fen; never changed, never deleted.

    A charge is the other side of a payment and shares its entry.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="balance_moves")
    kind = models.CharField(max_length=10, choices=MoveKind)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    at = models.DateTimeField()
    business_date = models.DateField(help_text=_("Business day, Asia/Shanghai."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    payment = models.OneToOneField(Payment, models.PROTECT, null=True, related_name="balance_move")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="balance_move_moves_something"),
            models.CheckConstraint(
                condition=Q(kind=MoveKind.CHARGE, payment__isnull=False)
                | Q(kind=MoveKind.TOP_UP, payment=None, amount_fen__gt=0)
                | Q(kind=MoveKind.CORRECTION, payment=None) & ~Q(reason="")
                | Q(kind=MoveKind.REWARD, payment=None),
                name="balance_move_says_what_it_is",
            ),
        ]
        triggers = [*APPEND_ONLY, following("balances_follow", BALANCES_FOLLOW)]

    def __str__(self) -> str:
        return f"{self.member_id} {self.amount_fen:+}"
