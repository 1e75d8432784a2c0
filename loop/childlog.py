"""The log of a child that runs for months: appended to, bounded, and its last words."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from policies.logmarks import OURS, ours
from policies.redaction import redact
from policies.text import one_line

LIMIT_BYTES = 10 * 1024**2
"""Above it the log becomes `<log>.1`, which is replaced; so both together stay below some 20 MiB."""
WORDS_CHARS = 200
_TAIL_BYTES = 16 * 1024


def open_log(log: Path, head: str) -> int:
    """Give a descriptor that appends to *log*, readable by its owner alone, after the line *head*.

    Raises OSError when it cannot be written.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    bound(log)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with suppress(OSError):  # a full disk stops no child
        os.write(handle, (ours(head) + "\n").encode(errors="replace"))
    return handle


def bound(log: Path, limit_bytes: int = LIMIT_BYTES) -> None:
    """Move what is in *log* to `<log>.1` when it is over *limit_bytes*, also while it is written.

    The file stays the same, since its writer holds it open; a line written meanwhile can be lost.
    """
    with suppress(OSError):
        if log.stat().st_size <= limit_bytes:
            return
        with suppress(OSError):  # on a full disk the old is let go, or it would stay full
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)


def last_words(log: Path) -> str:
    """Give the last line that the child wrote in its last life, redacted; or say that there is none."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    last = next((line for line in reversed(lines) if line.strip()), OURS)
    if last.startswith(OURS):
        return "it said nothing"
    return one_line(redact(last), WORDS_CHARS)
