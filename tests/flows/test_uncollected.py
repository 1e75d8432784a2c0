"""Garbage collection pauses for an import, and never stays off."""

import gc

import pytest

from flows.uncollected import uncollected


class Cycle:
    """Refers to itself: only the collector ends it."""

    def __init__(self) -> None:
        self.me = self


def made() -> list[Cycle]:
    return [each for each in gc.get_objects() if isinstance(each, Cycle)]


def test_nothing_is_collected_meanwhile_and_what_stays_is_not_looked_at_again():
    frozen = gc.get_freeze_count()
    with uncollected():
        assert not gc.isenabled()
        kept = [Cycle() for _ in range(5000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(kept)
    assert made() == []


def test_what_comes_afterwards_is_collected_as_ever():
    with uncollected():
        pass
    Cycle()
    assert len(made()) == 1
    gc.collect()
    assert made() == []


def test_it_goes_on_after_an_error():
    with pytest.raises(ImportError), uncollected():
        raise ImportError("no such module")
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
