"""One notice on its way to one channel: until when it waits, when it is tried again, when given up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from policies.moments import stamp
from policies.notice import Notice, NoticeKind
from policies.outward import Action

FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 3600.0
GIVE_UP_S = 24 * 3600.0
"""From when it was made; a notice about the night before last helps nobody."""
LEASE_S = 120.0
"""Longer than any try takes."""
ONCE = frozenset({NoticeKind.NIGHT, NoticeKind.OUTAGE_BEGUN, NoticeKind.OUTAGE_ENDED})
"""Of one thing these are told once, however late a process finds out again."""


class DeliveryState(StrEnum):
    """Where a delivery is."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice for one channel, as it is remembered."""

    id: str
    channel: str
    """Its name, which holds no secret."""
    notice: Notice
    action: Action = Action.NOTIFICATION
    state: DeliveryState = DeliveryState.WAITING
    due: datetime
    """When it is tried next. While a process sends it: when another may, should that one have died."""
    leaving: datetime | None = None
    """Since when a process sends it; it counts as gone from then on."""
    tries: int = 0
    sent: datetime | None = None
    why: str = ""
    """Why it waits, or was given up."""
    repeats: int = 0
    """How often the same was to be told again within the window, and was not."""

    def to_json(self) -> dict[str, Any]:
        """Give the object that `notify list --json` prints."""
        return {
            "id": self.id,
            "channel": self.channel,
            "kind": self.notice.kind.value,
            "about": self.notice.about,
            "repo": self.notice.repo or None,
            "title": self.notice.title,
            "state": self.state.value,
            "made": stamp(self.notice.at),
            "due": stamp(self.due) if self.state is DeliveryState.WAITING else None,
            "sent": stamp(self.sent),
            "tries": self.tries,
            "repeats": self.repeats,
            "why": self.why or None,
        }


def delivery_of(notice: Notice, channel: str, action: Action = Action.NOTIFICATION) -> Delivery:
    """Give the delivery of *notice* to *channel* by *action*, due at once."""
    key = "\0".join((action, notice.kind, notice.about, channel, notice.at.isoformat()))
    name = f"{notice.kind}-{notice.at:%Y%m%d}-{sha256(key.encode()).hexdigest()[:8]}"
    return Delivery(id=name, channel=channel, notice=notice, action=action, due=notice.at)


def is_repeat(earlier: Delivery, notice: Notice, window_s: float) -> bool:
    """Say whether *notice* tells no more than *earlier*, of the same kind, thing and channel."""
    again_s = (notice.at - earlier.notice.at).total_seconds()
    return notice.kind in ONCE or again_s < window_s


def tried(delivery: Delivery, why: str, now: datetime) -> Delivery:
    """Give *delivery* after one try; an empty *why* is success.

    The wait doubles from FIRST_WAIT_S to LONGEST_WAIT_S; after GIVE_UP_S there is no more of it.
    """
    tries = delivery.tries + 1
    if not why:
        sent = DeliveryState.SENT
        return replace(delivery, state=sent, sent=now, leaving=None, tries=tries, why="", due=now)
    failed = replace(delivery, tries=tries, leaving=None)
    wait_s = min(FIRST_WAIT_S * 2 ** min(tries - 1, 20), LONGEST_WAIT_S)
    due = now + timedelta(seconds=wait_s)
    if due >= delivery.notice.at + timedelta(seconds=GIVE_UP_S):
        return given_up(failed, why)
    return replace(failed, why=why, due=due)


def given_up(delivery: Delivery, why: str) -> Delivery:
    """Give *delivery* that is not tried any more."""
    return replace(delivery, state=DeliveryState.GIVEN_UP, leaving=None, why=why)


def taken(delivery: Delivery, now: datetime) -> Delivery:
    """Give *delivery* for one process to send; should that die, another may after LEASE_S."""
    return replace(delivery, leaving=now, due=now + timedelta(seconds=LEASE_S))


def put_off(delivery: Delivery, until: datetime, why: str) -> Delivery:
    """Give *delivery* that has to wait for its turn; one that would wait too long is given up."""
    if until >= delivery.notice.at + timedelta(seconds=GIVE_UP_S):
        return given_up(delivery, why)
    return replace(delivery, due=until, why=why)
