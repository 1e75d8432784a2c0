"""Why a connection failed, where a client library wraps it: "Connection error.", "fetch failed".

The libraries print what they wrapped around it: Python the exceptions before the last one of a chain,
Node a `[cause]` with its `code` below, Rust and others a `Caused by`, agents a field of the same event.
Sources: libc's gai_strerror(3) and strerror(3), Node's error codes, Go's net and crypto/x509, OpenSSL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line

_WITHIN = 120
"""Lines of a chain that are looked at, each way."""
_EVENT_CHARS = 8_000
_WRAPPED = expression(
    r"connection error|fetch failed|request failed|error sending request|unable to connect"
    r"|(?:cannot|could not|couldn't|failed to) connect|apiconnectionerror|connecterror|\[cause\]|^\W*code: ",
    re.IGNORECASE,
)
_REASONS = (
    (
        "name not resolved",
        r"\bENOTFOUND\b|\bEAI_AGAIN\b|Name or service not known|Temporary failure in name resolution"
        r"|nodename nor servname|No address associated with hostname|no such host\b|NameResolutionError"
        r"|failed to lookup address|could not resolve host|Name does not resolve|getaddrinfo failed",
    ),
    ("refused", r"\bECONNREFUSED\b|\bConnection ?refused\b|actively refused"),
    (
        "certificate",
        r"CERTIFICATE_VERIFY_FAILED|\bcertificate verify failed|self[- _]signed[ _]cert|\bCERT_\w{3,30}\b"
        r"|UNABLE_TO_(?:VERIFY|GET)_\w{3,40}|certificate has expired|issuer certificate|\bx509: "
        r"|invalid peer certificate|unable to verify the first certificate",
    ),
    ("tls", r"\bWRONG_VERSION_NUMBER\b|wrong version number|handshake failure|\bERR_SSL_\w{3,40}"),
    ("reset", r"\bECONNRESET\b|\bConnection reset by peer|socket hang up|other side closed"),
    (
        "closed",
        r"\bpeer closed connection without|\bincomplete ?(?:chunked )?read\b|\bserver disconnected\b",
    ),
    (
        "unreachable",
        r"\bE(?:HOST|NET)UNREACH\b|Network is unreachable|No route to host",
    ),
    ("timed out", r"\bETIMEDOUT\b|\bConnection timed out|UND_ERR_CONNECT_TIMEOUT|ConnectTimeout"),
)
_REASON = tuple((name, expression(form, re.IGNORECASE)) for name, form in _REASONS)
_RAISED = r"(?:[A-Za-z_][\w.]{0,100}(?:Error|Exception|gaierror|Timeout|Failure))"
_CHAIN = expression(
    rf"^(?:[\s}}\]^│╭╰]|$|Traceback \(|The above exception|During handling|\W{{0,6}}(?:Caused by|cause)\b"
    rf"|{_RAISED}(?::|$)|\[cause\]|Error: )",
    re.IGNORECASE,
)
"""What a printed chain of exceptions is made of."""
_STATES = expression(
    rf"^[\s│]{{0,60}}(?:{_RAISED}: |Error: |(?:code|message): \S|(?:\[?cause\]?|Caused by|\d{{1,2}}): \S)",
    re.IGNORECASE,
)
_FIELD = expression(r'"(?:code|cause|message|errno|reason)" ?: ?"((?:[^"\\]|\\.){1,500})"')
_CODE = expression(r"\W{0,60}(?:code|errno)\b", re.IGNORECASE)
_PART = expression(r"\W{0,60}(?:code|errno|cause)\b", re.IGNORECASE)
"""A part of a printed error, not its own message."""
_MARKS = expression(
    r"^[\s│]{0,60}(?:(?:\[?cause\]?|Caused by|\d{1,2}): ?)?(?:(?:Error|TypeError): )?", re.I
)


def with_innermost(lead: Finding, lines: Sequence[Line]) -> Finding:
    """Give *lead*, if it wraps why a connection failed, with the reason that the log states beside it."""
    words = lead.words()
    is_field, is_part = _CODE.match(words) is not None, _PART.match(words) is not None
    if not _WRAPPED.search(words) or (reason_in(words) and not is_field):
        return lead
    line = next(_stated(lead, lines), None)
    says_no_more = line is None or (is_field and _CODE.match(line.text))
    return lead if line is None or says_no_more else _told(lead, line, is_part=is_part)


def reason_in(text: str) -> str:
    """Give the kind of reason that *text* states; empty without one."""
    return next((name for name, form in _REASON if form.search(text)), "")


def _told(lead: Finding, line: Line, *, is_part: bool) -> Finding:
    """Give *lead* with the reason in *line*; a mere part of a printed error gives its place to it."""
    said, words = _words(line.text), lead.words()
    whole = "Connection error" if is_part else lead.identity or words
    return replace(
        lead,
        lines=lead.lines if line.number == lead.number else (*lead.lines, line),
        summary=said if is_part else f"{words} ({said})",
        identity=f"{whole} ({reason_in(line.text)})",
    )


def _stated(lead: Finding, lines: Sequence[Line]) -> Iterator[Line]:
    """Yield what states a reason: the innermost of the printed chain around *lead*, or in its own event."""
    at = next((n for n, line in enumerate(lines) if line.number == lead.number), None)
    if at is None:
        return
    before = _chain(lines[max(0, at - _WITHIN) : at][::-1])[::-1]
    after = _chain(lines[at + 1 : at + 1 + _WITHIN])[::-1]
    told = [line for line in (*before, *after) if _STATES.match(line.text)]
    told.sort(key=lambda line: _PART.match(line.text) is not None and "[cause]" not in line.text)
    yield from (line for line in (*told, *_fields(lines[at])) if reason_in(line.text))


def _chain(lines: Sequence[Line]) -> list[Line]:
    return list(takewhile(lambda line: _CHAIN.match(line.text), lines))


def _fields(line: Line) -> Iterator[Line]:
    """Yield what an event's own line states in fields beside its message."""
    if line.text.startswith("{"):
        found = _FIELD.finditer(line.text[:_EVENT_CHARS])
        yield from (Line(line.number, match[1]) for match in found)


def _words(text: str) -> str:
    return _MARKS.sub("", text, count=1).strip().rstrip(",{ ").strip("'\"")
