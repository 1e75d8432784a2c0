"""What an entry of a catalogue of failures may hold, each key and its kind of value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.failure import FailureClass

SEVERITIES = ("low", "medium", "high", "critical")
_TEXTS = ("name", "pattern", "class", "severity", "pick", "source", "example")
_LISTS = ("words", "replay", "remediation")
_FLAGS = ("agent", "task")
_CLASSES = tuple(each.value for each in FailureClass if each is not FailureClass.SUCCESS)
_KEYS = frozenset({*_TEXTS, *_LISTS, *_FLAGS, "rank"})


def class_named(name: str) -> FailureClass:
    """Give the class called *name*. Raises ValueError for none, and for a success, which is no failure."""
    if name not in _CLASSES:
        raise ValueError(
            f"no class of failures is called {name!r}: use one of {', '.join(_CLASSES)}"
        )
    return FailureClass(name)


def check_shape(row: Mapping[str, Any]) -> None:
    """Raise TypeError or ValueError where *row* has a key too many, or a value of the wrong kind."""
    if stray := set(row) - _KEYS:
        raise ValueError(f"unknown key {sorted(stray)[0]!r}")
    for key in _TEXTS:
        if not isinstance(row.get(key, ""), str):
            raise TypeError(f"{key!r} must be a text")
    for key in _LISTS:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise TypeError(f"{key!r} must be a list of texts")
    for key in _FLAGS:
        if not isinstance(row.get(key, False), bool):
            raise TypeError(f"{key!r} must be true or false")
    if not row["name"]:
        raise ValueError("'name' must not be empty")
    if type(row.get("rank", 60)) is not int or not 0 <= row.get("rank", 60) <= 100:
        raise ValueError("'rank' must be a whole number between 0 and 100")
    if row.get("severity", "medium") not in SEVERITIES:
        raise ValueError(f"'severity' must be one of {', '.join(SEVERITIES)}")
    if row.get("pick", "last") not in ("first", "last"):
        raise ValueError("'pick' must be first or last")
