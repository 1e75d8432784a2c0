"""How Rust's tools state a cause: rustc, clippy, rustfmt, cargo's build scripts and links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import first_of, holding, matching, stripped
from policies.rootcause.wrapping import is_wrapper

_ERROR = expression(r"^(?:error(?:\[E\d{4}\])?|error\[E\d{4}\] in .{1,100}): (?P<said>.+)")
_SUMS = expression(
    r"^error(?:: (?:could not compile|aborting due|test failed|doctest failed"
    r"|process didn't exit"
    r"|\d+ targets? failed|build failed|test run failed|failed to run custom build command"
    r"|failed to compile|linking with|could not document|\d+ tests? failed"
    r"|unable to proceed)|:? \d+ err)"
)
_PLACE = expression(r"^\s*(?:-->|:::) (?P<file>\S{1,400}?)(?::\d+)*$")
_LINT = expression(
    r"clippy::|rustdoc::|`-[DF] [\w-]+(?:`| implied)|#\[(?:deny|forbid)\(|-D warnings"
)
_TYPED = expression(
    r"^error\[E0(?:433|432|463)\]: .*(?:can't find crate|unresolved import|undeclared crate)"
)
_LINK = expression(r"^error: linking with `[^`]{1,200}` failed")
_LINK_SAID = (
    expression(
        r"cannot find -l|unable to find library|library not found|library '.{1,80}' not found"
    ),
    expression(r"undefined (?:reference|symbol)|multiple definition|duplicate symbol|signal 9"),
    expression(r"\bld(?:\.\w+)?: (?:error: )?\S"),
)
CHAIN_LINES = 30
_CHAINED = expression(r"^[Ee]rror: \S")
_CAUSED = expression(r"^Caused by:$")
_UNMARKED = expression(r"^(?![Ee]rror: |Caused by)[A-Za-z`'\"]\S{0,60} \S")
"""What an error chain begins with where the program does not call it one."""
_NUMBERED = expression(r"^\s+\d+: ")
_REFUSED = expression(r"\bPermissionDenied\b|[Pp]ermission denied|Operation not permitted")
_BUILD_SCRIPT = expression(
    r"^error: failed to run custom build command for `(?P<name>[^`]{1,200})`"
)
_PANICKED_AT = expression(r"', \S{1,400}:\d+:\d+$")
"""Where the quoted text of an older Rust's panic ends: the place is the library's, or the script's."""
_SCRIPT_SAID = (
    expression(r"^\s*(?:The system library `|Package \S+ was not found in the pkg-config)"),
    expression(r"^\s*(?:thread '|called `|pkg-config exited)"),
    expression(r"(?:^|: )(?:fatal )?error[: ]|not found|[Nn]o such file"),
)
_COMPILER_RAN = expression(r"ToolExecError|did not execute successfully")
_WARNED = expression(r"^\s*\S{1,400}: (?:fatal )?error: \S")
"""What the compiler said that a build script ran (crate cc): it is passed on as warnings."""

_PANIC = expression(
    r"^\s*thread '(?P<name>[^']{1,300})' (?:\(\d+\) )?panicked at (?:'(?P<old>.*?)',"
    r" )?(?P<place>\S+?):?$"
)
_FMT = expression(r"^Diff in \S.{0,300}?(?::\d+| at line \d+):$")

UNSAID, ABOVE = 40, 60
"""Rank of a build script of which nothing says why; how far above with -vv its panic may stand."""


