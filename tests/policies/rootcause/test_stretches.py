"""Stretches of a log: of those that lie over each other none hides another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policies.rootcause.stretches import apart, lies_in

STRETCHES = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 30)).map(lambda pair: (pair[0], sum(pair)))
)


@given(STRETCHES, st.integers(0, 100))
def test_a_line_lies_in_what_is_left_if_it_lies_in_any(
    stretches: list[tuple[int, int]], number: int
) -> None:
    in_any = any(began < number < ended for began, ended in stretches)
    assert lies_in(apart(stretches), number) or not in_any


def test_a_stretch_inside_another_hides_no_line_of_it() -> None:
    assert lies_in(apart([(1, 100), (50, 60)]), 80)
    assert not lies_in(apart([(1, 10), (50, 60)]), 30)
