"""What must always hold of orders: what the screens show equals the sum of the facts."""

from django.utils.translation import gettext_lazy as _

from core.invariants import invariant


@invariant(_("Every order line shows the sum of its facts."))
def lines_equal_their_facts() -> str:
    return """
        SELECT 'line ' || line.id
        FROM orders_orderline line LEFT JOIN orders_salefact fact ON fact.line_id = line.id
        GROUP BY line.id
        HAVING (line.quantity, line.amount_fen) <> (
                coalesce(sum(fact.quantity) FILTER (WHERE fact.kind IN ('placed', 'changed', 'cancelled')), 0),
                coalesce(sum(fact.amount_fen) FILTER (WHERE fact.kind IN ('placed', 'changed', 'cancelled')), 0))
            OR (line.corrected_quantity, line.corrected_fen) <> (
                coalesce(sum(fact.quantity) FILTER (WHERE fact.kind IN ('repriced', 'weighed')), 0),
                coalesce(sum(fact.amount_fen) FILTER (WHERE fact.kind IN ('repriced', 'weighed')), 0))
            OR (line.short_quantity, line.short_fen) <> (
                -coalesce(sum(fact.quantity) FILTER (WHERE fact.kind = 'short'), 0),
                -coalesce(sum(fact.amount_fen) FILTER (WHERE fact.kind = 'short'), 0))
            OR (line.delivered_quantity, line.delivered_fen) <> (
                coalesce(sum(fact.quantity) FILTER (WHERE fact.kind = 'delivered'), 0),
                coalesce(sum(fact.amount_fen) FILTER (WHERE fact.kind = 'delivered'), 0))
            OR (line.refunded_quantity, line.refunded_fen) <> (
                -coalesce(sum(fact.quantity) FILTER (WHERE fact.kind = 'refunded'), 0),
                -coalesce(sum(fact.amount_fen) FILTER (WHERE fact.kind = 'refunded'), 0))
    """


@invariant(_("Every order line costs its quantity at its frozen price."))
def lines_cost_their_price() -> str:
    return """
        SELECT 'line ' || line.id FROM orders_orderline line
        WHERE line.amount_fen <> round(line.quantity * line.price_fen)
    """


@invariant(_("What a line comes to after corrections and shortages is its quantity at the price that holds."))
def lines_come_to_the_price_that_holds() -> str:
    return """
        SELECT 'line ' || line.id FROM orders_orderline line JOIN orders_offer offer ON offer.id = line.offer_id
        WHERE line.amount_fen + line.corrected_fen - line.short_fen <> round(
            (line.quantity + line.corrected_quantity - line.short_quantity)
            * least(line.price_fen, coalesce(offer.settled_price_fen, line.price_fen)))
    """


@invariant(_("Every group has taken what its members' lines ask for, and no more than its stock."))
def groups_take_what_their_lines_ask() -> str:
    return """
        SELECT 'offer ' || share.offer_id || ', group ' || share.group_id
        FROM orders_groupstock share
        LEFT JOIN orders_order "order" ON "order".group_id = share.group_id
        LEFT JOIN orders_orderline line ON line.order_id = "order".id AND line.offer_id = share.offer_id
        GROUP BY share.id
        HAVING share.taken <> coalesce(sum(line.quantity), 0) OR share.taken > share.stock
    """


@invariant(_("Every offer has given out what its order lines ask for, and no more than its stock."))
def offers_give_what_lines_ask() -> str:
    return """
        SELECT 'offer ' || offer.id
        FROM orders_offer offer LEFT JOIN orders_orderline line ON line.offer_id = offer.id
        GROUP BY offer.id
        HAVING offer.taken <> coalesce(sum(line.quantity), 0) OR offer.taken > offer.stock
    """


@invariant(_("Every order shows the state that its lines say."))
def orders_show_what_their_lines_say() -> str:
    return """
        SELECT 'order ' || "order".id
        FROM orders_order "order" LEFT JOIN orders_orderline line ON line.order_id = "order".id
        GROUP BY "order".id
        HAVING "order".state <> CASE
            WHEN bool_and(line.quantity + line.corrected_quantity = line.short_quantity) THEN 'cancelled'
            WHEN bool_and(line.quantity + line.corrected_quantity = line.short_quantity + line.delivered_quantity)
                THEN 'delivered'
            ELSE 'placed'
        END
    """


