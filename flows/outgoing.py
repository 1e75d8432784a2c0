"""From settings to the outbox: whom people are told by, what, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from config.settings import Settings
from loop.channels import channels_of
from loop.outbox import Outbox
from loop.store import Store
from loop.story import utc_now


def outbox_of(
    settings: Settings,
    store: Store,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    now: Callable[[], datetime] = utc_now,
) -> Outbox:
    """Give the outbox of *settings*; a channel that cannot be made of them is said and left out."""
    notify = settings.model.notify
    channels, problems = channels_of([url.get_secret_value() for url in notify.urls], environ)
    for problem in problems:
        say(problem)
    return Outbox(
        store=store,
        now=now,
        say=say,
        channels=channels,
        rule=notify.rule(),
        limits=settings.model.outward.limits(),
    )
