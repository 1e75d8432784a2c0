"""How Python's installers state a cause: pip, uv, poetry, setuptools, conda."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.build_output import cause_in, class_of_output
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

OUTPUT_LIMIT_LINES = 400
_MISSING, _CONFIG = FailureClass.MISSING_DEPENDENCY, FailureClass.CONFIG_ERROR

_FAILED = expression(
    r"^\s{0,8}(?:×|x|error:|ERROR:) (?P<what>.{1,200} did not run successfully\.|Command "
    r"errored out with exit status \d+:)$"
)
_OUTPUT = expression(
    r"^\s{0,10}(?:╰─>|\+->|\| ?\\->)? ?(?:\[\d+ lines of output\]|Complete output(?: \(\d+ "
    r"lines\))?:|No available output\.)$|^\s{0,8}╰─> \[\d+ lines of output\]$"
    r"|^\s{2,12}\[(?:stderr|stdout)\]$"
)
_OUTPUT_END = expression(
    r"^\s{0,10}(?:\[end of output\]|-{40,})$|^\s{0,4}(?:note: This error|hint: |error: )"
)
_UV_BUILD = expression(
    r"^\s{0,6}(?:├─▶|╰─▶|cause:|Caused by:) (?:Call to `|The build backend returned|Build "
    r"backend failed)"
)
_END_MARK = "[end of output]"
_CONFLICT = expression(
    r"^(?:ERROR: )?Cannot install .{1,1000} because these package versions have "
    r"(?:conflicting dependencies|incompatible)"
)
_DEPENDS = expression(r"^\s{2,8}(?:\S.{0,200} depends on |The user requested )")
_NO_MATCH = expression(
    r"^(?:ERROR: )?(?:No matching distribution found for|Could not find a version that "
    r"satisfies the requirement) (?P<what>\S.{0,200}?)(?: \(from .{0,2000})?$"
)
_RETRY = expression(
    r"^(?:WARNING: |\s{0,4})(?:Retrying \(Retry\("
    r"|Could not fetch URL \S{1,500}: (?:connection error|There was a problem confirming the ssl|timed out))"
)
"""Versions before 19 print no level before it."""
_NO_SSL = "the SSL module is not available"
_SO = expression(r"version solving failed\.?$")
_BECAUSE = expression(r"^\s{0,6}(?:So, )?(?:[Bb]ecause|And because|Thus|thus|and)\b")

_ONE_LINE: tuple[tuple[re.Pattern[str], FailureClass | None], ...] = (
    (
        expression(
            r"^ERROR: THESE PACKAGES DO NOT MATCH THE HASHES|^ERROR: Hash(?:es)? (?:are required"
            r"|mismatch)|^\s*Hash mismatch for "
            r"|^ERROR: Package '.{1,200}' requires a different Python|^ERROR: \S.{0,200} is not a "
            r"supported wheel"
        ),
        _MISSING,
    ),
    (
        expression(
            r"^ERROR: (?:Could not open requirements file|Invalid requirement|Directory .{1,300} is "
            r"not installable|\S.{0,300} does not appear to be a Python project|File .{1,300} does "
            r"not appear to be)"
        ),
        _CONFIG,
    ),
    (expression(r"^error: externally-managed-environment"), _CONFIG),
    (expression(r"^ERROR: Could not install packages due to an (?:OS|Environment)Error: "), None),
    (
        expression(
            r"^error: (?:The lockfile at|Failed to parse|Unable to find lockfile|No `pyproject"
            r"|Project .{1,100} is not)"
        ),
        _CONFIG,
    ),
    (
        expression(
            r"^error: (?:No interpreter found|No virtual environment found|Failed to spawn"
            r"|Distribution not found)"
        ),
        _MISSING,
    ),
    (
        expression(
            r"^(?:Error: )?pyproject\.toml changed significantly since poetry\.lock|^Error: "
            r"poetry\.lock is not consistent|^poetry\.lock was not found"
            r"|^error: in .{1,200} setup command: |^(?:\S{1,80}\.)?InvalidConfigError: "
        ),
        _CONFIG,
    ),
    (expression(r"^error: Microsoft Visual C\+\+ [\d.]+ or greater is required"), _MISSING),
    (
        expression(
            r"^(?:PackagesNotFoundError|LibMambaUnsatisfiableError|UnsatisfiableError"
            r"|ResolvePackageNotFound):"
        ),
        _MISSING,
    ),
)

_WORDS = (
    *(_END_MARK, "did not run successfully.", "errored out with", "Call to `", "backend returned"),
    *("Build backend failed", "Cannot install ", "No matching distribution", "Could not find a "),
    *("version solving failed", "ERROR: ", "error: ", "Hash mismatch for ", "poetry.lock"),
    *("InvalidConfigError: ", "NotFoundError:", "UnsatisfiableError:", "PackageNotFound:"),
)


def installers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield why packages could not be chosen, fetched or built."""
    for at, line in holding(lines, *_WORDS):
        text = line.text
        if _END_MARK in text:
            yield from _built_above(lines, at)
        elif _FAILED.match(text) or _UV_BUILD.match(text):
            yield from _built(lines, at)
        elif _CONFLICT.match(text):
            yield _conflict(line, lines[at + 1 : at + 30])
        elif match := _NO_MATCH.match(text):
            yield _no_match(line, match["what"], lines[max(0, at - 30) : at])
        elif _SO.search(text):
            yield _solved(line, lines[max(0, at - 15) : at])
        else:
            yield from _one_line(line)


