"""What only says again what the chosen cause says: it casts no doubt on it.

An exception stands below the test that it failed, a panic's text once more where it is raised again, the
innermost reason of a chain in the summary above the chain.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Finding
from policies.rootcause.wrapping import is_wrapper

SAID_CHARS = 16
"""Fewer characters stand in other lines by chance."""

_WHO = expression(
    r"^\W{0,6}(?:caused by: )?(?:[\w.$]{1,200}(?:exception|error|throwable|failure): )?"
)
"""Who says it: the same words come up through several exceptions."""


def others_than(lead: Finding, ordered: Sequence[Finding]) -> list[Finding]:
    """Give those of *ordered* that state something else than *lead*: in no line of its form, in other words.

    What only tells that something failed states nothing.
    """
    same = [one for one in ordered if one.rule == lead.rule or _repeats(one, lead)]
    own = {line.number for one in same for line in one.lines}
    others = (one for one in ordered if one.rule != lead.rule and one.number not in own)
    return [one for one in others if not is_wrapper(one.words().lower())]


def _repeats(other: Finding, lead: Finding) -> bool:
    one, said = _core(other.words()), _core(lead.words())
    shorter, longer = sorted((one, said), key=len)
    return len(shorter) >= SAID_CHARS and shorter in longer


def _core(words: str) -> str:
    return _WHO.sub("", words.strip().lower(), count=1).rstrip(" .")
