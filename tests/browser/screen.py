"""Prefect's two UIs as a person uses them: what is opened, what is seen, what is pressed."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.browser.chromium import LIMIT_MS, playwright

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

V1, V2 = "", "/v2"
"""Where the two UIs live."""


class Screen:
    """One page of the browser, in one of the two UIs."""

    def __init__(self, page: Page, outside: list[str], shots: Path, ui: str) -> None:
        """*outside* is what pages asked of other machines; pictures go to *shots*."""
        self.page = page
        self.outside = outside
        self._shots = shots
        self._ui = ui
        self.expect = playwright().expect

    def open(self, path: str) -> None:
        """Open a page of this UI."""
        self.page.goto(f"{self._ui}{path}")

    def deployment(self, id_: str) -> None:
        """Open the page of a deployment."""
        self.open(f"/deployments/deployment/{id_}")

    def run(self, id_: str, tab: str) -> None:
        """Open the page of a flow run at one of its tabs."""
        self.open(f"/runs/flow-run/{id_}")
        self.tab(tab)

    def tab(self, name: str) -> None:
        """Press the tab of that name."""
        self.page.locator("[role=tab], .p-tab", has_text=re.compile(rf"^{name}$")).click()

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        """Wait until each of *texts* can be seen: all of what something says, or a pattern in it."""
        for text in texts:
            found = self.page.get_by_text(text, exact=True).filter(visible=True)
            self.expect(found.first).to_be_visible(timeout=LIMIT_MS)

    def shot(self, name: str) -> None:
        """Keep a picture of all that the page shows now."""
        place = self._shots / f"{name}{self._ui.replace('/', '-') or '-v1'}.png"
        self.page.screenshot(path=place, full_page=True)

    def artifact(self, key: str, id_: str) -> None:
        """Open that version of an artifact from its card; the second UI shows the versions first."""
        self.page.get_by_text(key, exact=True).first.click()
        if self._ui == V2:
            self.page.locator(f'a[href*="{id_}"]').first.click()
        self.page.wait_for_url(f"**/{id_}*")

    def follow(self, name: str) -> None:
        """Press the link of that name."""
        self.page.get_by_role("link", name=name).first.click()

    def leave(self, name: str) -> None:
        """Press a link that leads out of the UI; the first one opens a new tab for it."""
        link = self.page.get_by_role("link", name=name).first
        if link.get_attribute("target") != "_blank":
            return link.click()
        with self.page.expect_popup() as opened:
            link.click()
        self.page = opened.value
        return None

    def choose(self, menu: str, item: str) -> None:
        """Press *item* in the menu that the button *menu* opens."""
        self.page.locator("main").get_by_role("button", name=menu, exact=True).first.click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def confirm(self, button: str) -> None:
        """Press *button* in the dialog that asks again."""
        asks = self.page.get_by_role("dialog").or_(self.page.get_by_role("alertdialog"))
        asks.get_by_role("button", name=button, exact=True).click()

    def start(self) -> str:
        """Press Run, Quick run, which asks nothing more; give the new flow run's id."""
        self.choose("Run", "Quick run")
        self.page.get_by_text("Flow run created").wait_for()
        return self.view_run()

    def view_run(self) -> str:
        """Follow the link to the flow run that was just created; give its id."""
        self.follow("View run")
        self.page.wait_for_url("**/flow-run/*")
        return re.findall(r"flow-run/([0-9a-f-]{36})", self.page.url)[0]

    def fill(self, field: str, value: str) -> None:
        """Write *value* into the form's *field*."""
        group = self.page.locator("div.group").filter(
            has=self.page.get_by_text(re.compile(rf"^{field}( \(Optional\))?$"))
        )
        group.get_by_role("textbox").fill(value)

    def dashboard(self, tag: str, now: datetime) -> None:
        """Open the dashboard for the runs with *tag*; up to the next hour, for it leaves out this minute."""
        day = timedelta(days=1)
        start, end = (f"{at:%Y-%m-%dT%H:%M:%S.000Z}" for at in (now - day, now + day / 24))
        tags = json.dumps([tag]) if self._ui == V2 else tag
        self.open(
            f"/dashboard?{urlencode({'tags': tags, 'rangeType': 'range', 'start': start, 'end': end})}"
        )

    def tally(self, *kinds: str) -> Locator:
        """Give the dashboard's number of runs in states of *kinds*."""
        first = f'[role=tab][id$="trigger-{"-".join(kinds)}"]'
        return self.page.locator(f"{first}, li.p-tab#{kinds[0].lower()} [class$=count__value]")
