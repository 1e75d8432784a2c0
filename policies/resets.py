"""When a limit ends, read from what the agent or the server said.

The forms were seen in codex, claude and gemini (clock times, dates, spans, an epoch after a bar), and
in servers' headers and JSON bodies (Retry-After, RFC 9110; resets_in_seconds, resetsAt, google.rpc's
retryDelay, x-ratelimit-reset); their cousins in other languages say the same in other words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

from policies import reset_forms as forms
from policies.reset_words import CJK_S, DAYS, UNIT_S, month_of, plain, zone_of

LONGEST_LIMIT = timedelta(days=32)
"""A stated end further away than this is not believed (a monthly limit ends within 31 days)."""
TEXT_LIMIT_CHARS = 20_000
"""More of a text is not looked at."""


def resets_at(text: str, now: datetime, local_zone: tzinfo) -> datetime | None:
    """Give when a limit ends according to *text*, in UTC; None when it does not say, or says nonsense.

    A clock time without a zone is read in *local_zone* and means its next occurrence after *now*
    (aware). An end in the past or further than LONGEST_LIMIT away is None.
    """
    said = plain(text[:TEXT_LIMIT_CHARS])
    for read in _READERS:
        end = read(said, now, local_zone)
        if end is not None:
            return end.astimezone(UTC) if now < end <= now + LONGEST_LIMIT else None
    return None


def retry_after_s(text: str) -> float | None:
    """Give the seconds that a server asked to wait (a Retry-After header or field), or None."""
    said = plain(text[:TEXT_LIMIT_CHARS])
    found = forms.RETRY_AFTER.search(said)
    if found:
        in_ms = (found["unit"] or found["after"] or "").lower() == "ms"
        return float(found["n"]) / (1000 if in_ms else 1)
    field = _field_s(said)
    if field is not None:
        return field
    span = forms.AFTER_SPAN.search(said)
    return _span_s(span[1]) if span else None


def _field_s(text: str) -> float | None:
    found = forms.FIELD_SPAN.search(text)
    return (_span_s(found["spans"]) if found["spans"] else float(found["s"])) if found else None


def _in_seconds(text: str, now: datetime, _zone: tzinfo) -> datetime | None:
    found = forms.IN_SECONDS.search(text)
    if not found:
        wait_s = _field_s(text)
        return None if wait_s is None else _later(now, wait_s)
    is_ms = found["unit"].lower().startswith("m")
    return _later(now, float(found[2]) / (1000 if is_ms else 1))


def _epoch(text: str, _now: datetime, _zone: tzinfo) -> datetime | None:
    found = forms.EPOCH.search(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _http_date(text: str, _now: datetime, _zone: tzinfo) -> datetime | None:
    found = forms.HTTP_DATE.search(text)
    try:
        return parsedate_to_datetime(found[1]) if found else None
    except ValueError:
        return None


def _iso(text: str, _now: datetime, zone: tzinfo) -> datetime | None:
    found = forms.ISO.search(text)
    if not found:
        return None
    offset = (found[2] or "").upper()
    try:
        end = datetime.fromisoformat(found[1] + ("+00:00" if offset in ("Z", "UTC") else offset))
    except ValueError:
        return None
    return end if end.tzinfo else end.replace(tzinfo=zone)


def _date(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    for found in forms.DATE.finditer(text):
        month = int(found["m3"]) if found["m3"] else month_of(found["m1"] or found["m2"])
        here = zone_of(found["zone"] or found["short"], zone)
        if month is None or here is None:
            continue
        day = int(found["d1"] or found["d2"] or found["d3"])
        year = int(found["year"] or now.astimezone(here).year)
        end = _moment(found, year, month, day, here)
        if end is not None and end <= now and not found["year"]:
            return _moment(found, year + 1, month, day, here)
        return end
    return None


def _after_span(text: str, now: datetime, _zone: tzinfo) -> datetime | None:
    found = forms.AFTER_SPAN.search(text)
    if found:
        return _later(now, _span_s(found[1]))
    cjk = forms.CJK_SPAN.search(text)
    wait_s = sum(int(n) * CJK_S[unit] for n, unit in forms.ONE_CJK.findall(cjk[1])) if cjk else None
    return None if wait_s is None else _later(now, wait_s)


def _at_clock(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    for found in forms.AT_CLOCK.finditer(text):
        here = zone_of(found["zone"] or found["short"], zone)
        if here is None or not (found["minute"] or found["half"] or found["full"]):
            continue
        today = now.astimezone(here)
        end = _moment(found, today.year, today.month, today.day, here)
        if end is not None and found["day"]:
            return end + timedelta(days=DAYS[found["day"].lower()])
        if end is not None:
            return end if end > now else end + timedelta(days=1)
    return None


_READERS: tuple[Callable[[str, datetime, tzinfo], datetime | None], ...] = (
    _in_seconds,
    _epoch,
    _http_date,
    _iso,
    _date,
    _after_span,
    _at_clock,
)


def _later(now: datetime, wait_s: float) -> datetime | None:
    return now + timedelta(seconds=wait_s) if wait_s <= 10 * LONGEST_LIMIT.total_seconds() else None


def _span_s(text: str) -> float:
    return sum(float(n) * UNIT_S[unit.lower()] for n, unit in forms.ONE_SPAN.findall(text))


def _moment(found: re.Match[str], year: int, month: int, day: int, zone: tzinfo) -> datetime | None:
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(year, month, day, hour, int(found["minute"] or 0), tzinfo=zone)
    except ValueError:
        return None
