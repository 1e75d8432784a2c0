"""How Go's tools state a cause: build, vet, mod, test, and the linters around them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

LOOK_AHEAD, LOOK_BACK = 60, 12

_FAIL = re.compile(
    r"^(?P<lead>\s*)(?:--- FAIL:|=== FAIL:(?: \S+)?) (?P<name>(?:Test|Example|Fuzz|Benchmark)\S*)"
)
_RUN = re.compile(
    r"^\s*(?:=== (?:RUN|CONT|NAME|PAUSE)|--- (?:PASS|SKIP|FAIL):|FAIL\b|ok\s|PASS$|panic: )"
)
_SAID = re.compile(r"^\s*[\w./-]{1,200}\.go:\d+: (?P<said>.*)")
_TESTIFY = re.compile(r"^\s+Error:\s+(?P<said>\S.*)")
_DETAIL = re.compile(r"^\s+(?:expected|actual|got|want|Messages)\s*:\s*\S", re.I)
_EMPTY = ("", "Error Trace:")
_PANIC = re.compile(r"^\s*(?:panic|fatal error): (?P<said>.+)")
_RECOVERED = re.compile(r" \[recovered(?:, repanicked)?\]$")
_HANGS = re.compile(r"^panic: test timed out after")
_RUNNING = re.compile(r"^\s+(?P<name>(?:Test|Fuzz|Example)\w*\S*) \(\S+\)$")
_DEADLOCK = re.compile(r"all goroutines are asleep|unexpected signal|out of memory|stack overflow")
_GOROUTINE = re.compile(r"^goroutine \d+ |^\[signal ")
_RACE = re.compile(r"^WARNING: DATA RACE$")
_FRAME = re.compile(r"^\s+(?P<place>\S+\.go:\d+)(?: \+0x\w+)?$")

_PLACE = re.compile(
    r"^(?:vet: |# )?(?P<file>(?:[A-Za-z]:|\.{1,2}[/\\])?[\w./\\@~+-]{1,300}\.go):\d+(?::\d+)?: (?P<said>.+)"
)
_LINTER = re.compile(
    r" \((?P<name>[a-z][\w-]{1,40}|[A-Z]{1,3}\d{4})\)$|^[a-z][\w-]{2,30}: .{0,400}\(([a-z]\w+|[A-Z]+\d+)\)$"
)
_MISSING = re.compile(
    r"no required module provides package|cannot find (?:package|module)|is not in (?:std|GOROOT)"
    r"|missing go\.sum entry|no such package|could not import|is not in your go\.mod"
)
_PACKAGE = re.compile(r"^# (?P<name>\[?[\w./@-]+\]?)")
_VETTED = re.compile(r"^# \[")
_LOGGED = re.compile(r"^(?:\w+: )?\[?(?:INFO|DEBUG|WARN|TRACE)|^level=")


def go_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield failing tests with the first line they said; a subtest before the test it is of."""
    for at, line in holding(lines, "--- FAIL:", "=== FAIL:"):
        match = _FAIL.match(line.text)
        if match is None:
            continue
        below = _until_next(lines, at + 1)
        said = _first_said(below) or _first_said(_above(lines, at, match["name"]))
        child = next((m for one in below[-1:] if (m := _FAIL.match(one.text))), None)
        is_parent = child is not None and child["name"].startswith(match["name"] + "/")
        rank = 77 if said else 74
        yield _test(line, match["name"], said, 71 if is_parent and not said else rank)


def go_panics(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield panics and the runtime's fatal errors that a stack follows, races, and test time-outs."""
    for at, line in holding(lines, "panic: ", "fatal error: ", "DATA RACE"):
        match = _PANIC.match(line.text)
        after = lines[at + 1 : at + 12]
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
                lines=(stripped(line),), rank=78, rule="go race", failure_class=C.TEST_FAILURE,
                identity=f"data race {place}",
            )  # fmt: skip


