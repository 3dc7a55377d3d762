"""What may be done with campaigns, orders and chains: one verb, one transaction, the clock passed in."""

from orders.services.campaigns import (
    CampaignNotOpen,
    CampaignNotReady,
    change_offer,
    close_campaign,
    create_campaign,
    cut_off,
    cut_off_due,
    open_campaign,
    remove_offer,
    save_offer,
)
from orders.services.fulfilment import NotDeliverable, deliver, record_shortage, undeliver
from orders.services.placing import (
    CampaignClosed,
    FractionOfAPiece,
    LimitReached,
    NothingWanted,
    OfferSoldOut,
    PlacedLine,
    Wanted,
    place,
    place_order,
)
from orders.services.refunds import NotRefundable, refund_amount, refund_quantity

__all__ = [
    "CampaignClosed",
    "CampaignNotOpen",
    "CampaignNotReady",
    "FractionOfAPiece",
    "LimitReached",
    "NotDeliverable",
    "NotRefundable",
    "NothingWanted",
    "OfferSoldOut",
    "PlacedLine",
    "Wanted",
    "change_offer",
    "close_campaign",
    "create_campaign",
    "cut_off",
    "cut_off_due",
    "deliver",
    "open_campaign",
    "place",
    "place_order",
    "record_shortage",
    "refund_amount",
    "refund_quantity",
    "remove_offer",
    "save_offer",
    "undeliver",
]
