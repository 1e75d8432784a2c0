"""How Maven's checking plugins state what they found: the goal that fails for it only counts.

Sources: each plugin's own console output: checkstyle, PMD, SpotBugs, JaCoCo, RAT, the licence, dependency and
invoker plugins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

LISTED_LIMIT = 30
"""Lines of one list that are read."""

_POINTS = expression(
    r"^(?:You have \d+ (?:Checkstyle|PMD|CPD)\b|failed with \d+ bugs?\b|Coverage checks have not been met"
    r"|Some Enforcer rules have failed|Some files do not have the expected license header"
    r"|Exit code: \d+\s*$|\d+ builds? failed\b|Process exited with an error: \d+|Dependency problems found"
    r"|Signature errors found|Failed to run task\b|Coverage check failed|Command execution failed\.?\s*$"
    r"|Failed during checkstyle execution: There|Maven execution failed, exit code"
    r"|Execution \S{1,80} of goal \S{1,200} failed: \d+ baseline errors?"
    r"|An Ant BuildException has occured: (?:The following error|exec returned)"
    # that it ended, in few words and with no reason
    r"|(?:[\w'./-]{1,40} ){0,5}(?:failed|failure|failed to start)\.?$|.{0,80}\bdid not exit cleanly\b"
    r"|.{0,80}\b(?:exited|terminated|finished|returned)\b.{0,40}\b(?:status|code|value)\b:? ?\d{1,5}\.?$"
    r"|.{0,200}\b[Bb]uild failed due to errors$"
    r"|.{0,80}\b(?:[Ss]ee|[Ll]ook|[Rr]efer to)\b.{0,60}\b(?:above|for (?:more )?details|output|log)\b)"
)
_LEVEL = r"^(?:\[(?:INFO|WARN(?:ING)?|ERROR)\] )?"
_RATIO = expression(
    r"^(?:\[[\w: ]{1,30}\] ){0,2}Rule violated for (?P<what>\w+ \S{1,300}): .{1,80} is \S+, but expected"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """One plugin's way to print one complaint."""

    rule: str
    word: str
    """A literal of every such line."""
    pattern: re.Pattern[str]
    failure_class: C = C.LINT


_FORMS = (
    _Form(
        "checkstyle",
        "] (",
        expression(r"^\[ERROR\] \S{1,300}:\[\d+(?:,\d+)?\] \([a-z]{2,20}\) \w{3,60}: "),
    ),
    _Form("pmd", "PMD Failure: ", expression(_LEVEL + r"PMD Failure: \S")),
    _Form("pmd", "CPD Failure: ", expression(_LEVEL + r"CPD Failure: \S")),
    _Form(
        "spotbugs",
        "_",
        expression(
            r"^\[ERROR\] (?:High|Medium|Low): .{1,1500} [A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]{1,30}){1,9}$"
        ),
    ),
    _Form(
        "spotbugs",
        ":[line",
        expression(
            r"^\[(?:ERROR|INFO)\] .{1,1500} [AaIi][tn] [\w$-]{1,200}\.(?:java|kt|scala|groovy):"
            r"\[lines? [\d-]{1,20}\]"
        ),
    ),
    _Form("jacoco", "Rule violated for ", _RATIO),
    _Form(
        "bnd baseline",
        " is too low, the new version must be ",
        expression(
            _LEVEL + r"The (?:bundle version|baselining check) .{1,300} is too low, the new version"
        ),
    ),
    _Form("protoc", "PROTOC FAILED: ", expression(_LEVEL + r"PROTOC FAILED: \S"), C.COMPILE_ERROR),
    _Form(
        "tycho",
        "Missing requirement: ",
        expression(_LEVEL + r"\s{1,6}Missing requirement: \S"),
        C.MISSING_DEPENDENCY,
    ),
    _Form(
        "animal sniffer",
        "Undefined reference: ",
        expression(_LEVEL + r"\S{1,300}: Undefined reference: "),
    ),
    _Form("cobertura", " failed check. ", expression(_LEVEL + r"\S{1,300} failed check\. \S")),
    _Form("license header", "issing header in", expression(_LEVEL + r"Missing header in:? \S")),
    _Form(
        "invoker",
        "build script did not succeed",
        expression(_LEVEL + r"\s*The (?:pre|post)-build script did not succeed\. \S"),
        C.TEST_FAILURE,
    ),
)
_LISTS: tuple[tuple[str, str, re.Pattern[str], C], ...] = (
    ("rat", "Files with unapproved licenses:", expression(_LEVEL + r"\s+(?P<item>\S+)$"), C.LINT),
    (
        "invoker",
        "The following builds failed:",
        expression(r"^\[ERROR\] \*\s+(?P<item>\S.{0,300})$"),
        C.TEST_FAILURE,
    ),
    (
        "nexus staging",
        '" failures',
        expression(r"^\[ERROR\]\s{2,}\* (?P<item>\S.{0,500})$"),
        C.CONFIG_ERROR,
    ),
    (
        "dependency analysis",
        "declared dependencies found:",
        expression(r"^\[(?:WARNING|ERROR)\]\s{2,}(?P<item>\S+:\S+)"),
        C.LINT,
    ),
)


def points_elsewhere(said: str) -> bool:
    """Say whether a goal's message only counts, or names a place where the reason stands."""
    return _POINTS.match(said) is not None


def maven_checks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what checking plugins complain of; the first is the cause."""
    for form in _FORMS:
        for _, line, _ in matching(lines, form.word, form.pattern):
            text = re.sub(_LEVEL, "", line.text).strip()
            yield _finding(Line(line.number, text), form.rule, form.failure_class)
    for rule, heading, item, found in _LISTS:
        for at, head in holding(lines, heading):
            yield from _listed(lines[at + 1 : at + 1 + LISTED_LIMIT], head, rule, item, found)


def _listed(
    below: Sequence[Line], head: Line, rule: str, item: re.Pattern[str], found: C
) -> Iterator[Finding]:
    for line in below:
        match = item.match(line.text)
        if match is None:
            return
        said = re.sub(_LEVEL, "", head.text).strip()
        yield _finding(stripped(line), rule, found, f"{said} {match['item']}")


def _finding(line: Line, rule: str, found: C, summary: str = "") -> Finding:
    return Finding(lines=(line,), rank=77, rule=rule, failure_class=found, summary=summary)
