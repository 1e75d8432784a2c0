"""Text from outside, made fit for a terminal and for a prompt.

A log may hold sequences that move the cursor, set the title, paint over lines or hide words from a
reader; a quoted file may try to end the quotation it stands in. Neither gets through here.
"""

from __future__ import annotations

import re

_SEQUENCES = re.compile(
    r"\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC: up to their end
    r"|[\x9d\x90\x98\x9e\x9f].*?(?:\x07|\x1b\\|\x9c|$)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?",  # two-character escapes
    re.MULTILINE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\u2028\u2029]")
_HIDDEN = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u2069\U000e0000-\U000e007f]")
"""Direction overrides and invisible characters: what a person reads is not what a model reads."""


def safe(text: str) -> str:
    """Give *text* without control sequences and hidden characters; newline and tab stay.

    A line overwritten by carriage returns (a progress bar) keeps what was left on the screen.
    """
    text = _SEQUENCES.sub("", text)
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _HIDDEN.sub("", _CONTROLS.sub("", text))


def one_line(text: str, limit_chars: int) -> str:
    """Give *text* safe, on one line, single spaces, at most *limit_chars* with an ellipsis."""
    line = " ".join(safe(text).split())
    return line if len(line) <= limit_chars else line[: max(0, limit_chars - 1)].rstrip() + "…"


def clip(text: str, limit_bytes: int) -> str:
    """Give the head of *text*, whole lines where possible, at most *limit_bytes* of UTF-8.

    What was cut is said in a last line, which counts towards the limit.
    """
    data = text.encode("utf-8", "replace")
    if len(data) <= limit_bytes:
        return data.decode("utf-8")
    note = f"[cut: {len(data) - limit_bytes} bytes more]"
    room = max(0, limit_bytes - len(note) - 1)
    head = data[:room].decode("utf-8", "ignore")
    whole, newline, _ = head.rpartition("\n")
    kept = whole if newline and len(whole.encode()) * 2 >= room else head
    return f"{kept}\n{note}" if limit_bytes > len(note) else note[:limit_bytes]


def fence(text: str, label: str = "text") -> str:
    """Give *text* in a Markdown code fence that nothing in it can close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{label}\n{text.rstrip()}\n{ticks}"
