"""Causes that stand on one line, known to the catalogue of signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import CHECK_CLASSES, FailureClass
from policies.rootcause import noise
from policies.rootcause.fields import with_message
from policies.rootcause.finding import Finding, Line
from policies.rootcause.vague import only_ends
from policies.rootcause.wrapping import LOOKED_AT_CHARS, is_wrapper
from policies.signatures import MATCH_LIMIT_CHARS, Signature, Signatures

CLEANING_UP = 35
"""What a known failure loses in a line about tidying up, unless the tool itself says that it failed."""
OWN_RANK = 96
"""Of a person's own entry: above every format."""
ONLY_ENDS = 14
"""What a line loses that names a thing and that it failed: the reason stands elsewhere."""
LOGGED, FORMS = 28, 80
"""What a known failure loses in a program's own log, which it may have survived; above that rank nothing."""
_BESIDE = expression(
    r"\bMCP (?:client|server)s?\b"
    r"|^(?:error|failed to|could not|unable to) ?(?:check|fetch|get|retriev)\w{0,4} (?:for )?"
    r"(?:(?:the|latest|remote|new|newer) ){0,2}(?:version|updates?)\b",
    re.IGNORECASE,
)
"""What an agent starts beside itself, or asks of its own version: without it, it goes on."""
WITH_STACK = 18
"""What an exception loses whose stack follows: a program that goes on logs such ones, too."""
FAR_FROM_END, FAR_LINES = 8, 150
"""What it loses when so many kept lines follow: a tool that fails mostly ends soon after."""

_RECORD = expression(
    r"^(?:(?:time|ts)=\S{1,60} )?level=\w{3,8} .{0,80}\bmsg=|^(?:ERROR|WARNING|CRITICAL):[\w.]{1,80}:"
    r"|^[WEF], \[\d{4}-\d\d-\d\dT|^\{\"(?:level|time|ts|timestamp|severity)\":"
    r"|^\[(?:\d+:)?[\d:/.]{1,60}:(?:ERROR|WARNING):\S{1,200}\(\d+\)\] "
    r"|^(?:\[[\w .#-]{1,60}\] )?(?:ERROR|WARN|WARNING) {1,3}(?:\[[\w .-]{1,60}\]|[\w.$]{3,80} {0,20}-) "
)
"""A program's log: logfmt (logrus, slog), Python's and Ruby's default loggers, JSON, Chromium, log4j."""

_MARK = expression(
    r"^\s{0,6}(?:##\[error\]|::error(?: [^:]{0,300})?::"
    # Python's logging, with or without the logger's name
    r"|(?:(?:- )?[\w.]{1,80} - )?(?:ERROR|FATAL|CRITICAL) - )\s*"
    r"(?:\d{1,3}:\d\d\.\d\d (?=\S))?"
    # glog, klog, absl: level and day, clock, thread, place in its source
    r"|^[EF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} {1,9}\d{1,20} [\w./-]{1,120}:\d{1,7}\] "
)
_MARK_WORDS = ("##[error]", "::error", " - ", "] ")
"""One of them stands in every line that bears one."""
_BOXED = expression(r"^│ {1,8}(?:❱ {1,8})?\d{1,6} │")
"""Source code around a frame of a traceback that rich draws."""
_STACKED_CLASSES = (FailureClass.NETWORK, FailureClass.MISSING_DEPENDENCY)
_FRAME = expression(r"^\s+at [\w.$/@<>-]{1,300} ?\(")
_NOTE = expression(r"^\{.{0,300}?\"level\": ?\"(?:trace|debug|info|warn|warning)\"", re.I)
"""A record of a logger that writes JSON, and that is no error."""
_APT = expression(r"^W: .{0,300}\b(?:GPG error|signature)")
"""apt warns of an archive that it cannot verify, and goes on without what is new in it."""
_WARNS = expression(r"^(?:npm )?\W{0,3}warn(?:ing)?\b", re.I)
"""npm goes on over a full disk, file by file, until its job's time is up."""
_REQUEST = expression(r"^\W{0,3}(?:HTTP )?(?:GET|HEAD|POST|PUT) https?://\S{1,500}$")
_STATUS = expression(
    r"^\W{0,3}(?:HTTP(?:/[\d.]{1,4})? )?[45]\d\d(?: [A-Z][A-Za-z-]{1,20}){0,4}(?: https?://\S{1,500})?$"
)
"""What RubyGems and Bundler show of each request when they are talkative: why they stop they say besides."""
_SELF = expression(r"^(?:error|fatal|err!?|e)\b[: ]", re.I)


