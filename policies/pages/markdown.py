"""Text from outside as Markdown that means nothing: no link, image, HTML, row or heading comes of it.

A code span is the one form that every renderer leaves alone (an address that is merely escaped is made a
link again by some), so text is shown plain only where no character of it could mean anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

from policies.pages.bounded import cut_middle
from policies.text import fence, one_line, safe

LINE_CHARS = 500
"""One line of text from outside is cut at this many characters."""

_PLAIN = re.compile(r"[^\W_](?:[^\W_]|[ ,;:'\"()%/+=.…’“”–—-]|(?<=[^\W_])_(?=[^\W_]))*")
_MEANS_SOMETHING = re.compile(r"://|www\.|^\d+[.)]", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9._~/?#=%&:@+,-]*")


def inline(text: str, limit_chars: int = LINE_CHARS) -> str:
    """Give *text* on one line: plain where that is harmless, else as a code span."""
    line = one_line(text, limit_chars)
    if not line or (_PLAIN.fullmatch(line) and not _MEANS_SOMETHING.search(line)):
        return line
    return _span(line)


def address(text: str | None) -> str:
    """Give *text* when it is a web address that can stand in Markdown, else nothing."""
    return text if text and _ADDRESS.fullmatch(text) else ""


def linked(words: str, to: str | None) -> str:
    """Give our own *words* as a link, or nothing where *to* is no address."""
    # Only plain words: Prefect's first UI shows a link's text as it is written.
    return f"[{words}]({to})" if address(to) else ""


def fenced(text: str, limit_bytes: int) -> str:
    """Give *text* in a fence, within *limit_bytes*, cut in the middle; nothing for nothing."""
    lines = [_shortened(line) for line in safe(text).rstrip().split("\n")]
    longest = max(len(run) for line in lines for run in re.findall(r"`*", line))
    room = limit_bytes - 2 * (longest + 4) - len("text\n")
    return fence("\n".join(cut_middle(lines, room))) if any(lines) else ""


def facts(pairs: Sequence[tuple[str, str]], limit_chars: int = LINE_CHARS) -> str:
    """Give a list of our own names with values from outside; a pair without a value is left out."""
    shown = [(name, inline(value, limit_chars)) for name, value in pairs]
    return "\n".join(f"- {name}: {value}" for name, value in shown if value)


def bullets(texts: Sequence[str], limit_bytes: int) -> str:
    """Give a list of *texts* from outside within *limit_bytes*."""
    lines = [f"- {inline(text)}" for text in texts if text.strip()]
    return "\n".join(cut_middle(lines, limit_bytes, lambda n, _: f"- {n} more, not shown"))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], limit_bytes: int) -> str:
    """Give a table within *limit_bytes*; a column that says nothing in any row is left out.

    *heads* are our own words; the cells of *rows* are inert already (`inline`, `linked`).
    """
    used = [n for n in range(len(heads)) if any(row[n] for row in rows)]
    if not used:
        return ""
    lines = [_row([row[n] for n in used]) for row in rows]
    first = [_row([heads[n] for n in used]), _row(["---"] * len(used))]
    room = limit_bytes - sum(len(line.encode()) + 1 for line in first)

    def note(n: int, _: int) -> str:
        return _row([f"{n} more, not shown", *[""] * (len(used) - 1)])

    return "\n".join([*first, *cut_middle(lines, room, note)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_unbarred(cell) for cell in cells)} |"


def _unbarred(cell: str) -> str:
    """A bar is escaped; a backslash before one would undo that, so a space goes between."""
    return re.sub(r"\\(?=\|)", r"\\ ", cell).replace("|", r"\|")


def _span(line: str) -> str:
    runs = {len(run) for run in re.findall(r"`+", line)}
    ticks = "`" * next(n for n in count(1) if n not in runs)
    pad = " " if "`" in (line[0], line[-1]) else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def _shortened(line: str) -> str:
    return line if len(line) <= LINE_CHARS else line[: LINE_CHARS - 1] + "…"
