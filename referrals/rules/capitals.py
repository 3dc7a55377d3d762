"""Amounts in Chinese capital words (大写), as a bank form wants them.

By 中国人民银行《正确填写票据和结算凭证的基本规定》: 人民币 leads, 整 follows where no 分 does,
several zeros in a row are read as one.
"""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def in_capitals(fen: int) -> str:
    """`140950` → 人民币壹仟肆佰零玖元伍角整. From 0 to below 10^16 yuan; anything else is a ValueError."""
    if not 0 <= fen < 10**18:
        raise ValueError(f"{fen} fen cannot be written in words")
    yuan, (jiao, last) = fen // 100, divmod(fen % 100, 10)
    words = "人民币"
    if yuan or not fen:
        words += f"{_whole(yuan)}元"
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif last and yuan:
        words += "零"
    return words + (f"{DIGITS[last]}分" if last else "整")


def _whole(number: int) -> str:
    """Four places at a time, the highest first; a group that does not reach its thousand begins with a zero."""
    if not number:
        return DIGITS[0]
    words = ""
    skipped = False
    for group in range(len(GROUPS) - 1, -1, -1):
        part = number // 10_000**group % 10_000
        if not part:
            skipped = bool(words)
            continue
        if words and (part < 1_000 or skipped):
            words += DIGITS[0]
        words += _thousands(part) + GROUPS[group]
        skipped = False
    return words


def _thousands(number: int) -> str:
    words = ""
    gap = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += (DIGITS[0] if gap and words else "") + DIGITS[digit] + PLACES[place]
        gap = not digit
    return words
