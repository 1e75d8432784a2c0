"""The catalogue of known failures: how each looks, its class, and what to do about it.

The entries are data (config/signatures.toml, and a person's own file, which wins); here they are
checked and matched. A pattern is only tried on lines that hold one of the entry's literal words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from policies.failure import FailureClass
from policies.literals import Engine, Search, plain_engine
from policies.signature_shape import check_shape, class_named
from policies.slow_patterns import refuse_slow

MATCH_LIMIT_CHARS = 2_000
"""More of a text is not matched."""


class SignatureError(ValueError):
    """An entry of the catalogue is wrong; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How one known failure looks, and what to do about it."""

    name: str
    expression: str
    words: tuple[str, ...]
    """Lower-case literals, one of which stands in every text that the pattern matches."""
    failure_class: FailureClass
    rank: int = 60
    """0..100: how surely a line that matches states why a command failed."""
    first_wins: bool = False
    """Of several such lines the first is the cause, else the last."""
    agent: bool = False
    """An agent's own known error form: it counts even when the agent ends with exit 0."""
    of_task: bool = False
    """It lies in what was asked, not in the agent's account: other repositories go on."""
    severity: str = "medium"
    remediation: tuple[str, ...] = ()
    replay: tuple[str, ...] = ()
    own: bool = False
    """Of a person's own file: it knows better than any shipped entry or format."""
    source: str = ""
    """Where the knowledge comes from."""
    example: str = ""
    """A line that the pattern matches; a test runs it."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when it is first tried: of hundreds a log needs few."""
        return _compiled(self.expression)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


class Signatures:
    """The entries in force; of several that match, a person's own wins, then the highest rank."""

    def __init__(self, entries: Iterable[Signature], engine: Engine = plain_engine) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: (not entry.own, -entry.rank)))
        self._engine = engine
        by_word: dict[str, list[int]] = {}
        for place, entry in enumerate(self.entries):
            for word in entry.words:
                by_word.setdefault(word, []).append(place)
        self._words, self._places = tuple(by_word), tuple(by_word.values())

    def __reduce__(self) -> tuple[type[Signatures], tuple[tuple[Signature, ...], Engine]]:
        """Give what another process makes them of: an engine's search is of one process."""
        return Signatures, (self.entries, self._engine)

    def of(self, text: str) -> Signature | None:
        """Give the entry that knows *text* best, or None."""
        text = text[:MATCH_LIMIT_CHARS].replace("’", "'")
        found = self._search(text.lower())
        if not found:
            return None
        held = {which for which, _, _ in found}
        places = self._places
        tried = places[held.pop()] if len(held) == 1 else {p for w in held for p in places[w]}
        for place in sorted(tried):
            if self.entries[place].pattern.search(text):
                return self.entries[place]
        return None

    @cached_property
    def _search(self) -> Search:
        return self._engine(self._words)

    def named(self, name: str) -> Signature | None:
        """Give the entry called *name*."""
        return next((entry for entry in self.entries if entry.name == name), None)


def parse(data: Mapping[str, Any], *, trusted: bool = False) -> tuple[Signature, ...]:
    """Give the entries of a catalogue file's content. Raises SignatureError on the first wrong one.

    Of a *trusted* catalogue (the shipped one, which tests read) the expressions are not tried.
    """
    stray = set(data) - {"signature"}
    if stray:
        raise SignatureError(
            f"unknown table {sorted(stray)[0]!r}: entries are [[signature]] tables"
        )
    entries = data.get("signature", [])
    if not isinstance(entries, list):
        raise SignatureError("'signature' must be a list of tables: write [[signature]]")
    made = tuple(_entry(row, n, trusted) for n, row in enumerate(entries, 1))
    _refuse_twins(made)
    return made


def _refuse_twins(entries: Iterable[Signature]) -> None:
    """Only one of two entries of one name could be in force."""
    known = set[str]()
    for n, entry in enumerate(entries, 1):
        if entry.name in known:
            raise SignatureError(f"signature number {n}: {entry.name!r} is defined above already")
        known.add(entry.name)


def _entry(row: Any, n: int, trusted: bool) -> Signature:
    name = row.get("name") if isinstance(row, dict) else None
    label = f"signature {name!r}" if name else f"signature number {n}"
    try:
        return _read(row, trusted)
    except RecursionError as error:
        raise SignatureError(f"{label}: its groups lie too deep in each other") from error
    except (KeyError, TypeError, ValueError, OverflowError, re.error) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise SignatureError(f"{label}: {reason}") from error


def _read(row: Mapping[str, Any], trusted: bool) -> Signature:
    check_shape(row)
    words = tuple(word.lower() for word in row["words"])
    if not words or not all(words):
        raise ValueError("'words' needs at least one word that every matching line holds")
    if not trusted:
        refuse_slow(row["pattern"])
    entry = _made(row, words)
    if not trusted and entry.example and Signatures([entry]).of(entry.example) is None:
        raise ValueError("it does not know its own example: mend 'pattern', 'words' or 'example'")
    return entry


def _made(row: Mapping[str, Any], words: tuple[str, ...]) -> Signature:
    return Signature(
        name=row["name"],
        expression=row["pattern"],
        words=words,
        failure_class=class_named(row["class"]),
        rank=row.get("rank", 60),
        first_wins=row.get("pick", "last") == "first",
        agent=row.get("agent", False),
        of_task=row.get("task", False),
        severity=row.get("severity", "medium"),
        remediation=tuple(row.get("remediation", ())),
        replay=tuple(row.get("replay", ())),
        source=row.get("source", ""),
        example=row.get("example", ""),
    )
