"""Which agent it is, told by the command line that starts it or by the name of its log."""

from __future__ import annotations

import re
from collections.abc import Sequence

PACKAGES = {
    "@openai/codex": "codex",
    "@anthropic-ai/claude-code": "claude",
    "@google/gemini-cli": "gemini",
    "@qwen-code/qwen-code": "qwen",
    "@github/copilot": "copilot",
    "@mariozechner/pi-coding-agent": "pi",
    "@charmland/crush": "crush",
    "opencode-ai": "opencode",
    "aider-chat": "aider",
    "mini-swe-agent": "mini-swe-agent",
}
"""Where an agent's package bears another name than its program (npm and PyPI)."""
AGENTS = frozenset(
    {*PACKAGES.values(), "mini", "goose", "amp", "droid", "cline", "cursor", "kiro"}
) | {
    *("kilo", "kilocode", "kimi", "iflow", "letta", "grok", "gptme", "openhands", "sweagent"),
    *("plandex", "codebuff", "forgecode", "auggie", "trae", "roo", "aichat", "cn", "llm"),
}
"""Agents that are known by name; most of them have no reader of their own."""

_RUNNERS = {
    "npx": (), "bunx": (), "uvx": (), "pnpx": (),
    "npm": ("exec", "x"), "pnpm": ("dlx", "exec"), "yarn": ("dlx", "exec"), "bun": ("x",),
    "pipx": ("run",), "uv": ("tool run", "run"),
}  # fmt: skip
"""What fetches a package and starts its program, and the words that ask it to."""
_SPAN = {
    "-p",
    "--package",
    "--from",
    "--with",
    "--python",
    "--spec",
    "-w",
    "--registry",
    "--prefix",
}
"""Options of those that take the next word."""
_SUFFIX = re.compile(r"\.(?:exe|cmd|ps1|bat|[cm]?js)$", re.I)
_VERSION = re.compile(r"(?<=.)(?:@|[=~<>!]=).*$|\[.*?\]")
_WORD = re.compile(r"[a-z]+")
_BANNERS = {"codex": re.compile(r"^(?:\[\d[\dT:.-]{9,30}Z?\] )?OpenAI Codex v\d")}
"""How an agent that also speaks in events begins in text mode."""


def of_command(argv: Sequence[str]) -> str:
    """Give the program that *argv* starts, by its agent's name where a runner fetches that; "" of none.

    `npx -y @google/gemini-cli@latest` is gemini, `/opt/bin/aider` is aider, `sh -c gemini` is sh.
    """
    if not argv:
        return ""
    program = _base(argv[0])
    if program == "env":
        return of_command(_after(argv[1:], assigns=True))
    if program not in _RUNNERS:
        return program
    rest = _asked(argv[1:], _RUNNERS[program])
    words = _after(rest, assigns=False) if rest is not None else ()
    return _packaged(words[0]) if words else program


def of_log(name: str) -> str | None:
    """Give the known agent after which a log's file is named (`codex-night-3.log`), or None."""
    return next((word for word in _WORD.findall(name.lower()) if word in AGENTS), None)


def of_banner(lines: Sequence[str]) -> str | None:
    """Give the agent whose banner stands in the first *lines* of a log in plain text, or None."""
    names = (name for line in lines for name, form in _BANNERS.items() if form.match(line))
    return next(names, None)


def _asked(rest: Sequence[str], words: tuple[str, ...]) -> Sequence[str] | None:
    """Give what follows the word that asks to run; None where something else is asked."""
    if not words:
        return rest
    return next((rest[n:] for word in words if tuple(rest[: (n := len(word.split()))])
                 == tuple(word.split())), None)  # fmt: skip


def _after(rest: Sequence[str], *, assigns: bool) -> Sequence[str]:
    """Give *rest* from the first word on that is no option, nor (*assigns*) NAME=value."""
    at = 0
    while at < len(rest) and (rest[at].startswith("-") or (assigns and "=" in rest[at])):
        at += 2 if rest[at] in _SPAN else 1
    return rest[at:]


def _packaged(word: str) -> str:
    plain = _VERSION.sub("", word)
    return PACKAGES.get(plain, _base(plain))


def _base(word: str) -> str:
    return _SUFFIX.sub("", word.replace("\\", "/").rpartition("/")[2])
