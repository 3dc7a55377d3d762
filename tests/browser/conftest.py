"""A real browser against a real server: the application with its static files as whitenoise serves them in production.

The browser is Debian's chromium, where there is one the build of it without windows: the same engine at half the work.
Without any these tests are skipped, on CI they fail.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import BrowserContext, Page, Request

from core.models import User
from tests.browser.steps import LOOKS, SIZES, Look

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in the thread of the test

CHROMIUM = next(
    (path for path in map(Path, ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")) if path.exists()), None
)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
NOT_OURS = ["admin", "drf_spectacular_sidecar", "django_filters", "rest_framework"]
"""Static files of packages; collecting and compressing them would take longer than the tests."""
NARROW = 320
"""Pixels of the narrowest phone, and of a desk at 400 %: nothing is scrolled sideways there either."""
STANDARDS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
INVALID_INPUT = "status of 422"
"""Chrome writes an answer of 422 to the console; in this house it is how invalid input is answered."""
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")
"""What htmx writes when a question is given up for a newer one. A request that fails says htmx:sendError."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    chromium = os.environ.get("CHROMIUM") or CHROMIUM
    if not chromium:
        reason = "no chromium: install Debian's chromium-headless-shell or chromium, or set CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return {**browser_type_launch_args, "executable_path": str(chromium), "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    chinese = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
    return {**browser_context_args, **chinese, "service_workers": "block"}


@pytest.fixture(scope="session")
def production_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Settings under which static files are hashed and compressed, as collected into a folder of this run."""
    production = {
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),
        "STORAGES": {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "config.static.StaticStorage"},
        },
        "ALLOWED_HOSTS": ["127.0.0.1"],
    }
    with override_settings(**production):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_OURS)
    return production


class Counting:
    """An application that knows how many of its answers are on their way."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application
        self._changed = Condition()
        self._under_way = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        self._count(1)
        try:
            answer = self._application(environ, start_response)
            try:
                yield from answer
            finally:
                if hasattr(answer, "close"):
                    answer.close()
        finally:
            self._count(-1)

    def await_idle(self) -> None:
        """Wait until nothing is answered any more: what a page asked for as it was left still reads the database."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._under_way == 0, timeout=30)

    def _count(self, more: int) -> None:
        with self._changed:
            self._under_way += more
            self._changed.notify_all()


@pytest.fixture(scope="session")
def application(production_files: dict[str, object]) -> Counting:
    with override_settings(**production_files):
        return Counting(get_wsgi_application())


@pytest.fixture(scope="session")
def server(application: Counting, production_files: dict[str, object], django_db_setup: None) -> Iterator[str]:
    """The application behind an address, for the whole run."""
    with override_settings(**production_files):
        thread = LiveServerThread("127.0.0.1", static_handler=lambda _default: application)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture(scope="session")
def base_url(server: str) -> str:
    """Addresses in tests begin here: `page.goto("/login/")`."""
    return server


@pytest.fixture
def site(
    server: str,
    application: Counting,
    production_files: dict[str, object],
    transactional_db: None,
    context: BrowserContext,
) -> Iterator[str]:
    """The address of the application, with a database of this test's own; at its end nobody asks it any more."""
    with override_settings(**production_files):
        yield server
        for page in context.pages:
            page.close()
        application.await_idle()


@pytest.fixture
def visitor(context: BrowserContext, site: str) -> Callable[..., None]:
    """Arrive as somebody: signed in as `user`, reading `language`, with a `theme`."""

    def arrive(*, user: User | None = None, language: str = "zh-hans", theme: str = "light") -> None:
        context.clear_cookies()
        cookies = {settings.LANGUAGE_COOKIE_NAME: language, "theme": theme}
        if user:
            client = Client()
            client.force_login(user)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
            assert Session.objects.exists()
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])

    return arrive


@pytest.fixture
def strict(page: Page) -> Iterator[Page]:
    """A page on which nothing may go wrong unseen: no script error, no CSP violation, no failed or refused request."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}") if _failed(request) else None)
    page.on(
        "response", lambda answer: wrong.append(f"{answer.status}: {answer.url}") if _refused(answer.status) else None
    )
    yield page
    assert [line for line in wrong if INVALID_INPUT not in line and not line.startswith(GIVEN_UP)] == []


def _failed(request: Request) -> bool:
    """Whoever leaves a page before all of it has arrived breaks off what is under way."""
    return request.failure != "net::ERR_ABORTED"


def _refused(status: int) -> bool:
    return status >= 400 and status != 422


@pytest.fixture(params=list(SIZES))
def sized(request: pytest.FixtureRequest, strict: Page) -> Page:
    """The strict page on a phone and on a desk."""
    width, height = SIZES[request.param]
    strict.set_viewport_size({"width": width, "height": height})
    return strict


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[tuple[str, list[str]]]]:
    """What axe finds against a page: rule and the elements that break it."""
    scanner = Axe()

    def violations(page: Page) -> list[tuple[str, list[str]]]:
        found = scanner.run(page, options={"runOnly": STANDARDS, "resultTypes": ["violations"]}).response["violations"]
        return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]

    return violations


@pytest.fixture
def wrong_here(strict: Page, axe) -> Callable[[], list[tuple[str, object]]]:
    """What shuts somebody out of the page that is open: axe's findings, and what is wider than the screen."""

    def wrong() -> list[tuple[str, object]]:
        found = [(strict.url, violation) for violation in axe(strict)]
        size = strict.viewport_size
        for width in {size["width"], NARROW} if size["width"] < 1000 else {size["width"]}:
            strict.set_viewport_size({**size, "width": width})
            if strict.evaluate("document.documentElement.scrollWidth") > width:
                found.append((strict.url, f"is wider than {width} pixels"))
        strict.set_viewport_size(size)
        return found

    return wrong


@pytest.fixture
def wrong_on(strict: Page, visitor, wrong_here) -> Callable[..., list[tuple[str, object]]]:
    """What shuts `user` out of the pages at `urls`, however they look at them."""

    def wrong(user: User | None, *urls: str, looks: tuple[Look, ...] = LOOKS) -> list[tuple[str, object]]:
        found = []
        for look in looks:
            width, height = SIZES[look.size]
            strict.set_viewport_size({"width": width, "height": height})
            visitor(user=user, language=look.language, theme=look.theme)
            for url in urls:
                strict.goto(url)
                found += [(look, *each) for each in wrong_here()]
        return found

    return wrong


@pytest.fixture
def weight(page: Page) -> Callable[[str], int]:
    """The bytes on the wire that opening an address costs with nothing cached."""

    def weigh(url: str) -> int:
        received = [0.0]
        tools = page.context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        tools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(url, wait_until="networkidle")
        return round(sum(received))

    return weigh
