"""The searches for many literals by a multi-pattern engine: 3 GB/s where `re` does some 30 MB/s."""

from __future__ import annotations

from functools import cache

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, MatchKind

from policies.literals import Search
from policies.rootcause.alarms import ALARMS, Match
from policies.rootcause.guards import Guards


@cache
def _engine() -> BytesAhoCorasick:
    # Of the kinds of match only the leftmost ones use the engine's SIMD prefilter: many times as fast.
    return BytesAhoCorasick(ALARMS, matchkind=MatchKind.LeftmostFirst)


def scan(block: bytes) -> list[Match]:
    """Give the matches in a block, as policies.rootcause.alarms says."""
    return _engine().find_matches_as_indexes(block)


def engine(literals: tuple[str, ...]) -> Search:
    """Give the search for *literals*, as policies.literals says."""
    made = AhoCorasick(literals)
    return lambda text: made.find_matches_as_indexes(text, overlapping=True)


@cache
def guards() -> Guards:
    """Give the guards that leave out what cannot find anything."""
    return Guards(engine)
