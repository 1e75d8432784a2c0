"""Says whether what stands after a secret's name is a value to hide, and where it ends.

Hiding a cause ("token: expired") hurts as well as showing a secret: words that explain, numbers,
types and code that only reads a secret stay.
"""

from __future__ import annotations

import re

from policies.secret_words import EXPLAINS

VALUE_LIMIT_BYTES = 4096
"""A longer value is hidden up to here; also the bound of every search, which keeps it linear."""

_RUN = re.compile(rb"[^\s\"'`<>,;&|(){}\[\]\\\x1b]{1,4096}")
_WHOLE_RUN = re.compile(rb"[^\s\x1b]{1,4096}")
_PLACEHOLDER = re.compile(rb"[$%{<*\[]|\.{2,}|(?:x{3,}|X{3,}|-+)$|//")
_CODE = re.compile(
    rb"[A-Za-z_][\w.]{0,80}(?:\([^\n]{0,200}\)|\[[^\n]{0,200}\])"
    rb"|(?:self|this|cls|os|process|config|settings|args|env|req|request|params|options|props)\.[\w.]+"
)
_PATH = re.compile(rb"~|/|[A-Za-z]:[\\/]")


def quoted_end(block: bytes, start: int, quote: bytes) -> int | None:
    """Give where the string that *quote* opened before *start* is closed, or None.

    *quote* may bear backslashes (JSON inside JSON): the closing one then bears as many, at most.
    """
    mark, depth = quote[-1:], len(quote) - 1
    stop = start + VALUE_LIMIT_BYTES
    at = block.find(mark, start, stop)
    while at >= 0:
        slashes = at - len(block[start:at].rstrip(b"\\")) - start
        if slashes <= depth:
            end = at - slashes
            return end if block.find(b"\n", start, end) < 0 else None
        at = block.find(mark, at + 1, stop)
    return None


def value_span(
    block: bytes, start: int, quote: bytes, *, strong: bool, tight: bool, whole: bool
) -> tuple[int, int] | None:
    """Give the span of a secret value that begins at *start*, or None when there is none.

    *quote* opened it (empty: none did). *strong*: the name leaves no doubt (a password). *tight*: it
    was written `name=value`. *whole*: a line of an environment, where the value goes on to the blank.
    """
    if quote:
        end = quoted_end(block, start, quote)
        if end is not None:
            return _judge(block[start:end], start, strong=strong, tight=True, spaced=strong)
    if _CODE.match(block, start) and not quote:
        return None
    run = (_WHOLE_RUN if whole else _RUN).match(block, start)
    if run is None:
        return None
    return _judge(run.group(), start, strong=strong, tight=tight, spaced=False)


def _judge(
    value: bytes, start: int, *, strong: bool, tight: bool, spaced: bool
) -> tuple[int, int] | None:
    if not value or _PLACEHOLDER.match(value) or value.rstrip(b".,:;!?").lower() in EXPLAINS:
        return None
    if not spaced and (b" " in value or _PATH.match(value)):
        return None
    if not strong and not _looks_random(value, tight=tight):
        return None
    return start, start + len(value)


def _looks_random(value: bytes, *, tight: bool) -> bool:
    if tight:
        return len(value) >= 4 and not (value.isdigit() and len(value) < 6)
    if value.isalpha():
        return len(value) >= 20
    return len(value) >= 6 and not value.isdigit()
