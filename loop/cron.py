"""When a cron fires in a time zone, and which window a turn belongs to.

Fires are found on the wall clock and read in the zone only then, as Prefect does: libraries that step
through a zone lose fires on nights when the clocks change by half an hour (seen with cronsim's own).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import tzlocal
from cronsim import CronSim

from policies.errors import NightcrewError
from policies.schedule import Schedule, Window

LONGEST_CHANGE = timedelta(hours=3)
"""No zone moves its clocks by as much at once (2 hours in Antarctica/Troll)."""


def zone_of(name: str) -> str:
    """Give *name*, or for an empty one the IANA name of this machine's zone.

    Raises NightcrewError when the machine's zone has none.
    """
    return name or _local_zone()


def settled(schedule: Schedule) -> Schedule:
    """Give *schedule* with the name of its zone. Raises NightcrewError as `zone_of` does."""
    return schedule.evolve(timezone=zone_of(schedule.timezone))


def next_fires(cron: str, zone: str, after: datetime, n: int) -> list[datetime]:
    """Give the first *n* moments later than *after* at which *cron* fires in *zone*, in UTC.

    A time that comes twice counts once, the first time. A time that the clocks skip is read as if they
    had been changed before it: where 02:00 becomes 03:00, 02:30 is what the clock shows as 01:30.
    """
    after, there = _plain(after), ZoneInfo(zone)
    found: set[datetime] = set()
    for wall in CronSim(cron, _wall(after, there) - LONGEST_CHANGE):
        moment = _moment(wall, there)
        if len(found) >= n and moment > sorted(found)[n - 1] + LONGEST_CHANGE:
            break
        if moment > after:
            found.add(moment)
    return sorted(found)[:n]


def last_fire(cron: str, zone: str, until: datetime) -> datetime:
    """Give the newest moment up to *until* at which *cron* fires in *zone*, in UTC."""
    until, there = _plain(until), ZoneInfo(zone)
    wall = _wall(until, there)
    found: list[datetime] = []
    for earlier in _back(cron, wall + LONGEST_CHANGE):
        moment = _moment(earlier, there)
        if moment <= until:
            found.append(moment)
        if found and earlier < wall - LONGEST_CHANGE:
            break
    return max(found)


def window_at(schedule: Schedule, moment: datetime) -> Window:
    """Give the window of the turn scheduled at *moment*: the same for all repositories of a night.

    It starts when the schedule fires before any repository's own minute is chosen. Raises
    NightcrewError as `zone_of` does.
    """
    zone = zone_of(schedule.timezone)
    start = last_fire(schedule.cron, zone, moment)
    skipped = _skipped_wall(_plain(moment), ZoneInfo(zone))
    if skipped:  # where the gap begins within an hour, that night's window starts after the turn
        start = max(start, _moment(next(_back(schedule.cron, skipped)), ZoneInfo(zone)))
    return Window(start=start, end=start + timedelta(seconds=schedule.window_s))


def _plain(moment: datetime) -> datetime:
    """Give *moment* in UTC. Prefect's are of a class of its own, whose arithmetic differs in gaps."""
    return datetime.fromisoformat(moment.isoformat()).astimezone(UTC)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give what the clock shows in *zone* at *moment*, to the second."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0, fold=0)


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(moment, zone) == wall:
        return moment
    return wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # skipped: with the later offset


def _skipped_wall(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Give the time that no clock shows and that `_moment` reads as *moment*, or None."""
    moment = moment.replace(microsecond=0)
    offset = (moment + LONGEST_CHANGE).astimezone(zone).utcoffset() or timedelta()
    wall = (moment + offset).replace(tzinfo=None)
    return wall if wall != _wall(moment, zone) and _moment(wall, zone) == moment else None


def _back(cron: str, wall: datetime) -> Iterator[datetime]:
    """Yield the times up to *wall* at which *cron* fires, newest first."""
    return CronSim(cron, wall + timedelta(seconds=1), reverse=True)


def _local_zone() -> str:
    told = os.environ.get("TZ", "")
    try:
        name = tzlocal.reload_localzone().key if told else tzlocal.get_localzone_name()
    except (ZoneInfoNotFoundError, OSError, ValueError):
        name = None
    if not told and name is None and set(time.tzname) == {"UTC"}:
        return "UTC"  # a machine on which nobody chose a zone
    if name not in available_timezones():
        said = f"TZ={told}" if told else "this machine's time zone"
        raise NightcrewError(
            f"{said} is no name of the time zone database; "
            'set timezone in [schedule], as in timezone = "Europe/Berlin"'
        )
    return name
