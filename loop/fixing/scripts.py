"""How package.json's own scripts call a tool: the words that say which files it is for."""

from __future__ import annotations

import re
import shlex

from loop.finding.files import json_object, table
from loop.fixing.repository import Repository

_END = re.compile(r"&&|\|\||[;|&\n<>]")


def words_of(repo: Repository, program: str, without: frozenset[str]) -> tuple[str, ...]:
    """Give the words of the first script that calls *program* with some; none when no script does.

    Words in *without* are left out. A call with variables or substitutions is not understood.
    """
    scripts = table(json_object(repo.root / "package.json"), "scripts")
    for script in (value for value in scripts.values() if isinstance(value, str)):
        for command in _END.split(script):
            found = _words(command, program)
            kept = tuple(word for word in found if word not in without)
            if any(not word.startswith("-") for word in kept):
                return kept
    return ()


def options(words: tuple[str, ...], with_value: frozenset[str]) -> tuple[str, ...]:
    """Give the options in *words* without the files; those of *with_value* keep their next word."""
    return tuple(
        word
        for before, word in zip(("", *words), words, strict=False)
        if word.startswith("-") or before in with_value
    )


def package_table(repo: Repository, name: str) -> bool:
    """Say whether package.json has something under *name*."""
    return name in json_object(repo.root / "package.json")


def _words(command: str, program: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    while words and (words[0] in ("npx", "cross-env") or "=" in words[0]):
        words = words[1:]
    if not words or words[0] != program or "$" in command or "`" in command:
        return []
    return words[1:]
