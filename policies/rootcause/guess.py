"""The class of a cause that nothing knows: by its words, then by what runs around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.commands import shown_command
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guess_chinese import CHINESE
from policies.rootcause.guess_phrases import ADVICE, PHRASES
from policies.rootcause.guess_words import WORDS
from policies.rootcause.places import class_in
from policies.rootcause.single import compares

NEAR = 40
"""Lines before and after a cause that tell what ran."""

_RULED = expression(
    r"\s[\[(](?!x86_64\b)(?=[A-Za-z]\w*?[-_/]\w)\w+(?:[-/]\w+){0,5}[\])]\.?$"
    r"|\s[a-z]{2,}(?:[-/][a-z]{2,}){1,5}$"
)
"""The name of a rule at the end: how a checker complains. A machine's architecture looks like one."""
_RULE_FIRST = expression(r"(?!error|warning|fatal)[a-z][\w-]{2,40}\[[a-z][\w-]{1,60}\]: \S")
"""A rule with its variant, as ansible-lint names them."""
_TESTS = expression(
    r"^={3,} (?:test session starts|FAILURES|ERRORS) |^collected \d+ items|::test_\w+"
    r"|\bPASSED\b"
    r"|^\s*--- (?:PASS|FAIL): |^=== RUN |^test \S+ \.\.\. |^Tests run: |<<< (?:FAILURE|ERROR)!"
    r"|^\[ RUN      \]|^\s*(?:✓|✔|√|✕|✗|×) |^(?:PASS|FAIL) \S+\.(?:[jt]sx?|go|py)"
    r"|[/\"\\](?:test_\w+|\w+_test|\w+Tests?|\w+\.(?:test|spec))\.\w{1,4}\b|^Ran \d+ tests? in "
    r"|\.(?:test|spec|e2e)\.[jt]sx?:\d+"
    r"|[/\\](?:tests?|specs?|__tests__|e2e)[/\\]\S{1,200}:\d+|^\s*(?:not )?ok \d+\b"
    r"|^\s*\d+ (?:passing|failing)\b"
    r"|^\d+ examples?, \d+ failures?"
)
_LINTERS = expression(
    r"^(?:[+$>]+ |##\[group\]Run |\[command\]|Running \[).{0,200}"
    r"\b(?:lint\w*|eslint|pre-commit|prettier|clang-format|flake8|ruff|rubocop)\b"
)
_BUILDS = expression(
    r"^\[ *\d+%\] (?:Building|Linking)|^\[\d+/\d+\] |^\s*Compiling |^> Task :compile"
    r"|^\s{0,8}g?make(?:(?:\[\d+\])?:| -[jC]) ?|^\[\d+ of \d+\] Compiling "
    r"|^\s*(?:error: )?builder for '?/nix/store/"
)
_TARGET = expression(
    r"^g?make(?:\[\d{1,3}\])?: \*\*\* \[(?:[^\]\s]{1,200}:\d{1,7}: )?"
    r"(?P<target>(?!install)[a-z][a-z_-]{1,60})\] Error \d"
)
"""Which of make's targets failed: no file, so it was named for what it does."""
_TITLE = expression(r"^##\[group\]Run (?!actions/(?:checkout|cache|setup))(?P<title>\S.{0,200})$")
"""GitHub's head of a step."""
_BY_COMMAND: tuple[tuple[re.Pattern[str], C], ...] = (
    (
        expression(
            r"\b(?:lint|fmt|format|style|stylecheck|checkstyle|clippy|tidy|codespell"
            r"|shellcheck)\b|lint\b|\bcheck[-_][\w-]{1,60}\.(?:sh|py|rb|m?js|ts|pl|php)\b"
        ),
        C.LINT,
    ),
    (expression(r"\b(?:mypy|pyright|tsc|typecheck|type-check)\b"), C.TYPE_ERROR),
    (
        expression(r"\b(?:tests?|spec|specs|e2e|check|ctest|pytest|jest|mocha|rspec|verify)\b"),
        C.TEST_FAILURE,
    ),
    (expression(r"\b(?:install|restore|deps|sync|fetch|bootstrap)\b"), C.MISSING_DEPENDENCY),
    (expression(r"\b(?:build|compile|make|package|dist|bundle|assemble)\b"), C.COMPILE_ERROR),
)
_CLIENT = expression(
    r"^\s*(?:File \"|│ )[^\"\s]{0,300}[/\\]"
    r"(?:openai|anthropic|litellm|mistralai|genai|groq|cohere|ollama)[/\\]"
)
"""A frame of a library that talks to a model's provider."""
_TRACE_LINES = 80
_TABLES = (*PHRASES, *WORDS, *ADVICE)
_MISUSED = expression(r"\b(?:TypeError|ArgumentCountError|ArgumentError): ")
"""So a language says that code gave another the wrong arguments: what they must be is no setting."""
_ONLINE = expression(
    r"\b(?:check|verify) (?:your|the) (?:internet|network)\b|\bare you (?:online|connected)\b"
    r"|\bconnected to the internet\b",
    re.IGNORECASE,
)
_UNREAD = expression(
    r"\bJSONDecodeError\b|\bExpecting value: line \d|\bUnterminated string starting"
)


