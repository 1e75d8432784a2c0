"""No false and no missed trip: a smaller history than tests/benchmarks/show_trips.py plays."""

import pytest

from tests.benchmarks.show_trips import OPENS_AFTER, History


@pytest.mark.parametrize("seed", range(5))
def test_breakers_trip_when_they_must_and_never_else(seed: int) -> None:
    seen = History(seed).run(2_000)
    assert seen.false == [] and seen.missed == []
    assert seen.opened == seen.due > 20
    assert all(at == OPENS_AFTER.get(label, 6) for label, at in seen.stopped_at)


@pytest.mark.parametrize(("number", "wrong"), [(5, "missed"), (8, "false")])
def test_the_model_tells_a_breaker_with_another_number(
    number: int, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.benchmarks.show_trips.ANY_CAUSE", number)
    assert getattr(History(0).run(2_000), wrong)
