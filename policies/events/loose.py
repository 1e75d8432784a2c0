"""Where the JSON objects of an agent that nobody knows hold what matters: message, words, status, session."""

from __future__ import annotations

from typing import Any

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS

SESSIONS = ("session_id", "sessionId", "sessionID", "thread_id", "threadId", "conversation_id")
"""A stream whose objects bear one of these is an agent's."""

_PLACES = (
    ("error",),
    ("data", "error"),
    ("result", "error"),
    ("data",),
    ("payload",),
    ("response",),
    (),
)
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
    "detail",
    "reason",
    "text",
    "content",
    "result",
    "error",
)
_WORDS = (("message",), ("data",), ("part",), ("item",), ())
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


def said(data: lines.Json) -> str:
    """Give the message nearest to the error in *data*."""
    for path in _PLACES:
        place = lines.field(data, *path) if path else data
        if isinstance(place, str) and place:
            return place[:TEXT_LIMIT_CHARS]
        for name in _TEXTS:
            if told := lines.text_of(lines.field(place, name)):
                return told
    return ""


def words(data: lines.Json) -> str:
    """Give the words of the agent in *data*, or of a message in it."""
    told = (
        lines.text_of(lines.field(data, *path, name))
        for path in _WORDS
        for name in ("text", "content", "delta", "result", "message")
    )
    return next((text for text in told if text), "")


def status(data: lines.Json) -> int | None:
    """Give the HTTP status of the failure in *data*: as a number, or by the name of the API's error type."""
    for path in _PLACES:
        place: Any = lines.field(data, *path) if path else data
        found = (_http(lines.field(place, name)) for name in _STATUSES)
        if status := next((number for number in found if number), None):
            return status
        types = (_TYPES.get(lines.text_of(lines.field(place, n))) for n in ("type", "code"))
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