def go_build(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what the compiler, vet, the module resolver or a linter says of a place in a file."""
    package = ""
    for at, line in holding(lines, ".go:", "# "):
        if named := _PACKAGE.match(line.text):
            package = line.text if named else package
            continue
        match = _PLACE.match(line.text)
        if (
            match is None
            or _LOGGED.match(match["said"])
            or match["file"].endswith("_test.go")
            and not package
        ):
            continue
        if not _is_diagnostic(lines, at, line, package):
            continue
        yield Finding(
            lines=(stripped(line),),
            rank=78,
            rule="go",
            failure_class=_class_of(line.text, match, package),
        )


def _is_diagnostic(lines: Sequence[Line], at: int, line: Line, package: str) -> bool:
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
    return C.LINT if _VETTED.match(package) and not text.startswith("vet: ") else C.COMPILE_ERROR


def _class_of_panic(text: str) -> C | None:
    if "out of memory" in text:
        return C.OUT_OF_MEMORY
    if _DEADLOCK.search(text) or "runtime error" in text:
        return (
            C.SIGNAL_CRASH
            if "unexpected signal" in text or "nil pointer" in text
            else C.TEST_FAILURE
        )
    return None


def _until_next(lines: Sequence[Line], at: int) -> list[Line]:
    """Give the lines of one test, the next verdict included."""
    block: list[Line] = []
    for line in lines[at : at + LOOK_AHEAD]:
        block.append(line)
        if _RUN.match(line.text):
            break
    return block


def _above(lines: Sequence[Line], at: int, name: str) -> list[Line]:
    """Give what the test said before its verdict (go test -v prints it then)."""
    block: list[Line] = []
    for line in reversed(lines[max(0, at - LOOK_AHEAD) : at]):
        if _RUN.match(line.text) and not line.text.strip().startswith("panic"):
            if name in line.text:
                break
            if "--- " in line.text or line.text.startswith(("ok", "FAIL", "PASS")):
                break
            continue
        block.append(line)
    return block[::-1]


def _first_said(block: Sequence[Line]) -> list[Line]:
    for at, line in enumerate(block):
        match = _SAID.match(line.text)
        if not match:
            continue
        if match["said"].strip() not in _EMPTY:
            return [
                stripped(line),
                *[stripped(one) for one in block[at + 1 : at + 2] if _DETAIL.match(one.text)],
            ]
        for place, one in enumerate(block[at + 1 : at + 12], at + 1):
            if _TESTIFY.match(one.text):
                more = [stripped(m) for m in block[place + 1 : place + 4] if _DETAIL.match(m.text)]
                return [stripped(one), *more[:2]]
        following = [stripped(one) for one in block[at + 1 : at + 4] if one.text.strip()]
        return [stripped(line), *following[:1]] if following else [stripped(line)]
    return []


def _hang(line: Line, after: Sequence[Line]) -> Finding:
    names = [match["name"] for one in after if (match := _RUNNING.match(one.text))]
    who = f" ({names[0]})" if names else ""
    return Finding(
        lines=(stripped(line), *[stripped(one) for one in after if _RUNNING.match(one.text)][:1]),
        rank=84,
        rule="go test timeout",
        failure_class=C.TEST_TIMEOUT,
        summary=f"{line.text.strip()}{who}",
        replay=(_go_test(names[0]),) if names else (),
    )


def _go_test(name: str) -> str:
    pattern = "/".join(f"^{re.escape(part)}$" for part in name.split("/"))
    return f"go test -run {shlex.quote(pattern)} ./..."


def _test(line: Line, name: str, said: Sequence[Line], rank: int) -> Finding:
    why = f": {' '.join(one.text for one in said)}" if said else ""
    return Finding(
        lines=(stripped(line), *said),
        rank=rank,
        rule="go test",
        failure_class=C.TEST_FAILURE,
        summary=f"{name}{why}",
        identity=name,
        replay=(_go_test(name),),
    )
