"""The first nightcrew.toml: what was found, written so that a person can go on from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.plans import short_hash, slug


@dataclass(frozen=True, slots=True)
class Entry:
    """One repository that was found."""

    path: Path
    checks: tuple[str, ...] = ()
    """Command lines, as they would be run."""
    setup: tuple[str, ...] = ()


def render(folder: Path, entries: Sequence[Entry], agent: str, agents: Sequence[str]) -> str:
    """Give the file's text for a fleet below *folder*; *agents* says a line each of what was found.

    What the program finds by itself at each start (checks, setup) stands in comments.
    """
    names = _names([entry.path for entry in entries])
    head = [
        "# The fleet. Every setting and its default: config/defaults.toml of Nightcrew.",
        *(f"# {line}" for line in agents),
        f"agent = {_text(agent)}",
        'landing = "branch"  # work waits on nightcrew/work; "commit" moves the base branch on',
    ]
    tables = [_table(folder, name, entry) for name, entry in zip(names, entries, strict=True)]
    return "\n".join([*head, *(line for table in tables for line in table)]) + "\n"


def _table(folder: Path, name: str, entry: Entry) -> list[str]:
    where = entry.path.relative_to(folder) if entry.path.is_relative_to(folder) else entry.path
    key = name if name.replace("-", "").replace("_", "").isalnum() else _text(name)
    lines = ["", f"[repositories.{key}]", f"path = {_text(str(where))}"]
    for what, found in (("setup", entry.setup), ("checks", entry.checks)):
        if found:
            lines.append(f"# found: {what} = [{', '.join(map(_text, found))}]")
    if not entry.checks:
        lines.append('# no check found: work stays unchecked; as in checks = ["make test"]')
    return lines


def _names(paths: Sequence[Path]) -> list[str]:
    slugs = [slug(path.name) for path in paths]
    lowered = [name.lower() for name in slugs]
    return [
        name if lowered.count(name.lower()) == 1 else f"{name}-{short_hash(path)}"
        for name, path in zip(slugs, paths, strict=True)
    ]


def _text(text: str) -> str:
    """Give *text* as a TOML string: JSON's form of it is one, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
