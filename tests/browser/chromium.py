"""Debian's headless Chromium, driven by playwright, for tests of what a person sees and presses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PROGRAM = Path("/usr/bin/chromium")
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = {"width": 1400, "height": 1000}
LIMIT_MS = 20_000
"""For what should appear on a page; two cycles and a busy server share two cores with the browser."""
HERE = "127.0.0.1"


def missing(what: str) -> NoReturn:
    """Skip for want of *what*; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; CI must drive a real browser")
    pytest.skip(what)


def playwright() -> Any:
    """Give playwright's synchronous API."""
    try:
        from playwright import sync_api
    except ImportError:
        missing("playwright is not installed, so no browser can be driven")
    return sync_api


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser that is gone afterwards."""
    sync_api = playwright()
    if not PROGRAM.exists():
        missing(f"{PROGRAM} is not there: apt-get install chromium")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(PROGRAM), args=list(ARGS))
        yield browser
        browser.close()


@contextmanager
def tab(browser: Browser, root: str) -> Iterator[tuple[Page, list[str]]]:
    """Give a page of a fresh profile, and what it asked of other machines: none of it goes out."""
    context = browser.new_context(base_url=root, viewport=SIZE, timezone_id="Europe/Berlin")
    context.set_default_timeout(LIMIT_MS)
    outside: list[str] = []

    def let_through(route: Route) -> None:
        to = urlsplit(route.request.url)
        if to.scheme in ("data", "blob") or to.hostname == HERE:
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", let_through)
    yield context.new_page(), outside
    context.close()
