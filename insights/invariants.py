"""What must always hold of the roll-ups: they are the sum of the facts they have counted."""

from django.utils.translation import gettext_lazy as _

from core.invariants import invariant


@invariant(_("Every member-day is the sum of the facts counted so far."))
def member_days_equal_their_facts() -> str:
    return """
        SELECT 'member ' || coalesce(d.member_id, f.member_id) || ' on ' || coalesce(d.day, f.order_day)
        FROM insights_memberday d
        FULL JOIN (
            SELECT member_id, group_id, order_day,
                sum(net_fen) AS net_fen, sum(delivered_fen) AS delivered_fen,
                count(*) FILTER (WHERE net_fen > 0) AS orders
            FROM (
                SELECT order_id, member_id, group_id, order_day,
                    sum(amount_fen) FILTER (WHERE kind <> 'delivered') AS net_fen,
                    sum(amount_fen) FILTER (WHERE kind IN ('delivered', 'refunded')) AS delivered_fen
                FROM orders_salefact
                WHERE id <= (SELECT fact_id FROM insights_watermark WHERE name = 'facts')
                GROUP BY order_id, member_id, group_id, order_day
            ) of_order
            GROUP BY member_id, group_id, order_day
        ) f ON f.member_id = d.member_id AND f.group_id = d.group_id AND f.order_day = d.day
        WHERE (coalesce(d.net_fen, 0), coalesce(d.delivered_fen, 0), coalesce(d.orders, 0))
            <> (coalesce(f.net_fen, 0), coalesce(f.delivered_fen, 0), coalesce(f.orders, 0))
    """
