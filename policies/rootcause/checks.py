"""A failing check of a runner that nobody knows: a line with its verdict, and nearby the reason.

Most runners print one of three layouts: the verdict before the name, the verdict behind it, or a number
before it under a heading that counts failures; the reason stands in the lines below, else right above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_bare, is_echo
from policies.rootcause.scan import stripped
from policies.rootcause.tallies import is_tally, says_nothing

BELOW, ABOVE = 14, 6
"""Lines that may hold the reason."""
SAYS_WHY, NAMES = 58, 45
"""Rank of a check with its reason, and of one that is only named."""
CHECKS_LIMIT = 40
"""More verdicts of one log are not looked at."""

_LEAD = (
    r"^\s{0,12}(?:(?:\[?(?:info|error|warn|INFO|ERROR|WARN|WARNING)\]?\s{1,4}(?:-\s{1,4})?)"
    r"|\d{1,9} (?:INFO|ERROR) )?"
)
_BEFORE = re.compile(
    _LEAD + r"(?:[-*>•|─═=#]{1,4} )?(?:[A-Z]{4,10} )?(?:(?:-{3} "
    r"|\[\s{0,3})?(?:TEST-UNEXPECTED-[A-Z]{2,12}|FAIL(?:ED|URE)?|Fail(?:ed|ure)(?! (?:to|with"
    r"|in|because|at|while|when|on|for|during)\b)|not ok)\b(?: \d{1,6}\b)?"
    r"[\s!\]):|>-]{1,8}|[✗✕✖✘×❌⨯][\s:]{1,3})(?P<name>\S.{0,400})$"
)
_BEHIND = re.compile(
    _LEAD
    + r"(?P<name>\S.{0,300}?)(?:\.{2,}|[\s:|\[(*-]{1,20})\s{0,40}(?:FAILED|FAIL|FAILURE|Failed)\b"
    r"[\s!\])*|]{0,6}(?:\(?(?:in )?[\d.,]{1,12} ?m?s(?:ec\w{0,6})?\)?)?\W{0,3}$"
)
_NAMELESS = re.compile(
    _LEAD + r"(?:[-*>•|─═=#]{1,4} )?(?:\d{1,4}\) )?\W{0,3}(?:FAIL(?:ED|URE)?"
    r"|Failure)\b\W{0,3}(?:[\[(][\d.,]{1,9} ?\w{1,8}[\])])?\W{0,3}$"
)
"""A verdict whose test is named on the line below."""
_NUMBERED = re.compile(r"^\s{0,8}\d{1,4}\) (?P<name>\S.{0,300})$")
_COUNTS = re.compile(r"\bfail", re.I)
_PASSES = re.compile(
    r"^\s{0,12}(?:[✓✔√]|ok \d|PASS(?:ED)?\b|OK\b|\[ {0,7}OK\b)|\b(?:PASS(?:ED)?|OK|ok)\W{0,3}$"
)
_REASON = re.compile(
    r"\bassert(?:ion)?\b.{0,80}\b(?:fail|error|violat)|\bassert\w{0,12}\b.{0,60}[=<>!(]"
    r"|\b(?:check|require|expect)\w{0,12}\s?\(.{1,200}[=<>!]"
    r"|^\W{0,6}(?:[\w.:$]{0,80})(?:error|exception|fault|panic)\b[^:]{0,60}: \S"
    r"|\bexpected?\b.{1,200}\b(?:got|but|actual|actually|received|found|was|were|to|observed)\b"
    r"|\b(?:got|received|was|were|have)\b.{1,200}\b(?:expected|want|wanted)\b"
    r"|(?:did|does|do|is|are|was) ?n[o']t (?:equal|match|the same|identical)|not equal"
    r"|\bunequal\b"
    r"|\bmis-?match|\bshould (?:not )?(?:be|have|equal|match|contain|return|throw)\b"
    r"|\bdiffers?\b| !==? "
    r"|timed? ?out\b|\bpanicked\b|\bnot the same\b|unexpected (?:exception|error|value|result"
    r"|output)"
    r"|\b(?:reason|message|because|cause|error): \S|\bexceeded\b|\bcrashed\b"
)
_COMPARES = re.compile(
    r"\bassert|\bexpect|(?:did|does|do|is|are|was) ?n[o't]{1,2} (?:equal|match)|not equal"
    r"|\bmis-?match| !==? |\bshould\b"
)
_OPERAND = re.compile(
    r"^\W{0,6}(?:expected|actual|got|received|want(?:ed)?|have|value of|left|right|evaluated"
    r"|observed|found|reason|message|diff)\b[^:=|<(]{0,30}[:=|<(]"
)
_OPENS = re.compile(r"\b(?:Expected|Unexpected error:?|Timed out after [\d.]{1,9}s\.)$")
"""gomega and others go on below such words."""
_RAISED = re.compile(
    r"^\W{0,6}(?:E {2,8})?[\w.:$]{0,80}(?:error|exception|failure|fault|failtest"
    r"|panic)\b[^:]{0,60}: \S"
)
_FRAME = re.compile(r"^\s*(?:at |from |in |File \"|#\d|\[\d+\] |@ )")
_TESTS = re.compile(r"\btests?\b|\bspecs?\b|\btest_|_test\b|Test\b|::")


def failed_checks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each failing check with its reason; of equals the first is the cause."""
    is_counted, seen = False, 0
    for at, line in enumerate(lines):
        head = _name(line.text, is_counted) or _name_below(lines, at)
        is_counted = _heads(line.text, is_counted)
        if not head or seen > CHECKS_LIMIT:
            continue
        seen += 1
        yield _finding(lines, at, head)


