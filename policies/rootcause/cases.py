"""What the finders of test runners and checkers have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

_MARK = expression(r"^(?:##\[error\]|::error(?: [^:]{0,300}(?::(?!:)[^:]{0,300}){0,9})?::)\s?")
_TYPE = expression(
    r"^(?:[\w.\\$<>:]{0,200}[.\\:])?(?P<type>[A-Za-z_]\w{0,80})(?: \[[\w ]{1,60}\])?:(?:\s|$)"
)
_KIND = expression(
    r"(?:Error|Exception|Failed|Failure|Timeout|Warning|Exit|Interrupt|Group|Fault)$"
)
_ASSERTS = expression(r"^(?:assert\b|expect\()")
_TIMES_OUT = expression(
    r"\btimeout of \d+ ?ms exceeded|exceeded timeout of \d+|timed? ?out (?:after|in) \d"
    r"|^Timeout [>(]"
    r"|test timeout (?:exceeded|of)|\btimeout \(>?\d|timed out waiting",
    re.I,
)


_NAMED = expression(r"'[^']{1,120}'|\"[^\"]{1,120}\"")
_CRASHES = expression(
    r"^worker '\w{1,40}' crashed while running|terminated by another process: signal=SIG"
)


def unmarked(text: str) -> str:
    """Give *text* without a CI system's mark for an error."""
    return _MARK.sub("", text, count=1) if text.startswith(("##[", "::")) else text


def stripped(line: Line) -> Line:
    """Give *line* without the white space around its text."""
    return Line(line.number, line.text.strip())


def error_type(said: str) -> str:
    """Give the type of the error that *said* names, "" if none; a bare assert is an AssertionError."""
    if _ASSERTS.match(said):
        return "AssertionError"
    match = _TYPE.match(said)
    return match["type"] if match and _KIND.search(match["type"]) else ""


def failed_test(
    rule: str,
    name: str,
    lines: Sequence[Line],
    *,
    why: str,
    rank: int,
    where: str = "",
    replay: str = "",
    joint: str = ": ",
) -> Finding:
    """Give the finding of one failing test; *where* is its file, if the name does not hold it."""
    return Finding(
        lines=tuple(lines),
        rank=rank,
        rule=rule,
        failure_class=_class_of(why),
        summary=f"{name}{joint}{why}" if why else name,
        identity=" ".join(part for part in (where, name, error_type(why)) if part),
        replay=(replay,) if replay else (),
    )


def in_any_order(found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield *found* with the one ahead whose words come first of those that rank highest.

    Another night would report the same failures in another order, and the cause is to be the same.
    """
    top = max((one.rank for one in found), default=0)
    equal = (one for one in found if one.rank == top)
    first = min(equal, key=lambda one: one.summary, default=None)
    for one in found:
        yield replace(one, rank=top + 1) if one is first else one


def _class_of(why: str) -> FailureClass:
    if _TIMES_OUT.search(why):
        return FailureClass.TEST_TIMEOUT
    return FailureClass.SIGNAL_CRASH if _CRASHES.search(why) else FailureClass.TEST_FAILURE


@dataclass(frozen=True, slots=True)
class Format:
    """A checker's way to print one complaint on one line."""

    rule: str
    pattern: re.Pattern[str]
    """Groups: file, and where the format has them code and said."""
    failure_class: FailureClass
    rank: int = 75


def complaints(
    lines: Sequence[Line], formats: Sequence[Format], words: Sequence[str]
) -> Iterator[Finding]:
    """Yield the lines that one of *formats* claims; the file and the code are their identity.

    Each of them holds one of *words*, which saves trying the formats on all others.
    """
    for _, line in holding(lines, *words):
        text = unmarked(line.text)
        for form in formats:
            if match := form.pattern.match(text):
                yield complaint(form, Line(line.number, text.strip()), match)
                break


def complaint(form: Format, line: Line, match: re.Match[str], *more: Line) -> Finding:
    """Give the finding of one complaint; *more* are lines that belong to it."""
    groups = match.groupdict()
    code = groups.get("code") or groups.get("said") or ""
    if groups.get("code") and form.failure_class is FailureClass.TYPE_ERROR:
        code = f"{code} {named(line.text)}"
    return Finding(
        lines=(line, *more),
        rank=form.rank,
        rule=form.rule,
        failure_class=form.failure_class,
        identity=f"{groups.get('file') or ''} {code}".strip(),
    )


def named(said: str) -> str:
    """Give what a type checker's complaint names: another name in the same file is another cause."""
    return " ".join(_NAMED.findall(said)[:3])
