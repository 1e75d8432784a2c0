"""Checks a ledger file: its text, its entries, and what git knows of commits that are pending."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from loop.errors import LedgerRefused, NightcrewError
from loop.git import Git
from loop.ledger.dialects import entries_of
from loop.ledger.edit import bytes_of, repository_of
from loop.ledger.lines import heading_of, lines_of
from loop.ledger.parse import BOM, parse
from loop.ledger.validate import check_text
from policies.ledger_entry import FIELDS, LedgerEntry, canonical
from policies.ledger_lint import LintFinding, committed, lint, pending

_SCHEMA = re.compile(r"(?:entry )?schema\b", re.IGNORECASE)
_SCHEMA_ITEM = re.compile(rb"[-*+][ \t]+(?:\*\*)?([A-Za-z ]{2,40})(?:\*\*)?:?\s*$")
_BLAME = re.compile(r"([0-9a-f]{40}) \d+ (\d+)")


def check(path: Path, file: str) -> tuple[int, list[LintFinding]]:
    """Give how many entries *path* has, and what is wrong, by line; *file* is its name in remedies.

    Raises LedgerMissing, or LedgerRefused when it cannot be read.
    """
    data = bytes_of(path)
    entries = entries_of(data)
    found = [*_text(path, data), *lint(entries, schema_of(data), file)]
    found += [committed(entry, commit) for entry, commit in _resolved(path, data, entries)]
    return len(entries), sorted(found, key=lambda finding: finding.line)


def schema_of(data: bytes) -> tuple[str, ...]:
    """Give those of the nine fields that a schema section of the ledger lists; none without one."""
    fields: list[str] = []
    is_inside = False
    for line in lines_of(data.removeprefix(BOM)):
        heading = None if line.fenced else heading_of(line.raw)
        if heading:
            if is_inside:
                break
            is_inside = bool(_SCHEMA.match(heading.title))
        elif is_inside and (item := _SCHEMA_ITEM.match(line.raw)):
            fields.append(canonical(item[1].decode("ascii")) or "")
    return tuple(field for field in dict.fromkeys(fields) if field in FIELDS)


def _text(path: Path, data: bytes) -> Iterator[LintFinding]:
    try:
        check_text(path, data)
    except LedgerRefused as error:
        what, _, remedy = str(error).removeprefix(f"{path} ").rpartition(": ")
        yield LintFinding(line=1, kind="broken_text", what=what, remedy=remedy)
    if parse(data).open_fence:
        yield LintFinding(
            line=len(data.splitlines()),
            kind="broken_text",
            what="a code fence is not closed: whatever is added would stand in it",
            remedy="close it",
        )


def _resolved(
    path: Path, data: bytes, entries: tuple[LedgerEntry, ...]
) -> Iterator[tuple[LedgerEntry, str]]:
    """Yield the entries whose pending commit git knows: the one that brought the entry's first line."""
    waiting = pending(entries)
    root = repository_of(path)
    if not waiting or root is None:
        return
    git = Git(root)
    name = path.relative_to(root).as_posix()
    for entry in waiting:
        try:
            # The lines as they are now, so that an entry that is not committed is told apart.
            said = git.run(
                *("blame", "--porcelain", "-L", f"{entry.line},{entry.line}"),
                *("--contents", "-", "--", name),
                stdin=data,
            )
        except NightcrewError:  # no commit yet, or not tracked: nothing can be resolved
            return
        found = _BLAME.match(said)
        if found and set(found[1]) != {"0"}:
            subject = next((x[8:] for x in said.splitlines() if x.startswith("summary ")), "")
            yield entry, f"{found[1][:12]} ({subject})"