def _built(lines: Sequence[Line], at: int) -> Iterator[Finding]:
    """Yield the cause inside the output of a build, from the heading above it on."""
    below = lines[at + 1 : at + 12]
    start = next((n for n, line in enumerate(below, at + 2) if _OUTPUT.match(line.text)), None)
    if start is None:
        return
    output: list[Line] = []
    for line in lines[start : start + OUTPUT_LIMIT_LINES]:
        if _OUTPUT_END.match(line.text) or (output and line.text[:1].strip()):
            break
        if not _OUTPUT.match(line.text):
            output.append(line)
    yield from _inside(output)


def _built_above(lines: Sequence[Line], at: int) -> Iterator[Finding]:
    """Yield the cause inside the output that ends here; its heading may be far above."""
    first = at
    while first and at - first < OUTPUT_LIMIT_LINES and not _OUTPUT.match(lines[first - 1].text):
        if lines[first - 1].text[:1].strip():
            break
        first -= 1
    yield from _inside(lines[first:at])


def _inside(output: Sequence[Line]) -> Iterator[Finding]:
    cause = cause_in(output)
    if cause is not None:
        found = class_of_output(cause.text)
        yield Finding(lines=(cause,), rank=79, rule="package build", failure_class=found)


def _conflict(line: Line, after: Sequence[Line]) -> Finding:
    depends = [Line(n, text.strip()) for n, text in after if _DEPENDS.match(text)]
    end = [item for item in after if item.text.startswith("ERROR: ResolutionImpossible")]
    return _finding((line, *depends[:4], *end[:1]), 80, _MISSING, line.text)


def _no_match(line: Line, what: str, before: Sequence[Line]) -> Finding:
    retries = [item for item in before if _RETRY.match(item.text)]
    if retries:
        last = Line(retries[-1].number, retries[-1].text.strip())
        has_ssl = _NO_SSL not in last.text
        found = FailureClass.NETWORK if has_ssl else _MISSING
        return _finding((last, line), 79, found, f"cannot fetch {what}" if has_ssl else _NO_SSL)
    return _finding((line,), 78, _MISSING, f"no distribution {what}")


def _solved(line: Line, before: Sequence[Line]) -> Finding:
    first = len(before)
    while first and before[first - 1].text.strip():
        first -= 1
    told = [Line(n, text.strip()) for n, text in before[first:] if _BECAUSE.match(text)]
    shown = (*told[:4], Line(line.number, line.text.strip()))
    return _finding(shown, 80, _MISSING, " ".join(item.text for item in shown))


def _one_line(line: Line) -> Iterator[Finding]:
    if line.text[:1] not in " eEpPLUR":
        return
    for pattern, found in _ONE_LINE:
        if pattern.match(line.text):
            yield _finding((line,), 79, found, line.text.partition(" Run `")[0])


def _finding(
    lines: Sequence[Line], rank: int, found: FailureClass | None, identity: str
) -> Finding:
    return Finding(
        lines=tuple(lines), rank=rank, rule="installer", failure_class=found, identity=identity
    )
