"""A log line as its author wrote it: without colours, progress bars, time stamps and CI prefixes.

Prefixes known: GitHub Actions, GitLab, Jenkins timestamper, Taskcluster, Buildkite, docker compose,
and plain clocks or dates at the line's start.
"""

from __future__ import annotations

import re

LINE_LIMIT_CHARS = 2_000
"""More of a line is not looked at."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BUILDKITE = re.compile(r"^_bk;t=\d+(?:\x07)?")
_GITLAB = re.compile(r"section_(?:start|end):\d+:[\w.-]+(?:\[[^\]]*\])?")
_PREFIX = re.compile(
    r"^\ufeff?(?:"
    r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z"
    r"|\s?[+-]\d\d:?\d\d)?\]?(?: [0-9A-F]{2}[OE]\+?)?"
    r"|\[\d\d:\d\d:\d\d(?:[.,]\d+)?\]"
    r"|\d\d:\d\d:\d\d(?:[.,]\d+)?(?=\s+(?:[A-Z]{4,8}\b|\S))"
    r"|\[(?:task|vcs|setup|taskcluster)[^\]]{0,60}\]"
    r"|[\w.-]+-\d+\s+\|"
    r")(?: |\s*$|(?=\t))"
)
_LEVEL_DASH = re.compile(r"^\s*(DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL) -(?: |$)")


def clean(raw: str) -> str:
    """Give *raw* without its newline, escape codes, overwritten progress and leading time stamps."""
    text = raw if len(raw) <= LINE_LIMIT_CHARS else raw[:LINE_LIMIT_CHARS]
    if "\x1b" in text or "\x07" in text:
        text = _ANSI.sub("", _BUILDKITE.sub("", text))
    text = last_write(text)
    if "section_" in text:
        text = _GITLAB.sub("", text)
    text = _CONTROL.sub("", text).rstrip()
    for _ in range(3):
        shorter = _PREFIX.sub("", text, count=1)
        if shorter == text:
            break
        text = shorter
    return _LEVEL_DASH.sub(_level, text)


def last_write(text: str) -> str:
    """Give what a terminal shows of *text* at its end: a carriage return starts the line again."""
    if "\r" not in text:
        return text
    parts = [part for part in text.split("\r") if part.strip()]
    return parts[-1] if parts else ""


def _level(match: re.Match[str]) -> str:
    return "" if match[1] in ("INFO", "ERROR") else f"{match[1]}: "
