"""Which column of a file is what: guessed by the words its header is known by, then said by whoever brings it in."""

import unicodedata
from collections.abc import Mapping, Sequence

Columns = Mapping[str, int]
"""Field → the place of its column, counted from 0."""

ORDER_WORDS: dict[str, tuple[str, ...]] = {
    "number": ("跟团号", "接龙号", "订单号", "订单编号", "序号", "编号", "order number", "order no"),
    "name": ("收货人", "收货人姓名", "姓名", "联系人", "name"),
    "nickname": ("下单人", "微信昵称", "昵称", "团员昵称", "接龙人", "nickname"),
    "phone": ("联系电话", "手机号", "手机", "电话", "收货人电话", "联系方式", "手机号码", "phone"),
    "door": ("门牌", "门牌号", "房号", "详细地址", "收货地址", "地址", "自提点", "door", "address"),
    "goods": ("商品", "商品名称", "品名", "商品信息", "接龙内容", "goods", "product"),
    "spec": ("规格", "商品规格", "spec"),
    "quantity": ("数量", "商品数量", "购买数量", "件数", "份数", "quantity"),
    "price": ("单价", "商品单价", "价格", "price"),
    "amount": ("金额", "小计", "商品金额", "总价", "amount"),
    "note": ("团员备注", "备注", "买家备注", "留言", "note"),
    "state": ("订单状态", "状态", "售后状态", "state"),
}
PRODUCT_WORDS: dict[str, tuple[str, ...]] = {
    "name": ("名称", "商品", "商品名称", "品名", "name", "product"),
    "spec": ("规格", "spec"),
    "unit": ("单位", "计量单位", "unit"),
    "category": ("分类", "类别", "品类", "category"),
    "supplier": ("供应商", "供货商", "supplier"),
    "aliases": ("别名", "别称", "俗称", "aliases", "also written as"),
    "code": ("代码", "字母", "编码", "code"),
    "cost": ("成本", "成本价", "进价", "进货价", "cost"),
    "price": ("售价", "价格", "单价", "零售价", "price"),
    "sold": ("计件或称重", "计价方式", "销售方式", "sold by"),
    "pack_name": ("包装", "包装名称", "箱规单位", "pack"),
    "pack_size": ("每包数量", "箱规", "装箱数", "pack size"),
}


def folded(header: str) -> str:
    """A header as it is compared: half-width, small, without spaces and without what stands in brackets."""
    text = unicodedata.normalize("NFKC", header).lower()
    return " ".join(text.split("(")[0].replace("*", "").split())


def header_at(rows: Sequence[Sequence[str]], words: Mapping[str, Sequence[str]], *, within: int = 10) -> int:
    """Where the header is: the row of the first ten that has the most known words; an export may begin with a title."""
    known = {word for some in words.values() for word in some}
    found = [sum(1 for cell in row if folded(cell) in known) for row in rows[:within]]
    return found.index(max(found))


def guess(header: Sequence[str], words: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """A column for each field whose words stand in the header; the first of a field's words wins, no column twice."""
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        places.setdefault(folded(cell), place)
    columns: dict[str, int] = {}
    for field, some in words.items():
        at = next((places[word] for word in some if word in places), None)
        if at is not None and at not in columns.values():
            columns[field] = at
    return columns
