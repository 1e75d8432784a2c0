"""The search for many literals at once, by a multi-pattern engine: 3 GB/s where `re` does some 30 MB/s."""

from __future__ import annotations

from ahocorasick_rs import AhoCorasick

from policies.literals import Search


def engine(literals: tuple[str, ...]) -> Search:
    """Give the search for *literals*, as policies.literals says."""
    made = AhoCorasick(literals)
    return lambda text: made.find_matches_as_indexes(text, overlapping=True)
