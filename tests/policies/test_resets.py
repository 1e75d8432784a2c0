"""When a limit ends, in the forms that agents and servers were seen to use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.resets import LONGEST_LIMIT, resets_at, retry_after_s

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("or try again at Nov 24th, 2026 5:45 AM.", at(24, 4, 45)),
        ("or try again at 2:58 AM.", at(22, 1, 58)),
        ("try again in 5 days 22 hours 11 minutes", at(27, 2, 11)),
        ("Your limit resets in 3 days 4 hours.", at(24, 8)),
        ("You've hit your limit · resets 1pm (Europe/Lisbon)", at(21, 13)),
        ("session limit · resets 12:50am (America/Los_Angeles)", at(21, 8, 50)),
        ("resets Nov 24 at 5pm", at(24, 16)),
        ("inténtalo: try again at 25 de nov. de 2026, 11:52", at(25, 10, 52)),
        ("Claude AI usage limit reached|1795250708", at(21, 8, 45, 8)),
        ('{"resets_in_seconds": 3600}', at(21, 5)),
        ('{"resets_at":1795250708}', at(21, 8, 45, 8)),
        ("resets at 2026-11-22T01:00:00Z", at(22, 1)),
        ("resets at 2026-11-22T01:00:00+01:00", at(22, 0)),
        ("Please try again in 6s", at(21, 4, 0, 6)),
        ("usage limit reached|1750708800", None),
        ("try again at Nov 20th, 2026 5:45 AM", None),
        ("try again in 400 days", None),
        ("resets at 2026-13-45T99:00:00Z", None),
        ("resets at 25:99 pm", None),
        ("You've hit your usage limit.", None),
        ("", None),
    ],
)
def test_the_stated_end_is_read(text: str, end: datetime | None) -> None:
    assert resets_at(text, NOW, BERLIN) == end


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("Retry-After: 17", 17),
        ('"retry-after": "20"', 20),
        ("retry-after-ms: 1500", 1.5),
        ("Rate limit reached. Please try again in 6.5s.", 6.5),
        ("429 Too Many Requests", None),
    ],
)
def test_the_wait_a_server_asks_for_is_read(text: str, wait_s: float | None) -> None:
    assert retry_after_s(text) == wait_s


@given(st.text() | st.from_regex(r"(resets|try again) (at|in) [0-9apm :,-]{0,30}", fullmatch=True))
def test_no_text_breaks_it_and_an_end_is_always_ahead_and_near(text: str) -> None:
    end = resets_at(text, NOW, UTC)
    assert end is None or NOW < end <= NOW + LONGEST_LIMIT + timedelta(seconds=0)
