"""Ordinary words in an entry: fillers that say nothing, wishes that are notes, titles that end a name."""

import re
from functools import lru_cache

_FILLER = (
    r"我(?:想要|要|订|买|来|拿|们)?|想要|要|再来|再要|再加|追加|再|来|买|订|定|拿|带|加|给我|给|帮忙|帮我|麻烦|请|需要"
    r"|预定|预订|下单|接龙|报名|参加|一共|总共|合计|共|和|还有|还要|还|以及|跟|与|另外|另|及|也|就|都|特价|谢谢|感谢|🙏"
    r"|～|~|-|\*|[.&#\"'“”‘’《》<>…]"
)
_FILLERS = re.compile(rf"(?:{_FILLER}|\s)++")
_FIRST_FILLERS = re.compile(rf"(?:{_FILLER}|\s)++")
_TRAILING_FILLERS = re.compile(
    r"(?:我|想要|需要|预定|预订|下单|接龙|报名|参加|要|来|买|订|定|拿|带|一共|共|:|=|-|~|\s)+$"
)
_WISH = re.compile(
    r"不要|不用|不吃|不放|不加|不辣|[加微中特免]辣|别|换|送|少[少点放加许一]|^少|多[放加点一给来饭菜汤醋酱]"
    r"|放[在门家前快物东南西北]|[熟生软硬甜大小辣嫩脆快]一?[点些的]|[的些]$|一点$|^[青红熟生软硬甜大小]$"
    r"|门口|代收|代取|自提|自取|自带|自备|上门|电话|钥匙|敲门|门铃|前台|保安|驿站|快递柜|餐具|饭盒|打包"
    r"|谢谢|感谢|多谢|麻烦|请|辛苦|收到|打扰|优先|尽量|自己|^(?:团长|群主|老板|大家)$"
    r"|去皮|去骨|切[片块丝段]|免[葱蒜]|去冰|加冰|常温|新鲜|留[一给着下]|一起|分开|原来"
    r"|晚[点上]|早[点上]|[上下中]午|[今明后]天|周[一二三四五六日末]"
)
_ENDS_WITH_TITLE = re.compile(
    "(?:阿姨|叔叔|师傅|老师|妈妈|爸爸|奶奶|爷爷|外婆|先生|女士|太太|小姐|老板娘|老板|医生|姐姐|哥哥|弟弟|妹妹|婆婆"
    "|[姐哥姨叔妈爸婶嫂婆爷奶总])$"
)
_ORGANISER = re.compile("团购|接龙|开团|拼团|群主|团长|优选|超市|商行|水果店|生鲜店|旗舰店|社区店|小店|商城")
_DECORATION = re.compile("(?<![不要多少加去免放换带没无])[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+$")
_LONGEST_NAME = 20
_CHATTER = re.compile(
    r"(?=\W*(?:[大各团群老邻你您]\w{0,4}\W*)?(?:好|ok|嗯|行|可以|没问题|知道|明白|收到|[多感]?谢|辛苦|加油|[早晚][上安]))"
    r"(?:好[的嘞滴啊呀了]?|ok|嗯|行|可以|没问题|知道了?|明白了?|收到|谢谢|感谢|多谢|谢|辛苦|大家|各位|邻居们?|团长|群主|老板娘?"
    r"|你们?|您|了|啦|呀|哈|哦|啊|加油|早上好|晚上好|晚安|早安|\W)++"
)
_ASKS = re.compile(r"(?:[吗么呢]|\?)[\s?!~。]*$|^(?:请?问|有没有|什么时候|几点|怎么|为什么)")
_LETTER = re.compile(r"[^\W_]")
_DIGITS_ONLY = re.compile(r"[\d\s.]+")
_VERBS_OF_BEHALF = ("代", "帮", "替", "给")
_ON_BEHALF = re.compile(r"[代帮替给](?P<name>.{1,20}?)(?:带|订|买|下单|代|的)?$")


def is_filler(folded: str) -> bool:
    """Whether these words only connect: 我要, 再来, 还有."""
    return bool(_FILLERS.fullmatch(folded))


def without_leading_fillers(folded: str) -> int:
    """How many letters at the beginning only connect."""
    found = _FIRST_FILLERS.match(folded)
    return found.end() if found else 0


def without_trailing_fillers(folded: str) -> int:
    """Where the words end when those that only connect are left off: 李四要 ends after 李四."""
    found = _TRAILING_FILLERS.search(folded[-12:])
    return len(folded) - (found.end() - found.start()) if found else len(folded)


@lru_cache(maxsize=2048)
def is_wish(folded: str) -> bool:
    """Whether these words ask for something to be done with the goods (少饭, 放门口), or are no words (🌹)."""
    return bool(_WISH.search(_DECORATION.sub("", folded))) or not _LETTER.search(folded)


def describes(folded: str) -> bool:
    """Whether words after a product describe it (大的, 熟点) rather than make it another product (醋)."""
    return folded.endswith(("的", "点", "些"))


def ends_with_title(folded: str) -> bool:
    """王姐, 张阿姨: where the name ends is plain."""
    return bool(_ENDS_WITH_TITLE.search(folded))


def is_organiser(folded: str) -> bool:
    """Whether a first entry without goods is the group's own: WeChat makes the starter fill one in."""
    return bool(_ORGANISER.search(folded))


def is_chatter(folded: str) -> bool:
    """Whether a line only thanks or agrees (好的收到, 谢谢大家): it is nobody's wish."""
    return bool(_CHATTER.fullmatch(folded))


def asks(folded: str) -> bool:
    """Whether a line is a question, which somebody in the group may have asked."""
    return bool(_ASKS.search(folded))


def is_odd_name(name: str) -> bool:
    """A name without a letter (。, 🌸), of digits only, or as long as a sentence."""
    return len(name) > _LONGEST_NAME or not _LETTER.search(name) or bool(_DIGITS_ONLY.fullmatch(name))


def without_decoration(shown: str) -> str:
    """A note without the emoji that only decorates its end: 换红薯🍠. 不要🌶 keeps it."""
    return _DECORATION.sub("", shown).strip() or shown.strip()


def on_behalf_of(folded: str) -> tuple[int, int] | None:
    """Where the name stands in 代王阿姨 or 帮李姐带; None if it is an ordinary name."""
    found = _ON_BEHALF.fullmatch(folded) if folded[:1] in _VERBS_OF_BEHALF else None
    return found.span("name") if found else None