def guessed(finding: Finding, lines: Sequence[Line]) -> C | None:
    """Give the class that the cause's words, else the *lines* around it, make likely; None: neither does."""
    said = f"{finding.summary} {finding.lines[0].text}"
    if found := class_in(finding.lines[0].text):
        return found
    if compares(finding.lines[0].text):
        return C.TEST_FAILURE
    if _RULE_FIRST.match(finding.lines[0].text):
        return C.LINT
    if _UNREAD.search(said) and _by_client(finding, lines):
        return C.MODEL_ERROR
    told = by_words(said)
    if told is C.CONFIG_ERROR and _MISUSED.search(said):
        told = None
    if told := told or _by_target(finding.lines[0].text):
        return told
    if _ONLINE.search(said) or _advised(finding, lines):
        return C.NETWORK
    if _RULED.search(finding.lines[0].text.rstrip()):
        return C.LINT
    return _around(finding, lines) or _by_command(finding, lines)


def _advised(finding: Finding, lines: Sequence[Line]) -> bool:
    """Say whether right below *finding* somebody is asked to look after the network."""
    below = next((line for line in lines if line.number == finding.number + 1), None)
    return below is not None and _ONLINE.search(below.text) is not None


def by_words(said: str) -> C | None:
    """Give the class that the words of *said* make likely."""
    lowered = said.lower()
    tables = _TABLES if said.isascii() else (*CHINESE, *_TABLES)
    return next((found for pattern, found in tables if pattern.search(lowered)), None)


def _by_client(finding: Finding, lines: Sequence[Line]) -> bool:
    """Say whether the trace that ends with *finding* went through a library that talks to a model."""
    above = (line for line in lines if 0 < finding.number - line.number <= _TRACE_LINES)
    return any(_CLIENT.match(line.text) for line in above)


def _around(finding: Finding, lines: Sequence[Line]) -> C | None:
    own = {line.number for line in finding.lines}
    near = [line for line in lines if abs(line.number - finding.number) <= NEAR]
    besides = [line for line in near if line.number not in own]  # a cross is no test by itself
    for pattern, found, read in (
        (_TESTS, C.TEST_FAILURE, besides),
        (_LINTERS, C.LINT, near),
        (_BUILDS, C.COMPILE_ERROR, near),
    ):
        if any(pattern.search(line.text[:500]) for line in read):
            return found
    return None


def _by_command(finding: Finding, lines: Sequence[Line]) -> C | None:
    """Give what the command that ran was for; of a step that is a script or an action its title tells."""
    titles = (match["title"] for line in reversed(lines) if (match := _title(line, finding.number)))
    for command in (*shown_command(lines, 0, finding.number), next(titles, "")):
        for pattern, found in _BY_COMMAND:
            if pattern.search(command):
                return found
    return None


def _by_target(text: str) -> C | None:
    """Give what the target was for that make names as failed."""
    match = _TARGET.match(text)
    target = match["target"] if match else ""
    return next((found for pattern, found in _BY_COMMAND if pattern.search(target)), None)


def _title(line: Line, before: int) -> re.Match[str] | None:
    return _TITLE.match(line.text) if line.number < before and line.text[:2] == "##" else None
