"""Occurrences of days, at a glance."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from policies.sparkline import BARS, NONE, sparkline

TODAY = date(2026, 2, 12)


def test_a_bar_is_in_proportion_to_the_most() -> None:
    days = {TODAY: 8, TODAY - timedelta(days=1): 4, TODAY - timedelta(days=3): 1}
    assert sparkline(days, TODAY, 5) == "·▁·▄█"
    assert sparkline({}, TODAY, 3) == "···"
    assert sparkline({TODAY - timedelta(days=99): 3}, TODAY, 3) == "···"


@given(st.dictionaries(st.integers(-3, 40), st.integers(1, 10**6)), st.integers(1, 40))
def test_every_day_has_its_character(counts: dict[int, int], days: int) -> None:
    per_day = {TODAY - timedelta(days=back): n for back, n in counts.items()}
    line = sparkline(per_day, TODAY, days)
    assert len(line) == days
    seen = [n for back, n in counts.items() if 0 <= back < days]
    assert sum(char != NONE for char in line) == len(seen)
    assert not seen or BARS[-1] in line
