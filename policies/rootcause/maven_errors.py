"""What a Maven plugin logged as an error, where its goal only says that it failed; Maven 2's reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guess import by_words
from policies.rootcause.maven_plugins import points_elsewhere
from policies.rootcause.scan import matching
from policies.rootcause.wrapping import is_wrapper

SECTION_LIMIT = 400
"""Lines above a goal's failure that may belong to its run."""

_GOAL = expression(
    r"^\[ERROR\] Failed to execute goal \S{1,300}:(?P<name>[\w-]{1,80})(?: \([^)]{0,200}\))?"
    r" on project \S{1,200}: ?(?P<said>.{0,2000}?)(?:\s*-> \[Help \d+\].*)?$"
)
NEAR = 4
"""Lines below a verdict in which its reason begins."""
_VERDICT = expression(r"^\[ERROR\] BUILD (?:ERROR|FAILURE)$")
_HEADER = expression(r"^\[INFO\] --- \S")
_ERROR = expression(r"^\[ERROR\] {1,4}(?P<said>\w.{3,1500})$")
_TESTS = expression(
    r"^(?:Tests run:|Failures:|Errors:|Tests in error|Failed tests|Failed to execute|COMPILATION ERROR"
    r"|There are test failures|Please refer to|.{0,400}<<< (?:FAILURE|ERROR)!)"
)


def goal_errors(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first error that the failed goal's plugin logged, for each goal that gives no reason."""
    for at, _, match in matching(lines, "Failed to execute goal", _GOAL):
        if points_elsewhere(match["said"].strip()):
            told = next(_logged(lines, at), None)
            if told:
                yield Finding(
                    lines=(told,), rank=66, rule="maven error", failure_class=by_words(told.text)
                )


def old_builds(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the reason that Maven 2 prints as information, between rules, below its verdict."""
    for at, _, _ in matching(lines, "[ERROR] BUILD ", _VERDICT):
        for line in lines[at + 1 : at + 1 + NEAR]:
            said = line.text.removeprefix("[INFO] ").strip()
            if line.text.startswith("[INFO] ") and said.strip("-"):
                if not is_wrapper(line.text.lower()):
                    told = by_words(said)
                    yield Finding(
                        lines=(Line(line.number, said),),
                        rank=63,
                        rule="maven build",
                        failure_class=told,
                    )
                break


def _logged(lines: Sequence[Line], at: int) -> Iterator[Line]:
    """Give the errors between the goal's header and its failure at *at*; none where no header stands."""
    begins = next(
        (i for i in range(at - 1, max(-1, at - SECTION_LIMIT), -1) if _HEADER.match(lines[i].text)),
        at,
    )
    for line in lines[begins:at]:
        match = _ERROR.match(line.text)
        if match and not _TESTS.match(match["said"]):
            yield Line(line.number, match["said"].strip())
