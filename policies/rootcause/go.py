"""How Go's tools state a cause: build, vet, mod, the linters around them, panics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.gotests import replay_of
from policies.rootcause.scan import holding, stripped

TEXT_LINES = 30
"""Lines of a panic's text that are read for the stack below it."""
_PANIC = expression(r"^\s*(?:panic|fatal error): (?P<said>.+)")
_RECOVERED = expression(r" \[recovered(?:, repanicked)?\]$")
_HANGS = expression(r"^panic: test timed out after")
_RUNNING = expression(r"^\s+(?P<name>(?:Test|Fuzz|Example)\S*) \(\S+\)$")
_DEADLOCK = expression(
    r"all goroutines are asleep|concurrent map |sync: (?:un)?lock"
    r"|unexpected signal|out of memory|stack overflow"
)
_GOROUTINE = expression(r"^goroutine \d+ |^\[signal ")
_RACE = expression(r"^WARNING: DATA RACE$")
_FRAME = expression(r"^\s+(?P<place>\S+\.go:\d+)(?: \+0x\w+)?$")

_PLACE = expression(
    r"^(?:vet: |# )?(?P<file>(?:[A-Za-z]:"
    r"|\.{1,2}[/\\])?[\w./\\@~+-]{1,300}\.go):\d+(?::\d+)?: (?P<said>.+)"
)
_LINTER = expression(
    r" \((?P<name>[a-z][\w-]{1,40}|[A-Z]{1,3}\d{4})\)$"
    r"|^[a-z][\w-]{2,30}: .{0,400}\(([a-z]\w+|[A-Z]+\d+)\)$"
)
_MISSING = expression(
    r"no required module provides package|cannot find (?:package|module)|is not in (?:std"
    r"|GOROOT)"
    r"|missing go\.sum entry|no such package|could not import|is not in your go\.mod"
    r"|ambiguous import: found"
)
_VET = expression(
    r" (?:format %|call (?:has|needs)|arg list ends|composite literal uses unkeyed|possible misuse"
    r"|unreachable code|struct field tag|passes lock by value|should (?:have|be)|self-assignment)"
    r"|^(?:self-assignment|unreachable code|result of |the cancel function|loop variable )"
)
"""What vet's analyzers say; the header above them tells them from a compiler's only since Go 1.22."""
_PACKAGE = expression(r"^# (?P<name>\[?[\w./@-]+\]?)")
_VETTED = expression(r"^# \[")
_LOGGED = expression(r"^(?:\w+: )?\[?(?:INFO|DEBUG|WARN|TRACE)|^level=")


def go_panics(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield panics and the runtime's fatal errors that a stack follows, races, and test time-outs."""
    for at, line in holding(lines, "panic:", "fatal error: ", "DATA RACE"):
        match = _PANIC.match(line.text)
        after = lines[at + 1 : at + 12]
        if line.text.strip() == "panic:":
            yield from _below_panic(line, lines[at + 1 : at + TEXT_LINES])
        if match and _HANGS.match(line.text):
            yield _hang(line, after)
        elif match and any(_GOROUTINE.match(one.text) for one in after):
            yield Finding(
                lines=(Line(line.number, _RECOVERED.sub("", line.text.strip())),),
                rank=78,
                rule="go panic",
                failure_class=_class_of_panic(line.text),
            )
        elif _RACE.match(line.text):
            place = next((m["place"] for one in after if (m := _FRAME.match(one.text))), "")
            yield Finding(
                lines=(stripped(line),),
                rank=78,
                rule="go race",
                failure_class=C.TEST_FAILURE,
                identity=f"data race {place}",
            )


def go_build(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what the compiler, vet, the module resolver or a linter says of a place in a file."""
    package = ""
    for _, line in holding(lines, ".go:", "# "):
        if named := _PACKAGE.match(line.text):
            package = named.string
            continue
        match = _PLACE.match(line.text)
        if (
            match is None
            or _LOGGED.match(match["said"])
            or (match["file"].endswith("_test.go") and not package)
        ):
            continue
        if not _is_diagnostic(line, package):
            continue
        yield Finding(
            lines=(stripped(line),),
            rank=78,
            rule="go",
            failure_class=_class_of(line.text, match, package),
        )


def _is_diagnostic(line: Line, package: str) -> bool:
    """A program's own log line also begins with a file and a number: a compiler says the column."""
    return (
        bool(package)
        or re.match(r"^\S+\.go:\d+:\d+: ", line.text.removeprefix("vet: ")) is not None
    )


def _class_of(text: str, match: re.Match[str], package: str) -> C:
    if _MISSING.search(match["said"]):
        return C.MISSING_DEPENDENCY
    linter = _LINTER.search(match["said"])
    if linter and linter["name"] != "typecheck":
        return C.LINT
    is_vet = _VETTED.match(package) or _VET.search(match["said"])
    return C.LINT if is_vet and not text.startswith("vet: ") else C.COMPILE_ERROR


def _class_of_panic(text: str) -> C | None:
    if "panic: Log in goroutine after Test" in text:
        return C.TEST_FAILURE
    if "out of memory" in text:
        return C.OUT_OF_MEMORY
    if _DEADLOCK.search(text) or "runtime error" in text:
        return (
            C.SIGNAL_CRASH
            if "unexpected signal" in text or "nil pointer" in text
            else C.TEST_FAILURE
        )
    return None


def _below_panic(line: Line, after: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first line of a panic's text that begins with an empty one."""
    said = next((stripped(one) for one in after if one.text.strip()), None)
    if said and any(_GOROUTINE.match(one.text) for one in after):
        tells_test = "test" in said.text.lower()
        yield Finding(
            lines=(said, stripped(line)),
            rank=78,
            rule="go panic",
            failure_class=C.TEST_FAILURE if tells_test else None,
        )


def _hang(line: Line, after: Sequence[Line]) -> Finding:
    names = [match["name"] for one in after if (match := _RUNNING.match(one.text))]
    who = f" ({names[0]})" if names else ""
    return Finding(
        lines=(stripped(line), *[stripped(one) for one in after if _RUNNING.match(one.text)][:1]),
        rank=84,
        rule="go test timeout",
        failure_class=C.TEST_TIMEOUT,
        summary=f"{line.text.strip()}{who}",
        replay=(replay_of(names[0]),) if names else (),
    )
