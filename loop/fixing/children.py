"""Runs one tool: no input, no network as far as the tool lets itself be told, and a time limit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from loop.process import Launch, run
from policies.text import safe
from policies.timeouts import Timeouts

OFFLINE = {
    "CARGO_NET_OFFLINE": "true",
    "GIT_ALLOW_PROTOCOL": "file",
    "GIT_TERMINAL_PROMPT": "0",
    "GOFLAGS": "-mod=readonly",
    "GOPROXY": "off",
    "GOTOOLCHAIN": "local",
    "PIP_NO_INDEX": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "RUSTUP_AUTO_INSTALL": "0",
    "UV_OFFLINE": "1",
    "npm_config_offline": "true",
    "npm_config_update_notifier": "false",
}
"""What keeps each tool, and what it starts, from the network."""
KEPT_BYTES = 8 * 1024 * 1024
"""Of a tool's output; the middle of a longer one is dropped."""
BATCH_FILES = 400
BATCH_CHARS = 60_000
"""Of paths in one command line; Linux takes 128 KiB in one argument, macOS 1 MiB in all."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How one command ended."""

    exit_code: int | None
    """Negative: that signal; None: it never started, or was stopped by its clock."""
    lines: tuple[str, ...]
    """What it printed, both outputs, without control sequences."""
    why_not: str = ""
    """Why it did not start or end; empty: it ended by itself."""


class Output:
    """Takes bytes; keeps the first and the last half of KEPT_BYTES."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()

    def take(self, chunk: bytes) -> None:
        """Add *chunk*; what falls out of the tail is dropped."""
        room = max(0, KEPT_BYTES // 2 - len(self._head))
        self._head += chunk[:room]
        self._tail += chunk[room:]
        if len(self._tail) > KEPT_BYTES:
            del self._tail[: -KEPT_BYTES // 2]

    def lines(self) -> tuple[str, ...]:
        """Give the lines that are kept."""
        text = (self._head + self._tail).decode("utf-8", "surrogateescape")
        return tuple(text.splitlines())


def run_tool(root: Path, argv: Iterable[str], environ: Mapping[str, str], limit_s: float) -> Ended:
    """Run *argv* in *root* and give how it ended, within about *limit_s*."""
    words = tuple(argv)
    output = Output()
    env = {**environ, **OFFLINE, "PATH": _path(root, environ)}
    launch = Launch(words, root, env)  # a marker of its own: ours may be borne by others, too
    timeouts = Timeouts(total_s=limit_s, silence_s=0, after_end_s=2, grace_s=2)
    ended = run(launch, timeouts, sink=output.take)
    why = ended.error if ended.exit_code is None else ""
    if ended.stopped_because is not None:
        return Ended(None, output.lines(), f"it did not end within {limit_s:g} s")
    return Ended(ended.exit_code, output.lines(), why)


def batches(paths: list[str]) -> Iterator[list[str]]:
    """Yield *paths* in parts that fit on a command line."""
    part: list[str] = []
    chars = 0
    for path in paths:
        if part and (len(part) >= BATCH_FILES or chars + len(path) > BATCH_CHARS):
            yield part
            part, chars = [], 0
        part.append(path)
        chars += len(path) + 1
    if part:
        yield part


def told(lines: tuple[str, ...], count: int) -> list[str]:
    """Give the last *count* lines that say something, fit for a terminal."""
    clean = (safe(line).rstrip() for line in lines[-count * 10 :])
    return [line for line in clean if line][-count:]


def _path(root: Path, environ: Mapping[str, str]) -> str:
    """Give PATH with the repository's own node tools first: they call each other by name."""
    return os.pathsep.join([str(root / "node_modules/.bin"), environ.get("PATH", os.defpath)])
