"""An agent in plain text that exits 0, and whose last words say that it was not let do its work.

A sandbox, a file's mode or a full disk refused it. Its log is a success unless it says so clearly: its
last words name both what could not be done and what refused it, and claim nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from policies.events.refused import is_refusal_report
from policies.expressions import expression

_LAST_LINES, NEAR_LINES = 8, 60
"""A longer last paragraph tells of more than that; a report further from the end is of something else."""
_AFTER = expression(
    r"^\W{0,20}(?:tokens?\b|total\b|cost\b|session\b|duration\b|usage\b|model\b|[\d.,]+k? )",
    re.IGNORECASE,
)
"""What some agents print below their last words: sums of tokens, money and time."""
_WORK = (
    r"(?:creat|writ|sav|edit|modif|updat|appl|mak|complet|finish|proceed|continu|chang|add|commit"
    r"|implement|perform|install|delet|remov|mov)(?:e|ed|y|ied|ing|ten|t)?\b"
)
_NOT = r"(?:unable to|could ?n[o']t|can ?not|can't|not able to|failed to|blocked from)"
_NOT_DONE = expression(
    rf"^\W{{0,6}}(?:(?:unfortunately|sorry|error)\W{{1,3}})?(?:I(?:'m| am| was|'ve been| have been)? )?{_NOT}"
    rf" (?:\w{{1,20}} ){{0,3}}{_WORK}"
    rf"|^[^,;:.]{{0,80}} (?:could ?n[o']t|can ?not|can't|was not|were not|wasn't) be (?:\w{{1,20}} )?{_WORK}"
    rf"|^\W{{0,6}}no (?:files?|changes?) (?:was|were|could be|has been|have been) {_WORK}",
    re.IGNORECASE,
)
"""An agent says it of itself, or reports what it tried: not a sentence about code."""
_REFUSER = expression(
    r"\bread-only\b|\bpermission (?:is |was )?denied\b|\bnot permitted\b|\bno space left\b"
    r"|\bdisk (?:is |was )?full\b"
    r"|\bsandbox\b|\bE(?:ROFS|ACCES|PERM|NOSPC|DQUOT)\b|\bdisk quota\b|\brequires? approval\b",
    re.IGNORECASE,
)
_CLAIMED = expression(
    rf"\bsuccessfully\b|\bI(?:'ve| have)? (?:also )?{_WORK}"
    r"|\b(?:is|are|was|were|has been|have been) (?:now )?(?:created|written|updated|applied|added)\b"
    r"|\b(?:fixed|done|works|passes|pass|passed)\b",
    re.IGNORECASE,
)
_MIXED = expression(r"\b(?:but|however|instead|although|though|except)\b", re.IGNORECASE)
_SENTENCE = expression(r"(?<=[.!?])\s+(?=[A-Z`'\"(])")


def refused_report(texts: Sequence[str]) -> int | None:
    """Give where in the last *texts* of the log it is reported what refused the agent its work.

    None where the last words do not say that it was refused.
    """
    said = _last_words(texts)
    whole = " ".join(said)
    if not _REFUSER.search(whole) or not _is_undone(said, whole):
        return None
    first = max(0, len(texts) - NEAR_LINES)
    reports = (at for at in range(len(texts) - 1, first - 1, -1) if is_refusal_report(texts[at]))
    return next(reports, None)


def _last_words(texts: Sequence[str]) -> list[str]:
    """Give the last paragraph, without sums below it; nothing of one that is long."""
    kept = [text.strip() for text in texts]
    while kept and (not kept[-1] or _AFTER.match(kept[-1])):
        kept.pop()
    told = list(takewhile(bool, reversed(kept)))[: _LAST_LINES + 1]
    return told[::-1] if len(told) <= _LAST_LINES else []


def _is_undone(said: Sequence[str], whole: str) -> bool:
    """Say whether the words tell of work that was not done, and of none that was."""
    sentences = _SENTENCE.split(whole)
    if _MIXED.search(whole) or not any(map(_NOT_DONE.match, (*sentences, *said))):
        return False
    return not any(_CLAIMED.search(each) for each in sentences if not _NOT_DONE.match(each))
