"""One serve and one browser for the tests of this folder, a fresh profile for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import chromium, tab
from tests.browser.screen import V2, Screen
from tests.browser.seen_night import SeenNight
from tests.flows.runs import processes_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser


# Not for the session: while playwright's loop is there, nobody else in this process can run one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a real Chromium."""
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def night(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeenNight]:
    """Give a serve that is up, with one night to look at."""
    home = tmp_path_factory.mktemp("seen")
    seen = SeenNight(home)
    yield seen
    assert seen.fleet.served.stop() == 0
    assert not processes_with(str(home))


@pytest.fixture
def screen(browser: Browser, night: SeenNight, tmp_path: Path) -> Iterator[Callable[..., Screen]]:
    """Give a factory: UI to a page of a fresh profile."""
    shots = Path(os.environ.get("NIGHTCREW_TEST_SHOTS") or tmp_path)
    shots.mkdir(parents=True, exist_ok=True)
    with ExitStack() as tabs:

        def make(ui: str = V2) -> Screen:
            page, outside = tabs.enter_context(tab(browser, night.root))
            return Screen(page, outside, shots, ui)

        yield make
