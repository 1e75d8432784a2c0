"""How Gradle states a cause: "What went wrong", and the tests that failed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.gradle_messages import sure_class, told_below
from policies.rootcause.jvm_words import class_of_words
from policies.rootcause.scan import holding, matching, stripped

BLOCK_LIMIT, ONLY_RAN = 60, 20
"""Lines of one report that are read; rank of one that only tells that a command ended."""

_WRONG = expression(r"^\* What went wrong:")
_ON_ONE_LINE = expression(r"\* What went wrong: (?P<told>\S.{0,1500})$")
_TRY = expression(r" \* (?:Try|Exception is):")
_END = expression(r"^(?:\* (?:Try|Exception is|Get more)|={5,}|BUILD FAILED|\d+: Task failed)")
_BETWEEN = expression(r"^> Task :|^\d+ actionable tasks?\b")
"""What Gradle's other threads print into the block."""
_REASON = expression(r"^\s*> (?P<said>.+)")
_POINTER = expression(
    r"^(?:There were failing tests|Compilation (?:failed|error)\b|See (?:the|log)"
    r"|Process 'command|A failure occurred while executing"
    r"|Execution failed for task|Internal compiler error\. See log"
    r"|Checkstyle rule violations|Ktlint found code style|Analysis failed"
    r"|The following files had format|\d+ (?:actionable|tests?)"
    r"|A problem occurred (?:evaluating|configuring|in|starting)|Multiple build operations"
    r"|Could not resolve all (?:files|dependencies|artifacts|task dependencies)"
    r"|Process 'Gradle Test Executor|Lint found|Build failed|Compilation failed to complete"
    r"|[\w.$]{1,200} \(no error message\))"
)
_RULES = (
    (expression(r"No space left"), C.DISK_FULL),
    (expression(r"heap space|GC overhead|Metaspace|exit value 137"), C.OUT_OF_MEMORY),
    (
        expression(
            r"[Ff]ormat violations|[Cc]heckstyle|ktlint|detekt|PMD|SpotBugs|Lint found|coverage"
            r"|weighted issues|Rule violated",
            re.I,
        ),
        C.LINT,
    ),
    (expression(r"failing tests|There were test failures"), C.TEST_FAILURE),
    (expression(r"Compilation (?:failed|error)|compiler"), C.COMPILE_ERROR),
    (
        expression(
            r"Could not find (?!method|property)|Could not resolve (?!property)"
            r"|No matching (?:variant|toolchain)|Cannot find a Java installation"
            r"|was not found in any|No (?:compatible )?toolchains? found|SDK location not found|NDK"
        ),
        C.MISSING_DEPENDENCY,
    ),
    (expression(r"Could not (?:GET|HEAD|download)|Received status code 5"), C.NETWORK),
    (
        expression(
            r"Could not (?:find method|get unknown|set unknown|determine java|compile build|open)"
            r"|not found in (?:root )?project|Unsupported class file|No such property"
            r"|unknown property|requires (?:at least )?(?:Java|JVM)|Plugin \[|deprecated|ambiguous"
            r"|incompatible|Cannot (?:locate|add)|already exists|Minimum supported Gradle",
            re.I,
        ),
        C.CONFIG_ERROR,
    ),
)
_TEST = expression(
    r"^(?:.{0,20}Gradle Test .{0,60} > )?(?P<name>\S[^>]{0,200}(?: >"
    r" [^>]{1,200}){1,6}?) FAILED$"
)
_TASK = expression(r"^> Task |^:|^Execution failed")
_THROWN = expression(
    r"^\s+(?P<said>(?:[a-z]\w*\.){0,12}[A-Z][\w$]*(?:Error|Exception|Failure|Failed\w*"
    r"|Throwable|Timeout\w*)\b.*)"
)
_WEAK = expression(r"^[\w.$]+(?: at \S+:\d+)?$")
_INNER = expression(r"^\s*Caused by: (?P<said>.+)")


