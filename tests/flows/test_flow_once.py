"""The story is told once, whatever Prefect does: refuse it, lose it, hang before or after it."""

import threading
import time

import pytest

from flows.once import Once, shown

HANG_S = 1.0


class Work:
    """Counts how often it was done."""

    def __init__(self, raises: Exception | None = None) -> None:
        self.times = 0
        self.raises = raises

    def __call__(self) -> str:
        self.times += 1
        if self.raises:
            raise self.raises
        return "record"


def refuse(_once):
    raise ConnectionError("no server\nat all")


def lose_afterwards(once):
    once.run()
    raise ConnectionError("no server\nat all")


def hang_before(_once):
    time.sleep(HANG_S)


def hang_afterwards(once):
    once.run()
    time.sleep(HANG_S)


@pytest.mark.parametrize(
    ("show", "why"),
    [
        (lambda once: once.run(), ""),
        (lambda _once: None, ""),
        (refuse, "no server"),
        (lose_afterwards, "no server"),
        (hang_before, "does not answer"),
        (hang_afterwards, "does not answer"),
    ],
)
def test_the_work_is_done_once(show, why):
    work = Work()
    once = Once(work)
    began = time.monotonic()
    said = shown(lambda: show(once), once, begin_s=0.2, end_s=0.2)
    assert why in said
    assert bool(said) == bool(why)
    assert "\n" not in said
    assert once.end() == "record"
    assert time.monotonic() - began < HANG_S
    assert once.end() == "record"
    assert work.times == 1


def test_what_the_work_raises_comes_out_and_nothing_is_tried_again():
    work = Work(ValueError("disk full"))
    once = Once(work)
    shown(once.run, once)
    with pytest.raises(ValueError, match="disk full"):
        once.end()
    assert work.times == 1


def test_a_flow_that_comes_too_late_does_nothing():
    work = Work()
    once = Once(work)
    late = threading.Event()
    refused = []

    def show() -> None:
        late.wait(10)
        try:
            once.run()
        except RuntimeError as error:
            refused.append(error)
        late.clear()

    assert shown(show, once, begin_s=0.1, end_s=0.1)
    assert once.end() == "record"
    late.set()
    end = time.monotonic() + 10
    while late.is_set() and time.monotonic() < end:
        time.sleep(0.01)
    assert refused
    assert work.times == 1
