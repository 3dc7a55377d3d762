from orders.models.aliases import MemberAlias, ProductAlias
from orders.models.arrival import Arrival
from orders.models.campaign import Campaign, GroupStock, Offer, PriceStep
from orders.models.catalogue import Product, Supplier
from orders.models.chain import UNDO_WITHIN, ChainEntry, Paste, PasteChange
from orders.models.delivery_link import DeliveryLink
from orders.models.order import Order, OrderLine, SaleFact
from orders.models.public import FormCount, SentForm
from orders.models.quick import QuickEntry
from orders.models.tick import Tick

__all__ = [
    "UNDO_WITHIN",
    "Arrival",
    "Campaign",
    "ChainEntry",
    "DeliveryLink",
    "FormCount",
    "GroupStock",
    "MemberAlias",
    "Offer",
    "Order",
    "OrderLine",
    "Paste",
    "PasteChange",
    "PriceStep",
    "Product",
    "ProductAlias",
    "QuickEntry",
    "SaleFact",
    "Supplier",
    "SentForm",
    "Tick",
]
