from django.urls import path

from orders.views import campaigns, delivery, jielong, leader, offers, orders, products, public, purchase, quick

app_name = "orders"

urlpatterns = [
    path("campaigns/", campaigns.campaign_list, name="campaign_list"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign_detail"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:pk>/open/", campaigns.campaign_open, name="campaign_open"),
    path("campaigns/<int:pk>/cut-off/", campaigns.campaign_cut_off, name="campaign_cut_off"),
    path("campaigns/<int:pk>/close/", campaigns.campaign_close, name="campaign_close"),
    path("campaigns/<int:pk>/purchase/", purchase.purchase_list, name="purchase_list"),
    path("campaigns/<int:pk>/offers/", offers.offer_add, name="offer_add"),
    path("offers/<int:pk>/change/", offers.offer_change, name="offer_change"),
    path("offers/<int:pk>/remove/", offers.offer_remove, name="offer_remove"),
    path("orders/", orders.order_list, name="order_list"),
    path("orders/<int:pk>/", orders.order_detail, name="order_detail"),
    path("lines/<int:pk>/refund/", orders.refund, name="refund"),
    path("members/<int:pk>/orders/", orders.member_orders, name="member_orders"),
    path("delivery/", delivery.delivery_list, name="delivery_list"),
    path("delivery/<int:pk>/", delivery.delivery_run, name="delivery_run"),
    path("delivery/<int:pk>/sheet/", delivery.delivery_sheet, name="delivery_sheet"),
    path("orders/<int:pk>/deliver/", delivery.deliver, name="deliver"),
    path("orders/<int:pk>/undeliver/", delivery.undeliver, name="undeliver"),
    path("orders/<int:pk>/shortage/", delivery.shortage, name="shortage"),
    path("lines/<int:pk>/shortage/undo/", delivery.shortage_undo, name="shortage_undo"),
    path("jielong/", jielong.jielong, name="jielong"),
    path("jielong/<int:pk>/", jielong.jielong_preview, name="jielong_preview"),
    path("jielong/<int:pk>/settle/", jielong.jielong_settle, name="jielong_settle"),
    path("jielong/<int:pk>/apply/", jielong.jielong_apply, name="jielong_apply"),
    path("jielong/<int:pk>/undo/", jielong.jielong_undo, name="jielong_undo"),
    path("quick/", quick.quick, name="quick"),
    path("quick/<int:campaign>/<int:group>/<int:member>/", quick.quick_order, name="quick_order"),
    path("quick/<int:campaign>/<int:group>/new/", quick.quick_newcomer, name="quick_newcomer"),
    path("quick/<int:pk>/undo/", quick.quick_undo, name="quick_undo"),
    path("products/", products.product_list, name="product_list"),
    path("products/new/", products.product_create, name="product_create"),
    path("products/<int:pk>/", products.product_edit, name="product_edit"),
    path("leader/", leader.leader_today, name="leader_today"),
    path("c/<str:code>/", public.public_campaign, name="public_campaign"),
]
