"""What is kept of a log: the same lines however it is cut into blocks, in bounded memory and work."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.alarmscan import scan
from policies.rootcause import excerpt
from policies.rootcause.alarms import ALARMS, scan_plainly
from policies.rootcause.clean import clean
from policies.rootcause.excerpt import AFTER, BEFORE, HEAD_LINES, SAME_SHAPE, Excerpt
from policies.rootcause.tail import HELD_BLOCKS, RAW_LIMIT_BYTES, TAIL_LINES

CALM = [f"step {n} of many" for n in range(10_000)]
BITS = st.sampled_from(
    ["error: x", "E   assert", "calm", "", "\r", "a\rb", "# nightcrew note", "é" * 9, "fail 1"]
)


def kept(blocks: Iterable[bytes]) -> Excerpt:
    made = Excerpt(scan)
    for block in blocks:
        made.feed(block)
    return made


def cut(lines: list[str], size: int) -> list[bytes]:
    whole = [line.encode() + b"\n" for line in lines]
    return [b"".join(whole[at : at + size]) for at in range(0, len(whole), size)]


def numbers(made: Excerpt) -> list[int]:
    return [line.number for line in made.lines()]


@given(st.lists(BITS, max_size=80), st.integers(1, 9), st.integers(0, 4))
def test_a_short_log_is_kept_whole_but_for_our_own_lines(
    lines: list[str], size: int, tail: int
) -> None:
    made = kept(cut(lines, size))
    shown = [(n, clean(line)) for n, line in enumerate(lines, 1) if not line.startswith("# night")]
    assert [(line.number, line.text) for line in made.lines()] == shown
    assert made.count == len(lines)
    assert made.last() == (lines[-1] if lines else "")


@given(
    st.lists(st.integers(0, 9_999), min_size=1, max_size=12, unique=True),
    st.lists(st.sampled_from([7, 300, 1_499, 1_500, 4_000]), min_size=1, max_size=3),
)
@settings(max_examples=20, deadline=None)
def test_the_surroundings_of_an_alarm_are_kept_wherever_blocks_are_cut(
    places: list[int], sizes: list[int]
) -> None:
    lines = list(CALM)
    for n, place in enumerate(places):
        lines[place] = f"error: no {'bcdfghjklmnp'[n]} here"
    wanted = {*range(1, HEAD_LINES + 1), *range(10_001 - TAIL_LINES, 10_001)}
    for place in places:
        wanted |= set(range(place + 1 - BEFORE, place + 2 + AFTER))
    expected = sorted(wanted & set(range(1, 10_001)))
    for size in sizes:
        assert numbers(kept(cut(lines, size))) == expected


def test_an_alarm_that_repeats_is_kept_a_few_times() -> None:
    lines = [*CALM[:1_000], *(f"error {n}" for n in range(40_000, 44_000)), *CALM]
    middle = [n for n in numbers(kept(cut(lines, 500))) if 1_000 < n <= 5_000]
    assert middle == list(range(1_001, 1_001 + SAME_SHAPE + AFTER))


@given(st.lists(st.sampled_from([*ALARMS, b"x", b"\n", b"e", b"E", b" "]), max_size=60))
def test_the_engine_finds_what_re_finds(parts: list[bytes]) -> None:
    block = b"".join(parts)
    assert [m[1:] for m in scan(block)] == [m[1:] for m in scan_plainly(block)]


def test_the_words_suit_the_engines_prefilter() -> None:
    assert len(ALARMS) <= 64
    assert min(map(len, ALARMS)) >= 4
    assert not any(b"\n" in word[1:] for word in ALARMS)


def test_of_a_very_long_line_the_start_of_its_last_write_counts() -> None:
    early, late = "an error, then " + "x" * 9_000_000, "x" * 9_000_000 + " error"
    bar = "error 1%\r" * 100_000 + "all 100%"
    lines = [*CALM[:2_000], early, *CALM[:2_000], late, *CALM[:2_000], bar, *CALM]
    made = kept(cut(lines, 900))
    assert 2_001 in numbers(made)
    assert 4_002 not in numbers(made)
    assert 6_003 not in numbers(made)
    assert max(len(line.text) for line in made.lines()) <= 2_000


HOSTILE = {
    "one alarm": lambda n: b"error\n" * n,
    "one shape": lambda n: b"".join(b"error %d in %x\n" % (k, k * 7_919) for k in range(n)),
    "all shapes": lambda n: b"".join(b"error in %s\n" % _word(k) for k in range(n)),
    "no newline": lambda n: b"error" * n,
    "carriage returns": lambda n: b"error\r" * n,
    "only newlines": lambda n: b"\n" * n,
    "long lines": lambda n: (b"fail" * 3_000 + b"\n") * (n // 3_000),
    "escapes": lambda n: b"\x1b[31m error \x1b[0m" * n,
    "zeros": lambda n: b"\x00" * n,
}


def _word(number: int) -> bytes:
    return bytes(b"ghijklmnop"[int(digit)] for digit in str(number))


class Counted:
    """Counts what the excerpt does by lines of its code, which no other load on the machine changes."""

    def __init__(self) -> None:
        self.steps = 0

    def __call__(self, _frame: object, event: str, _argument: object) -> object:
        self.steps += event == "line"
        return self


def steps(data: bytes) -> int:
    counted, before = Counted(), sys.gettrace()
    sys.settrace(counted)
    try:
        made = Excerpt(scan)
        for at in range(0, len(data), 65_536):
            made.feed(data[at : at + 65_536])
    finally:
        sys.settrace(before)
    return counted.steps


@pytest.mark.parametrize("kind", HOSTILE)
def test_work_grows_no_faster_than_the_log(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpt, "ALL_BYTES", 1 << 16)
    half, whole = steps(HOSTILE[kind](20_000)), steps(HOSTILE[kind](40_000))
    assert whole <= 2.2 * half + 2_000


@given(
    st.lists(st.sampled_from([b"error", b"\n", b"x" * 99, b"\r", b"7", b"\xff\xfe"]), max_size=8)
)
@settings(max_examples=25, deadline=None)
def test_work_per_byte_is_bounded_for_any_repeated_line(parts: list[bytes]) -> None:
    unit = b"".join(parts)
    if unit:
        small, large = (steps(unit * (size // len(unit))) for size in (50_000, 100_000))
        assert large <= 2.2 * small + 5_000
        assert large <= 2 * 100_000 + 5_000


def test_memory_is_bounded_by_lines_not_by_the_log() -> None:
    made = Excerpt(scan)
    for _ in range(300):
        made.feed((b"error " + b"x" * 60_000 + b"\n") * 2)
    held = sum(len(block) for block, _, _ in made._tail._blocks)
    assert held <= 4 << 20
    assert len(made._tail._blocks) <= HELD_BLOCKS
    assert all(len(raw) <= RAW_LIMIT_BYTES for _, raw in (*made._first, *made._last, *made._head))