_NAMES_TEST = expression(r"^\s{0,12}(?:not ok \d|--- FAIL: )")
_VALUE = r"(?:[\"'`\d<\[{]|true\b|false\b|null\b|nil\b|none\b|undefined\b)"
_COMPARES = expression(
    r"^\W{0,6}(?:(?!\w{0,30}(?:Syntax|Parse))[\w.]{0,60}(?:Error|Failure): )?expected:? .{1,200}?\b"
    rf"(?:to (?:be|equal|match|contain|have|include|deeply equal)|but (?:got|was|received)):? {_VALUE}"
    r"|\bAssertionError: .{1,200} (?:[!=]==?|is not|not in) |\bFailed asserting that\b",
    re.I,
)
_OF_CHECKS = CHECK_CLASSES | {FailureClass.TEST_TIMEOUT}


def compares(text: str) -> bool:
    """Say whether *text* tells that a test's values differ."""
    return _COMPARES.search(text[:LOOKED_AT_CHARS]) is not None


def tests_own(text: str, entry: Signature) -> bool:
    """Say whether *text* is a test's name or compares its values: what *entry* knows befell nobody."""
    if entry.own or entry.failure_class in _OF_CHECKS:
        return False
    return _NAMES_TEST.match(text) is not None or compares(text)


def _is_warned(text: str, entry: Signature) -> bool:
    """Say whether *text* warns of what stops the work all the same: an archive, or no space left."""
    is_full = entry.failure_class is FailureClass.DISK_FULL and _WARNS.match(text) is not None
    return is_full or _APT.match(text) is not None


def _is_traced(lines: Sequence[Line], at: int) -> bool:
    """Say whether the line at *at* is the bare status that a talkative client shows below a request."""
    return (
        at > 0
        and _STATUS.match(lines[at].text) is not None
        and _REQUEST.match(lines[at - 1].text) is not None
    )


def by_signature(lines: Sequence[Line], signatures: Signatures) -> Iterator[Finding]:
    """Yield the unmarked *lines* that the catalogue knows, unless they are wrappers or report no failure."""
    for at, line in enumerate(lines):
        text = line.text
        entry = signatures.of(text)
        if entry is None or tests_own(text, entry):
            continue
        if _BOXED.match(text) or _NOTE.match(text):
            continue
        lowered = text.lower()
        is_warned = _is_warned(text, entry)
        harmless = noise.is_harmless(lowered) and not is_warned
        if noise.is_echo(text) or harmless or is_wrapper(lowered):
            continue
        rank = (
            entry.rank
            - (LOGGED if is_warned else 0)
            - (CLEANING_UP if noise.CLEANUP.search(lowered) and not _SELF.match(text) else 0)
        )
        rank -= ONLY_ENDS if only_ends(lowered) and not _knows_end(entry, text) else 0
        is_aside = _RECORD.match(text) or _BESIDE.search(text)
        is_logged = (entry.rank < FORMS and is_aside) or _is_traced(lines, at)
        rank -= LOGGED if is_logged else 0
        if entry.failure_class in _STACKED_CLASSES and _has_stack(lines, at):
            rank -= WITH_STACK
        if entry.own:
            rank = OWN_RANK
        rank -= FAR_FROM_END if len(lines) - at > FAR_LINES and not entry.first_wins else 0
        known = Finding(
            lines=(Line(line.number, text),),
            rank=rank,
            rule=entry.name,
            failure_class=entry.failure_class,
            first_wins=entry.first_wins,
            agent_form=entry.agent,
            one_line=not entry.own,
        )
        yield with_message(known, lines, at)


def _knows_end(entry: Signature, text: str) -> bool:
    """Say whether what *entry* knows holds the verdict at the end of *text*, so that it is no mere ending."""
    if entry.first_wins:
        return True
    found = entry.pattern.search(text[:MATCH_LIMIT_CHARS])
    return found is not None and found.end() >= len(text.rstrip(" .!"))


def _has_stack(lines: Sequence[Line], at: int) -> bool:
    """Say whether the line at *at* is the head of a JVM's stack."""
    return at + 1 < len(lines) and _FRAME.match(lines[at + 1].text) is not None


def unmarked(text: str) -> str:
    """Give *text* without a CI system's or a logger's mark for an error."""
    is_plain = not any(map(text.__contains__, _MARK_WORDS))
    mark = None if is_plain else _MARK.match(text)
    return text[mark.end() :] if mark else text
