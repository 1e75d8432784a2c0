"""Where the JSON objects of an agent that nobody knows hold what matters: message, words, status, session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.events import lines, litellm_errors
from policies.events.base import TEXT_LIMIT_CHARS
from policies.events.kinds import SESSIONS

_HELD = (
    *("message", "data", "item", "part", "msg", "payload", "result", "response", "event"),
    "llm_message",
)
"""What an object may hold in place of telling it itself."""
_NEAREST = (("error", "data"), ("error",))
_EXIT_CODES = ("exit_code", "exitCode")

_STATUSES = (
    "status",
    "statusCode",
    "status_code",
    "code",
    "http_status",
    "api_error_status",
    "error_status",
)
_TEXTS = (
    "message",
    "errorMessage",
    "error_message",
    "details",
    "detail",
    "reason",
    "text",
    "content",
    "result",
    "error",
)
_WORDS = ("text", "content", "delta", "result", "message")
_VAIN = frozenset({"unknown", "error", "null", "undefined", "none", "[object object]"})
"""What stands for an error that has no message."""
_TYPES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "billing_error": 402,
    "insufficient_quota": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "timeout_error": 408,
    "request_too_large": 413,
    "context_length_exceeded": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "api_error": 500,
    "server_error": 500,
    "overloaded_error": 529,
}
"""Error types of the Anthropic and OpenAI APIs, with the HTTP status they come with."""


def held(data: lines.Json) -> Iterator[lines.Json]:
    """Yield *data*, and the objects in it that may tell in its place; a person's message never does."""
    yield data
    messages = data.get("messages")
    inner = [messages[-1]] if isinstance(messages, list) and messages else []
    inner += [data.get(name) for name in _HELD] + [lines.field(data, "params", "update")]
    for place in inner:
        if isinstance(place, dict) and place.get("role") != "user":
            yield place


def _places(data: lines.Json) -> Iterator[Any]:
    """Yield where a failure may be told, the nearest to it first."""
    found = list(held(data))
    for path in _NEAREST:
        yield from (lines.field(place, *path) for place in found)
    yield from (*found[1:], data)


def said(data: lines.Json) -> str:
    """Give the message nearest to the error in *data*."""
    for place in _places(data):
        if isinstance(place, str) and place:
            return place[:TEXT_LIMIT_CHARS]
        for name in _TEXTS:
            if (told := lines.text_of(lines.field(place, name))) and told.lower() not in _VAIN:
                return told
    return ""


def words(data: lines.Json) -> str:
    """Give the words of the agent in *data*, or of a message in it."""
    places = (*list(held(data))[1:], data)
    found = (place.get(name) for place in places for name in _WORDS)
    told = (lines.text_of(lines.field(each, "text") or each) for each in found)
    return next((text for text in told if text), "")


def exit_code(data: lines.Json) -> int | None:
    """Give the exit code that *data*, or what it holds, tells; None without one."""
    told = (lines.whole(place[n]) for place in held(data) for n in _EXIT_CODES if n in place)
    return next(told, None)


def role(data: lines.Json) -> str:
    """Give who speaks in *data*, or in the message that it holds."""
    places = (data, data.get("message"), data.get("llm_message"))
    return next((said for each in places if (said := lines.text_of(lines.field(each, "role")))), "")


def blocks(data: lines.Json) -> Iterator[lines.Json]:
    """Yield the blocks of the content of *data*, or of the message that it holds."""
    content = lines.field(data, "message", "content") or data.get("content")
    yield from (
        (each for each in content if isinstance(each, dict)) if isinstance(content, list) else ()
    )


def status(data: lines.Json) -> int | None:
    """Give the HTTP status of the failure in *data*: as a number, or by the name of the API's error type."""
    for place in _places(data):
        found = (_http(lines.field(place, name)) for name in _STATUSES)
        if status := next((number for number in found if number), None):
            return status
        names = [lines.text_of(lines.field(place, n)) for n in ("type", "code")]
        types = (_TYPES.get(name) or litellm_errors.status_named(name) for name in names)
        if status := next((number for number in types if number), None):
            return status
    return None


def _http(given: Any) -> int | None:
    is_digits = isinstance(given, str) and given.isdecimal() and len(given) == 3
    number = lines.whole(int(given) if is_digits else given)
    return number if number and 400 <= number < 600 else None


def session(data: lines.Json) -> str | None:
    """Give the id of the session that *data* belongs to."""
    return next((found for name in SESSIONS if (found := lines.text_of(data.get(name)))), None)
