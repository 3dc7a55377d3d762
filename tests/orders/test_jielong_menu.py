"""Goods and prices as a campaign's text announces them."""

from decimal import Decimal

from orders.rules.jielong import MenuItem, Offer, Price, parse

ANNOUNCED = (
    "#開團 限量30組\n過年預購\n1) 韭菜盒子（20個裝）180元／3袋500元\n(2)藥膳羊肉爐\n一份350元\n(3)蘿蔔糕 , 一條2份120元"
)
OFFERS = (Offer("韭菜盒子（20個裝）", "袋"), Offer("藥膳羊肉爐", "份"), Offer("蘿蔔糕", "條"))


def test_every_item_has_its_prices_also_from_the_line_below():
    menu = parse(ANNOUNCED, OFFERS).menu

    assert menu == (
        MenuItem(1, "韭菜盒子（20個裝）", (Price(Decimal(1), "袋", 18_000), Price(Decimal(3), "袋", 50_000))),
        MenuItem(2, "藥膳羊肉爐", (Price(Decimal(1), "份", 35_000),)),
        MenuItem(3, "蘿蔔糕", (Price(Decimal(1), "条", 12_000),)),
    )


def test_the_limit_holds_for_each_item():
    assert parse(ANNOUNCED, OFFERS).limit == 30


def test_a_price_per_unit_in_the_header_of_a_chain_is_read():
    menu = parse("#接龙\n雪梨 9.9元/斤\n1. 钟三 雪梨2斤", (Offer("雪梨", "斤"),)).menu

    assert menu == (MenuItem(None, "雪梨", (Price(Decimal(1), "斤", 990),)),)
