"""Where notices go: mail, chat, push services, webhooks; whatever URL apprise knows.

A channel's URL is a secret. What is shown and remembered is its name: the scheme, the host where there is
one, and a short hash, so that a changed URL is another channel.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

from policies.errors import NightcrewError
from policies.notice import Notice
from policies.redaction import redact
from policies.severity import Severity
from policies.text import one_line

WHY_LIMIT_CHARS = 200
SECRET_CHARS = 4
"""Parts of a URL so long are taken out of what a channel says."""
WITH_HOST = frozenset(
    name + end
    for name in ("apprise", "form", "gotify", "json", "mailto", "ntfy", "xml")
    for end in ("", "s")
)
"""Schemes whose first part is a host; in others a token stands there."""


class ChannelRefused(NightcrewError):
    """A channel cannot be used as it is written in the settings."""


@dataclass(frozen=True)
class Channel:
    """One place that notices go to."""

    url: str

    @property
    def name(self) -> str:
        """Give its name, which holds no secret: `ntfy://ntfy.example.org #1a2b3c4d`."""
        digest = sha256(self.url.encode(errors="replace")).hexdigest()[:8]
        return f"{self._scheme}://{self._host} #{digest}"

    @property
    def _scheme(self) -> str:
        return self.url.partition("://")[0].lower()

    @property
    def _host(self) -> str:
        if self._scheme not in WITH_HOST:
            return ""
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:  # brackets that hold no address
            return ""

    def send(self, notice: Notice) -> str:
        """Send *notice* now; give nothing, or in one line why it did not go. Takes some seconds at most.

        Raises ChannelRefused where trying again is no use.
        """
        import apprise

        try:
            plugin = self._plugin
            with _said_by_apprise() as said:
                is_sent = plugin.notify(
                    title=notice.title,
                    body=notice.body,
                    notify_type=_type_of(notice),
                    body_format=apprise.NotifyFormat.TEXT,
                )
                return "" if is_sent else self._why(said.getvalue())
        except ChannelRefused:
            raise
        except Exception as error:  # a plugin's; whatever it is, no cycle may fail by it
            return self._why(f"{type(error).__name__}: {error}")

    def check(self) -> None:
        """Raise ChannelRefused where no plugin can use the URL."""
        _ = self._plugin

    @cached_property
    def _plugin(self) -> Any:
        import apprise

        asset = apprise.AppriseAsset(
            app_id="Nightcrew",
            app_desc="Nightcrew",
            app_url="",
            image_url_mask="",  # else the messages point chats to an image on the internet
            image_url_logo="",
            async_mode=False,
            plugin_paths=[],
        )
        with _said_by_apprise() as said:
            plugin = apprise.Apprise.instantiate(self.url, asset=asset, suppress_exceptions=True)
            why = self._why(said.getvalue())
        if plugin is None:
            raise ChannelRefused(
                f"no channel can be made of this URL ({why}); write it as apprise has it for that service"
            )
        return plugin

    def _why(self, said: str) -> str:
        lines = [line for line in said.splitlines() if line.strip()]
        secrets = sorted(self._secrets(), key=len, reverse=True)
        text = redact(lines[-1], secrets) if lines else "it does not say why"
        return one_line(text, WHY_LIMIT_CHARS)

    def _secrets(self) -> Iterable[str]:
        for word in (self.url, *re.split(r"[/:@?&=,]", self.url.partition("://")[2])):
            for form in {word, unquote(word)}:
                if len(form) >= SECRET_CHARS and form != self._host:
                    yield form


def channels_of(
    urls: Iterable[str], environ: Mapping[str, str]
) -> tuple[tuple[Channel, ...], list[str]]:
    """Give the channels of the settings' *urls*, each once, and a line for each that is none.

    `$NAME` is the environment's.
    """
    found: dict[str, Channel] = {}
    problems = []
    for each in urls:
        url = environ.get(each[1:].strip("{}"), "").strip() if each.startswith("$") else each
        if url:
            found[url] = Channel(url)
        else:
            problems.append(f"notify.urls: {each} is not set in the environment; set it")
    return tuple(found.values()), problems


def _said_by_apprise() -> Any:
    """Give what collects apprise's own lines: it returns no reason."""
    import apprise

    return apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]


def _type_of(notice: Notice) -> Any:
    """Chats colour a message by it."""
    import apprise

    if notice.kind.value in ("resolved", "outage_ended"):
        return apprise.NotifyType.SUCCESS
    if notice.kind.value in ("night", "test"):
        return apprise.NotifyType.INFO
    is_bad = notice.kind.value in ("escalated", "outage_begun") or notice.severity is Severity.SEV1
    return apprise.NotifyType.FAILURE if is_bad else apprise.NotifyType.WARNING
