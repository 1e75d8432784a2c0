"""No false and no missed trip: a smaller history than tests/benchmarks/show_trips.py plays."""

import pytest

from tests.benchmarks.show_trips import OPENS_AFTER, History


@pytest.mark.parametrize("seed", range(5))
def test_breakers_trip_when_they_must_and_never_else(seed: int) -> None:
    seen = History(seed).run(2_000)
    assert seen.false == [] and seen.missed == []
    assert seen.opened == seen.due > 20
    assert all(at == OPENS_AFTER.get(label, 6) for label, at in seen.stopped_at)
