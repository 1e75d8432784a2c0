"""How Rust's test runners state a failing test: cargo test, doc tests, nextest; and a program's panic."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import first_of, holding, matching, stripped

_PANIC = expression(
    r"^\s*thread '(?P<name>[^']{1,300})' (?:\(\d+\) )?panicked at (?:'(?P<old>.*?)',"
    r" )?(?P<place>\S+?):?$"
)
_OLD = expression(
    r"^\s*thread '(?P<name>[^']{1,300})' (?:\(\d+\) )?panicked at '(?P<old>.{1,2000})"
)
_SOURCE = expression(r"(?:^|', |panicked at )(?P<file>(?:[A-Za-z]:)?[^\s':]{1,400}\.rs):\d+:\d+:?$")
_LIBRARY = expression(r"^(?:src/)?lib(?:core|std|alloc)/|^/rustc/|/rustlib/src/")
_RELEASE = expression(r"-\d[\w.+-]{0,40}(?=/)")
_QUOTED_END = expression(r"', \S{1,400}:\d+:\d+$")
_TEST = expression(r"^test (?P<name>\S.{0,300}?) \.\.\. FAILED(?: .*)?$")
_OUTPUT = expression(
    r"^\s*-{3,} (?:(?:TRY \d+ )?STDOUT:\s+\S+ )?(?P<name>\S.{0,300}?)(?: stdout)? -{3,}$"
)
_NEXTEST = expression(
    r"^\s*(?:TRY \d+ )?(?P<why>FAIL|TIMEOUT|SIG[A-Z]+|ABORT"
    r"|LEAK-FAIL) +\[ *[\d.]+s\] +(?:\(.{0,30}\) +)?\S+ (?P<name>\S+)$"
)
_ERROR = expression(r"^error(?:\[\w{1,20}\])?: \S")
_WORDLESS = "explicit panic"
"""What Rust's panic!() says without a message."""
ABOVE, BELOW = 60, 8
_OTHER_PANIC = expression(r"^note: panic did not contain expected string$")
_DOCTEST = expression(r"^\S+\.rs - ")


def rust_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield failing tests with what their panic says, then tests that only the list names."""
    told: set[str] = set()
    for at, line in holding(lines, "panicked at"):
        match = _PANIC.match(line.text) or _OLD.match(line.text)
        if match:
            told.add(match["name"])
            yield _panic(lines, at, line, match)
    for _, line, match in matching(lines, "... FAILED", _TEST):
        if match["name"] not in told:
            yield _test((stripped(line), *_returned(lines, match["name"])), match["name"], "", 71)
    for _, line, match in matching(lines, "[", _NEXTEST):
        yield _nextest(line, match)


def _panic(lines: Sequence[Line], at: int, line: Line, match: re.Match[str]) -> Finding:
    old = match.groupdict().get("old")
    after = lines[at + 1 : at + 4]
    said = None if old else next((stripped(one) for one in after if one.text.strip()), None)
    name, words = match["name"], old or (said.text if said else "")
    is_program = name in ("main", "<unnamed>") or name.startswith(("tokio-", "rayon", "async-"))
    if is_program:
        return Finding(
            lines=(said, stripped(line)) if said else (stripped(line),),
            rank=64,
            rule="rust panic",
            first_wins=True,
            identity=f"{_QUOTED_END.sub('', words).removesuffix(chr(39))} {_file(line, after)}".strip(),
        )
    if words.startswith(_WORDLESS) and (printed := _printed_above(lines[max(0, at - ABOVE) : at])):
        return _test((printed, stripped(line)), name, printed.text, 77)
    shown = (stripped(line), *([said] if said else []))
    if unmet := _unmet(lines[at + 1 : at + 1 + BELOW]):
        return _test((*shown[:1], *unmet), name, " ".join(one.text for one in unmet), 77)
    return _test(shown, name, words, 77)


def _unmet(below: Sequence[Line]) -> list[Line]:
    """Give what a test that should panic says of a panic with other words, of the lines *below* that."""
    at = next((n for n, one in enumerate(below) if _OTHER_PANIC.match(one.text)), None)
    return [stripped(one) for one in below[at : at + 3]] if at is not None else []


def _printed_above(above: Sequence[Line]) -> Line | None:
    """Give the error that the test printed before it panicked without a word: below its own heading."""
    begins = max((n for n, one in enumerate(above) if _OUTPUT.match(one.text)), default=None)
    own = above[begins + 1 :] if begins is not None else ()
    return next((stripped(one) for one in own if _ERROR.match(one.text.lstrip())), None)


def _file(line: Line, after: Sequence[Line]) -> str:
    """Give the source file of a panic, of a dependency with its crate; nothing where it is the library's."""
    told = (match for one in (line, *after) if (match := _SOURCE.search(one.text)))
    place = next((match["file"].replace("\\", "/") for match in told), "")
    if _LIBRARY.search(place):
        return ""
    return _RELEASE.sub("", place.rpartition("/registry/src/")[2].partition("/")[2] or place)


def _returned(lines: Sequence[Line], name: str) -> list[Line]:
    """Give what a test without a panic printed: the error it returned."""
    for at, _, match in matching(lines, "----", _OUTPUT):
        if match["name"] == name:
            after = [stripped(one) for one in lines[at + 1 : at + 15] if one.text.strip()]
            error = first_of(
                after, expression(r"^(?:Error: |error(?:\[E\d+\])?: |note: test did not)")
            )
            return [error] if error else _panicked(after) or after[:1]
    return []


def _panicked(printed: Sequence[Line]) -> list[Line]:
    """Give what a doc test's own program said as it panicked: the test only tells how it ended."""
    at = next((n for n, one in enumerate(printed) if _PANIC.match(one.text)), None)
    return list(printed[at + 1 : at + 2]) if at is not None else []


def _nextest(line: Line, match: re.Match[str]) -> Finding:
    crash = match["why"].startswith(("SIG", "ABORT"))
    found = C.SIGNAL_CRASH if crash else C.TEST_FAILURE
    found = C.TEST_TIMEOUT if match["why"] == "TIMEOUT" else found
    rank = 72 if found is C.TEST_FAILURE else 78
    return Finding(
        lines=(stripped(line),),
        rank=rank,
        rule="nextest",
        failure_class=found,
        identity=f"{match['name']} {match['why']}",
        replay=(f"cargo nextest run {shlex.quote(match['name'])}",),
    )


def _test(lines: tuple[Line, ...], name: str, words: str, rank: int) -> Finding:
    why = words or (lines[1].text if len(lines) > 1 else "")
    return Finding(
        lines=lines,
        rank=rank,
        rule="rust test",
        failure_class=C.TEST_FAILURE,
        summary=f"{name}: {why}" if why else lines[0].text,
        identity=name,
        replay=_again(name),
    )


def _again(name: str) -> tuple[str, ...]:
    """No test is called as an option is."""
    if _DOCTEST.match(name):
        return ("cargo test --doc",)
    return () if name.startswith("-") else (f"cargo test {shlex.quote(name)}",)
