"""When a limit ends, read from what the agent or the server said.

The forms were seen in codex and claude (clock times, dates, spans, an epoch after a bar) and in
servers' headers and JSON bodies (Retry-After, resets_in_seconds, resets_at).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

LONGEST_LIMIT = timedelta(days=32)
"""A stated end further away than this is not believed (a monthly limit ends within 31 days)."""

_UNIT_S = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SPAN = r"\d{1,6}(?:\.\d{1,6})?\s?(?:weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|w|d|h|m|s)\b"
_RESETS = r"(?:resets?|reset at|available|retry|try again|renews?|until|wait)"
_ZONE = r"(?:\s?\((?P<zone>[A-Za-z_]{1,20}(?:/[A-Za-z_+\-0-9]{1,30}){0,2})\))?"
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::\d{2})?)?\s?(?P<half>[ap]\.?m\b)?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_IN_SECONDS = re.compile(r"resets?_(?:in|after)_seconds\W{1,4}(\d{1,9}(?:\.\d{1,6})?)", re.I)
_EPOCH = re.compile(r"(?:limit reached\||resets?_?at\W{1,4}|reset\W{1,4})(\d{10})(\d{3})?\b", re.I)
_ISO = re.compile(
    rf"{_RESETS}\D{{0,20}}"
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?)\d{0,3}\s?(Z|UTC|[+-]\d\d:?\d\d)?",
    re.I,
)
_DATE = re.compile(
    rf"{_RESETS}\D{{0,12}}(?:(?P<m1>[a-z]{{3,9}})\.?\s(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?"
    r"|(?P<d2>\d{1,2})\s(?:de\s)?(?P<m2>[a-z]{3,9})\.?(?:\sde)?)"
    rf"(?:\s(?P<year>\d{{4}}))?(?:,?\s(?:at\s)?{_CLOCK}{_ZONE})?",
    re.I,
)
_AFTER_SPAN = re.compile(
    rf"{_RESETS}(?:\sin|\safter)?\s({_SPAN}(?:[\s,]{{1,2}}(?:and\s)?{_SPAN}){{0,5}})", re.I
)
_AT_CLOCK = re.compile(rf"{_RESETS}(?:\sat)?\s{_CLOCK}{_ZONE}", re.I)
_ONE_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s?([wdhms])", re.I)
_RETRY_AFTER = re.compile(
    r"retry[-_ ]after(?:[-_ ](?P<unit>ms|seconds"
    r"|secs))?[\"']?\W{1,3}(?P<n>\d{1,9}(?:\.\d{1,6})?)\s?(?P<after>ms\b)?",
    re.I,
)


def resets_at(text: str, now: datetime, local_zone: tzinfo) -> datetime | None:
    """Give when a limit ends according to *text*, in UTC; None when it does not say, or says nonsense.

    A clock time without a zone is read in *local_zone* and means its next occurrence after *now*
    (aware). An end in the past or further than LONGEST_LIMIT away is None.
    """
    for read in _READERS:
        end = read(text, now, local_zone)
        if end is not None:
            return end.astimezone(UTC) if now < end <= now + LONGEST_LIMIT else None
    return None


def retry_after_s(text: str) -> float | None:
    """Give the seconds that a server asked to wait (a Retry-After header or field), or None."""
    found = _RETRY_AFTER.search(text)
    if found:
        in_ms = (found["unit"] or found["after"] or "").lower() == "ms"
        return float(found["n"]) / (1000 if in_ms else 1)
    span = _AFTER_SPAN.search(text)
    return _span_s(span[1]) if span else None


def _in_seconds(text: str, now: datetime, _zone: tzinfo) -> datetime | None:
    found = _IN_SECONDS.search(text)
    return _later(now, float(found[1])) if found else None


def _epoch(text: str, _now: datetime, _zone: tzinfo) -> datetime | None:
    found = _EPOCH.search(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _iso(text: str, _now: datetime, zone: tzinfo) -> datetime | None:
    found = _ISO.search(text)
    if not found:
        return None
    offset = (found[2] or "").upper()
    try:
        end = datetime.fromisoformat(found[1] + ("+00:00" if offset in ("Z", "UTC") else offset))
    except ValueError:
        return None
    return end if end.tzinfo else end.replace(tzinfo=zone)


def _date(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    for found in _DATE.finditer(text):
        name = (found["m1"] or found["m2"]).lower()[:3]
        if name in _MONTHS:
            here = _zone_of(found, zone)
            day = int(found["d1"] or found["d2"])
            year = int(found["year"] or now.astimezone(here).year)
            return _moment(found, year, _MONTHS.index(name) + 1, day, here)
    return None


def _after_span(text: str, now: datetime, _zone: tzinfo) -> datetime | None:
    found = _AFTER_SPAN.search(text)
    return _later(now, _span_s(found[1])) if found else None


def _at_clock(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    for found in _AT_CLOCK.finditer(text):
        if not (found["minute"] or found["half"]):
            continue
        here = _zone_of(found, zone)
        today = now.astimezone(here)
        end = _moment(found, today.year, today.month, today.day, here)
        if end is not None:
            return end if end > now else end + timedelta(days=1)
    return None


_READERS: tuple[Callable[[str, datetime, tzinfo], datetime | None], ...] = (
    _in_seconds,
    _epoch,
    _iso,
    _date,
    _after_span,
    _at_clock,
)


def _later(now: datetime, wait_s: float) -> datetime | None:
    return now + timedelta(seconds=wait_s) if wait_s <= 10 * LONGEST_LIMIT.total_seconds() else None


def _span_s(text: str) -> float:
    return sum(float(n) * _UNIT_S[unit.lower()] for n, unit in _ONE_SPAN.findall(text))


def _zone_of(found: re.Match[str], zone: tzinfo) -> tzinfo:
    try:
        return ZoneInfo(found["zone"]) if found["zone"] else zone
    except (KeyError, ValueError, OSError):  # an unknown name, or no zone data on this machine
        return zone


def _moment(found: re.Match[str], year: int, month: int, day: int, zone: tzinfo) -> datetime | None:
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(year, month, day, hour, int(found["minute"] or 0), tzinfo=zone)
    except ValueError:
        return None
