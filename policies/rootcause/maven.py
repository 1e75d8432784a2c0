"""How Maven and its plugins state a cause: surefire's tests, and the goal that could not be executed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guess import by_words
from policies.rootcause.jvm_words import class_of_words
from policies.rootcause.maven_messages import (
    HELP,
    crashed_tests,
    goes_on,
    leaves_open,
    plugin_says,
    reason_below,
    rule_says,
)
from policies.rootcause.maven_plugins import points_elsewhere
from policies.rootcause.scan import holding, matching, since, stripped

_RUNNER = expression(r"^(?:\[[A-Z]{4,7}\] )?\s*Tests run: \d+, Failures: \d+, Errors: \d+")
_NEW = expression(
    r"^(?:\[ERROR\] )?(?P<class>[\w.$]{1,300})\.(?P<test>[\w\[\]{}(),"
    r" .:=-]{1,200}?)\s+--\s+Time elapsed: .{1,20} <<< (?:FAILURE|ERROR)!"
)
_OLD = expression(
    r"^(?:\[ERROR\] )?(?!Error: |\[INFO\] )(?P<test>[\w\[\]{}, .:=-]{1,200}?)"
    r"(?:\{.{0,100}\})?\((?P<class>[\w.$]{1,300})\)\s+Time elapsed: .{1,20} <<< (?:FAILURE"
    r"|ERROR)!"
)
_SECTION = expression(
    r"^(?:\[ERROR\] )?(?P<kind>Failures|Errors|Failed tests|Tests in error): *(?P<first>\S.*)?$"
)
_SECTION_WORDS = ("Failures:", "Errors:", "Failed tests:", "Tests in error:")
_LISTED = expression(
    r"^(?:\[ERROR\])? {1,4}(?P<class>[A-Z]\w*(?:\$\w+)*)(?:>\w[\w.:]*)?[.>]"
    r"(?P<test>\w+)(?:\[.{0,80}\])?(?::\d+)?(?:->[\w.:]+){0,5} (?P<said>\S.*)"
)
_LISTED_OLD = expression(
    r"^ {1,4}(?P<test>\w+)(?:\[.{0,80}\])?\((?P<class>[\w.$]+)\)(?:: (?P<said>.*))?$"
)
_THROWN = expression(r"^(?:\[ERROR\] )?(?:[a-z]\w*\.){1,12}[A-Z][\w$]*(?:: .*)?$")
_GOAL = expression(
    r"^\[ERROR\] Failed to execute goal(?: (?P<goal>(?!on project )\S+)(?: \([^)]{0,200}\))?)?(?: on"
    r" project (?P<project>\S+))?:(?: (?P<said>.+))?$"
)
_EMPTY = expression(
    r"^(?:There are test failures|There was \d+ (?:error|failure)"
    r"|Compilation failure(?:: Compilation failure)?:?\s*$"
    r"|There were test failures|Build failed, check)"
)
_PROBLEM = expression(
    r"^\[(?:ERROR|FATAL)\] +(?:\[(?:ERROR|FATAL)\] +)?(?P<said>(?:Non-resolvable"
    r"|Non-parseable|Non-readable|'[\w.]+' |Malformed POM|Unknown lifecycle phase|No plugin found"
    r"|Error resolving version|Could not |Unresolveable|Child module|The goal you specified"
    r"|Plugin |The project uses|Project ').+)"
)
_RULE = expression(
    r"^(?:\[(?:ERROR|WARNING|INFO)\] )?Rule \d+: (?P<rule>[\w.]+) failed with message:$"
)


def surefire(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests: at their verdict with what was thrown, and in the list at the end."""
    for at, line in holding(lines, "<<< FAILURE!", "<<< ERROR!"):
        match = _NEW.match(line.text) or _OLD.match(line.text)
        if match and not _RUNNER.match(line.text):
            thrown = next(
                (stripped(one) for one in lines[at + 1 : at + 3] if _THROWN.match(one.text)), None
            )
            yield _test(
                (stripped(line), *([thrown] if thrown else [])),
                match,
                thrown.text if thrown else "",
                76,
            )
    yield from _listed(lines)


