"""Believable names, goods and places for the demonstration; all of it is made up."""

from decimal import Decimal
from typing import NamedTuple

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅"
    "沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
)
GIVEN = tuple(
    "敏 芳 静 丽 艳 娟 霞 燕 玲 桂英 秀兰 建国 建军 志强 志远 立群 晓燕 婉清 佳怡 国平 蓉蓉 静怡 "  # noqa: SIM905 read as prose
    "文博 丽华 嘉宁 雪梅 海燕 思琪 雨欣 子涵 浩然 宇轩 欣怡 梓萱 俊杰 明辉 春梅 红梅 玉兰 淑珍 "
    "凤英 金花 小明 小红 晨曦 安琪 一诺 若曦 锦程 泽宇".split()
)
NICKNAMES = ("{s}姐", "{s}阿姨", "老{s}", "小{s}", "{s}老师", "{s}妈妈", "{s}大爷")


class Place(NamedTuple):
    """A neighbourhood of the demonstration, with the name of its group and who leads it (a number of LEADERS)."""

    name: str
    district: str
    households: int
    buildings: int
    leader: int


PLACES = (
    Place("锦绣华城", "浦东 · 花木", 1280, 18, 0),
    Place("玉兰香苑", "浦东 · 张江", 960, 14, 0),
    Place("田林十二村", "徐汇 · 田林", 1540, 22, 1),
    Place("古美西苑", "闵行 · 古美", 870, 12, 2),
    Place("大宁龙盛", "静安 · 大宁", 1100, 9, 2),
    Place("创智坊", "杨浦 · 五角场", 640, 8, 3),
)
LEADERS = ("周敏", "陈立群", "吴晓燕", "孙志强")


class Seller(NamedTuple):
    """A supplier of the demonstration; nobody has these numbers."""

    name: str
    contact: str
    phone: str
    note: str


SELLERS = (
    Seller("江桥果品批发", "老秦", "021-5550 1001", "凌晨两点配货，前一晚八点半前报单"),
    Seller("崇明绿野合作社", "施大姐", "021-5550 1002", "青菜当天采，鸡蛋周二周五到"),
    Seller("浦星冷链配送", "顾师傅", "021-5550 1003", "早上五点送到分拣点，泡沫箱要还"),
)


class Goods(NamedTuple):
    """A product of the demonstration; price and cost in fen, from whom (a name of SELLERS) in packs of how many."""

    name: str
    unit: str
    spec: str
    counted: bool
    price_fen: int
    cost_fen: int
    aliases: tuple[str, ...]
    usual: Decimal
    seller: str
    pack_name: str
    pack_size: Decimal | None
    weighed: bool


def goods(
    name: str,
    unit: str,
    spec: str,
    price: int,
    cost: int,
    aliases: str,
    usual: str = "1",
    seller: str = "",
    pack: str = "",
    weighed: bool = False,
) -> Goods:
    """`pack` is written like 箱 20: its name and how much it holds."""
    pack_name, _space, size = pack.partition(" ")
    packed = (seller, pack_name, Decimal(size) if size else None)
    return Goods(name, unit, spec, unit != "斤", price, cost, tuple(aliases.split()), Decimal(usual), *packed, weighed)


FRUITERER, FARM, COLD_CHAIN = (seller.name for seller in SELLERS)
FRUIT = (
    goods("丹东草莓", "盒", "500克", 2990, 2150, "草莓", seller=COLD_CHAIN, pack="件 12"),
    goods("智利车厘子", "箱", "2.5公斤", 12800, 9900, "车厘子 樱桃"),
    goods("云南蓝莓", "盒", "125克", 1990, 1300, "蓝莓", seller=COLD_CHAIN, pack="件 12"),
    goods("赣南脐橙", "斤", "", 690, 420, "脐橙 橙子", "5", seller=FRUITERER, pack="箱 20"),
    goods("红富士苹果", "斤", "", 880, 560, "苹果 红富士", "4", seller=FRUITERER, pack="箱 30"),
    goods("阳光玫瑰", "串", "约600克", 2580, 1800, "晴王", seller=FRUITERER, pack="箱 8"),
)
STAPLES = (
    goods("土鸡蛋", "盒", "30枚", 3280, 2480, "鸡蛋", seller=FARM, pack="箱 12"),
    goods("五常大米", "袋", "10斤", 6900, 5200, "大米"),
    goods("崇明青菜", "斤", "", 450, 240, "青菜", "2", seller=FARM),
    goods("手工水饺", "袋", "50只", 2680, 1850, "水饺 饺子", seller=COLD_CHAIN, pack="箱 10"),
    goods("卤牛腱子", "斤", "", 5800, 4300, "牛腱 牛肉", "1", weighed=True),
    goods("鲜牛奶", "箱", "12瓶", 5990, 4700, "牛奶", seller=COLD_CHAIN),
)
NOTES = ("放门口就行", "挑甜一点的", "晚上七点后送", "多放冰袋", "按门铃", "放快递柜")
REASONS = ("有坏果", "少了一份", "破壳", "不够新鲜")
NICHES = ("烘焙", "亲子", "健身", "养生", "宠物", "园艺", "摄影", "读书", "广场舞", "母婴")
EVIDENCE = {
    "authority": ("小区烘焙课的老师", "三甲医院营养科医生", "带过三届亲子营", "做了十年花店"),
    "reach": ("朋友圈 1,800 人", "两个 500 人群的群主", "视频号 6,000 粉", "业委会委员"),
    "expression": ("每周两篇图文", "会拍短视频", "群里讲得清楚", "常写开箱"),
    "agreement": ("第一个来参加启动会", "愿意自己先买来试", "认同只卖自己吃的", "主动帮忙分货"),
}
