"""How C and C++ compilers (and their like) state a cause: gcc, clang, MSVC, nvcc, bison, swiftc."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import first_of, holding, stripped

_SUFFIX = (
    r"(?:c|cc|cpp|cxx|c\+\+|C|h|hh|hpp|hxx|h\+\+|cu|cuh|m|mm|swift|ino|s|S|asm|inc|ipp|tcc"
    r"|tpp|i|ii"
    r"|dart|sol|f|f90|F90|y|yy|ypp|l|ll|pyx|pxd|proto|thrift|vala|zig|hs|lhs|ml|mli|nim|cr|d|pas|adb|ads|v|sv"
    r"|glsl|rc)"
)
_ERROR = expression(
    rf"^(?:[A-Za-z]:)?[^\s:()\[][^:()]{{0,300}}\.{_SUFFIX}"
    r"(?::\d+(?::\d+|\.\d+(?:-\d+(?:\.\d+)?)?)?"
    r"|\(\d+(?:,\d+)?\) ?): "
    r"(?:fatal |catastrophic |internal compiler )?(?:error"
    r"|Error)(?: #?[A-Z]*\d+(?:-D)?)?:(?P<said>.*)"
)
_MISSING = expression(
    r"file not found|No such file or directory|[Cc]annot open (?:source|include) file"
)
_INCLUDE = expression(r"#\s*(?:include|import)\b")
_SYSTEM = expression(r"#\s*(?:include|import)\s*<")
_STYLE = expression(
    r"\[(?!-W)[a-z]+-[\w.-]{1,80}(?:,[a-z]+-[\w.-]{1,80}){0,5},?\]$|-warnings-as-errors\]$"
    r"|clang-format-violations\]$| \[(?:[a-z]{2,40}(?:[A-Z][a-z\d]{0,40}){1,12}|memleak|uninitvar|zerodiv)\]$"
    r"|\bViolation: .{1,600} \([a-z_]{3,60}\)$"
)
"""clang-tidy's, clang-format's, cppcheck's or SwiftLint's name of a check; compilers' own end in [-W...]."""
_NUMBER = expression(r"^ ?\[GHC-\d{5}\](?: \[-W[\w,= -]{1,80}\])?$")
"""GHC's number of the message that follows on the lines below."""
_MODULE = expression(r"^Could not (?:find|load) module\b")
"""GHC's word for what no package that it was given holds."""
_INTERNAL = expression(r"\binternal compiler error\b")
_TESTED = expression(
    r"^ Failure in (?:IGNORE_)?TEST\(|^ -\[\S+ \w+\] : |^ \w[\w.]+ : XCT|^ (?:in \"|CHECK|REQUIRE)"
)


def compilers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the compilers' errors that have a place; the first of them is the cause of the others."""
    for at, line in holding(lines, "rror:", "rror C", "rror #", "rror D"):
        match = _ERROR.match(line.text) or _ERROR.match(line.text.lstrip())
        if match and not _TESTED.match(match["said"]):
            told = _NUMBER.sub("", match["said"]).strip()
            said = told or _next_words(lines[at + 1 : at + 3])
            yield _error(line, said, lines[at + 1 : at + 4])


def _next_words(after: Sequence[Line]) -> str:
    """GHC and others say what is wrong on the lines below the place."""
    return next((line.text.strip() for line in after if line.text.strip()), "")


def _error(line: Line, said: str, after: Sequence[Line]) -> Finding:
    text = line.text.strip()
    is_bare = not text.endswith(said)
    below = next((stripped(one) for one in after if said and said in one.text), None)
    return Finding(
        lines=(stripped(line), *((below,) if is_bare and below else ())),
        rank=80 if _INTERNAL.search(text) else 79,
        rule="compiler",
        failure_class=_class(text, said, after),
        summary=f"{text} {said}" if is_bare else "",
    )


def _class(text: str, said: str, after: Sequence[Line]) -> C:
    if _INTERNAL.search(text):
        return C.SIGNAL_CRASH
    if _STYLE.search(said):
        return C.LINT
    if _MODULE.match(said):
        return C.MISSING_DEPENDENCY
    if _MISSING.search(said):
        return _of_header(after)
    return C.COMPILE_ERROR


def _of_header(after: Sequence[Line]) -> C:
    """A header that is not there is to be installed when it is included as a system's."""
    shown = first_of(after, _INCLUDE)
    is_own = shown is not None and not _SYSTEM.search(shown.text)
    return C.COMPILE_ERROR if is_own else C.MISSING_DEPENDENCY
