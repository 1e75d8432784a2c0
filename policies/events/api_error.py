"""What Gemini CLI and its fork Qwen Code print of an API failure: `[API Error: ...]`, reports, dumps.

The message may hold the server's JSON body, whose own `error.message` may hold another one.
"""

from __future__ import annotations

import json
import re

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS
from policies.expressions import expression

MARK = "[API Error:"
_NESTED = 4
"""JSON bodies inside messages of JSON bodies that are opened; three were seen."""
_QUOTING = frozenset(" \t`\"'(*>|")
"""Before the mark one of these means that an answer quotes it: the CLI appends it without a blank."""
_NAME = expression(r"^(?:_?[A-Z]\w{0,60}(?:Error|Exception)|Error)(?: \[\w{1,40}\])?: ")
_SUGGESTED = expression(r"\nSuggested retry after [\d.]{1,12}s\.\s*\Z")
_WAIT = expression(r"retry in \d", re.IGNORECASE)
_FRAME = expression(r"^\s+at \S")
_CAUSELESS = frozenset({"", "[object Object]", "undefined", "null"})


def at_end(text: str) -> str | None:
    """Give the message of the API error that *text* ends with, one line of advice after it or none."""
    text = text.rstrip()
    start = text.rfind(MARK)
    if start < 0 or (start and text[start - 1] in _QUOTING):
        return None
    said, closed, advice = text[start + len(MARK) :].rpartition("]")
    if not closed or (advice and not advice.startswith("\n")) or "\n" in advice.strip():
        return None
    return said.strip()


def without_name(said: str) -> str:
    """Give *said* without the JavaScript error's name before it."""
    return _NAME.sub("", said.strip(), count=1)


def unwrap(said: str) -> tuple[str, int | None]:
    """Give the innermost message of *said*, and the HTTP status that it or a body around it names."""
    status = lines.status_in(said)
    text = without_name(said)
    for _ in range(_NESTED):
        body = _body(text)
        inner = lines.field(body, "message")
        if not isinstance(inner, str) or not inner.strip():
            break
        text = inner.strip()
        code = lines.field(body, "code") or lines.field(body, "statusCode")
        status = http_status(code) or status or lines.status_in(text)
    return _once(text)[:TEXT_LIMIT_CHARS], status


def _once(text: str) -> str:
    """The wait that the CLI adds to a message that names one already would only make it another text."""
    return _SUGGESTED.sub("", text) if _WAIT.search(text) else text


def http_status(code: object) -> int | None:
    """Give *code* when it is the HTTP status of a failure."""
    number = int(code) if isinstance(code, str) and code.isdecimal() and len(code) == 3 else code
    found = lines.whole(number)
    return found if found is not None and 400 <= found < 600 else None


def is_causeless(text: str) -> bool:
    """Say whether *text* is what JavaScript prints of an object in place of a message."""
    return text.strip() in _CAUSELESS


def is_frame(raw: str) -> bool:
    """Say whether *raw* is a frame of a JavaScript stack trace."""
    return _FRAME.match(raw[:80]) is not None


def is_dump(raw: str) -> bool:
    """Say whether *raw* continues a printed error object: indented, or closing a bracket."""
    return raw[:1] in " \t}])"


def _body(text: str) -> object:
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    inner = lines.field(found, "error")
    return inner if isinstance(inner, dict) else found
