"""How the client libraries of model providers state that a call failed, in plain text.

Agents that print no events print these: `Error code: 401 - {...}` (the openai and anthropic packages of
Python), `litellm.XError: ...`, `401 {"type":"error",...}` (their packages for JavaScript and Go),
`AI_APICallError: ...` (the AI SDK), `400 INVALID_ARGUMENT. {...}` (google-genai). Some end with 0 after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.events import litellm_errors
from policies.events.lines import is_retry
from policies.events.provider import message_in, status_in, told
from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.agent import by_status
from policies.rootcause.finding import Finding, Line, Lines
from policies.rootcause.wraps import joined

ANSWER = "provider's answer"
"""The rule's name: what the catalogue knows of the words is nearer than what the status stands for."""
_OWN_RANK, _RANK = 93, 75
_WORDS = (
    *("Error code: ", "litellm.", "openai.", "anthropic.", "genai.", "AI_", "APIError", "{"),
    *("equest failed", "API error from ", "' for url '"),
)
_FAILED, _WHOSE = (
    ("rror ", "ailed"),
    ("LLM", "AI ", "penAI", "nthropic", "Gemini", "gent ", " model"),
)
"""One of _WORDS stands in whatever is looked for, or one of both others."""
_LEAD = r"^(?:[^\"'`{]{0,120}?[\s:：(\[=])?"
_SAYS = r"(?!Traceback \()\S"
"""A message, and not the trace of another exception that some put in its place."""
_CALLING = (
    r"(?:[Ee]rror (?:while )?(?:calling|contacting|communicating with|invoking|querying)"
    r"|[Ff]ailed to (?:call|contact|communicate with|get an? (?:answer|response) from))"
    r" (?:the )?(?:LLM|AI|language model|model|OpenAI|Anthropic|Gemini)\b[^:\"'`{]{0,40}: \S"
    r"|[Ee]rror (?:while )?(?:\w{3,16}ing|from|in) (?:the )?(?:LLM|AI|OpenAI|Anthropic|Gemini|[Aa]gent)"
    r" (?:answer|API|call|completion|execution|loop|output|reply|request|response|run|turn): \S"
    r"|LLM (?:API )?(?:(?:call|request|provider|service) )?(?:failed|error|Error): \S"
)
"""In which words programs tell that a model gave no answer; why stands after them."""
_OWN = (
    expression(_LEAD + r"Error code: (?P<status>[45]\d\d)\b"),
    expression(
        r"^\W{0,6}(?:\w[\w ]{0,40}: )?(?:litellm|openai|anthropic|google\.genai)\."
        rf"(?:\w{{1,30}}\.){{0,3}}[A-Z]\w{{2,60}}: {_SAYS}"
    ),
    expression(rf"^[^\"'`{{]{{0,260}}?: litellm\.(?:\w{{1,30}}\.){{0,3}}[A-Z]\w{{2,60}}: {_SAYS}"),
    expression(_LEAD + r"[Rr]equest failed: Request failed with status: (?P<status>[45]\d\d)\b"),
    expression(_LEAD + r"API error from [\w-]{1,40} \(model: [^()]{1,100}\): \S"),
    expression(
        _LEAD + r"[A-Z]{0,4}_?API(?:Call|Status|Connection|Response)?Error(?: \[\w{1,40}\])?: "
        r"(?:(?P<status>[45]\d\d)\b|\S)"
    ),
    expression(_LEAD + r"AI_[A-Z]\w{2,40}Error(?: \[\w{1,40}\])?: \S"),
    expression(_LEAD + f"(?:{_CALLING})"),
    expression(
        _LEAD + r"(?:Client|Server) error '(?P<status>[45]\d\d)\b[^']{0,60}' for url "
        r"'https?://[^']{1,200}/(?:completions|messages|responses|api/chat|\w{1,40}:(?:stream)?[gG]enerate\w{1,20})\b"
    ),
)
_HTTPX = "' for url '"
_HTTPX_ADVICE = expression(r"For more information check: https?://\S{1,200}: (\S.{0,2000})$")
"""The line below an error of httpx; some put the body's message behind its link."""
_BARE = expression(
    r"^\W{0,6}(?:[Ee]rror: )?(?:[\w -]{0,60}\b)?(?:[Ee]rror:?|[Cc]all failed:) ?\{(?:$|\s{0,4}[\"']\w)"
)
"""An object printed in the place of a message."""
_BODY = expression(
    r"^(?:[^\"'`{]{0,120}?[\s:：(\[]|.{0,80}?\b(?:GET|POST) \"https?://[^\"\s]{1,300}\": )?"
    r"(?P<status>[45]\d\d)\b[^\"'`{]{0,60}\{[\"'](?:error|type|message|detail|code)[\"']: ?"
)
_PLAIN_BODY = expression(r"^\{[\"']error[\"']: ?\{[\"'](?:message|type|code)[\"']: ?")
"""OpenAI's own body without a status: an agent's words where a terminal broke it, else any command's."""
_REFUSED = expression(r"API(?:Call|Status)Error")
"""So the AI SDK and OpenAI's libraries name an answer that is an error; without one it is another."""
_STATED = expression(_LEAD + r"[Rr]equest failed with status(?: code)?:? (?P<status>[45]\d\d)\b")
"""As users of reqwest and axios put it; it is a model's where it speaks of one."""
_FIELD = expression(r"\s{0,8}\w[\w ]{0,40}:(?: |$)")
_FIELDS_BELOW = 8
_STATUS_FIELD = expression(
    r"^\s{0,8}(?:http[_ ])?status(?:[_ ]?code)?: ([45]\d\d)\b", re.IGNORECASE | re.MULTILINE
)
_REASON_FIELD = expression(
    r"^\s{0,8}(?:(?:\w{1,20}_)?(message|reason)|For more information check: https?://\S{1,200}):"
    r" (?!n/a\b|none\b|null\b)(\S.{0,300})$",
    re.IGNORECASE | re.MULTILINE,
)
_NAMES = expression(
    r"^[^\"'`{]{0,260}?\blitellm\.(?:(?:litellm\.|exceptions\.)?[A-Z]\w{2,60}: ){1,6}"
)
_OF_MODELS = expression(
    r"\bmodels?\b|\bapi (?:error\b|key\b)|\bapi[_-]?key\b|\btokens?\b|\bquota\b|rate.?limit|_error\b"
    r"|overloaded|context|[\"']error[\"']: ?\{|\bmessages[.:\[]|\bcontent blocks?\b"
    r"|\btool_(?:use|result|calls?)\b|\bcontents\[\d|\bchat completions?\b|\bchatcmpl-\w"
    r"|[\"'](?:choices|candidates)[\"']: ?\[",
    re.I,
)


