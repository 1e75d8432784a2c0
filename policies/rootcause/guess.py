"""The class of a cause that nothing knows: by its words, then by what runs around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line

NEAR = 40
"""Lines before and after a cause that tell what ran."""

_WORDS: tuple[tuple[re.Pattern[str], C], ...] = (
    (re.compile(r"\bout of memory\b|\bmemory (?:limit|exhausted)"), C.OUT_OF_MEMORY),
    (
        re.compile(
            r"\blint|\bcode ?style|\b(?:un|re)?format(?:ted|ter|ting)?\b.{0,40}\b(?:run|needed"
            r"|required|wrong"
            r"|incorrect)|not formatted|trailing whitespace|spelling|licen[cs]e header"
            r"|(?:more|larger|longer|greater) than (?:the )?[\w ]{0,20}(?:max(?:imum)?|limit|allowed)"
        ),
        C.LINT,
    ),
    (
        re.compile(
            r"\bmerge conflict"
            r"|\bconflicts? (?:in|with) (?:the )?(?:base|main|master|branch)"
        ),
        C.MERGE_CONFLICT,
    ),
    (
        re.compile(
            r"\bgit\b|\bcommits?\b|\bprs?\b|\bpull request|\bbranch(?:es)?\b|\brebase|\bcheckout\b"
            r"|working (?:tree|copy)|\bsubmodules?\b|\bmerge base\b|\bupstream\b"
        ),
        C.GIT_ERROR,
    ),
    (
        re.compile(
            r"\bassert|\bregression\b|\bexpected\b.{0,200}\b(?:got|but|actual|received|found)\b"
            r"|\btests?\b|\btest_\w|\bspecs?\b|\bbenchmarks?\b|\bsnapshots?\b|\bmismatch|\bnot equal\b"
        ),
        C.TEST_FAILURE,
    ),
    (re.compile(r"timed? ?out\b|\btook too long\b|\bdeadline\b"), C.TIMEOUT),
    (
        re.compile(
            r"\bcredentials?\b|\bunauthori[sz]ed\b|\bapi[ _-]?key\b|\bnot logged in\b|\baccess token\b"
        ),
        C.AUTH,
    ),
    (
        re.compile(
            r"\bnot installed\b|\bcannot find (?:module|package|library)|\bmissing (?:dependency"
            r"|package"
            r"|module|library|header)|\bno (?:module|package) named\b|\bplease install\b"
            r"|\bcould not (?:find|resolve|load) (?:the )?(?:module|package|library|plugin|dependenc"
            r"|artifact)"
            r"|\brequires? .{1,60}\bversion\b|\bunmet\b"
        ),
        C.MISSING_DEPENDENCY,
    ),
    (
        re.compile(
            r"\b(?:connect(?:ion)?|socket|dns|proxy|tls|ssl|download(?:ing)?|upload)\b.{0,80}"
            r"\b(?:fail|error|refused|reset|closed|lost|unable|could not)|\bunreachable\b"
            r"|\b(?:fail|unable|could not)\w* .{0,40}\b(?:connect|download|fetch|reach)\b"
        ),
        C.NETWORK,
    ),
    (
        re.compile(
            r"\bconfig(?:uration|s)?\b|\bsettings?\b|\boptions?\b|\bflags?\b|\barguments?\b"
            r"|\bparameters?\b"
            r"|\benv(?:ironment)? var|\bmust be (?:set|one of|a)\b|\bnot set\b|\byaml\b|\btoml\b"
            r"|\bschema\b"
            r"|\brequired (?:field|key|property|value)|\bunknown (?:key|field|property|target|task)"
            r"|\bdeprecated\b|\bunsupported\b|\bdoes not exist\b|\bno such (?:file|target|task)"
        ),
        C.CONFIG_ERROR,
    ),
)
_TESTS = re.compile(
    r"^={3,} (?:test session starts|FAILURES|ERRORS) |^collected \d+ items|::test_\w+"
    r"|\bPASSED\b"
    r"|^\s*--- (?:PASS|FAIL): |^=== RUN |^test \S+ \.\.\. |^Tests run: |<<< (?:FAILURE|ERROR)!"
    r"|^\[ RUN      \]|^\s*(?:✓|✔|√|✕|✗|×) |^(?:PASS|FAIL) \S+\.(?:[jt]sx?|go|py)"
    r"|[/\"\\](?:test_\w+|\w+_test|\w+Tests?|\w+\.(?:test|spec))\.\w{1,4}\b|^Ran \d+ tests? in "
    r"|\.(?:test|spec)\.[jt]sx?:\d+"
)
_LINTERS = re.compile(
    r"^(?:[+$>]+ |##\[group\]Run |\[command\]).{0,200}"
    r"\b(?:lint\w*|eslint|pre-commit|prettier|clang-format|flake8|ruff|rubocop)\b"
)
_BUILDS = re.compile(
    r"^\[ *\d+%\] (?:Building|Linking)|^\[\d+/\d+\] |^\s*Compiling |^> Task :compile"
    r"|^g?make(?:\[\d+\])?: "
)


def guessed(finding: Finding, lines: Sequence[Line]) -> C | None:
    """Give the class that the cause's words, else the *lines* around it, make likely; None: neither does."""
    said = f"{finding.summary} {finding.lines[0].text}".lower()
    for pattern, found in _WORDS:
        if pattern.search(said):
            return found
    near = [line.text for line in lines if abs(line.number - finding.number) <= NEAR]
    for pattern, found in (
        (_TESTS, C.TEST_FAILURE),
        (_LINTERS, C.LINT),
        (_BUILDS, C.COMPILE_ERROR),
    ):
        if any(pattern.search(text[:500]) for text in near):
            return found
    return None
