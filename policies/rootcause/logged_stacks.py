"""Exceptions that a program of the JVM logged and survived: it logs on, and another speaks at the end.

Sources: the default layouts of Logback, Log4j 2 and Spring Boot: level, thread, logger's name, message;
a throwable's stack stands below its record.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.noise import is_bare, is_echo, is_harmless
from policies.rootcause.scan import holding

_LEVELS = (
    " INFO",
    "INFO ",
    " DEBUG",
    "DEBUG ",
    " WARN",
    "WARN ",
    " ERROR",
    "ERROR ",
    "TRACE ",
    "FATAL ",
)
_RECORD = expression(
    r"^ {0,2}(?:\[[^\]]{1,80}\] {1,3})?(?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL) {1,5}"
    r"(?:\d{1,9} --- )?(?:\[[^\]]{1,80}\] {0,3}){0,2}[\w.$]{2,160} {0,40}[-:] "
)
_GOES_ON = ("TRACE", "DEBUG", "INFO")
_STACK = expression(
    r"^\s+(?:at |\.{3} \d)|^\s*Caused by: |^(?:[a-z_]\w*\.){1,12}[A-Z][\w$]*(?::|$)"
)
_SPEAKS = expression(
    r"^(?!\[(?:INFO|WARN|WARNING|ERROR)\]|npm |yarn |error Command |[\w@.:\\-]{1,200}\.service: "
    r"|Running after_script|Uploading artifacts|Cleaning up project )\W{0,4}\w"
)
"""Maven, npm, yarn, systemd and GitLab end with the program that they ran, and say so: no later error."""


def survived_stacks(lines: Sequence[Line]) -> tuple[tuple[int, int], ...]:
    """Give the lines right before and after each record with a stack that the program survived, in order."""
    records = [
        (at, m["level"]) for at, x in holding(lines, *_LEVELS) if (m := _RECORD.match(x.text))
    ]
    if not records or not _another_speaks(lines[records[-1][0] + 1 :]):
        return ()
    last_note = max((at for at, level in records if level in _GOES_ON), default=-1)
    ends = [at for at, _ in records[1:]]
    return tuple(
        (lines[at].number - 1, lines[end].number)
        for (at, _), end in zip(records, ends, strict=False)
        if end <= last_note and any(_STACK.match(one.text) for one in lines[at + 1 : end])
    )


def _another_speaks(after: Sequence[Line]) -> bool:
    """Say whether right below the log's last record another program states something.

    A build tool, a shell or a CI system only says there that the program has ended.
    """
    told = (one.text for one in after if one.text.strip() and not _STACK.match(one.text))
    first = next(told, "")
    lowered = first.strip().lower()
    only_ends = is_bare(lowered) or is_harmless(lowered) or is_echo(first)
    return _SPEAKS.match(first) is not None and not only_ends
