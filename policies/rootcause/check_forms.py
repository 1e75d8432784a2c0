"""How a failing check and the reason for it look, whoever prints them."""

from __future__ import annotations

import re

from policies.expressions import expression

_LEAD = (
    r"^\s{0,12}(?:(?:\[?(?:info|error|warn|INFO|ERROR|WARN|WARNING)\]?\s{1,4}(?:-\s{1,4})?)"
    r"|\d{1,9} (?:INFO|ERROR) |#\s{1,4}(?=Failed test))?"
)
BEFORE = expression(
    _LEAD + r"(?:[-*>•|─═=#]{1,4} )?(?:[A-Z]{4,10} )?(?:(?:-{3} "
    r"|\[\s{0,3})?(?:TEST-UNEXPECTED-[A-Z]{2,12}|FAIL(?:ED|URE)?|Fail(?:ed|ure)(?! (?:to|with"
    r"|in|because|at|while|when|on|for|during)\b)|not ok)\b(?: \d{1,6}\b)?"
    r"[\s!\]):|>-]{1,8}|[✗✕✖✘×❌⨯][\s:]{1,3})(?P<name>\S.{0,400})$"
)
BEHIND = expression(
    _LEAD
    + r"(?P<name>\S.{0,300}?)(?:\.{2,}|[\s:|\[(*-]{1,20})\s{0,40}(?:FAILED|FAIL|FAILURE|Failed)\b"
    r"[\s!\])*|]{0,6}(?:\(?(?:in )?[\d.,]{1,12} ?m?s(?:ec\w{0,6})?\)?)?\W{0,3}$"
)
QUIETLY = expression(
    r"^\s{0,12}(?P<name>\S.{0,300}?)\s?\.{2,}[\s*\[(]{0,40}fail(?:ed|ure)?[*\])!]{0,3}$"
)
"""A script's own verdict, which may stand behind anything: only behind a test's name it is one."""
LOGGED = expression(r"^(?:ERROR|FATAL|SEVERE|CRITICAL|WARN(?:ING)?|INFO) +\[?[\w.$/-]{2,100}\]?\s")
"""What a logger writes before its words: it speaks of the program, not of a check."""
NAMELESS = expression(
    _LEAD + r"(?:[-*>•|─═=#]{1,4} )?(?:\d{1,4}\) )?\W{0,3}(?:FAIL(?:ED|URE)?"
    r"|Failure)\b\W{0,3}(?:[\[(][\d.,]{1,9} ?\w{1,8}[\])])?\W{0,3}$"
)
"""A verdict whose test is named on the line below."""
NUMBERED = expression(r"^\s{0,8}\d{1,4}\) (?P<name>\S.{0,300})$")
COUNTS = expression(r"\bfail", re.I)
PASSES = expression(
    r"^\s{0,12}(?:[✓✔√]|ok \d|PASS(?:ED)?\b|OK\b|\[ {0,7}OK\b)|\b(?:PASS(?:ED)?|OK|ok)\W{0,3}$"
)
REASON = expression(
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
COMPARES = expression(
    r"\bassert|\bexpect|(?:did|does|do|is|are|was) ?n[o't]{1,2} (?:equal|match)|not equal"
    r"|\bmis-?match| !==? |\bshould\b"
)
VALUES = expression(r"\bassert\w{0,20}: .{0,300}?(?: !=+ | ==+ |\bnot equal\b)")
"""An assertion on two values: what they speak of is the test's own text, not what befell it."""
OPERAND = expression(
    r"^\W{0,14}(?:expected|actual|got|received|want(?:ed)?|have|value of|left|right|evaluated"
    r"|observed|found|reason|message|diff)\b[^:=|<(]{0,30}[:=|<(]"
)
OPENS = expression(r"\b(?:Expected|Unexpected error:?|Timed out after [\d.]{1,9}s\.)$")
"""gomega and others go on below such words."""
RAISED = expression(
    r"^\W{0,6}(?:E {2,8})?[\w.:$]{0,80}(?:error|exception|failure|fault|failtest"
    r"|panic)\b[^:]{0,60}: \S"
)
FRAME = expression(r"^\s*(?:at |from |in |File \"|#\d|\[\d+\] |@ )")
TESTS = expression(r"\btests?\b|\bspecs?\b|\btest_|_test\b|Test\b|::")
TIMED = expression(r" \(\d[\d.,]{0,8} ?m?s\)$")
"""A test runner says how long each took."""
MARKS = ("fail", "Fail", "FAIL", "not ok", "✗", "✕", "✖", "✘", "×", "❌", "⨯", ") ")
"""One of them stands in every line of these forms: a cheap test before them."""
