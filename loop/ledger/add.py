"""Adds an entry that a person wrote: at the end of the ledger, proved like any other writing."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from loop.errors import LedgerRefused
from loop.ledger.dialects import blocks_of
from loop.ledger.edit import edit
from loop.ledger.parse import BOM, parse
from loop.ledger.render import HEADER
from loop.ledger.upsert import appended, line_end
from loop.ledger.validate import ENTRY_LIMIT_BYTES, check_text
from policies.ledger_entry import FIELDS
from policies.moments import stamp
from policies.redaction import redact
from policies.text import one_line, safe

VALUE_LIMIT_CHARS = 4000
HELP = (
    "<!-- Say what happened. This line is taken out; an empty or unchanged entry adds nothing. -->"
)


def entry_text(values: Mapping[str, str], now: datetime) -> str:
    """Give an entry of the nine fields; a field without a value is `pending`."""
    said = {name: one_line(values.get(name, ""), VALUE_LIMIT_CHARS) for name in FIELDS}
    said["Date"] = said["Date"] or str(stamp(now))
    rows = (f"- {name}: {value or 'pending'}" for name, value in said.items())
    heading = f"### {said['Date']} | {one_line(said['Trigger'], 120).replace('|', '/')}"
    return "\n".join((heading, *rows))


def template(now: datetime) -> str:
    """Give what a person finds in the editor."""
    rows = (f"- {name}: {stamp(now) if name == 'Date' else ''}" for name in FIELDS)
    return "\n".join((HELP, "", f"### {stamp(now)} | ", *rows, ""))


def edited(text: str, environ: Mapping[str, str]) -> str:
    """Give *text* as a person left it in $VISUAL or $EDITOR. Raises LedgerRefused."""
    editor = environ.get("VISUAL") or environ.get("EDITOR") or ""
    if not editor.strip():
        raise LedgerRefused(
            "no editor is set: set EDITOR, or give the entry with --trigger and so on"
        )
    with tempfile.TemporaryDirectory(prefix="nightcrew-") as folder:
        place = Path(folder) / "entry.md"
        place.write_text(text, "utf-8")
        try:
            code = subprocess.run([*shlex.split(editor), str(place)], check=False).returncode
        except (OSError, ValueError) as error:
            raise LedgerRefused(
                f"{editor}: cannot be started: {error}; nothing was added"
            ) from error
        if code:
            raise LedgerRefused(f"{editor} ended with {code}: nothing was added")
        said = place.read_text("utf-8", "replace")
    if said == text or not said.replace(HELP, "").strip():
        raise LedgerRefused("the entry is empty or unchanged: nothing was added")
    return safe(said.replace("\r\n", "\n").replace(HELP, "")).strip("\n")


def add(path: Path, text: str, *, lock_dir: Path) -> int:
    """Put the entry *text* at the end of the ledger at *path*, and give the line it begins in.

    Raises LedgerRefused, in one line, when it is no single entry, has a secret in it, or the ledger
    cannot be trusted or written; the file is then as it was.
    """
    _check_entry(text)
    lines = [0]

    def change(now: bytes | None) -> bytes:
        before = now or b""
        check_text(path, before)
        after = _after(before, text)
        lines[0] = _proved(path, before, after)
        return after

    edit(path, change, lock_dir=lock_dir)
    return lines[0]


def _check_entry(text: str) -> None:
    blocks = [block for block in blocks_of(text.encode()) if not block.is_blank]
    if len(blocks) != 1 or blocks[0].entry is None or parse(text.encode()).open_fence:
        raise LedgerRefused(
            "that is not one entry (a heading with a date, and fields below it): nothing was added"
        )
    if blocks[0].entry.id is not None:
        raise LedgerRefused("the nightcrew comment is the program's own mark: take it out")
    if redact(text) != text:
        raise LedgerRefused("the entry has something that looks like a secret: take it out")
    if not any(value for name, value in blocks[0].entry.fields if name != "Date"):
        raise LedgerRefused("the entry is empty: nothing was added")


def _after(before: bytes, text: str) -> bytes:
    if before.removeprefix(BOM).strip():
        return appended(before, text, line_end(before))
    bom = BOM if before.startswith(BOM) else b""
    return bom + f"{HEADER}\n\n{text}\n".encode()


def _proved(path: Path, before: bytes, after: bytes) -> int:
    if before and parse(before).open_fence:
        raise LedgerRefused(f"{path} has a code fence that is not closed: close it")
    last = [block for block in blocks_of(after) if not block.is_blank][-1]
    was = before if before.removeprefix(BOM).strip() else b""
    is_sound = after.startswith(was) and last.entry is not None
    if not is_sound or len(after) - len(was) > ENTRY_LIMIT_BYTES + len(HEADER):
        raise LedgerRefused(f"{path}: the new text did not prove sound: it is as it was")
    return last.line
