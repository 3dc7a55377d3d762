"""Bills as WeChat Pay exports them, made for tests: nobody's."""

from dataclasses import dataclass

PREAMBLE = """微信支付账单明细,,,,,,,,,,
微信昵称：[周敏],,,,,,,,,,
起始时间：[2026-11-14 00:00:00] 终止时间：[2026-11-20 23:59:59],,,,,,,,,,
导出类型：[全部],,,,,,,,,,
导出时间：[2026-11-21 09:00:00],,,,,,,,,,
,,,,,,,,,,
共3笔记录,,,,,,,,,,
收入：2笔 100.00元,,,,,,,,,,
支出：1笔 8.00元,,,,,,,,,,
中性交易：0笔 0.00元,,,,,,,,,,
注：,,,,,,,,,,
1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易,,,,,,,,,,
2. 本明细仅展示当前账单中的交易，不包括已删除的记录,,,,,,,,,,
3. 本明细仅供个人对账使用,,,,,,,,,,
,,,,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill, in the words WeChat uses; a transfer that came in unless told otherwise."""

    number: str
    payer: str = "/"
    yuan: str = "59.80"
    at: str = "2026-11-20 12:30:00"
    kind: str = "转账"
    goods: str = "/"
    way: str = "收入"
    state: str = "已存入零钱"
    remark: str = "/"

    def __str__(self) -> str:
        cells = [self.at, self.kind, self.payer, self.goods, self.way, f"¥{self.yuan}", "/", self.state]
        return ",".join(f'"{cell}"' for cell in [*cells, f"{self.number}\t", "1000\t", self.remark])


def bill_text(*lines: Line | str) -> str:
    return PREAMBLE + "".join(f"{line}\r\n" for line in lines)


def bill_file(*lines: Line | str, encoding: str = "utf-8-sig") -> bytes:
    return bill_text(*lines).encode(encoding)


def number(which: int) -> str:
    """A transaction number as long as WeChat's."""
    return f"10000500{which:020d}"
