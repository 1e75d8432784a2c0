"""How the client libraries of model providers state that a call failed, in plain text.

Agents that print no events print these: `Error code: 401 - {...}` (the openai and anthropic packages of
Python), `litellm.XError: ...`, `401 {"type":"error",...}` (their packages for JavaScript and Go),
`AI_APICallError: ...` (the AI SDK), `400 INVALID_ARGUMENT. {...}` (google-genai).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.events import litellm_errors
from policies.events.lines import is_retry
from policies.events.provider import message_in, status_in, told
from policies.failure import FailureClass as C
from policies.rootcause.agent import by_status
from policies.rootcause.finding import Finding, Line, Lines
from policies.rootcause.wraps import joined

ANSWER = "provider's answer"
"""The rule's name: what the catalogue knows of the words is nearer than what the status stands for."""
_OWN_RANK, _RANK = 93, 75
_WORDS = (
    "Error code: ", "litellm.", "openai.", "anthropic.", "genai.", "AI_", "APIError", "{", "equest failed",
)  # fmt: skip
"""One of them stands in whatever is looked for."""
_LEAD = r"^(?:[^\"'`{]{0,120}?[\s:(\[=])?"
_OWN = (
    re.compile(_LEAD + r"Error code: (?P<status>[45]\d\d)\b"),
    re.compile(
        r"^\W{0,6}(?:\w[\w ]{0,40}: )?(?:litellm|openai|anthropic|google\.genai)\."
        r"(?:\w{1,30}\.){0,3}[A-Z]\w{2,60}: \S"
    ),
    re.compile(
        _LEAD + r"[A-Z]{0,4}_?API(?:Call|Status|Connection|Response)?Error(?: \[\w{1,40}\])?: "
        r"(?:(?P<status>[45]\d\d)\b|\S)"
    ),
    re.compile(_LEAD + r"AI_[A-Z]\w{2,40}Error(?: \[\w{1,40}\])?: \S"),
)
_BARE = re.compile(r"^\W{0,6}(?:[\w -]{0,60}\b)?[Ee]rror:? ?\{(?:$|\s{0,4}[\"']\w)")
"""An object printed in the place of a message."""
_BODY = re.compile(
    r"^(?:[^\"'`{]{0,120}?[\s:(\[]|.{0,80}?\b(?:GET|POST) \"https?://[^\"\s]{1,300}\": )?"
    r"(?P<status>[45]\d\d)\b[^\"'`{]{0,60}\{[\"'](?:error|type|message|detail|code)[\"']: ?"
)
_REFUSED = re.compile(r"API(?:Call|Status)Error")
"""So the AI SDK and OpenAI's libraries name an answer that is an error; without one it is another."""
_STATED = re.compile(_LEAD + r"[Rr]equest failed with status(?: code)?:? (?P<status>[45]\d\d)\b")
"""As users of reqwest and axios put it; it is a model's where it speaks of one."""
_OF_MODELS = re.compile(
    r"\bmodels?\b|\bapi[ _-]?key\b|\btokens?\b|\bquota\b|rate.?limit|_error\b|overloaded|context"
    r"|[\"']error[\"']: ?\{|\bmessages[.:\[]|\bcontent blocks?\b|\btool_(?:use|result|calls?)\b"
    r"|\bcontents\[\d|\bchat completions?\b",
    re.I,
)


def provider_errors(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield a finding for each call of a model's provider that failed; the last one is the cause."""
    text = lines.text if isinstance(lines, Lines) else "\n".join(line.text for line in lines)
    if not any(map(text.__contains__, _WORDS)):
        return
    for at, line in enumerate(lines):
        start = line.text[:400]
        if not any(map(start.__contains__, _WORDS)) or is_retry(start):
            continue
        own = next((match for form in _OWN if (match := form.match(start))), None)
        match = own or _BODY.match(start) or _BARE.match(start) or _STATED.match(start)
        if match:
            yield from _finding(lines, at, match, is_own=own is not None)


def _finding(
    lines: Sequence[Line], at: int, match: re.Match[str], *, is_own: bool
) -> Iterator[Finding]:
    said = joined(lines, at)
    if not (is_own or _OF_MODELS.search(said)):
        return
    status = match.groupdict().get("status")
    code = int(status) if status else litellm_errors.status_of(said) or status_in(said)
    words = told(said)
    yield Finding(
        lines=(Line(lines[at].number, said),),
        rank=_OWN_RANK if is_own or len(said) > len(lines[at].text) else _RANK,
        rule=ANSWER,
        failure_class=by_status(code) or (C.MODEL_ERROR if _REFUSED.search(match[0]) else None),
        first_wins=False,
        summary=words,
        identity=message_in(said) or words,
        agent_form=True,
    )
