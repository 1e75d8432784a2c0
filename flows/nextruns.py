"""When each repository starts next by itself: asked of the `nightcrew serve` that is up, else computed.

Prefect is not imported: that alone would take longer than all of `nightcrew status` may.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.client import HTTPException
from pathlib import Path
from typing import Any

from flows.environment import served_at
from loop.cron import next_fires, zone_of
from loop.errors import NightcrewError
from policies.plan import RepoPlan
from policies.schedule import staggered

LIMIT_S = 2.0
"""For an answer; a loopback server that is busy was seen to need as much."""
POOL = "nightcrew"
TAG = "nightcrew"
"""As flows/deployed names them."""
PAGE = 200
OUR_CYCLES = {"name": {"any_": ["cycle"]}}
WORKS = "READY"
STRANGE = (LookupError, TypeError, AttributeError)
"""What an answer of another shape raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRuns:
    """What starts next, and what stands in its way."""

    starts: Mapping[str, datetime] = field(default_factory=dict)
    """By repository, UTC; one in the past is due and waits for a free place."""
    is_served: bool = False
    why_unasked: str = ""
    """A server is up and could not be asked: the starts are computed."""
    pool: str = WORKS
    """The work pool's state at the server: READY, NOT_READY (no worker), PAUSED, or MISSING."""
    paused_there: frozenset[str] = frozenset()
    """Repositories whose deployments are paused in Prefect."""
    unscheduled: frozenset[str] = frozenset()
    """They have a schedule here of which the server has no run, and are not paused there."""


def next_runs(plans: Iterable[RepoPlan], prefect_home: Path, now: datetime) -> NextRuns:
    """Give what starts next by itself. Never raises for a server that is gone or does not answer."""
    computed = planned(plans, now)
    api = served_at(prefect_home)
    if api is None:
        return NextRuns(starts=computed)
    try:
        return _asked(api, computed)
    except (OSError, HTTPException, ValueError, *STRANGE) as problem:
        why = f"the server of nightcrew serve does not answer ({problem})"
        return NextRuns(starts=computed, is_served=True, why_unasked=why)


def planned(plans: Iterable[RepoPlan], now: datetime) -> dict[str, datetime]:
    """Give the next start of each of *plans* that has a schedule, by name, as the schedule says."""
    found, zone_named = {}, cache(zone_of)  # the machine's own is looked up in files
    for plan in plans:
        if plan.schedule is not None:
            with suppress(NightcrewError):  # a machine without a zone: `serve` refuses to start
                zone = zone_named(plan.schedule.timezone)
                cron = staggered(plan.schedule, plan.name)
                found[plan.name] = next_fires(cron, zone, now, 1)[0]
    return found


def _asked(api: str, computed: Mapping[str, datetime]) -> NextRuns:
    waiting = {
        "flows": OUR_CYCLES,
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "sort": "EXPECTED_START_TIME_ASC",
        "limit": PAGE,
    }
    stopped = {
        "flows": OUR_CYCLES,
        "deployments": {"paused": {"eq_": True}, "tags": {"all_": [TAG]}},
        "limit": PAGE,
    }
    pool = _pool(api)
    paused = frozenset(each["name"] for each in _post(api, "/deployments/filter", stopped))
    rows = _post(api, "/flow_runs/filter", waiting)
    starts: dict[str, datetime] = {}
    for row in rows:
        starts.setdefault(str(row["parameters"].get("repository")), _start(row))
    missing = computed.keys() - starts.keys() - paused
    if len(rows) == PAGE:  # later ones do not fit; they are as the schedule says
        starts |= {name: computed[name] for name in missing}
        missing = set()
    return NextRuns(
        starts=starts,
        is_served=True,
        pool=pool,
        paused_there=paused,
        unscheduled=frozenset(missing),
    )


def _start(row: Mapping[str, Any]) -> datetime:
    when = row["next_scheduled_start_time"] or row["expected_start_time"]
    return datetime.fromisoformat(when).astimezone(UTC)


def _pool(api: str) -> str:
    try:
        return str(_answer(urllib.request.Request(f"{api}/work_pools/{POOL}"))["status"])
    except urllib.error.HTTPError as problem:
        problem.close()
        if problem.code != 404:
            raise
        return "MISSING"


def _post(api: str, path: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    head = {"Content-Type": "application/json"}
    data = json.dumps(body).encode()
    rows: list[dict[str, Any]] = _answer(urllib.request.Request(f"{api}{path}", data, head))
    return rows


def _answer(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
        return json.load(answer)
