"""How build generators and build runners state a cause: CMake, ninja, Autotools, Bazel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import indented, matching, stripped
from policies.rootcause.tried_compiler import compiler_said
from policies.rootcause.wrapping import is_wrapper

BLOCK_LIMIT = 60
"""Lines of one error's text that are read."""
ONLY_RAN, TESTED, _TESTS_RUN = 45, 66, "Error running test executable"
"""Rank of an error that only tells that a command failed; and of one that asked a program for its tests."""

_CMAKE = expression(
    r"^\s*CMake Error(?P<place> at (?:[A-Za-z]:)?[^:]{1,300}:\d+ \([\w-]+\))?:(?P<said> .*)?$"
)
_RAN = expression(
    r"^execute_process (?:failed|error)|^\S{0,200} ?(?:command )?failed with (?:return|exit) code"
)
"""A command that it ran failed: what that one printed says why."""
_STACK = expression(r"^\s*Call Stack \(most recent call first\):")
_MISSING = expression(
    r"could not? find|could not locate|unable to find|not found|NOTFOUND"
    r"|No CMAKE_\w+ could be found"
    r"|or higher is required|does not provide a configuration|by not providing|is required but"
    r"|required .{0,80}version|unsuitable|not installed|no such package|0xc0000135",
    re.I,
)
_REFUSED = expression(r"\bPermission denied\b")
_BROKEN = expression(r"is not able to compile a simple test program")
_SETTLED = expression(r"source file|source directory|cannot find source|CMakeLists\.txt", re.I)
_CONFIGURE = expression(
    r"^(?:checking .{1,200}\.\.\. ?)?(?:\S{0,200}/)?configure(?::\d{1,7})?: error: (?P<said>.*)"
)
"""Where both streams are one, the verdict stands behind what was being looked for."""
_SET_WRONG = expression(r"unrecognized|cannot (?:create executables|run C\+* compiled)")
_CONFIGURE_WHERE = expression(r"^in [`'‘]/.{0,400}:$")
"""Where it ran; the line below says why."""
_CONFIGURE_MORE = expression(r"^(?:No package '|Package '|\S+ not found|Requested '|Variable )")
_FAILED = expression(r"^FAILED: (?:\[code=\d+\] )?\S")
_STEP = expression(r"^\[\d+/\d+\]|^ninja: ")
_BAZELS = expression(r"^(?:ERROR|INFO|WARNING|FAILED): |^Target //|^\(\d\d:\d\d:\d\d\) ")
_SHOWN = expression(r"^ {2,4}(?:\(cd |exec env |[A-Z]\w*=|/)|^Use --|^Execution platform: ")
"""The command itself, with --verbose_failures, and advice."""
PRINTED = 58
"""Rank of what a failed action printed: a compiler's own form says more."""
_BAZEL = expression(r"^ERROR: (?:[A-Z]:)?[\w@/.+~-]{1,400}:\d+:\d+: (?P<said>.+)")
_ACTED = expression(
    r"\bfailed: \(|\(Exit \d+\)|Exec failed|\bfailed: \S{1,200} failed: error executing"
)
"""A command that it ran failed (before Bazel 4 `of rule '//x' failed: tool failed: error executing`)."""
_DRIVER = expression(
    r"^(?:\S{0,200}[/-])?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+): (?:fatal )?error: "
    r"(?!linker command failed)\S"
    r"|^(?:\S{0,200}[/-])?(?:gcc|g\+\+|cc|c\+\+): error trying to exec "
)


