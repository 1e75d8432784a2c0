"""Errors told in layers: `error:` with `Caused by:` below it, and boxes of `×` and `╰─▶`.

The first is how Rust's anyhow prints (uv, cargo and others), the second is miette's (uv, pnpm, oxc).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line
from policies.rootcause.package_codes import class_of_code
from policies.rootcause.wrapping import is_wrapper

LAYERS = 12
_RANK, _CHAINED = 71, 80

_HEAD = expression(r"^(?:error|Error|ERROR): \S")
_CAUSE = expression(r"^\s{2,8}(?:Caused by|cause): (?P<said>\S.{0,2000})$")
_CAUSES = expression(r"^Caused by:$")
_NUMBERED = expression(r"^\s{2,8}(?:\d{1,2}: )?(?P<said>\S.{0,2000})$")
_PRINTED = expression(r"^\s{2,8}-{3} std(?:out|err)$")
"""Cargo shows below a build script's end what it printed: no cause of the end any more."""
_CROSS = expression(r"^\s{1,4}× (?P<said>\S.{0,2000})$")
_ARROW = expression(r"^\s{1,6}[├╰]─▶ (?P<said>\S.{0,2000})$")
_MORE = expression(r"^\s{4,10}(?:│ )?\s{0,4}(?P<said>[^\s│├╰×┬╭].{0,2000})$")
_CODE = expression(r"^Error: (?P<code>ERR_PNPM_\w{1,80})$")
_UNREAD = expression(r"^error: Failed to parse ")
_MISMATCH = expression(r"^Hash mismatch for `")
"""What uv says below that it could not download: the file came whole, and is another one."""
_NO_SOLUTION = "No solution found when resolving"


def layered(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield errors told in layers; the innermost layer is the cause."""
    code = ""
    for at, line in enumerate(lines):
        after = lines[at + 1 : at + 1 + LAYERS]
        code = match["code"] if (match := _CODE.match(line.text)) else code
        if _HEAD.match(line.text) and after:
            if inner := [x for x in _caused_by(after) if not is_wrapper(x.text.lower())]:
                told = _finding(line, line.text, inner)
                is_uvs = line.text.startswith("error: ") and _CAUSE.match(after[0].text)
                yield replace(told, rank=_CHAINED) if is_uvs else told
        elif (match := _CROSS.match(line.text)) and not line.text.lstrip().startswith(
            "× Encountered"
        ):
            yield from _box(line, match["said"], after, code)
            code = ""


def _caused_by(after: Sequence[Line]) -> list[Line]:
    inner = list[Line]()
    if _CAUSE.match(after[0].text):
        for line in after:
            if match := _CAUSE.match(line.text):
                inner.append(Line(line.number, match["said"]))
        return inner
    start = next((n for n, line in enumerate(after[:3]) if _CAUSES.match(line.text)), None)
    for line in after[start + 1 :] if start is not None else ():
        match = _NUMBERED.match(line.text)
        if not match or _PRINTED.match(line.text):
            break
        inner.append(Line(line.number, match["said"]))
    return inner


def _box(line: Line, said: str, after: Sequence[Line], code: str) -> Iterator[Finding]:
    head = Line(line.number, line.text.strip())
    inner, text = list[Line](), ""
    for item in after:
        arrow, more = _ARROW.match(item.text), _MORE.match(item.text)
        if arrow:
            inner.append(Line(item.number, arrow["said"]))
            text = arrow["said"]
        elif more and inner:
            text = f"{text} {more['said']}"
        else:
            break
    if inner or code:
        yield _finding(head, said, inner or [Line(line.number, said)], text, code)


def _finding(
    head: Line, outer: str, inner: Sequence[Line], text: str = "", code: str = ""
) -> Finding:
    cause = inner[-1]
    said = text or cause.text
    is_solver = _NO_SOLUTION in outer
    shown = (head, *inner[:3]) if is_solver else (cause, head)
    own = {line.number: line for line in shown}
    layers = [layer for layer in (code, outer.removeprefix("error: "), said) if layer]
    return Finding(
        lines=tuple(own.values()),
        rank=80 if is_solver else 78 if code else _RANK,
        rule="layered error",
        failure_class=_class_of(is_solver or bool(_MISMATCH.match(cause.text)), outer, code),
        summary=": ".join(dict.fromkeys(layers)),
        identity=f"{outer} {said}",
    )


def _class_of(is_choice: bool, outer: str, code: str) -> FailureClass | None:
    """Give the class; *is_choice*: other versions must be asked for, or other hashes."""
    if is_choice:
        return FailureClass.MISSING_DEPENDENCY
    return FailureClass.CONFIG_ERROR if _UNREAD.match(outer) else class_of_code(code)