def goals(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield why Maven could not execute a goal or read a project; a compiler's own words go first."""
    for at, line in holding(lines, "Failed to execute goal"):
        match = _GOAL.match(line.text)
        if match:
            said = HELP.sub("", match["said"] or "").strip()
            below = reason_below(lines, at) if leaves_open(said) else None
            below = below or plugin_says(lines, at, said)
            found = _goal(line, match["goal"] or "", said, below)
            crashed = crashed_tests(lines, at) if below else []
            yield _with_tests(found, crashed) if crashed else found
    for at, line in holding(lines, "[ERROR] ", "[FATAL] "):
        if match := _PROBLEM.match(line.text):
            below = reason_below(lines, at) if goes_on(match["said"], lines, at) else None
            yield _problem(line, match["said"], below)
    for at, line, match in matching(lines, "Rule ", _RULE):
        told = rule_says(lines[at + 1 : at + 5])
        yield Finding(
            lines=(*([told] if told else []), stripped(line)),
            rank=78,
            rule="maven enforcer",
            failure_class=C.CONFIG_ERROR,
            summary=told.text if told else "",
            identity=f"{match['rule']} {told.text if told else ''}",
        )


def _listed(lines: Sequence[Line]) -> Iterator[Finding]:
    inside, kind = 0, ""
    for line in since(lines, *_SECTION_WORDS):
        if (section := _SECTION.match(line.text)) is not None:
            inside, kind = 40, section["kind"]
            if section["first"] and (match := _LISTED_OLD.match(f"  {section['first']}")):
                yield _named(line, match, kind)
        elif inside:
            inside -= 1
            match = _LISTED.match(line.text) or _LISTED_OLD.match(line.text)
            if match:
                yield _named(line, match, kind)
            elif _RUNNER.match(line.text):
                inside = 0


def _named(line: Line, match: re.Match[str], kind: str) -> Finding:
    found = _test((stripped(line),), match, match["said"] or "", 75)
    return found if match["said"] else replace(found, summary=f"{kind}: {line.text.strip()}")


def _goal(line: Line, goal: str, said: str, below: Line | None) -> Finding:
    told = f"{said} {below.text}" if below else said
    empty = not below and (not said or bool(_EMPTY.match(said)) or points_elsewhere(said))
    found = class_of_words(told) or class_of_words(f"{goal} {told}")
    return Finding(
        lines=(*([below] if below else []), stripped(line)),
        rank=48 if empty else 74 if found and found is not C.TEST_FAILURE else 65,
        rule="maven goal",
        failure_class=found or (None if empty else by_words(told) or C.CONFIG_ERROR),
        summary="" if empty else told,
        identity=f"{goal} {told}",
    )


def _with_tests(goal: Finding, crashed: Sequence[Line]) -> Finding:
    """Give *goal* with the tests that ran as the process died: the same words stand for every such death."""
    names = ", ".join(line.text.rpartition(".")[2] for line in crashed)
    return replace(
        goal,
        lines=(*goal.lines[:1], *crashed, *goal.lines[1:]),
        rank=75,
        summary=f"{goal.summary.strip()} ({names})",
        identity=f"{goal.identity} {names}",
    )


def _problem(line: Line, said: str, below: Line | None) -> Finding:
    told = f"{said} {below.text}" if below else said
    return Finding(
        lines=(*([below] if below else []), stripped(line)),
        rank=77,
        rule="maven problem",
        failure_class=class_of_words(told) or C.CONFIG_ERROR,
        summary=HELP.sub("", told),
    )


def _test(lines: tuple[Line, ...], match: re.Match[str], why: str, rank: int) -> Finding:
    simple = match["class"].rpartition(".")[2]
    name = f"{simple}.{match['test'].strip()}"
    unit = re.match(r"\w+", match["test"].strip())
    wanted = f"{simple}#{unit[0]}" if unit else simple
    return Finding(
        lines=lines,
        rank=rank,
        rule="surefire",
        failure_class=C.TEST_FAILURE,
        summary=f"{name}: {why}" if why else lines[0].text,
        identity=name,
        replay=(f"mvn test -Dtest={shlex.quote(wanted)}",),
    )
