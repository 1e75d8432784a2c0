"""Whether a program that failed once went on after it, or was still trying again at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.events.lines import is_retry, status_in
from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.agent import RETRY_RANK, by_status, without_try
from policies.rootcause.finding import Finding, Line
from policies.rootcause.killed import ANSWERS
from policies.rootcause.provider import ANSWER
from policies.signatures import Signatures

AFTERWARDS = 6
"""So many lines may follow what a provider answered: advice, links, a sum of tokens."""
WRAPPED_OVER = 4
"""A line about trying again may be broken over so many; what goes on is indented."""
_STILL_BAD = expression(
    r"giv(?:e|ing|en) up|fail|error|limit|exceed|unable|abort|cannot|could not|exhausted", re.I
)


def went_on(lines: Sequence[Line], found: Finding) -> bool:
    """Say whether *lines* show that the program tried again after *found*, and then told of other things."""
    after = [line.text for line in lines if line.number > found.number and line.text.strip()]
    if found.rule == ANSWER and len(after) > AFTERWARDS + len(found.lines[0].text) // 40:
        return True
    retries = [at for at, text in enumerate(after) if is_retry(text)]
    later = after[retries[-1] + 1 :] if retries else []
    return bool(later) and not any(_STILL_BAD.search(text) for text in later)


def last_try(lines: Sequence[Line], signatures: Signatures) -> Finding | None:
    """Give the failed call of a server that a program was trying again when it was stopped, if any."""
    filled = [line for line in lines if line.text.strip()]
    said = filled[-WRAPPED_OVER:]
    tried = next((line for line in reversed(said) if is_retry(line.text)), None)
    if tried is None or any(line.number > tried.number and line.text[:1].strip() for line in said):
        return None
    retries = [line for line in filled if line.number <= tried.number and is_retry(line.text)]
    told = retries if _answer(tried, signatures) else _repeated_above(filled, retries)
    found = _answer(told[-1], signatures) if told else None
    if found not in ANSWERS:
        return None
    entry = signatures.of(told[-1].text)
    return Finding(
        lines=(told[-1], *told[-3:-1]),
        rank=RETRY_RANK,
        rule="still trying",
        failure_class=found,
        identity=without_try(told[-1].text),
        agent_form=entry is not None and entry.agent,
    )


def _answer(line: Line, signatures: Signatures) -> FailureClass | None:
    entry = signatures.of(line.text)
    return entry.failure_class if entry else by_status(status_in(line.text))


def _repeated_above(filled: Sequence[Line], retries: Sequence[Line]) -> list[Line]:
    """Give the lines right above the *retries*, where the last one says why it is tried again."""
    at = {line.number: filled[n - 1] for n, line in enumerate(filled) if n}
    above = [at[line.number] for line in retries if line.number in at]
    return [line for line in above if line.text == above[-1].text]
