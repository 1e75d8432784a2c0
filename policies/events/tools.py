"""What became of a tool's call, in the JSON of an agent that nobody knows.

Streams nest a result in many ways (`state.status`, `toolResult.error`, `tool_call.x.result.failure`), so
it is looked for at any place in the object but in what the call was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.events import lines
from policies.events.kinds import words_of
from policies.events.marks import BAD
from policies.events.refused import is_bare_refusal, refusing_line
from policies.expressions import expression

_GIVEN = frozenset(
    {"args", "arguments", "input", "rawInput", "raw_input", "parameters", "toolCall", "function"}
)
"""What the call was given says nothing of what came of it."""
_DEPTH, _SEEN = 6, 60
_EXITS = ("exit_code", "exitCode", "exit", "returncode", "return_code", "exit_status")
_REFUSED = ("rejected", "permissionDenied", "permission_denied", "denied")
_FAILURES = (*_REFUSED, "error", "failure", "errorMessage", "error_message")
_STATES = ("status", "state", "outcome", "subtype")
_OVER_STATES = BAD | {"completed", "complete", "success", "succeeded", "done", "rejected"}
_TEXTS = (
    *("output", "aggregated_output", "content", "text", "value", "result", "stdout", "stderr"),
    *("message", "errorMessage", "error_message", "error", "reason", "details"),
)
_RESULT = frozenset({"result", "response", "output"})
_EXITED = expression(
    r"\bexit(?:ed)?(?: with)?(?: code| status)?[ :=(]{1,3}[1-9]\d{0,2}\b", re.IGNORECASE
)
_EXIT_FIELD = expression(r"\"exit_?code\"\s{0,2}:\s{0,2}[1-9]", re.IGNORECASE)
_ERROR_START = expression(r"^(?:<system>)?error: ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """How one call of a tool ended."""

    failed: bool
    refused: bool
    """Something refused it: a sandbox, a rule, a full disk."""
    text: str
    """What it printed; where it was refused, the part that says so."""


def is_over(data: lines.Json) -> bool:
    """Say whether *data*, which tells of a tool, bears a mark that its call has ended."""
    return any(
        any(str(place.get(name)).lower() in _OVER_STATES for name in _STATES) or _failed(place)
        for place in _inside(data)
    )


def result_of(data: lines.Json) -> Result:
    """Give how the call ended that *data* tells of."""
    places = list(_inside(data))
    texts = [text for place in places for text in _texts(place)]
    tells = _EXIT_FIELD.search if any(map(_went_well, places)) else _tells_failure
    failed = any(map(_failed, places)) or any(map(tells, texts))
    told = next((line for text in texts if (line := refusing_line(text))), "")
    by_rule = any(place.get(name) for place in places for name in _REFUSED)
    return Result(failed, failed and bool(told or by_rule), told or next(iter(texts), ""))


def results_in(blocks: Iterator[lines.Json]) -> Iterator[Result]:
    """Yield how calls ended that the *blocks* of a message tell of."""
    for block in blocks:
        kind = words_of(lines.text_of(block.get("type")))
        if "tool" in kind and _RESULT & set(kind):
            yield result_of(block)


def _inside(data: Any, depth: int = _DEPTH) -> Iterator[lines.Json]:
    """Yield *data* and the objects in it, _SEEN at most."""
    waiting, seen = [(data, depth)], 0
    while waiting and seen < _SEEN:
        place, left = waiting.pop(0)
        inner = place if isinstance(place, list) else []
        if isinstance(place, dict):
            seen += 1
            yield place
            inner = [value for name, value in place.items() if name not in _GIVEN]
        waiting += [(each, left - 1) for each in inner if left and isinstance(each, dict | list)]


def _failed(place: lines.Json) -> bool:
    if place.get("is_error") is True or place.get("isError") is True:
        return True
    if any(place.get(name) is False for name in ("success", "ok")):
        return True
    if any(str(place.get(name)).lower() in BAD for name in _STATES):
        return True
    if any(lines.whole(place.get(name)) for name in _EXITS):
        return True
    return any(place.get(name) and isinstance(place[name], str | dict) for name in _FAILURES)


def _went_well(place: lines.Json) -> bool:
    """Say whether the stream itself calls the result good: then what was printed may be a file's text."""
    if place.get("is_error") is False or place.get("isError") is False or place.get("success"):
        return True
    return any(type(place.get(name)) is int and place[name] == 0 for name in _EXITS)


def _texts(place: lines.Json) -> Iterator[str]:
    """Yield the words in *place*, those in an object that is printed as text before it."""
    for name in _TEXTS:
        if text := lines.text_of(place.get(name)):
            printed = lines.document(text)
            yield from (lines.text_of(printed.get(inner)) for inner in _TEXTS)
            yield text


def _tells_failure(text: str) -> bool:
    """Say whether a tool's own words, not a field beside them, tell that it failed."""
    said = text.strip()
    ends = f"{said[:120]}\n{said[-120:]}"
    told = _EXITED.search(ends) or _EXIT_FIELD.search(ends) or _ERROR_START.match(said)
    return told is not None or is_bare_refusal(said)
