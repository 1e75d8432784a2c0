"""A schedule in a person's words, and back: `nightly at 02:00` is the cron `0 2 * * *`."""

from __future__ import annotations

import re

from policies.cron import DAYS, checked

FORMS = (
    "nightly at 02:00, weekdays at 23:30, weekly on sunday at 03:00, every 6 hours, hourly, "
    "or five cron fields as in 0 2 * * *"
)
"""What can be written, for people."""

OFF = frozenset({"", "never", "off"})

_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_WEEKLY = "weekly on "
_ON = {"nightly": "*", "daily": "*", "weekdays": "1-5", "weekends": "0,6"}
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?\s?([ap]\.?m\.?)?", re.ASCII)
_HOURS = re.compile(r"every (\d{1,2}) hours?", re.ASCII)
_CRON = re.compile(r"[\d*,/-]+(?: |$)", re.ASCII)
_NAMED = {"midnight": (0, 0), "noon": (12, 0)}
NIGHT_FROM, NIGHT_TO = 20, 6
"""Hours of the clock between which `daily` is told as `nightly`."""


def is_off(text: str) -> bool:
    """Say whether *text* wants no schedule: empty, `never` or `off`."""
    return text.strip().lower() in OFF


def cron_of(text: str) -> str:
    """Give the five cron fields that *text* means: words (FORMS) or cron itself.

    Raises ValueError, in one sentence, when it means none.
    """
    said = " ".join(text.lower().split())
    if _CRON.match(said):
        return checked(said)
    if said in ("hourly", "every hour"):
        return "0 * * * *"
    if hours := _HOURS.fullmatch(said):
        return _every(int(hours[1]))
    days, at, clock = said.partition(" at ")
    weekday = _weekday(days)
    if not at:
        raise ValueError(f"write its time too, as in {said} at 02:00")
    hour, minute = _time(clock)
    return f"{minute} {hour} * * {weekday}"


def words_of(cron: str) -> str:
    """Give the words of *cron*, as `checked` writes it; what has none is given as `cron …`."""
    minute, hour, day, month, weekday = cron.split()
    if cron == "0 * * * *":
        return "hourly"
    if (minute, day, month, weekday) == ("0", "*", "*", "*") and hour.startswith("*/"):
        return f"every {hour[2:]} hours"
    plain = minute.isdecimal() and hour.isdecimal() and (day, month) == ("*", "*")
    days = _days(weekday, int(hour)) if plain else None
    return f"{days} at {int(hour):02}:{int(minute):02}" if days else f"cron {cron}"


def _every(hours: int) -> str:
    if hours not in (1, 2, 3, 4, 6, 8, 12):
        raise ValueError(
            f"{hours} hours do not divide a day; use 1, 2, 3, 4, 6, 8 or 12, or nightly at 02:00"
        )
    return f"0 */{hours} * * *" if hours > 1 else "0 * * * *"


def _weekday(days: str) -> str:
    if days in _ON:
        return _ON[days]
    name = days.removeprefix(_WEEKLY).removesuffix("s")
    if days.startswith(_WEEKLY) and name in (*DAYS, *_NAMES):
        return str(DAYS.index(name[:3]))
    raise ValueError(f"write {FORMS}")


def _time(clock: str) -> tuple[int, int]:
    """Give hour and minute."""
    if clock in _NAMED:
        return _NAMED[clock]
    found = _CLOCK.fullmatch(clock)
    if found and (found[2] or found[3]):
        hour, minute = int(found[1]), int(found[2] or 0)
        half = (found[3] or "")[:1]
        if minute < 60 and (1 <= hour <= 12 if half else hour < 24):
            return (hour % 12 + 12 * (half == "p") if half else hour), minute
    zone = " (a time zone is a setting of its own)" if " " in clock else ""
    raise ValueError(f"{clock!r} is no time of day; write it as 02:00 or 2am{zone}")


def _days(weekday: str, hour: int) -> str | None:
    if weekday == "*":
        return "nightly" if hour >= NIGHT_FROM or hour < NIGHT_TO else "daily"
    if weekday.isdecimal():
        return _WEEKLY + _NAMES[int(weekday)]
    return {on: days for days, on in _ON.items()}.get(weekday)
