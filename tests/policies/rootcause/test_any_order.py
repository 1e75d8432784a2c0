"""Which of several failing tests is the cause, where another night would report them in another order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policies.rootcause.cases import failed_test, in_any_order
from policies.rootcause.finding import Finding, Line

FOUND = st.lists(st.tuples(st.text(max_size=3), st.integers(1, 3)), min_size=1, unique=True)


def ahead(found: list[Finding]) -> tuple[str, int]:
    first = max(in_any_order(found), key=lambda one: one.rank)
    return first.summary, first.rank


@given(FOUND.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_same_one_is_ahead_in_any_order(
    orders: tuple[list[tuple[str, int]], list[tuple[str, int]]],
) -> None:
    one, other = (
        [failed_test("t", name, [Line(1, name)], why="", rank=rank) for name, rank in rows]
        for rows in orders
    )
    assert ahead(one) == ahead(other)
    assert ahead(one)[1] == 1 + max(rank for _, rank in orders[0])


def test_of_none_there_is_none() -> None:
    assert list(in_any_order([])) == []
