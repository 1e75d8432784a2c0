"""Whether a program that failed once went on after it, or was still trying again at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.events.lines import is_retry, status_in
from policies.expressions import expression
from policies.rootcause.agent import RETRY_RANK, by_status
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
    said = [line for line in lines[-WRAPPED_OVER:] if line.text.strip()]
    tried = next((line for line in reversed(said) if is_retry(line.text)), None)
    if tried is None or any(line.number > tried.number and line.text[:1].strip() for line in said):
        return None
    entry = signatures.of(tried.text)
    found = entry.failure_class if entry else by_status(status_in(tried.text))
    if found not in ANSWERS:
        return None
    same = [line for line in lines if line.number < tried.number and is_retry(line.text)]
    return Finding(
        lines=(tried, *same[-2:]), rank=RETRY_RANK, rule="still trying", failure_class=found
    )
