"""Makes any text one harmless line of Markdown: no secret, no person's name, no markup that acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.masking import mask
from policies.redaction import redact
from policies.text import one_line, safe

VALUE_LIMIT_CHARS = 1000
"""A value that came from outside is cut here."""

_IN_CODE = {"`": "'", "<!--": "<! --", "-->": "-- >"}
_IN_PROSE = _IN_CODE | {"![": "! [", "](": "] (", "</": "&lt;/", "<": "&lt;"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContext:
    """What must not stand in a repository; all of it is found on this machine by the caller."""

    home: str = ""
    """The home folder; written as `~`."""
    user: str = ""
    host: str = ""
    secrets: tuple[str, ...] = ()
    """Values of known secrets, besides those that are seen by their form."""


def prose(text: str, context: EntryContext, limit_chars: int = VALUE_LIMIT_CHARS) -> str:
    """Give *text* as one line of plain prose of at most about *limit_chars*."""
    line = _replaced(_clean(text, context, limit_chars), _IN_PROSE)
    return f"\\{line}" if line.startswith("#") else line


def code(text: str, context: EntryContext, limit_chars: int = 300) -> str:
    """Give *text* as one code span; empty for empty text."""
    line = _replaced(_clean(text, context, limit_chars), _IN_CODE)
    return f"`{line}`" if line else ""


def name_list(names: Iterable[str]) -> str:
    """Give slugs and file names of our own as code spans, with commas; they are not masked."""
    return ", ".join(f"`{_replaced(one_line(name, 200), _IN_CODE)}`" for name in names)


def _clean(text: str, context: EntryContext, limit_chars: int) -> str:
    # hidden characters first: they could split a secret or a name in two
    hidden = redact(safe(text), context.secrets)
    masked = mask(hidden, home=context.home, user=context.user, host=context.host)
    return one_line(masked, limit_chars)


def _replaced(text: str, table: dict[str, str]) -> str:
    for old, new in table.items():
        text = text.replace(old, new)
    return text
