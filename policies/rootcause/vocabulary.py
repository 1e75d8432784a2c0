"""The words that finders look for, all of them searched at once in a text where they used to be one by one.

Nobody lists the words: a finder asks for its own, and what was asked of one text is searched in the next.
"""

from __future__ import annotations

from operator import itemgetter

from policies.literals import Engine, Search

_WHICH = itemgetter(0)
SEARCHED_TOGETHER = 64
"""So many new words are worth a new search (0.25 ms to make, 0.05 ms for 50 kB of text)."""


class Vocabulary:
    """Knows the words that were asked for; without an *engine* it is of no use, and does no harm."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine
        self._search: Search | None = None
        self._words: dict[str, None] = {}
        self._searched: tuple[str, ...] = ()

    def learn(self, word: str) -> None:
        """Search *word*, too, in the texts to come; an empty one stands in every text."""
        if self._engine and word:
            self._words[word] = None

    def absent(self, text: str) -> frozenset[str]:
        """Give known words that do not stand in *text*; not all of them need be given."""
        if self._engine and len(self._words) >= len(self._searched) + SEARCHED_TOGETHER:
            self._searched = tuple(self._words)
            self._search = self._engine(self._searched)
        if self._search is None:
            return frozenset()
        held = set(map(_WHICH, self._search(text)))
        return frozenset(word for n, word in enumerate(self._searched) if n not in held)
