"""A chain as WeChat's own message, as phones write it: the text, and beside it who wrote which part of it and when."""

from html import escape


def units(text):
    """How long a text is as WeChat counts: a character beyond the first plane is two."""
    return len(text.encode("utf-16-le")) // 2


def as_message(entries, *, title="#接龙\n周五到货", sender="wxid_sender"):
    """`entries` are (author, seconds since 1970, text)."""
    text, items = f"{title}\n", []
    for number, (author, unix, entry) in enumerate(entries, start=1):
        text += f"\n{number}."
        items.append(f"<i><u>{author}</u><h>0</h><s>.</s><t>{unix}</t><r>{units(text)}-{units(entry) + 1}</r></i>")
        text += f" {entry}"
    info = (
        f"<solitaire><tt>0-{units(title)}</tt><s>.</s><au>wxid_creator</au><hrt>1</hrt><loss>0</loss>"
        f"<content><s>{len(items)}</s>{''.join(items)}</content></solitaire>"
    )
    return (
        '<?xml version="1.0"?>\n<msg>\n\t<appmsg appid="" sdkver="0">\n'
        f"\t\t<title>{escape(text, quote=False)}</title>\n"
        "\t\t<des />\n\t\t<type>53</type>\n\t\t<appattach>\n\t\t\t<aeskey></aeskey>\n\t\t</appattach>\n"
        f"\t\t<extinfo>\n\t\t\t<solitaire_info><![CDATA[{info}]]></solitaire_info>\n\t\t</extinfo>\n\t</appmsg>\n"
        f"\t<fromusername>{sender}</fromusername>\n\t<appinfo>\n\t\t<version>1</version>\n\t</appinfo>\n</msg>\n"
    )
