"""What every reader needs from one output line: its JSON object, or what plain text may mean.

A line may be cut (the pass log bounds it) or changed by redaction, so an object that no longer
parses is salvaged by its first scalar fields: an end event must not get lost over its length.
"""

from __future__ import annotations

import json
import re
from typing import Any

from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind
from policies.expressions import expression

Json = dict[str, Any]

_ANSI = expression(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_SALVAGE_CHARS = 8_000
_TAIL_CHARS = 4_000
_SCALAR = expression(
    r'"(type|subtype|is_error|api_error_status|session_id|thread_id|id|model|role|stopReason'
    r'|errorMessage|message|result|toolCallId|isError|status|text)"\s*:\s*'
    r'("(?:[^"\\]|\\.)*"|true|false|null|-?\d+(?:\.\d+)?)'
)

_RETRY = expression(
    r"reconnecting\.\.\.|retrying (?:in|after|as|attempt)|will retry in|waiting for (?:the )?network"
    r"|attempt \d+(?:/\d+)? failed|\bretry: [45]\d\d\b|retry(?:ing)? (?:attempt )?\(?\d+(?:/| of )\d+"
    r"|^\s*retrying\b",
    re.IGNORECASE,
)
_ERROR_FORM = expression(
    r"^(?:fatal )?error:\s|^error loading |^api error[: ]|^configuration error"
    r"|^(?:\S*/)?env: .{0,40}No such file or directory|^node:internal/|^Segmentation fault"
    r"|^thread '[^']*' (?:\(\d+\) )?panicked|JavaScript heap out of memory"
    r"|^(?:Uncaught )?[A-Z]\w*(?:Error|Exception)(?: \[\w+\])?: ",
    re.IGNORECASE,
)
_STATUS = expression(
    r"(?:\b[Ss]tatus(?: code)?:?|\bHTTP|\bAPI Error:|\bretry:|\()\s*([1-5]\d\d)\b|^([45]\d\d)\s"
)
_RETRY_AFTER = expression(
    r"(?:retry[- ]after|try again in)[:= ]+(\d+(?:\.\d+)?)\s*(ms|s\b|sec)?", re.I
)


def plain(line: str) -> str:
    """Give *line* without terminal codes and outer blanks."""
    return _ANSI.sub("", line).strip() if "\x1b" in line else line.strip()


def parse(line: str) -> Json | None:
    """Give the object that *line* holds, salvaged when it was cut; None for any other text."""
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return _salvage(line)
    return found if isinstance(found, dict) else None


def objects(line: str) -> list[Json]:
    """Give the objects of the list that *line* holds: some agents print all events as one, at the end."""
    if not line.startswith("[{"):
        return []
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return [each for each in found if isinstance(each, dict)]


def document(text: str) -> Json:
    """Give the object that all of *text* is; an empty one where it is none."""
    if not text.startswith("{") or not text.endswith("}"):
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _salvage(line: str) -> Json | None:
    fields: Json = {}
    for match in _SCALAR.finditer(line[:_SALVAGE_CHARS]):
        try:
            fields.setdefault(match[1], json.loads(match[2]))
        except ValueError:
            continue
    return fields if isinstance(fields.get("type"), str) else None


def field(data: Any, *path: str) -> Any:
    """Give what stands at *path* in nested objects; None where anything is missing."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def text_of(value: Any) -> str:
    """Give *value* as bounded text: a string, or the text blocks of a message's content.

    Of a longer one the middle goes: an answer may end with the error that ended it.
    """
    if isinstance(value, list):
        parts = (field(block, "text") for block in value)
        value = "\n".join(part for part in parts if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    if len(value) <= TEXT_LIMIT_CHARS:
        return value
    return value[: TEXT_LIMIT_CHARS - _TAIL_CHARS] + value[-_TAIL_CHARS:]


def whole(value: Any) -> int | None:
    """Give *value* if it is a whole number (a boolean is none)."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def money(value: Any) -> float | None:
    """Give *value* in USD if it is a number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


_STATUS_WORDS = ("tatus", "HTTP", "API Error:", "retry:", "(")
_RETRY_WORDS = ("retr", "reconnect", "network", "attempt ")
_RETRY_AFTER_WORDS = ("retr", "again")
_ERROR_WORDS = ("error", "except", "env: ", "node:", "gmentat", "pan", "heap out of memory")
"""One of each stands in what its expression finds: a cheap test before it. In lower case, and without
those letters (i, s) that an expression that ignores case also takes for letters that are none of ASCII."""


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return any(map(text.__contains__, words))


def status_in(text: str) -> int | None:
    """Give the HTTP status that *text* names."""
    if not (_holds(text, _STATUS_WORDS) or text.startswith(("4", "5"))):
        return None
    match = _STATUS.search(text)
    return int(match[1] or match[2]) if match else None


def retry_after_in(text: str) -> float | None:
    """Give the seconds that *text* says to wait, when it says them in seconds."""
    match = _RETRY_AFTER.search(text) if _holds(text.lower(), _RETRY_AFTER_WORDS) else None
    if not match:
        return None
    return float(match[1]) / (1000 if match[2] == "ms" else 1) if match[2] else None


def is_retry(text: str) -> bool:
    """Say whether *text* is an agent's chatter about trying again: never progress."""
    start = text[:500]
    return _holds(start.lower(), _RETRY_WORDS) and _RETRY.search(start) is not None


def from_text(line: str) -> Event:
    """Give the event of a line that is not JSON in the stream of an agent that speaks JSON."""
    text = line[:TEXT_LIMIT_CHARS]
    if is_retry(text):
        return Event(kind=EventKind.RETRY, text=text, structured=False)
    start = text[:500]
    if _holds(start.lower(), _ERROR_WORDS) and _ERROR_FORM.search(start):
        return Event(kind=EventKind.ERROR, text=text, structured=False, status=status_in(text))
    return Event(kind=EventKind.OTHER, text=text, structured=False)


def error(text: str, status: int | None = None) -> Event:
    """Give an agent's own error, with the status and the wait that its words name."""
    return Event(
        kind=EventKind.ERROR,
        text=text,
        ok=False,
        status=status or status_in(text),
        retry_after_s=retry_after_in(text),
    )


def failed_end(text: str, status: int | None = None, **more: Any) -> Event:
    """Give an end event that says the agent failed."""
    return Event(
        kind=EventKind.ENDED,
        text=text,
        ok=False,
        status=status or status_in(text),
        retry_after_s=retry_after_in(text),
        **more,
    )