@invariant(_("Every payment stands in the books, with its own amount and nothing else."))
def payments_stand_in_the_books() -> str:
    return """
        SELECT 'payment ' || payment.id
        FROM orders_payment payment JOIN ledger_entry entry ON entry.id = payment.entry_id
        LEFT JOIN ledger_leg leg ON leg.entry_id = entry.id AND leg.amount_fen = payment.amount_fen
        LEFT JOIN ledger_account debited ON debited.id = leg.account_id
            AND debited.purpose = CASE
                WHEN payment.method = 'balance' THEN 'members_balance'
                WHEN payment.method = 'coupon' THEN 'members_coupons'
                WHEN payment.holder_id IS NULL THEN 'house_money'
                ELSE 'money_held_by_leaders'
            END
            AND debited.party IS NOT DISTINCT FROM CASE
                WHEN payment.method IN ('balance', 'coupon') THEN payment.member_id ELSE payment.holder_id
            END
        WHERE debited.id IS NULL OR entry.key <> 'payment:' || payment.id
    """


@invariant(_("No more money went back for an order than came for it, whatever a coupon paid."))
def no_more_money_went_back_than_came() -> str:
    return """
        SELECT 'order ' || order_id FROM orders_payment WHERE method <> 'coupon'
        GROUP BY order_id
        HAVING sum(amount_fen) < 0 OR sum(amount_fen) FILTER (WHERE method <> 'balance') < 0
    """


@invariant(_("What every leader holds is what they collected less what they handed over, and so say the books."))
def leaders_hold_what_they_collected() -> str:
    return """
        WITH moved AS (
            SELECT holder_id AS leader, amount_fen AS fen FROM orders_payment WHERE holder_id IS NOT NULL
            UNION ALL SELECT leader_id, -amount_fen FROM orders_settlement
        ), collected AS (SELECT leader, sum(fen) AS fen FROM moved GROUP BY leader),
        booked AS (
            SELECT account.party AS leader, sum(leg.amount_fen) AS fen
            FROM ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
            WHERE account.purpose = 'money_held_by_leaders' GROUP BY account.party
        ), kept AS (SELECT leader_id AS leader, amount_fen AS fen FROM orders_holding)
        SELECT 'leader ' || leader FROM collected FULL JOIN booked USING (leader) FULL JOIN kept USING (leader)
        WHERE (coalesce(collected.fen, 0), coalesce(booked.fen, 0)) <> (coalesce(kept.fen, 0), coalesce(kept.fen, 0))
    """


@invariant(_("Every prepaid balance is the sum of its moves, and so say the books."))
def balances_are_the_sum_of_their_moves() -> str:
    return """
        WITH moved AS (SELECT member_id AS member, sum(amount_fen) AS fen FROM orders_balancemove GROUP BY member_id),
        booked AS (
            SELECT account.party AS member, -sum(leg.amount_fen) AS fen
            FROM ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
            WHERE account.purpose = 'members_balance' GROUP BY account.party
        ), kept AS (SELECT member_id AS member, amount_fen AS fen FROM orders_balance)
        SELECT 'member ' || member FROM moved FULL JOIN booked USING (member) FULL JOIN kept USING (member)
        WHERE (coalesce(moved.fen, 0), coalesce(booked.fen, 0)) <> (coalesce(kept.fen, 0), coalesce(kept.fen, 0))
    """


@invariant(_("Every coupon that was used is a payment that stands, and every such payment used its coupon."))
def coupons_are_used_as_they_paid() -> str:
    return """
        WITH standing AS (
            SELECT p.id, p.coupon_id FROM orders_payment p
            WHERE p.coupon_id IS NOT NULL AND p.takes_back_id IS NULL
                AND NOT EXISTS (SELECT FROM orders_payment back WHERE back.takes_back_id = p.id)
        ), used AS (SELECT payment_id AS id, id AS coupon_id FROM orders_coupon WHERE payment_id IS NOT NULL)
        SELECT 'coupon ' || coupon_id FROM (
            (TABLE standing EXCEPT TABLE used) UNION (TABLE used EXCEPT TABLE standing)
        ) differ
    """
