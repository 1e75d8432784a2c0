"""The search for many literals at once, given in from outside, where an engine for it is at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Match = tuple[int, int, int]
"""Which literal; the rest (where it stands) is not looked at."""
Search = Callable[[str], Sequence[Match]]
"""Gives the literals that stand in a text, those inside others too; each once at least."""
Engine = Callable[[tuple[str, ...]], Search]
"""Makes the search for some literals."""


def plain_engine(literals: tuple[str, ...]) -> Search:
    """Give a search without any engine: right but slow."""

    def search(text: str) -> list[Match]:
        return [(n, 0, 0) for n, literal in enumerate(literals) if literal in text]

    return search
