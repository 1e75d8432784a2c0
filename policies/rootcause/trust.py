"""How far the cause that was chosen can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

from policies.failure import Confidence, FailureClass
from policies.rootcause.finding import HIGH_RANK, Finding
from policies.rootcause.repeats import others_than
from policies.rootcause.vague import is_vague, only_ends
from policies.rootcause.weigh import SURVIVABLE
from policies.rootcause.wrapping import is_wrapper

MEDIUM_RANK, FORM_RANK, WORDS_RANK = 54, 62, 34
"""From where a shared form, a tool's own and mere words may be more than a guess."""
CLEAR_POINTS = 12
"""By so much a line must outrank all others, where no form confirms it."""
SHARED_FORMS = frozenset({"failed check", "placed"})
POINTERS = frozenset({"last words", "wrapper", "exit"})
"""What only stands near a cause, or tells that there was one."""
GOES_ON_LINES = 30
"""An error so far after a form's last lines is not of it."""
RIVAL_POINTS, RIVAL_LINES, RIVALS_SEEN = 4, 20, 40
"""How near in rank, how far in the log another candidate casts doubt, and how many are looked at."""
SAME_LINES, ERROR_RANK = 3, 40
"""What stands so close is of the same message."""
SURE_RANK, NEAR_LINES = 75, 10
"""Below it a form is loose: wrappers of other tools look like it. So near to it other words cast doubt."""
ASIDE = ("warning:", "note:", "hint:", "help:", "tip:")
"""What a tool sets before a line beside its error: where such a line is its form's, it states the cause."""
ANNOUNCES_CHARS = 160
"""A sentence no longer than this that ends with a colon says nothing but that something follows."""
LATER_RANK = 45
"""From here on a line names itself an error (generic's levels)."""


def confidence_of(
    ordered: Sequence[Finding], failure_class: FailureClass, *, is_known: bool
) -> Confidence:
    """Say how far the first of *ordered* can be trusted; a rival of another kind takes the surety.

    *is_known*: the catalogue has an entry for it.
    """
    lead = ordered[0]
    if lead.rank < HIGH_RANK:
        return Confidence.MEDIUM if _stands_out(ordered) else Confidence.LOW
    is_sure = failure_class is not FailureClass.UNKNOWN
    doubts = (
        _says_little,
        _leaves_open,
        _has_rival,
        _is_contested,
        _speaks_later,
        _goes_on,
        _may_be_survived,
    )
    doubted = any(ask(ordered) for ask in doubts) or (not is_known and _is_not_alone(ordered))
    return Confidence.HIGH if is_sure and not doubted else Confidence.MEDIUM


def _stands_out(ordered: Sequence[Finding]) -> bool:
    """Say whether nothing else in the log says nearly as surely that it is the cause."""
    lead = ordered[0]
    is_form = lead.rule in SHARED_FORMS or lead.rule.startswith("agent's")
    if is_form or lead.rank >= FORM_RANK:
        return lead.rank >= MEDIUM_RANK
    leaves_open = len(lead.lines) == 1 and is_vague(lead.words().lower())
    if lead.rank < WORDS_RANK or lead.rule in POINTERS or leaves_open:
        return False
    own = {line.number for line in lead.lines}
    others = (other for other in ordered[1:RIVALS_SEEN] if other.number not in own)
    return lead.rank - max((other.rank for other in others), default=0) >= CLEAR_POINTS


def _says_little(ordered: Sequence[Finding]) -> bool:
    """Say whether the leading line names what failed but not why, in whatever form it says so."""
    lead = ordered[0]
    said = lead.words().lower()
    is_bare = len(lead.lines) == 1 and not lead.rule.startswith("agent's")
    only_warns = said.startswith("warning: ")
    return (is_wrapper(said) and not only_warns) or (is_bare and only_ends(said))


def _leaves_open(ordered: Sequence[Finding]) -> bool:
    """Say whether the words announce what was not found, or only wrap what another command said.

    Of 842 sure answers for strangers' logs two were such, both wrong; a long sentence, and one with a colon
    in it, says something before what it lists.
    """
    lead = ordered[0]
    if lead.agent_form or lead.rule.startswith(("agent's", "refused")):
        return False
    said = lead.words().strip().lower()
    told = said.removesuffix(":")
    announces = told != said and " " in told and ": " not in told and len(said) <= ANNOUNCES_CHARS
    return announces or (is_wrapper(said) and not said.startswith(ASIDE))