def provider_errors(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield a finding for each call of a model's provider that failed; the last one is the cause."""
    text = lines.text if isinstance(lines, Lines) else "\n".join(line.text for line in lines)
    if not _may_state(text):
        return
    for at, line in enumerate(lines):
        start = line.text.lstrip()[:400]
        if not _may_state(start) or is_retry(start):
            continue
        own = next((match for form in _OWN if (match := form.match(start))), None)
        match = (
            own
            or _BODY.match(start)
            or _broken_body(lines, at)
            or _BARE.match(start)
            or _STATED.match(start)
        )
        if match:
            yield from _finding(lines, at, match, is_own=own is not None)


def _broken_body(lines: Sequence[Line], at: int) -> re.Match[str] | None:
    match = _PLAIN_BODY.match(lines[at].text)
    return match if match and len(joined(lines, at)) > len(lines[at].text) else None


def _may_state(text: str) -> bool:
    held = text.__contains__
    return any(map(held, _WORDS)) or (any(map(held, _FAILED)) and any(map(held, _WHOSE)))


def _finding(
    lines: Sequence[Line], at: int, match: re.Match[str], *, is_own: bool
) -> Iterator[Finding]:
    said = lines[at].text.strip() if _HTTPX in match[0] else joined(lines, at)
    if not (is_own or _OF_MODELS.search(said)):
        return
    status = match.groupdict().get("status")
    below = _fields_below(lines, at)
    named = int(status) if status else _status(said)
    code = named or next(map(int, _STATUS_FIELD.findall(below)), None)
    words = _with_field(told(said), below)
    shown = (Line(lines[at].number, said), *_told_below(lines, at))
    yield Finding(
        lines=shown,
        rank=_OWN_RANK if is_own or len(said) > len(lines[at].text) else _RANK,
        rule=ANSWER,
        failure_class=by_status(code) or (C.MODEL_ERROR if _REFUSED.search(match[0]) else None),
        first_wins=False,
        summary=words,
        identity=message_in(said) or _bare(shown[1].text if shown[1:] else words),
        agent_form=True,
    )


def _status(said: str) -> int | None:
    own = said[max(0, said.find("litellm.")) :]
    return litellm_errors.status_of(own) or status_in(said)


def _told_below(lines: Sequence[Line], at: int) -> list[Line]:
    """Give the message of the answer's body where it stands behind httpx's advice below *lines*[*at*]."""
    below = lines[at + 1] if at + 1 < len(lines) else None
    advice = _HTTPX_ADVICE.match(below.text) if below else None
    return [Line(below.number, advice[1])] if below and advice else []


def _fields_below(lines: Sequence[Line], at: int) -> str:
    """Give the fields (`status: 400 Bad Request`) that follow the error in *lines*[*at*]."""
    below = (line.text for line in lines[at + 1 : at + 1 + _FIELDS_BELOW])
    return "\n".join(takewhile(_FIELD.match, below))


def _with_field(words: str, below: str) -> str:
    """Give *words*, and what the fields *below* tell of the reason."""
    found = {(match[1] or "reason").lower(): match[2] for match in _REASON_FIELD.finditer(below)}
    reason = found.get("message") or found.get("reason", "")
    return f"{words} ({reason.strip()})" if reason else words


def _bare(words: str) -> str:
    """Give *words* without who logs them, litellm's names, and the trace after them: those vary."""
    head = _NAMES.match(words) if "litellm." in words else None
    return (words[head.end() :] if head else words).partition(" Traceback: Traceback (")[0]
