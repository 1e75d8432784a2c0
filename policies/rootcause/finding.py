"""What a finder found: lines that state a cause, and how much it counts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from typing import NamedTuple

from policies.failure import FailureClass
from policies.rootcause.vocabulary import Vocabulary

_NO_VOCABULARY = Vocabulary()


class Line(NamedTuple):
    """One kept line of the log."""

    number: int
    """1-based."""
    text: str
    """Cleaned."""


class Lines(list[Line]):
    """Lines that are read by many: most of what is looked for in them does not stand in the whole text."""

    def __init__(self, lines: Iterable[Line] = (), vocabulary: Vocabulary = _NO_VOCABULARY) -> None:
        super().__init__(lines)
        self._vocabulary = vocabulary

    @cached_property
    def text(self) -> str:
        """All of them."""
        return "\n".join(line.text for line in self)

    def places(self, words: Iterable[str]) -> Sequence[int]:
        """Give where the lines stand that hold one of *words* (no newline in any), in order."""
        found = [places for word in words if (places := self._places_of(word))]
        return found[0] if len(found) == 1 else sorted({*chain.from_iterable(found)})

    def hold(self, words: Iterable[str]) -> bool:
        """Say whether one of *words* stands in any line."""
        return any(self._holds(word) for word in words)

    def _holds(self, word: str) -> bool:
        places = self._known.get(word)
        if places is None and word not in self.text:
            places = self._asked(word)
        return places is None or bool(places)

    def _places_of(self, word: str) -> list[int]:
        """Several finders look for the same words: each is searched once."""
        if (known := self._known.get(word)) is not None:
            return known
        found, text, starts = self._asked(word), self.text, self._starts
        at = text.find(word)
        while at >= 0:
            place = bisect_right(starts, at)
            found.append(place - 1)
            at = text.find(word, starts[place]) if place < len(starts) else -1
        return found

    def _asked(self, word: str) -> list[int]:
        """Give room for the places of *word*."""
        self._vocabulary.learn(word)
        places = self._known[word] = list[int]()
        return places

    @cached_property
    def _known(self) -> dict[str, list[int]]:
        return {word: [] for word in self._vocabulary.absent(self.text)}

    @cached_property
    def _starts(self) -> list[int]:
        """Where in the whole text each line begins."""
        return list(accumulate((len(line.text) + 1 for line in self[:-1]), initial=0))


HIGH_RANK = 70
"""From here on a tool's own format, or a statement that is known, spoke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A candidate for the root cause."""

    lines: tuple[Line, ...]
    """Best first; the first one's text is the summary unless one is given."""
    rank: int
    """0..100: how surely such a line states why a command failed; from HIGH_RANK on a tool's own format."""
    rule: str
    """The format or signature that spoke."""
    failure_class: FailureClass | None = None
    first_wins: bool = True
    """Among equals the first of the log is the cause (compilers, tests), else the last."""
    summary: str = ""
    identity: str = ""
    """What the fingerprint is made of, when it is not the summary."""
    agent_form: bool = False
    """The known error form of an agent's own failure; counts also at exit 0."""
    is_guessed: bool = False
    """Its class was guessed from words and surroundings, which another night may print otherwise."""
    one_line: bool = False
    """Known by one line of the catalogue: no form around it confirms it."""
    replay: tuple[str, ...] = ()
    """The command that runs the failing thing again, where the format itself names it."""
    command: tuple[str, ...] = ()
    """The command that the log shows before it: less exact than a replay."""

    @property
    def number(self) -> int:
        """Where it stands in the log."""
        return self.lines[0].number

    @property
    def is_unconfirmed(self) -> bool:
        """Say whether it is one line that the catalogue knows and that nothing around it confirms."""
        return self.one_line and not (self.first_wins or self.agent_form)

    def words(self) -> str:
        """Give the one line that a person should read."""
        return self.summary or self.lines[0].text.strip()