def _goes_on(ordered: Sequence[Finding]) -> bool:
    """Say whether, well after all that the leading form found, something else calls itself an error."""
    lead = ordered[0]
    last = max(other.number for other in ordered if other.rule == lead.rule)
    return any(
        other.number > last + GOES_ON_LINES and other.rank >= LATER_RANK
        for other in others_than(lead, ordered[:RIVALS_SEEN])
    )


def _is_contested(ordered: Sequence[Finding]) -> bool:
    """Say whether close to a line that only the catalogue knows, or to a loose form, another finds words too.

    Of 433 sure answers for strangers' logs, before their misses were mended, 28 of 41 such ones were right,
    and 376 of the other 392.
    """
    lead = ordered[0]
    if lead.agent_form or lead.rule.startswith("agent's"):
        return False
    others = others_than(lead, ordered[:RIVALS_SEEN])
    if lead.one_line:
        return any(_is_near(one, lead, SAME_LINES) and one.rank >= WORDS_RANK for one in others)
    is_loose = lead.rank < SURE_RANK
    return is_loose and any(_is_near(one, lead, 0) and one.rank >= ERROR_RANK for one in others)


def _is_not_alone(ordered: Sequence[Finding]) -> bool:
    """Say whether beside a tool's form that the catalogue does not know another line names itself an error.

    Of 286 sure answers for strangers' logs, before any was read, 25 of 33 such ones were right, and 242 of
    the other 253.
    """
    lead = ordered[0]
    if lead.agent_form or lead.rule.startswith("agent's"):
        return False
    others = others_than(lead, ordered[:RIVALS_SEEN])
    return any(one.rank >= ERROR_RANK and abs(one.number - lead.number) > 1 for one in others)


def _is_near(other: Finding, lead: Finding, from_lines: int) -> bool:
    return from_lines < abs(other.number - lead.number) <= NEAR_LINES


def _speaks_later(ordered: Sequence[Finding]) -> bool:
    """Say whether, after a single line that the catalogue knows, something else calls itself an error.

    One known line has no form around it that confirms it: the program may have gone on after it.
    """
    lead = ordered[0]
    is_one_line = lead.one_line and not lead.first_wins
    return is_one_line and any(_speaks_after(other, lead) for other in ordered[1:RIVALS_SEEN])


def _speaks_after(other: Finding, lead: Finding) -> bool:
    """What an agent says of itself is confirmed by a tool's form of the same kind right below."""
    away = other.number - lead.number
    confirms = lead.agent_form and other.failure_class is lead.failure_class
    is_error = other.rank >= LATER_RANK and other.rule != lead.rule
    return is_error and away > (SAME_LINES if confirms else 0)


def _may_be_survived(ordered: Sequence[Finding]) -> bool:
    """Say whether the leading line is such as a command survives, and anything else names itself an error."""
    lead = ordered[0]
    if not lead.is_unconfirmed:
        return False
    others = [other for other in ordered[1:RIVALS_SEEN] if other.rule != lead.rule]
    return lead.failure_class in SURVIVABLE and any(_casts_doubt(one, lead) for one in others)


def _casts_doubt(other: Finding, lead: Finding) -> bool:
    """Say whether *other* is an error of its own, or shows that the command went on for long."""
    away = other.number - lead.number
    if away > GOES_ON_LINES:
        return other.rank >= WORDS_RANK
    if abs(away) > SAME_LINES:
        return other.rank >= ERROR_RANK
    is_another = other.failure_class not in (None, lead.failure_class)
    return is_another and other.rank >= FORM_RANK


def _has_rival(ordered: Sequence[Finding]) -> bool:
    """Say whether another format, just as sure, states another kind of failure elsewhere."""
    lead = ordered[0]
    own = {line.number for line in lead.lines}
    return any(
        lead.rank - other.rank < RIVAL_POINTS
        and other.rank >= HIGH_RANK
        and other.rule != lead.rule
        and other.failure_class not in (None, lead.failure_class)
        and not own & {line.number for line in other.lines}
        and abs(other.number - lead.number) > RIVAL_LINES
        for other in ordered[1:RIVALS_SEEN]
    )
