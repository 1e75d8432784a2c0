"""The `[schedule]` table: a bare text for its `at`, the checks of cron and zone, and what comes out."""

from __future__ import annotations

import difflib
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from config.table import Table
from policies.schedule import Missed, Schedule
from policies.schedule_words import cron_of, is_off

KEY = "schedule"
LONGEST_WINDOW_HOURS = 168
"""A week: the longest of the plain schedules."""


class Bare(str):
    """An `at` that stood alone, as in `schedule = "hourly"`: where it is wrong, `schedule` is named."""

    __slots__ = ()


def tabled(values: dict[str, Any]) -> dict[str, Any]:
    """Give a layer's *values* with each bare schedule as a table, so that tables merge."""
    if isinstance(text := values.get(KEY), str):
        values = values | {KEY: {"at": Bare(text)}}
    if isinstance(own := values.get("repositories"), dict):
        tables = {name: tabled(v) if isinstance(v, dict) else v for name, v in own.items()}
        values = values | {"repositories": tables}
    return values


def _at(text: str) -> str:
    if not is_off(text):
        cron_of(text)
    return text


@cache
def _zones() -> set[str]:
    return available_timezones()  # looks into some hundred files each time


def _zone(name: str) -> str:
    if not name or name in _zones():
        return name
    close = difflib.get_close_matches(name, sorted(_zones()), n=1)
    hint = f"did you mean {close[0]}?" if close else "write one as in Europe/Berlin"
    raise ValueError(f"no such time zone; {hint}")


class ScheduleSettings(Table):
    """When cycles start by themselves."""

    at: Annotated[str, AfterValidator(_at)] | None = None
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
    window_hours: (
        Annotated[float, Field(gt=0, le=LONGEST_WINDOW_HOURS, allow_inf_nan=False)] | None
    ) = None
    missed: Missed | None = None
    stagger_minutes: Annotated[int, Field(ge=0, le=59)] | None = None

    def schedule(self) -> Schedule | None:
        """Give the schedule, what is not said here by its default; None when there is none."""
        if self.at is None or is_off(self.at):
            return None
        said = self.model_dump(include={"timezone", "missed", "stagger_minutes"}, exclude_none=True)
        if self.window_hours is not None:
            said["window_s"] = self.window_hours * 3600
        return Schedule(cron=cron_of(self.at), **said)