def gradle(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what went wrong: the innermost reason that says more than where to look."""
    for at, _, _ in matching(lines, "* What went wrong:", _WRONG):
        block: list[Line] = []
        told = lines[at + 1 : at + BLOCK_LIMIT]
        is_whole = any(line.text.startswith("* Try:") for line in told)
        for line in told:
            is_blank = not line.text.strip()
            if _END.match(line.text) or (
                block and is_blank and not (is_whole or _goes_on(lines, line))
            ):
                break
            if not (is_blank or _BETWEEN.match(line.text)):
                block.append(line)
        if block:
            yield _wrong(block)
    for _, line in holding(lines, "* What went wrong: "):
        if match := _ON_ONE_LINE.search(line.text):
            yield _wrong(_spread(line, match["told"]))


def gradle_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests that the test task prints, with what was thrown."""
    for at, line, match in matching(lines, " FAILED", _TEST):
        if _TASK.match(line.text):
            continue
        below = list(takewhile(_is_thrown, lines[at + 1 : at + 41]))
        thrown = next((stripped(one) for one in below if _THROWN.match(one.text)), None)
        inner = [stripped(one) for one in below if _INNER.match(one.text)]
        weak = thrown is not None and _WEAK.match(thrown.text)
        said = inner[-1] if inner and weak else thrown
        yield _test(line, match["name"], said)


def _is_thrown(line: Line) -> bool:
    """Say whether *line* is of a stack, as Gradle indents it or as the JVM prints it."""
    return not line.text or line.text[0].isspace() or line.text.startswith("Caused by: ")


def _spread(line: Line, told: str) -> list[Line]:
    """Give as a block what a caller of Gradle (React Native's CLI) prints of it on one line."""
    first, *more = _TRY.split(told)[0].split(" > ")
    return [Line(line.number, first), *(Line(line.number, f"> {said}") for said in more)]


def _goes_on(lines: Sequence[Line], blank: Line) -> bool:
    """An empty line may stand inside the block, when a reason or more of a message follows it."""
    after = next((line for line in lines if line.number > blank.number and line.text.strip()), None)
    return after is not None and (after.text[:2] == "  " or _REASON.match(after.text) is not None)


def _wrong(block: Sequence[Line]) -> Finding:
    said = [Line(line.number, _REASON.sub(r"\g<said>", line.text).strip()) for line in block]
    reasons = [
        one
        for one, line in zip(said, block, strict=True)
        if _REASON.match(line.text) or line is block[0]
    ]
    own = [one for one in reasons if not _POINTER.match(one.text)]
    told = told_below(block, reasons[-1])
    lead = told or (own[-1] if own else reasons[-1])
    text = " ".join(one.text for one in said)
    found = sure_class(lead.text) or (sure_class(reasons[-1].text) if told else None)
    found = found or class_of_words(lead.text)
    found = found or next((c for p, c in _RULES if p.search(lead.text)), None)
    found = found or next((c for p, c in _RULES if p.search(text)), None)
    return Finding(
        lines=(lead, *[one for one in own[:-1][-1:] if one is not lead]),
        rank=76 if (own or told) and found else 64 if own or told else _rank_of_pointer(lead),
        rule="gradle",
        failure_class=found,
    )


def _rank_of_pointer(lead: Line) -> int:
    """A command that Gradle ran has told itself why it failed, whatever it is."""
    return ONLY_RAN if lead.text.startswith("Process 'command ") else 47


def _test(line: Line, name: str, said: Line | None) -> Finding:
    parts = name.split(" > ")
    unit = f"{parts[-2]}.{parts[-1].removesuffix('()')}"
    quoted = shlex.quote(f"*{unit}" if "." not in parts[-2] else unit)
    return Finding(
        lines=(stripped(line), *([said] if said else [])),
        rank=76 if said else 70,
        rule="gradle test",
        failure_class=C.TEST_FAILURE,
        summary=f"{name}: {said.text.removeprefix('Caused by: ')}" if said else stripped(line).text,
        identity=name,
        replay=(f"gradle test --tests {quoted}",),
    )