def rustc(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield rustc's and clippy's errors, and cargo's own, which have no place."""
    for at, line in holding(lines, "error"):
        match = _ERROR.match(line.text)
        if match is None:
            continue
        after = lines[at + 1 : at + 80]
        if _LINK.match(line.text):
            yield _of_linker(line, after)
        elif script := _BUILD_SCRIPT.match(line.text):
            before = lines[max(0, at - ABOVE) : at]
            yield _of_build_script(line, after, before, script["name"])
        elif not _SUMS.match(line.text) and any(_PLACE.match(one.text) for one in after[:5]):
            yield _of_compiler(line, after)


def error_chains(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the innermost text below an error's `Caused by:` (cargo, and what prints errors as it does)."""
    for at, line, _ in matching(lines, "rror: ", _CHAINED):
        causes = _causes(lines[at + 1 : at + CHAIN_LINES])
        if causes and not _SUMS.match(line.text):
            rank = 76 if line.text.startswith("error: ") else 64
            yield Finding(lines=(causes[-1], stripped(line)), rank=rank, rule="error chain")
    for at, _, _ in matching(lines, "Caused by:", _CAUSED):
        head = next((one for one in reversed(lines[max(0, at - 2) : at]) if one.text.strip()), None)
        causes = (
            _causes(lines[at : at + CHAIN_LINES]) if head and _UNMARKED.match(head.text) else []
        )
        if head and causes:
            yield Finding(lines=(causes[-1], stripped(head)), rank=62, rule="error chain")


def _causes(after: Sequence[Line]) -> list[Line]:
    """Give the first line below each `Caused by:`, or each numbered one, up to an unindented line."""
    causes: list[Line] = []
    waits = False
    for line in after:
        if _CAUSED.match(line.text):
            waits = True
        elif line.text.strip() and not line.text.startswith("  "):
            break
        elif (waits or (causes and _NUMBERED.match(line.text))) and line.text.strip():
            causes.append(Line(line.number, _NUMBERED.sub("", line.text).strip()))
            waits = False
    return causes


def rustfmt(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the places at which rustfmt --check would write otherwise."""
    for _, line, _ in matching(lines, "Diff in ", _FMT):
        yield Finding(lines=(stripped(line),), rank=75, rule="rustfmt", failure_class=C.LINT)


def _of_compiler(line: Line, after: Sequence[Line]) -> Finding:
    own: list[Line] = []
    for one in after:
        if _ERROR.match(one.text):
            break
        own.append(one)
    found = C.COMPILE_ERROR
    if any(_LINT.search(one.text) for one in own):
        found = C.LINT
    elif _TYPED.match(line.text):
        found = C.MISSING_DEPENDENCY if "can't find crate" in line.text else C.COMPILE_ERROR
    place = next((m["file"] for one in own[:5] if (m := _PLACE.match(one.text))), "")
    if place.endswith(".toml"):
        found = C.CONFIG_ERROR
    return Finding(
        lines=(stripped(line),),
        rank=80,
        rule="rustc",
        failure_class=found,
        identity=f"{line.text} {place}",
    )


def _outputs(after: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Give what a build script printed, and what it wrote to its error output, without wrappers.

    Cargo sets both in by two blanks; older ones did not, and there the end does not show.
    """
    heads = [at for at, one in enumerate(after) if one.text.strip() == "--- stderr"]
    is_set_in = any(one.text.startswith("  --- std") for one in after)
    ends = (at for at, one in enumerate(after) if at > 2 and one.text[:1].strip())
    told = after[: next(ends, None)] if is_set_in else after
    at = heads[-1] if heads and heads[-1] < len(told) else -1
    own = [one for one in told[at + 1 :] if not is_wrapper(one.text.lower())]
    return list(told[:at]) if at >= 0 else [], own


def _of_linker(line: Line, after: Sequence[Line]) -> Finding:
    said = first_of(after, *_LINK_SAID)
    is_missing = said is not None and _LINK_SAID[0].search(said.text)
    return Finding(
        lines=(said, stripped(line)) if said else (stripped(line),),
        rank=80,
        rule="rustc link",
        failure_class=C.MISSING_DEPENDENCY if is_missing else C.COMPILE_ERROR,
    )


def _of_build_script(
    line: Line, after: Sequence[Line], before: Sequence[Line], name: str
) -> Finding:
    """What the script wrote to its error output says why; its panic's text stands below the place.

    Where that only tells that a compiler failed, its other output repeats what the compiler said.
    """
    printed, written = _outputs(after)
    said = first_of(written, *_SCRIPT_SAID)
    if said is None or _COMPILER_RAN.search(said.text):
        said = first_of(printed, _WARNED) or said
    if said is None:
        written = list(before)
        said = first_of(reversed(written), _SCRIPT_SAID[1])
    if said and (match := _PANIC.match(said.text)) and not match["old"]:
        place = next(n for n, one in enumerate(written) if one.number == said.number)
        said = next(
            (stripped(one) for one in written[place + 1 : place + 3] if one.text.strip()), said
        )
    refused = said is not None and _REFUSED.search(said.text)
    return Finding(
        lines=(said, stripped(line)) if said else (stripped(line),),
        rank=78 if said else UNSAID,
        rule="cargo build script",
        failure_class=C.SANDBOX_PERMISSION if refused else C.MISSING_DEPENDENCY,
        identity=f"{name.partition(' v')[0]} {_PANICKED_AT.sub('', said.text) if said else ''}",
    )
