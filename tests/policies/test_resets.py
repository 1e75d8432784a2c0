"""When a limit ends, in the forms that agents and servers were seen to use."""

from __future__ import annotations

import time
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
        ("Your quota will reset after 3h20m12s.", at(21, 7, 20, 12)),
        ("quota will reset after 20m.", at(21, 4, 20)),
        ('"quotaResetDelay": "3h20m12.5s"', at(21, 7, 20, 12).replace(microsecond=500_000)),
        ('"quotaResetTimeStamp": "2026-11-22T01:00:00Z"', at(22, 1)),
        ('"retryDelay": "34s"', at(21, 4, 0, 34)),
        ("retry_delay { seconds: 34 }", at(21, 4, 0, 34)),
        ("x-ratelimit-reset-requests: 1h2m3s", at(21, 5, 2, 3)),
        ('"resetsInSeconds": 3600', at(21, 5)),
        ('"reset_in_ms": 3600000', at(21, 5)),
        ('{"resetsAt":1795250708}', at(21, 8, 45, 8)),
        ('{"resetsAt":1795250708000}', at(21, 8, 45, 8)),
        ('{"resetsAt":"2026-11-22T01:00:00.000Z"}', at(22, 1)),
        ("x-ratelimit-reset: 1795250708", at(21, 8, 45, 8)),
        ("anthropic-ratelimit-requests-reset: 2026-11-22T01:00:00Z", at(22, 1)),
        ("Retry-After: Sun, 22 Nov 2026 01:00:00 GMT", at(22, 1)),
        ("resets 1pm UTC", at(21, 13)),
        ("resets at 15:00 CET", at(21, 14)),
        ("resets 9pm PST", at(21, 5)),
        ("resets 3:30pm (UTC+2)", at(21, 13, 30)),
        ("resets 5pm GMT-5", at(21, 22)),
        ("try again at 2:58\u202fAM.", at(22, 1, 58)),
        ("You’ve hit your limit. Try again at 2:58\u00a0a.m.", at(22, 1, 58)),
        ("resets tomorrow at 3pm", at(22, 14)),
        ("resets Dec 3, 5pm (America/New_York)", datetime(2026, 12, 3, 22, tzinfo=UTC)),
        ("Vuelve a intentarlo a las 15:30", at(21, 14, 30)),
        ("Se restablecerá el 25 de noviembre de 2026 a las 11:52", at(25, 10, 52)),
        ("Inténtalo de nuevo en 3 horas y 20 minutos", at(21, 7, 20)),
        ("Réessayez à 15 h 30", at(21, 14, 30)),
        ("Réessayez dans 3 heures et 20 minutes", at(21, 7, 20)),
        ("Réessayez le 1er déc. 2026 à 15:30", datetime(2026, 12, 1, 14, 30, tzinfo=UTC)),
        ("Versuchen Sie es um 15:30 Uhr erneut", at(21, 14, 30)),
        ("Versuche es in 3 Stunden und 20 Minuten erneut", at(21, 7, 20)),
        ("Wird zurückgesetzt am 25.11.2026 um 15.30 Uhr", at(25, 14, 30)),
        ("verfügbar ab 1. Dezember 2026, 15:30", datetime(2026, 12, 1, 14, 30, tzinfo=UTC)),
        ("Tente novamente às 15:30", at(21, 14, 30)),
        ("Riprova tra 3 ore", at(21, 7)),
        ("Riprova alle 15:30", at(21, 14, 30)),
        ("将在 3 小时 20 分钟后重置", at(21, 7, 20)),
        ("3時間20分後にリセットされます", at(21, 7, 20)),
        ("3시간 20분 후에 재설정됩니다", at(21, 7, 20)),
        ("resets 1pm (Europe/Nowhere)", None),
        ("resets Nov 20 at 5pm", None),
        ("resets at 31.02.2027 um 15:30", None),
        ("Retry-After: Sun, 99 Nov 2026 01:00:00 GMT", None),
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
        ('"retryDelay": "34.5s"', 34.5),
        ("429 Too Many Requests", None),
    ],
)
def test_the_wait_a_server_asks_for_is_read(text: str, wait_s: float | None) -> None:
    assert retry_after_s(text) == wait_s


@given(
    days=st.integers(0, 31),
    hours=st.integers(0, 23),
    minutes=st.integers(0, 59),
    seconds=st.integers(1, 59),
    form=st.sampled_from(
        (
            "try again in {} days {} hours {} minutes {} seconds",
            "reset after {}d{}h{}m{}s",
            "resets in {} d, {} h, {} min and {} s",
            '"retryDelay": "{}d{}h{}m{}s"',
        )
    ),
)
def test_every_span_is_read_to_the_second(
    days: int, hours: int, minutes: int, seconds: int, form: str
) -> None:
    wait = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    end = resets_at(form.format(days, hours, minutes, seconds), NOW, BERLIN)
    assert end == NOW + wait


@given(st.integers(60, 31 * 86_400))
def test_every_way_to_write_a_moment_means_the_same(wait_s: int) -> None:
    whole = NOW + timedelta(seconds=wait_s)
    minute = whole.replace(second=0)
    here = minute.astimezone(BERLIN)
    assert resets_at(f"resets at {whole.isoformat()}", NOW, BERLIN) == whole
    assert resets_at(f'"resetsAt":{int(whole.timestamp())}', NOW, BERLIN) == whole
    assert resets_at(f'"resetsAt":{int(whole.timestamp())}000', NOW, BERLIN) == whole
    for form in (
        "%b %d, %Y at %I:%M %p",
        "%B %d, %H:%M",
        "%d.%m.%Y, %H:%M",
        "%d %b %Y %I:%M\u202f%p",
    ):
        assert resets_at(f"resets {here:{form}}", NOW, BERLIN) == minute


@pytest.mark.parametrize(
    "unit", ["resets ", "wait 1 d ", "1分 ", "1", "reset_", "try again at 1:2", " "]
)
def test_a_hostile_text_costs_little(unit: str) -> None:
    began = time.process_time()
    resets_at(unit * (200_000 // len(unit)), NOW, BERLIN)
    assert time.process_time() - began < 0.5


@given(st.text() | st.from_regex(r"(resets|try again) (at|in) [0-9apm :,-]{0,30}", fullmatch=True))
def test_no_text_breaks_it_and_an_end_is_always_ahead_and_near(text: str) -> None:
    end = resets_at(text, NOW, UTC)
    assert end is None or NOW < end <= NOW + LONGEST_LIMIT + timedelta(seconds=0)
