"""A log line as its author wrote it: without colours, progress bars, time stamps and CI prefixes."""

from __future__ import annotations

import json

from policies.expressions import expression
from policies.rootcause.prefixes import LOOKS_MARKED, MARKERS, PREFIX

LINE_LIMIT_CHARS = 2_000
"""More of a line is not looked at."""
PREFIXES_LIMIT = 3
"""Prefixes taken off one line: runner, job, logger."""

_LEVEL_DASH = expression(
    r"^\s*(?:INFO|(?:WARNING|ERROR|CRITICAL)(?= - {1,2}(?:GECKO\(\d{1,9}\)|PID \d{1,9}) \|)) - {0,2}"
)
"""mozharness: what a harness only passes on; its own errors keep their mark."""
_PASSED_ON = expression(
    r"^(?:\s?\d{1,3}:\d\d\.\d\d (?=\S)|(?:GECKO\(\d{1,9}\)|PID \d{1,9}|INFO) \| ?)"
)
"""mach's clock since its start; mozlog's mark of what the program under test printed."""
_ANSI = expression(
    r"\x1b\[[0-9;?<=>]*[ -/]*[@-~]"
    r"|\x1b[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[()*+][0-~]|\x1b[0-Z\\^_=>a-z]"
)
_LOST_ANSI = expression(
    r"(?:\^\[|[\u241b\u2190])\[(?:\d{1,3};){0,12}\d{0,3}m|\[(?:\d{1,3};){0,4}\d{1,3}m(?!\])"
)
"""Colours whose escape character was lost when somebody copied the log."""
_COLOUR_ENDS = tuple(f"{digit}m" for digit in range(10))
_WORKSPACE = expression(r"<https?://[^<>\s]{1,300}/ws/([^<>\s]{0,300})>")
"""Jenkins shows a path in its workspace as a link."""
_CONTROL = expression(r"[\x00-\x08\x0b-\x1f\x7f\ufeff]")
_BUILDKITE = expression(r"^_?bk;t=\d+\x07?")


def decoded(raw: bytes) -> str:
    """Give *raw* as text: of what is no UTF-8 the letters of Windows-1252 (Latin-1 and a few more).

    A line with other characters in UTF-8 keeps them; only what is broken in it is replaced.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
    return raw.decode("cp1252", "replace") if text.replace("\ufffd", "").isascii() else text


def clean(raw: str) -> str:
    """Give *raw* without its newline, escape codes, overwritten progress and leading time stamps."""
    text = raw if len(raw) <= LINE_LIMIT_CHARS else raw[:LINE_LIMIT_CHARS]
    if "\x1b" in text or "\x07" in text:
        text = _BUILDKITE.sub("", _ANSI.sub("", text))
    elif "m" in text and "[" in text and any(map(text.__contains__, _COLOUR_ENDS)):
        text = _LOST_ANSI.sub("", text)
    text = last_write(text) if "\r" in text else text
    if "_" in text and any(map(text.__contains__, LOOKS_MARKED)):
        text = MARKERS.sub("", text)
    if "/ws/" in text and "<http" in text:
        text = _WORKSPACE.sub(r"\1", text)
    text = text if text.isprintable() else _CONTROL.sub("", text)
    text = _without_prefixes(text.rstrip())
    is_event = text.startswith('{"Time"') and '"Action":"output"' in text
    return _go_output(text) if is_event else text


def last_write(text: str) -> str:
    """Give what a terminal shows of *text* at its end: a carriage return starts the line again."""
    if "\r" not in text:
        return text
    parts = [part for part in text.split("\r") if part.strip()]
    return parts[-1] if parts else ""


def _go_output(text: str) -> str:
    """Give what go test -json wraps: the line that the test printed."""
    try:
        return str(json.loads(text)["Output"]).rstrip("\n")
    except (ValueError, KeyError, TypeError):
        return text


def _without_prefixes(text: str) -> str:
    text = _stripped(text)
    if " - " in text and (dash := _LEVEL_DASH.match(text)):
        text = _stripped(text[dash.end() :])
    passed_on = _PASSED_ON.match(text) if "|" in text or "." in text else None
    return text[passed_on.end() :] if passed_on else text


def _stripped(text: str) -> str:
    for _ in range(PREFIXES_LIMIT):
        prefix = PREFIX.match(text)
        if prefix is None:
            break
        text = text[prefix.end() :]
    return text
