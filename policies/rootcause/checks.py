"""A failing check of a runner that nobody knows: a line with its verdict, and nearby the reason.

Most runners print one of three layouts: the verdict before the name, the verdict behind it, or a number
before it under a heading that counts failures; the reason stands in the lines below, else right above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass as C
from policies.rootcause.check_forms import (
    BEFORE,
    BEHIND,
    COMPARES,
    COUNTS,
    FRAME,
    LOGGED,
    MARKS,
    NAMELESS,
    NUMBERED,
    OPENS,
    OPERAND,
    PASSES,
    QUIETLY,
    RAISED,
    REASON,
    TESTS,
    TIMED,
    VALUES,
)
from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_bare, is_echo
from policies.rootcause.scan import holding, stripped
from policies.rootcause.tallies import is_tally, says_nothing
from policies.rootcause.wrapping import is_wrapper

BELOW, ABOVE = 14, 6
"""Lines that may hold the reason."""
SAYS_WHY, NAMES = 58, 45
"""Rank of a check with its reason, and of one that is only named."""
CHECKS_LIMIT = 40
"""More verdicts of one log are not looked at."""


def failed_checks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each failing check with its reason; of equals the first is the cause."""
    is_counted, seen = False, 0
    marked = {at for at, _ in holding(lines, *MARKS)}
    for at, line in enumerate(lines):
        if at not in marked:
            is_counted = is_counted and (not line.text.strip() or line.text[:1].isspace())
            continue
        head = _name(line.text, is_counted) or _name_below(lines, at) or _numbered(lines, at)
        is_counted = _heads(line.text, is_counted)
        if not head or seen >= CHECKS_LIMIT:
            continue
        seen += 1
        yield _finding(lines, at, head)


def _heads(text: str, is_counted: bool) -> bool:
    """Say whether numbered items below are failures: a heading that counts them came, and no other text."""
    if COUNTS.search(text) and is_tally(text.lower()):
        return True
    return is_counted and (not text.strip() or text[:1].isspace())


def _name(text: str, is_counted: bool) -> str:
    if not any(word in text for word in _WORDS):
        return _quiet_name(text)
    match = BEFORE.match(text) or (NUMBERED.match(text) if is_counted else None) or _behind(text)
    if match is None:
        return ""
    name = match["name"].strip()
    lowered = name.lower()
    if text.startswith("FAILED: ") and " " not in name.removeprefix(
        "[code=1] "
    ):  # ninja's edges: what failed to build
        return ""
    if (
        is_tally(lowered)
        or is_tally(text.lower())
        or is_wrapper(text.lower())
        or is_bare(lowered)
        or (is_echo(text) and text[:1] != "#")
        or LOGGED.match(name)
        or text.startswith("##[debug]")
    ):
        return ""
    return "" if says_nothing(name) else name


def _quiet_name(text: str) -> str:
    match = QUIETLY.match(text) if "fail" in text[-12:] else None
    name = match["name"].strip() if match else ""
    return name if TESTS.search(name) and not is_echo(text) else ""


def _numbered(lines: Sequence[Line], at: int) -> str:
    """Give the name behind a number under no heading: only where operands below it disagree."""
    text = lines[at].text
    match = NUMBERED.match(text) if text[:1].isspace() and ") " in text[:14] else None
    block = lines[at + 1 : at + 1 + BELOW] if match else ()
    compares = any(OPERAND.match(one.text.lower()) for one in block)
    return match["name"].strip() if match and compares else ""


def _name_below(lines: Sequence[Line], at: int) -> str:
    text = lines[at].text
    if not ("FAIL" in text or "Failure" in text) or not NAMELESS.match(text):
        return ""
    below = next((one.text.strip() for one in lines[at + 1 : at + 3] if one.text.strip()), "")
    is_none = FRAME.match(below) or below.startswith(("Traceback", "exit status "))
    return "" if is_none or says_nothing(below) else below


_WORDS = ("FAIL", "Fail", "not ok", "✗", "✕", "✖", "✘", "×", "❌", "⨯", ") ")


def _behind(text: str) -> re.Match[str] | None:
    return BEHIND.match(text) if "F" in text else None


def _finding(lines: Sequence[Line], at: int, name: str) -> Finding:
    head = stripped(lines[at])
    if not head.text.endswith(name):
        head = next(
            (stripped(one) for one in lines[at + 1 : at + 3] if one.text.strip() == name), head
        )
    own = name if REASON.search(name.lower()) and not name.endswith(":") else ""
    why = () if own else _below(lines, at) or _above(lines, at)
    said = " ".join(line.text for line in why)
    return Finding(
        lines=(head, *why),
        rank=SAYS_WHY if own or why else NAMES,
        rule="failed check",
        failure_class=_class(name, said or own),
        summary=f"{head.text}: {said}" if said else "",
        identity=f"{name} {said}",
    )


def _below(lines: Sequence[Line], at: int) -> tuple[Line, ...]:
    block: list[Line] = []
    for line in lines[at + 1 : at + 1 + BELOW]:
        if PASSES.search(line.text) or is_tally(line.text.lower()) or _name(line.text, False):
            break
        block.append(line)
    raised = (
        one for one in block if RAISED.match(low := one.text[:300].lower()) and not is_bare(low)
    )
    reason = next(raised, None) or next((one for one in block if _says_why(one.text)), None)
    if reason and not is_tally(reason.text.lower()):
        return (stripped(reason),)
    compared = tuple(stripped(one) for one in block if OPERAND.match(one.text.lower()))[:2]
    if compared or not OPENS.search(lines[at].text):
        return compared
    return tuple(stripped(one) for one in block[:3] if one.text.strip())


def _above(lines: Sequence[Line], at: int) -> tuple[Line, ...]:
    for line in reversed(lines[max(0, at - ABOVE) : at]):
        if PASSES.search(line.text) or _name(line.text, False):
            break
        if _says_why(line.text):
            return (stripped(line),)
    return ()


def _says_why(text: str) -> bool:
    lowered = text[:500].lower()
    if FRAME.match(text) or is_tally(lowered) or is_bare(lowered) or is_echo(text):
        return False
    return bool(REASON.search(lowered))


def _class(name: str, said: str) -> C | None:
    lowered = said.lower()
    hangs = "timed out" in lowered or "timeout" in lowered
    if hangs and not VALUES.search(lowered):
        return C.TEST_TIMEOUT if TESTS.search(name) else None
    if (
        TESTS.search(name)
        or TIMED.search(name)
        or COMPARES.search(lowered)
        or OPERAND.match(lowered)
    ):
        return C.TEST_FAILURE
    return None
