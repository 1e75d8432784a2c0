"""The report of a failure with which a log ends although the exit code is 0.

Some agents, and what wraps them, print what stopped them and end with 0. The last words are such a report
where they stand as programs put them (`Error: ...`, `[error] ...`, `... failed: ...`, a box with that
title), and not as an agent's answer quotes them: in a fence, below a line that announces them, in a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from policies.events.lines import status_in
from policies.expressions import expression
from policies.rootcause.agent import by_status
from policies.rootcause.choose import class_of, entry_for
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guess import by_words
from policies.rootcause.killed import ANSWERS
from policies.rootcause.recovery import went_on
from policies.rootcause.talk import is_announced, is_stated, tells_of_work
from policies.rootcause.unlet import not_let
from policies.signatures import Signatures

RANK = 64
"""Below the forms that are sure: exit 0 speaks against it."""
LINES, TRACE_LINES, FOOT_LINES = 6, 60, 12
"""So many lines a report's paragraph has at most, a trace or a box, and what stands below all."""

_MARKS = r"\s{0,3}(?:[✖✗✘❌⨯✕×⛔🚫🛑⚠■│┃!(]\W{0,4})?(?:\[[^\[\]]{1,40}\] )?(?:(?:Oops|Sorry)[,!.]{0,3} )?"
_STRICT = expression(
    rf"^{_MARKS}(?:(?:API|LLM|Agent|Fatal|Internal|Provider|Runtime|Server|Unexpected|Unhandled|Uncaught"
    r"|Model|Network|Connection|Authentication) )?(?:ERROR|FATAL|[Ee]rror|[Ff]atal|[Ee]xception)"
    r"(?: [\w.]{1,40}){0,4} ?(?::|│) ?\S"
    rf"|^{_MARKS}\[(?:ERROR|FATAL|[Ee]rror|[Ff]atal)\]:? \S"
    rf"|^{_MARKS}\w{{0,8}}(?:错误|出错|失败|异常|エラー|오류|Ошибка|Fehler|Erreur|Errore|Erro|Fallo)"
    r" ?[:：] ?\S"
    r"|^\{\"(?:type|status|event|level)\": ?\"(?:error|fatal)\""
    rf"|^{_MARKS}(?:The )?[Aa]gent (?:aborted|crashed|failed|stopped|terminated|(?:could not|cannot)"
    r" \w{1,20})\b.{0,40}?(?::| due to) \S"
    rf"|^{_MARKS}(?:Aborted|Aborting|Exiting|Giving up|Stopping|[Ss]omething went wrong): \S"
)
"""So only programs begin; what they say may be anything."""
_LOOSE = expression(
    rf"^{_MARKS}(?!(?:it|they|this|that|these|which|there|i|we)\b)(?:[\w-]{{1,30}} ){{1,4}}(?:failed|aborted)"
    r"(?::| with (?:http |the )?(?:status|code|error)\b| after \d| due to\b)"
    rf"|^{_MARKS}(?:an? )?(?:\w{{1,20}} )?error (?:has )?(?:occurred|happened)\b"
    rf"|^{_MARKS}something went wrong\b"
    rf"|^{_MARKS}(?:unable|failed|could not|couldn't|cannot|can't)(?: to)? (?:authenticate|call|connect"
    r"|communicate|complete|contact|fetch|generate|get|obtain|reach|refresh|start)\b.{0,60}"
    r"(?:\b(?:agent|api|completion|llm|models?|provider|reply|request|response|server|service|session|token)\b"
    r"|https?://)"
    rf"|^{_MARKS}(?:but )?(?:i|we)(?:'ve)? (?:encountered|hit|got|ran into|received)"
    r" (?:an?|this|the following) (?:\w{1,20} ){0,2}(?:error|issue|problem)\b.{0,60}?: \S"
    rf"|^{_MARKS}(?:your )?(?:access|account|api key|credentials?|credits|login|quota|session|subscription"
    r"|token|trial)\b.{0,40}\b(?:ended|exceeded|exhausted|expired|invalid|missing|revoked|suspended)[.:!]"
    r"|^[✖✗✘❌⨯✕⛔🚫🛑] ?\S",
    re.IGNORECASE,
)
"""So programs begin, and agents that tell of their work: a report only of what a provider answers."""
_TRACE = "Traceback (most recent call last):"
_RAISED = expression(r"^[A-Za-z_][\w.]{0,120}(?:Error|Exception|Exit|Failure)(?:: |$)")
_BOX_OPENS, _BOX_ENDS, _SIDES = ("╭", "┌", "┏"), ("╰", "└", "┗"), "│┃ "
_TITLE = expression(r"\b(?:error|failed|failure)\b", re.IGNORECASE)
_LISTED = expression(r"^\s{0,8}(?:[-*+>|]|\d{1,2}[.)]|#{1,6}|[✅✓✔☑]) ?\S|^\s{0,3}(?:```|~~~)")
_ADVISES = expression(
    r"^\s|^\W{0,4}(?:add|check|details?|docs|for|hint|if|in order|log|make sure|please|run|see|set|tip|to|try"
    r"|use|verify|visit|you|your|https?://\S)\b|^[-*•] ",
    re.IGNORECASE,
)
"""What may stand below a report in its paragraph: else the process went on."""
_FOOT = expression(
    r"^\W{0,6}$|^\W{0,4}(?:(?:api|conversation|input|log|output|request|session|thread|total|wall) ){0,2}"
    r"(?:costs?|duration|file|id|requests?|session|time|tokens?|turns?|usage)\b[^:]{0,20}: ?\S"
    r"|^\W{0,4}(?:(?:good ?)?bye|exiting)\b.{0,20}$|^\W{0,4}(?:completed|done|finished|took) (?:in )?\d"
    r"|^\W{0,4}(?:hint: )?(?:(?:run .{1,80})?to (?:continue|resume)|resume|for (?:details|help|more)"
    r"|see the log|logs? (?:at|saved|written))\b|^\W{0,4}https?://\S{1,300}$",
    re.IGNORECASE,
)


