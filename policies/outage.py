"""When one cause that hits several repositories is an outage, and what is remembered of it.

It begins when the agent account's or the machine's breaker opens by one failure, which only the agent's
own words can do (design rule 4), or when the same cause fails in several repositories within a
window, whoever said it (design section 5). It ends when that breaker closes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from policies.failure import CHECK_CLASSES, Failure, FailureClass
from policies.moments import stamp
from policies.permit import MACHINE_KEY, agent_key


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageRule:
    """When the same cause in several repositories is one outage (design section 5)."""

    repositories: int = 3
    """Different ones in which it failed. At least 2; one would make every failure an outage."""
    window_s: float = 1800
    """Seconds from the first of these failures to the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The newest failure of one cause in one repository with one agent."""

    fingerprint: str
    agent: str
    repo: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One cause that hit the fleet; its incidents point to it."""

    id: str
    fingerprint: str
    scope: str
    """The key of the breaker that it opened: `agent:<name>` or `machine`."""
    failure_class: FailureClass
    summary: str
    began: datetime
    ended: datetime | None = None
    """None: it lasts."""
    repositories: tuple[str, ...] = ()
    """Those in which a cycle really failed; none when the canary met it."""
    incidents: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the contract's object."""
        return {
            "id": self.id,
            "fingerprint": self.fingerprint,
            "scope": self.scope,
            "began": stamp(self.began),
            "ended": stamp(self.ended),
            "incidents": list(self.incidents),
        }

    def in_full(self) -> dict[str, Any]:
        """Give the object that `status --json` prints."""
        return self.to_json() | {
            "class": self.failure_class.value,
            "summary": self.summary,
            "repositories": list(self.repositories),
        }


def outage_id(scope: str, fingerprint: str, began: datetime) -> str:
    """Give `out-<yyyymmdd>-<8 hex>`, the same for the same scope, cause and first moment."""
    moment = began.astimezone(UTC)
    key = "\0".join((scope, fingerprint, moment.isoformat()))
    return f"out-{moment:%Y%m%d}-{sha256(key.encode()).hexdigest()[:8]}"


def is_wide(key: str) -> bool:
    """Say whether the breaker *key* stops more than one repository."""
    return key == MACHINE_KEY or key.startswith(agent_key(""))


def may_spread(failure: Failure) -> bool:
    """Say whether *failure* in several repositories can be one cause.

    A failed check is about the work in its own repository: three that fail alike are three.
    """
    return failure.failure_class not in CHECK_CLASSES | {FailureClass.SUCCESS}


def hit(sightings: Iterable[Sighting], now: datetime, rule: OutageRule) -> tuple[str, ...]:
    """Give the repositories of an outage, first hit first; nothing where it is none.

    *sightings* are of one cause and one agent, that of *now* among them.
    """
    since = now - timedelta(seconds=rule.window_s)
    recent = sorted((s for s in sightings if since <= s.at <= now), key=lambda s: (s.at, s.repo))
    repositories = tuple(dict.fromkeys(s.repo for s in recent))
    return repositories if len(repositories) >= rule.repositories else ()


def begun(scope: str, failure: Failure, repositories: Iterable[str], now: datetime) -> Outage:
    """Give the outage that *failure* begins."""
    return Outage(
        id=outage_id(scope, failure.fingerprint, now),
        fingerprint=failure.fingerprint,
        scope=scope,
        failure_class=failure.failure_class,
        summary=failure.summary,
        began=now,
        repositories=tuple(dict.fromkeys(repositories)),
    )


def joined(outage: Outage, repo: str, incident: str | None = None) -> Outage:
    """Give *outage* with one more repository that failed by it, and its incident if there is one."""
    return replace(
        outage,
        repositories=_with(outage.repositories, repo),
        incidents=_with(outage.incidents, incident),
    )


def over(outage: Outage, now: datetime) -> Outage:
    """Give *outage*, ended at *now*; one that has ended stays."""
    return outage if outage.ended else replace(outage, ended=max(now, outage.began))


def touches(outage: Outage, began: datetime, ended: datetime | None) -> bool:
    """Say whether *outage* lasted at some moment from *began* to *ended* (None: until now)."""
    starts_in_time = ended is None or outage.began <= ended
    return starts_in_time and (outage.ended is None or outage.ended >= began)


def _with(names: tuple[str, ...], name: str | None) -> tuple[str, ...]:
    return names if not name or name in names else (*names, name)
