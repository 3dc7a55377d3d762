from orders.models.aliases import MemberAlias, ProductAlias
from orders.models.arrival import Arrival
from orders.models.campaign import Campaign, GroupStock, Offer, PriceStep
from orders.models.catalogue import Product, Supplier
from orders.models.chain import UNDO_WITHIN, ChainEntry, Paste, PasteChange
from orders.models.order import Order, OrderLine, SaleFact
from orders.models.payment import (
    UNOPENED_FOR_HOURS,
    Balance,
    BalanceMove,
    Holding,
    Payment,
    PaymentClaim,
    Settlement,
)
from orders.models.public import FormCount, SentForm
from orders.models.quick import QuickEntry

__all__ = [
    "UNDO_WITHIN",
    "UNOPENED_FOR_HOURS",
    "Arrival",
    "Balance",
    "BalanceMove",
    "Campaign",
    "ChainEntry",
    "FormCount",
    "GroupStock",
    "Holding",
    "MemberAlias",
    "Offer",
    "Order",
    "OrderLine",
    "Paste",
    "PasteChange",
    "Payment",
    "PaymentClaim",
    "PriceStep",
    "Product",
    "ProductAlias",
    "QuickEntry",
    "SaleFact",
    "SentForm",
    "Settlement",
    "Supplier",
]