def at_exit_0(
    lines: Sequence[Line], found: Sequence[Finding], signatures: Signatures
) -> list[Finding] | None:
    """Give what a process that ended with 0 tells of its own failure; None: it was a success.

    *found* is what stands near the end of *lines*, the likeliest first.
    """
    own = (one for one in found if is_stated(lines, one, signatures))
    if told := [one for one in own if not went_on(lines, one)]:
        return told
    last = not_let(lines) or last_report(lines, found, signatures)
    return [last] if last else None


def last_report(
    lines: Sequence[Line], found: Sequence[Finding], signatures: Signatures
) -> Finding | None:
    """Give the failure with whose report *lines* end, if they do; *found* is what stands in them."""
    lines = _without_foot(lines)
    filled = [line for line in lines[-TRACE_LINES:] if line.text.strip()]
    if not filled:
        return None
    found = [one for one in found if one.lines[-1].number <= filled[-1].number]
    if said := _boxed(filled) or _raised(filled):
        return _finding(said, found, signatures)
    told = _last_words(lines)
    for line in dict.fromkeys((told[0], told[-1])) if told else ():
        if not all(_ADVISES.match(below.text) for below in told if below.number > line.number):
            continue
        is_strict = _STRICT.match(line.text) is not None
        if not (is_strict or _LOOSE.match(line.text)) or _is_talk(lines, told, line):
            continue
        made = _finding(line, found, signatures)
        if is_strict or made.failure_class in ANSWERS:
            return made
    return None


def _without_foot(lines: Sequence[Line]) -> Sequence[Line]:
    """Give *lines* without what a program says at every end: of cost, time, session, where to read more."""
    end = len(lines)
    while end and len(lines) - end < FOOT_LINES and _FOOT.match(lines[end - 1].text):
        end -= 1
    return lines[:end]


def _last_words(lines: Sequence[Line]) -> list[Line]:
    """Give the lines of the last paragraph; none of a long one."""
    backwards = iter(reversed(lines))
    last = next((line for line in backwards if line.text.strip()), None)
    above = list(takewhile(lambda line: line.text.strip(), backwards)) if last else []
    told = [*reversed(above), *([last] if last else [])]
    return told if len(told) <= LINES else told[-1:]


def _is_talk(lines: Sequence[Line], told: Sequence[Line], line: Line) -> bool:
    """Say whether *line* of the last words *told* is quoted, or one of the sentences of an answer."""
    if any(one.text.lstrip().startswith(("```", "~~~")) for one in told):
        return True
    before = [one for one in told if one.number < line.number]
    if any(_LISTED.match(one.text) for one in before) or is_announced(lines, line):
        return True
    return any(tells_of_work(one.text) for one in told if one.number >= line.number)


def _raised(filled: Sequence[Line]) -> Line | None:
    """Give the exception of the trace with which the log ends."""
    last = filled[-1]
    head = next((n for n, line in enumerate(filled) if line.text == _TRACE), None)
    if head is None or not _RAISED.match(last.text):
        return None
    inside = filled[head + 1 : -1]
    is_whole = all(_is_of_trace(line.text) for line in inside)
    return last if is_whole and not is_announced(filled, filled[head]) else None


def _is_of_trace(text: str) -> bool:
    chained = text.startswith((_TRACE, "The above exception was", "During handling of"))
    return text[:1].isspace() or chained or _RAISED.match(text) is not None


def _boxed(filled: Sequence[Line]) -> Line | None:
    """Give what stands in the drawn box with which the log ends, if its title tells of a failure."""
    if not filled[-1].text.lstrip().startswith(_BOX_ENDS):
        return None
    inside = list[Line]()
    for line in reversed(filled[:-1]):
        if line.text.lstrip().startswith(_BOX_OPENS):
            told = Line(inside[-1].number, " ".join(_bare(inside))) if inside else None
            return told if _TITLE.search(line.text) else None
        inside.append(line)
    return None


def _bare(inside: Sequence[Line]) -> Iterator[str]:
    return (line.text.strip().strip(_SIDES) for line in reversed(inside))


def _finding(said: Line, found: Sequence[Finding], signatures: Signatures) -> Finding:
    """Give *said* as a finding, with the class that what was *found* on its line, or its words, tell."""
    own = next(
        (one for one in found if any(line.number == said.number for line in one.lines)), None
    )
    made = own or Finding(lines=(said,), rank=RANK, rule="last report")
    entry = entry_for(made, signatures)
    known = class_of(made, entry) if entry else made.failure_class
    likely = known or by_status(status_in(said.text)) or by_words(said.text)
    is_guessed = made.is_guessed or known is None
    return replace(made, rank=RANK, rule="last report", failure_class=likely, is_guessed=is_guessed)
