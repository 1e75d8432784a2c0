"""Reads `.pre-commit-config.yaml`: which hooks a repository has, and for which files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop.finding.files import text

CONFIG = ".pre-commit-config.yaml"


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of the file."""

    name: str
    """Its `id`."""
    args: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """Regular expressions that a path must contain: the file's own and the hook's."""
    never: tuple[str, ...] = ()
    """Regular expressions that a path must not contain."""

    def admits(self, path: str) -> bool:
        """Say whether the hook would look at *path*; never, when one of its expressions is broken."""
        try:
            wanted = all(re.search(pattern, path) for pattern in self.only)
            return wanted and not any(re.search(pattern, path) for pattern in self.never)
        except re.error:
            return False


def read_hooks(root: Path) -> tuple[Hook, ...]:
    """Give the hooks that pre-commit would run; none when the file is absent or broken."""
    import yaml  # only fixers need it

    try:
        config = yaml.safe_load(text(root / CONFIG))
    except (yaml.YAMLError, RecursionError, ValueError):
        return ()
    return tuple(_hooks(config)) if isinstance(config, dict) else ()


def _hooks(config: dict[str, Any]) -> Iterator[Hook]:
    for repo in _list(config.get("repos")):
        for hook in _list(repo.get("hooks") if isinstance(repo, dict) else None):
            if isinstance(hook, dict) and isinstance(hook.get("id"), str) and not _by_hand(hook):
                yield Hook(
                    hook["id"],
                    tuple(str(word) for word in _list(hook.get("args"))),
                    tuple(_patterns("files", config, hook)),
                    tuple(_patterns("exclude", config, hook)),
                )


def _by_hand(hook: dict[str, Any]) -> bool:
    stages = _list(hook.get("stages"))
    return bool(stages) and not {"pre-commit", "commit"}.intersection(map(str, stages))


def _patterns(key: str, *tables: dict[str, Any]) -> Iterator[str]:
    for table in tables:
        if isinstance(pattern := table.get(key), str) and pattern:
            yield pattern


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
