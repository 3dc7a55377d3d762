import pytest

from core.rules.links import is_persons_click

WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50"
)
CUBOT_PHONE = "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"


@pytest.mark.parametrize("user_agent", [WECHAT, CUBOT_PHONE, ""], ids=["WeChat", "a phone called Cubot", "unnamed"])
def test_a_persons_browser_counts(user_agent):
    assert is_persons_click(method="GET", user_agent=user_agent, purpose="")


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "facebookexternalhit/1.1",
        "TelegramBot (like TwitterBot)",
        "Slackbot-LinkExpanding 1.0",
        "WhatsApp/2.23.20",
        "Sogou web spider/4.0",
        "curl/8.5.0",
    ],
)
def test_a_link_preview_or_a_crawler_does_not_count(user_agent):
    assert not is_persons_click(method="GET", user_agent=user_agent, purpose="")


@pytest.mark.parametrize(("method", "purpose"), [("HEAD", ""), ("GET", "prefetch;prerender"), ("GET", "Prefetch")])
def test_asking_without_looking_does_not_count(method, purpose):
    assert not is_persons_click(method=method, user_agent=WECHAT, purpose=purpose)
