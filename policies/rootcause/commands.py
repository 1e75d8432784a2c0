"""The command that a CI system or a traced shell showed before it ran, for running it again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from policies.expressions import expression
from policies.redaction import redact
from policies.rootcause.finding import Line

LENGTH_LIMIT_CHARS = 300
"""A longer command is a script, not something to type."""

_SHOWN = expression(
    r"^\$ (?P<command>(?!(?:cd|export|echo|set|source|mkdir|rm|cat|ls|if|for|while|eval|unset|exit|sleep)\b)"
    r"[\w./~\"'].*)$"
)
_TRACED = expression(
    r"^\+ (?P<command>(?:\./|/)?(?:[\w./-]{0,80}/)?(?:make|cmake|ctest|ninja|meson|bazel"
    r"|cargo|go|mvn|mvnw|gradle"
    r"|gradlew|sbt|dotnet|swift|npm|npx|yarn|pnpm|node|tox|nox|pytest|python3?|uv|ruff|mypy"
    r"|docker|terraform|helm"
    r"|bundle|rake|composer|php|mix|stack|cabal)(?: .*)?)$"
)
_RUN = expression(r"^##\[group\]Run (?P<command>(?!\S+/\S+@)\S.*)$")
_SECRET = expression(r"\*\*\*|\[MASKED\]|\[redacted\]|\$\{\{|(?:TOKEN|SECRET|PASSWORD|API_KEY)=\S")


def shown_command(lines: Sequence[Line], begins: int, number: int) -> tuple[str, ...]:
    """Give the last command shown between lines *begins* and *number*; none where none was, whole."""
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if line.number >= number:
            continue
        if line.number < begins:
            break
        command = _command(lines, at)
        if command:
            return (command,)
    return ()


def _command(lines: Sequence[Line], at: int) -> str:
    text = lines[at].text
    if text[:2] not in ("$ ", "+ ", "##"):
        return ""
    if traced := _TRACED.match(text):
        return _typed(_words(traced["command"]))
    match, run = _SHOWN.match(text), _RUN.match(text)
    if run and _is_whole(lines, at, run["command"]):
        match = run
    command = match["command"].strip() if match else ""
    return _typed(command) if _words(command) else ""


def _typed(command: str) -> str:
    """Give *command*, or "" of what nobody types, or nobody may read."""
    is_secret = _SECRET.search(command) or redact(command) != command
    return "" if len(command) > LENGTH_LIMIT_CHARS or is_secret else command


def _words(traced: str) -> str:
    """Give what a shell traced, quoted (some print what they expanded without); "" of half a command."""
    try:
        words = shlex.split(traced)
    except ValueError:
        return ""
    return "" if "$'" in traced else shlex.join(words)


def _is_whole(lines: Sequence[Line], at: int, command: str) -> bool:
    """A step of several lines is titled by its first: it is whole when the shell is named right below."""
    below = [line.text for line in lines[at + 1 : at + 3]]
    return len(below) == 2 and below[0] == command and below[1].startswith("shell:")
