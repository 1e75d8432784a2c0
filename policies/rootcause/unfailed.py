"""Whether a program that exited 0 failed all the same: its own report of a failure, not a sentence about one.

Some agents exit 0 over a failed call of the model, and their words are all that tells. An agent that
mended an error speaks of errors too: "the handler answers with status code 503 now".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.rootcause.choose import class_of, entry_for
from policies.rootcause.finding import HIGH_RANK, Finding, Line
from policies.rootcause.killed import ANSWERS
from policies.signatures import Signatures

_REPORT = re.compile(
    r"^\W{0,4}(?:\[[^\[\]]{1,40}\] )?(?:(?:API )?(?:ERROR|Error|error)|FATAL|fatal)(?: \w{1,20})?: \S"
)
"""How a program begins to report its own failure."""
_DONE = re.compile(
    r"\b(?:is|are|was|were) (?:now )?(?:added|caught|covered|documented|fixed|gone|handled|logged|mocked"
    r"|reported|retried|shown|truncated)\b|\bnow \w{2,12}s\b|\b(?:passes|works|fails) now\b|\bformerly\b"
    r"|(?:^\W{0,6}|\bI(?:'ve| have)? )(?:added|changed|documented|fixed|handled|implemented|made|mocked"
    r"|refactored|removed|renamed|updated|wrote)\b",
    re.IGNORECASE,
)
"""What somebody tells who did something about it."""
_PROSE = re.compile(
    r"\b(?:an?|and|are|by|for|handles?|i|if|is|it|of|returns?|says|that|the|to|was|when|with)\b",
    re.I,
)
_PROSE_WORDS = 3
"""So many words before what a failure is known by, one of them of _PROSE: it is part of a sentence."""

_GOES_ON = 5
"""Lines over which a sentence may be broken."""


def is_own(lines: Sequence[Line], found: Finding, signatures: Signatures) -> bool:
    """Say whether *found*, in an agent's form, is the failure of a program that exited 0 after *lines*."""
    text = found.lines[0].text
    if _DONE.search(text):
        return False
    is_last = _is_last(lines, found)
    if _REPORT.match(text):
        return found.rank >= HIGH_RANK or (is_last and _is_answer(found, signatures))
    return found.rank >= HIGH_RANK and (is_last or not _is_sentence(text, found, signatures))


def _is_last(lines: Sequence[Line], found: Finding) -> bool:
    """Say whether nothing stands below *found*, but what goes on with its sentence."""
    below = [line.text.strip() for line in lines if line.number > found.number]
    goes_on = not found.lines[0].text.rstrip().endswith((".", "!"))
    ends = below.index("") if "" in below[:_GOES_ON] else _GOES_ON
    return not any(below[ends:] if goes_on else below)


def _is_answer(found: Finding, signatures: Signatures) -> bool:
    return class_of(found, entry_for(found, signatures)) in ANSWERS


def _is_sentence(text: str, found: Finding, signatures: Signatures) -> bool:
    """Say whether that by which the catalogue knows *found* stands in the midst of a sentence."""
    entry = signatures.named(found.rule)
    match = entry.pattern.search(text) if entry else None
    before = text[: match.start()].rpartition(":")[2] if match else ""
    return len(before.split()) >= _PROSE_WORDS and _PROSE.search(before) is not None