def _heads(text: str, is_counted: bool) -> bool:
    """Say whether numbered items below are failures: a heading that counts them came, and no other text."""
    if _COUNTS.search(text) and is_tally(text.lower()):
        return True
    return is_counted and (not text.strip() or text[:1].isspace())


def _name(text: str, is_counted: bool) -> str:
    if not any(word in text for word in _WORDS):
        return ""
    match = _BEFORE.match(text) or (_NUMBERED.match(text) if is_counted else None) or _behind(text)
    if match is None:
        return ""
    name = match["name"].strip()
    lowered = name.lower()
    if text.startswith("FAILED: ") and " " not in name.removeprefix(
        "[code=1] "
    ):  # ninja's edges: what failed to build
        return ""
    if is_tally(lowered) or is_tally(text.lower()) or is_bare(lowered) or is_echo(text):
        return ""
    return "" if says_nothing(name) else name


def _name_below(lines: Sequence[Line], at: int) -> str:
    text = lines[at].text
    if not ("FAIL" in text or "Failure" in text) or not _NAMELESS.match(text):
        return ""
    below = next((one.text.strip() for one in lines[at + 1 : at + 3] if one.text.strip()), "")
    return (
        "" if says_nothing(below) or _FRAME.match(below) or below.startswith("Traceback") else below
    )


_WORDS = ("FAIL", "Fail", "not ok", "✗", "✕", "✖", "✘", "×", "❌", "⨯", ") ")


def _behind(text: str) -> re.Match[str] | None:
    return _BEHIND.match(text) if "F" in text else None


def _finding(lines: Sequence[Line], at: int, name: str) -> Finding:
    head = stripped(lines[at])
    if not head.text.endswith(name):
        head = next(
            (stripped(one) for one in lines[at + 1 : at + 3] if one.text.strip() == name), head
        )
    own = name if _REASON.search(name.lower()) else ""
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
        if _PASSES.search(line.text) or is_tally(line.text.lower()) or _name(line.text, False):
            break
        block.append(line)
    raised = (
        one for one in block if _RAISED.match(low := one.text[:300].lower()) and not is_bare(low)
    )
    reason = next(raised, None) or next((one for one in block if _says_why(one.text)), None)
    if reason and not is_tally(reason.text.lower()):
        return (stripped(reason),)
    compared = tuple(stripped(one) for one in block if _OPERAND.match(one.text.lower()))[:2]
    if compared or not _OPENS.search(lines[at].text):
        return compared
    return tuple(stripped(one) for one in block[:3] if one.text.strip())


def _above(lines: Sequence[Line], at: int) -> tuple[Line, ...]:
    for line in reversed(lines[max(0, at - ABOVE) : at]):
        if _PASSES.search(line.text) or _name(line.text, False):
            break
        if _says_why(line.text):
            return (stripped(line),)
    return ()


def _says_why(text: str) -> bool:
    lowered = text[:500].lower()
    if _FRAME.match(text) or is_tally(lowered) or is_bare(lowered) or is_echo(text):
        return False
    return bool(_REASON.search(lowered))


def _class(name: str, said: str) -> C | None:
    lowered = said.lower()
    if "timed out" in lowered or "timeout" in lowered:
        return C.TEST_TIMEOUT if _TESTS.search(name) else None
    if _TESTS.search(name) or _COMPARES.search(lowered) or _OPERAND.match(lowered):
        return C.TEST_FAILURE
    return None
