"""Counts of days as one short word, to be seen at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

BARS = "▁▂▃▄▅▆▇█"
NONE = "·"
DAYS = 28


def sparkline(per_day: Mapping[date, int], today: date, days: int = DAYS) -> str:
    """Give one character a day, *today* last: a dot for none, else a bar in proportion to the most."""
    counts = [per_day.get(today - timedelta(days=back), 0) for back in reversed(range(days))]
    most = max(counts, default=0)
    return "".join(BARS[-(-n * len(BARS) // most) - 1] if n > 0 else NONE for n in counts)