def cmake(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield CMake's errors: what the text below the place says."""
    for at, line, match in matching(lines, "CMake Error", _CMAKE):
        told = (match["said"] or "").strip()
        block = _cmake_block(lines, at)
        if not told and not block:
            continue
        if printed := compiler_said(block):
            yield printed
            continue
        first = told or block[0].text
        yield Finding(
            lines=(stripped(line),) if told else tuple(block[:2]),
            rank=ONLY_RAN if _RAN.search(first) else TESTED if first.startswith(_TESTS_RUN) else 79,
            rule="cmake",
            failure_class=_cmake_class(" ".join((told, *(part.text for part in block)))),
            summary=_sentence(first, block if told else block[1:]),
        )


def autotools(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what stopped a configure script, with the package it misses."""
    for at, line, match in matching(lines, ": error: ", _CONFIGURE):
        after = [stripped(one) for one in lines[at + 1 : at + 8]]
        if _CONFIGURE_WHERE.match(match["said"]) and after and _CONFIGURE.match(after[0].text):
            continue
        more = [one for one in after if _CONFIGURE_MORE.match(one.text)][:2]
        text = " ".join((match["said"], *(one.text for one in more)))
        yield Finding(
            lines=(stripped(line), *more),
            rank=79,
            rule="configure",
            failure_class=C.CONFIG_ERROR if _SET_WRONG.search(text) else C.MISSING_DEPENDENCY,
            summary=f"{line.text.strip()} {more[0].text}" if more else "",
            identity=" ".join(
                ("configure: error:", match["said"], *(one.text for one in more[:1]))
            ),
        )


def ninja(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what a failed edge printed, for tools whose form nobody knows: its first line."""
    for at, _, _ in matching(lines, "FAILED: ", _FAILED):
        said: list[Line] = []
        for after in lines[at + 2 : at + 2 + BLOCK_LIMIT]:
            if _STEP.match(after.text) or _FAILED.match(after.text):
                break
            if after.text.strip():
                said.append(stripped(after))
        own = [one for one in said if not is_wrapper(one.text.lower())]
        if own:
            yield Finding(lines=(_alarming(own),), rank=56, rule="ninja")


def bazel(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield Bazel's errors with a place in a BUILD file; of a failed action what its command printed."""
    for at, line, match in matching(lines, "ERROR: ", _BAZEL):
        acted = _ACTED.search(match["said"])
        if acted and (driver := _driver_said(lines[at + 1 : at + 1 + BLOCK_LIMIT])):
            yield Finding(lines=(driver,), rank=72, rule="bazel")
        elif acted and (said := _printed(lines[at + 1 : at + 1 + BLOCK_LIMIT])):
            yield Finding(lines=(_alarming(said),), rank=PRINTED, rule="bazel action")
        yield Finding(
            lines=(stripped(line),),
            rank=45 if acted else 75,
            rule="bazel",
            failure_class=None if acted else C.CONFIG_ERROR,
        )


def _printed(after: Sequence[Line]) -> list[Line]:
    """Give what the command printed: below its own lines, above Bazel's next words."""
    said: list[Line] = []
    for line in after:
        if _BAZELS.match(line.text):
            break
        if line.text.strip() and not _SHOWN.match(line.text) and not is_wrapper(line.text.lower()):
            said.append(stripped(line))
    return said


def _driver_said(below: Sequence[Line]) -> Line | None:
    """Give what the compiler's driver said of itself below an action that failed; no place is in it."""
    return next((stripped(one) for one in below if _DRIVER.match(one.text)), None)


def _alarming(said: Sequence[Line]) -> Line:
    words = ("error", "not found", "fail", "cannot", "no such")
    return next((one for one in said if any(w in one.text.lower() for w in words)), said[0])


def _cmake_block(lines: Sequence[Line], at: int) -> list[Line]:
    lead = len(lines[at].text) - len(lines[at].text.lstrip())
    inside = [
        Line(n, text[lead:])
        for n, text in lines[at + 1 : at + BLOCK_LIMIT]
        if not text[:lead].strip()
    ]
    block: list[Line] = []
    for line in indented(inside, 0, BLOCK_LIMIT):
        if _STACK.match(line.text):
            break
        if line.text.strip():
            block.append(stripped(line))
    return block


def _sentence(first: str, more: Sequence[Line]) -> str:
    """CMake wraps its text at 77 columns: give the first sentence whole."""
    text = first
    for line in more[:3]:
        if text.endswith((".", ":", "?", "!")):
            break
        text = f"{text} {line.text}"
    return text


def _cmake_class(text: str) -> C:
    if _REFUSED.search(text):
        return C.SANDBOX_PERMISSION
    if _BROKEN.search(text):
        return C.COMPILE_ERROR
    if _MISSING.search(text) and not _SETTLED.search(text):
        return C.MISSING_DEPENDENCY
    return C.CONFIG_ERROR
