"""Whether a program that failed once went on after it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.events.lines import is_retry
from policies.rootcause.finding import Finding, Line
from policies.rootcause.provider import ANSWER

AFTERWARDS = 6
"""So many lines may follow what a provider answered: advice, links, a sum of tokens."""
_STILL_BAD = re.compile(
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
