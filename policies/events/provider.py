"""What a model's provider said, out of the body that an error's text quotes.

Client libraries print the answer's body as they have it: JSON, or Python's way of writing the same.
"""

from __future__ import annotations

import re

from policies.events import api_error, lines
from policies.expressions import expression

LOOKED_AT_CHARS = 8_000
_NESTED = 3
"""A body's message may hold another body; more were not seen."""
_VALUE = r"\s{0,4}:\s{0,4}(?:\"((?:[^\"\\]|\\.){1,4000})\"|'((?:[^'\\]|\\.){1,4000})')"
_FIELDS = tuple(
    expression(rf"(?<!\\)[\"']{name} ?[\"']{_VALUE}", re.DOTALL)
    for name in ("message", "detail", "error", "error_description")
)
_INNER = expression(r"\\\"message\\\"\s{0,4}:\s{0,4}\\\"((?:[^\"\\]|\\[^\"]){1,4000})(\\\")")
"""The message of a body inside a body that was cut: its own end is all that closes it."""
_ESCAPED = expression(r"\\(.)", re.DOTALL)
_BLANKS = {"n": "\n", "t": "\t", "r": " "}
_SEAM = " -:：,=(["
_BYTES = expression(r"(?<![\w'\"])b['\"]$")
"""How Python begins the bytes that it prints."""
_FAILED_CALL = expression(
    r"^(?:[^.\"'`]{0,80}\s)?(?:(?:API|LLM|model|provider|request)[ _]?(?:call )?(?:error|failed) ?[:(] ?"
    r"(?:status )?(?:code )?[45]\d\d\b|(?:I )?(?:encountered|ran into) (?:an?|this) (?:\w{1,20} )?error: \S)",
    re.IGNORECASE,
)
"""With its status; or in the words in which programs put it in the first person, and nothing after it."""
_NOTICE = expression(
    r"^[⚠❌✖✗⛔🚫🛑]\ufe0f?\s{0,3}(?=.{0,900}\bplease\b)(?!.{0,900}\b(?-i:I|We)\b)"
    r"(?:[^.\"'`]{0,60}\b)?(?:rejected the request|rate limit|network error|quota"
    r"|maximum context length|connection (?:error|closed|lost|reset)"
    r"|failed to (?:parse|reach|contact|connect)"
    r"|(?:API|model|provider|request) (?:error|failed|timed out))",
    re.IGNORECASE,
)
"""What a program says itself where the answer should stand: marked as bad, with what to do about it."""
_TRY_AGAIN = expression(r"\b(?:retry|try again|transient|recoverable)\b", re.IGNORECASE)
_STATUS = expression(
    r"[\"'](?:code|status|status_?code|http_?code)\\?[\"']\s{0,4}:\s{0,4}[\"']?([45]\d\d)\b",
    re.IGNORECASE,
)
_BODY = expression(r"\{(?:\s|\\n){0,200}[\"']\w")
"""Python shows the line ends of bytes that it prints as `\\n`."""
_OPENS = expression(r"\{(?:\s|\\n){0,200}(?:[\"']\w|$)")


def told(text: str) -> str:
    """Give *text* with the provider's own message in the place of the body that holds it.

    Text without such a body comes back as it is; a message that stands before the body is not told twice.
    """
    begins = _BODY.search(text[:LOOKED_AT_CHARS])
    said = message_in(text[begins.start() :]) if begins else ""
    if begins is None or not said:
        return text
    head = _BYTES.sub("", text[: begins.start()].strip().rstrip(_SEAM)).rstrip(_SEAM)
    if said in head or not head:
        return head or said
    return f"{head} {said}" if head.endswith(".") else f"{head}: {said}"


def status_in(text: str) -> int | None:
    """Give the HTTP status that the body in *text* names; None without."""
    match = _STATUS.search(text[:LOOKED_AT_CHARS])
    return int(match[1]) if match else None


def stated(said: str, status: int | None = None) -> tuple[str, int | None]:
    """Give the provider's words in the error *said*, and its HTTP status: *status*, or one that it names."""
    own = api_error.at_end(said)
    if own is not None:
        inner, named = api_error.unwrap(own)
        return inner, named or status
    return told(said), status or status_in(said) or lines.status_in(said)


def is_failed_call(words: str) -> bool:
    """Say whether an agent's *words* are no answer, but its apology for a call of the API that failed."""
    said, *advice = words[:LOOKED_AT_CHARS].strip().splitlines() or [""]
    is_all = all(_TRY_AGAIN.search(line) for line in advice if line.strip())
    return is_all and (_FAILED_CALL.match(said) or _NOTICE.match(said)) is not None


def message_in(body: str) -> str:
    """Give the innermost message that *body* tells, in JSON or Python's form; empty without one."""
    said, inner = "", _message(body[:LOOKED_AT_CHARS])
    for _ in range(_NESTED):
        if not inner:
            break
        said, inner = inner, _message(inner) if _BODY.search(inner) else ""
    return said.strip()


def _message(body: str) -> str:
    found = (form.search(body) for form in _FIELDS)
    match = next((each for each in found if each), None) or _INNER.search(body)
    return _plain(match[1] or match[2]) if match else ""


def _plain(quoted: str) -> str:
    return _ESCAPED.sub(lambda match: _BLANKS.get(match[1], match[1]), quoted)


def is_open(text: str) -> bool:
    """Say whether a body begins in *text* and does not end there."""
    begins = _OPENS.search(text[:LOOKED_AT_CHARS])
    if begins is None:
        return False
    body = text[begins.start() : LOOKED_AT_CHARS]
    return body.count("{") > body.count("}")
