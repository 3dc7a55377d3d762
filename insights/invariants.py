"""What must always hold of the roll-ups: they are the sum of the facts they have counted."""

from django.utils.translation import gettext_lazy as _

from core.invariants import invariant


@invariant(_("Every member-day is the sum of the facts counted so far."))
def member_days_equal_their_facts() -> str:
    return """
        SELECT 'member ' || coalesce(d.member_id, f.member_id) || ' on ' || coalesce(d.day, f.order_day)
        FROM insights_memberday d
        FULL JOIN (
            SELECT f.member_id, f.group_id, f.order_day,
                sum(gmv_fen) AS gmv_fen,
                sum(net_fen) AS net_fen,
                sum(delivered_fen) AS delivered_fen,
                count(*) FILTER (WHERE net_fen > 0) AS orders,
                coalesce(sum(gmv_fen) FILTER (WHERE o.leader_id = o.member_id), 0) AS as_leader_gmv_fen,
                coalesce(sum(delivered_fen) FILTER (WHERE o.leader_id = o.member_id), 0) AS as_leader_delivered_fen,
                count(*) FILTER (WHERE net_fen > 0 AND o.leader_id = o.member_id) AS as_leader_orders
            FROM (
                SELECT order_id, member_id, group_id, order_day,
                    coalesce(sum(amount_fen) FILTER (WHERE kind NOT IN ('delivered', 'refunded')), 0) AS gmv_fen,
                    coalesce(sum(amount_fen) FILTER (WHERE kind <> 'delivered'), 0) AS net_fen,
                    coalesce(sum(amount_fen) FILTER (WHERE kind IN ('delivered', 'refunded')), 0) AS delivered_fen
                FROM orders_salefact
                WHERE id <= (SELECT fact_id FROM insights_watermark WHERE name = 'facts')
                GROUP BY order_id, member_id, group_id, order_day
            ) f JOIN orders_order o ON o.id = f.order_id
            GROUP BY f.member_id, f.group_id, f.order_day
        ) f ON f.member_id = d.member_id AND f.group_id = d.group_id AND f.order_day = d.day
        WHERE (
            d.gross_fen + d.short_fen, d.net_fen, d.delivered_fen, d.orders,
            d.as_leader_gmv_fen, d.as_leader_delivered_fen, d.as_leader_orders
        ) IS DISTINCT FROM (
            f.gmv_fen, f.net_fen, f.delivered_fen, f.orders,
            f.as_leader_gmv_fen, f.as_leader_delivered_fen, f.as_leader_orders
        )
    """


@invariant(_("Lifetime value is the sum of a member's days."))
def lifetime_values_equal_their_days() -> str:
    return """
        SELECT 'member ' || coalesce(s.member_id, d.member_id)
        FROM insights_memberstat s
        FULL JOIN (
            SELECT member_id, sum(delivered_fen) AS lifetime_fen, sum(as_leader_delivered_fen) AS as_leader_fen
            FROM insights_memberday GROUP BY member_id
        ) d ON d.member_id = s.member_id
        WHERE (coalesce(s.lifetime_fen, 0), coalesce(s.as_leader_fen, 0))
            <> (coalesce(d.lifetime_fen, 0), coalesce(d.as_leader_fen, 0))
    """


@invariant(_("Social value is the sum over those a member brought."))
def social_values_equal_those_brought() -> str:
    return """
        SELECT 'member ' || coalesce(s.member_id, theirs.inviter_id)
        FROM insights_memberstat s
        FULL JOIN (
            SELECT inviter_id, sum(lifetime_fen - as_leader_fen) AS social_fen, count(*) AS brought
            FROM insights_memberstat WHERE inviter_id IS NOT NULL GROUP BY inviter_id
        ) theirs ON theirs.inviter_id = s.member_id
        WHERE (coalesce(s.social_fen, 0), coalesce(s.brought, 0))
            <> (coalesce(theirs.social_fen, 0), coalesce(theirs.brought, 0))
    """
