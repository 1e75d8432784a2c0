"""Phrases that tell a cause's class better than the single words in them; the first that fits decides."""

from __future__ import annotations

import re

from policies.failure import FailureClass as C

_CHECKERS = (
    r"(?:prettier|eslint|stylelint|rubocop|flake8|pylint|black|isort|ruff|gofmt|goimports|rustfmt|phpcs"
    r"|clang-(?:format|tidy)|checkstyle|ktlint|detekt|swiftlint|golangci-lint|hadolint|yamllint"
    r"|markdownlint|commitlint|spotless|cppcheck|bandit)"
)

PHRASES: tuple[tuple[re.Pattern[str], C], ...] = (
    (
        re.compile(
            r"\bspending limit\b|\baccount payments?\b"
            r"|\b(?:api|pipeline|compute|build|monthly|bandwidth|usage) (?:quota|minutes|credits?)\b.{0,60}"
            r"\b(?:exceeded|exhausted|used up|spent)|\bused (?:all|up) .{0,30}\b(?:minutes|credits|quota)"
        ),
        C.USAGE_LIMIT,
    ),
    (
        re.compile(
            r"\bexpected\b.{0,80}\bstatus\b.{0,60}\b(?:got|but|received|was)\b"
            r"|\bstatus(?: code)?\b.{0,40}\bexpected\b|\bexpected (?:http )?[1-5]\d\d\b"
            r"|\bvisual (?:regression|diff)|\bscreenshots? (?:differ|do(?:es)? not match)"
        ),
        C.TEST_FAILURE,
    ),
    (
        re.compile(
            r"\bnot authori[sz]ed\b|\baccess ?denied\b|\binsufficient (?:scopes?|permissions?|privileges?)"
            r"|\binvalid .{0,30}\bauthentication\b|\bauthentication (?:information|token)\b"
            r"|\btoken (?:is )?not valid\b|\bbad credentials\b|\bunauthenticated\b"
            r"|\bno (?:github |npm )?token\b"
        ),
        C.AUTH,
    ),
    (re.compile(r"^\s?error: unable to (?:write|create|unlink)(?: file)? \S"), C.GIT_ERROR),
    (
        re.compile(r"\bserver (?:is not|isn't|is) running\b|\bserver (?:did not|didn't) start"),
        C.NETWORK,
    ),
    (
        re.compile(
            r"\bcould not find [\w.-]+:[\w.-]+:[\w.-]*\d|\bunable to find a specification\b"
            r"|\blibrary not loaded\b|\bversion [`'\"]?glibc\w*[\d.]+['\"]? not found"
            r"|\bdoes not have a provider named\b|\bfailed to query available provider"
            r"|\bcould not get versions? (?:for|of) "
        ),
        C.MISSING_DEPENDENCY,
    ),
    (
        re.compile(
            r"\bschema (?:validation|error|violation)|\bcould not resolve placeholder\b"
            r"|\bcould not find (?:a |the )?(?:required )?file\b"
            r"|\bexecution error at \(|\b(?:initiali[sz]ation|setup|configuration) (?:is )?required\b"
        ),
        C.CONFIG_ERROR,
    ),
    (
        re.compile(
            rf"\b{_CHECKERS}\b.{{0,60}}\b(?:check|fail\w*|errors?|issues?|problems?|violations?)\b"
            r"|\bgenerated\b.{0,60}\b(?:out of (?:date|sync)|not up[- ]to[- ]date|stale|outdated)\b"
        ),
        C.LINT,
    ),
    (
        re.compile(r"\brollup ?error\b|\bcould not resolve ['\"`]\.|\bfailed to parse source\b"),
        C.COMPILE_ERROR,
    ),
)
