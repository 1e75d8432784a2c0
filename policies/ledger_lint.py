"""What is wrong with a ledger's entries: pure rules over what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.folding import Episode, episodes
from policies.ledger_entry import FIELDS, LedgerEntry
from policies.redaction import redact

CORE = ("Date", "Trigger", "Impact", "Root Cause", "Fix", "Prevention Rule")
"""What an entry needs where its ledger states no schema and it is not of the nine fields' form."""
_OUR_ID = re.compile(r"inc-\d{8}-[0-9a-f]{8}")
_MACHINE_TITLE = re.compile(r"\d{4}-\d{2}-\d{2}T\S+ \| ")
_PENDING = re.compile(r"(?:pending|tbd|todo|\?)?\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """One thing that is wrong, where, and what to do."""

    line: int
    """1-based."""
    kind: str
    """`missing_field`, `secret`, `duplicate`, `pending_commit`, `broken_entry` or `broken_text`."""
    what: str
    remedy: str

    def to_json(self) -> dict[str, object]:
        """Give the finding as the verb prints it."""
        return {"line": self.line, "kind": self.kind, "what": self.what, "remedy": self.remedy}


def lint(entries: Sequence[LedgerEntry], schema: Sequence[str], file: str) -> Iterator[LintFinding]:
    """Yield what is wrong with *entries*; *schema*: the fields that the ledger itself asks for, if any."""
    found = episodes(entries)
    for entry in entries:
        yield from _missing(entry, schema)
        yield from _secrets(entry)
    yield from _spam(entries, found, file)
    yield from _twice(entries, {place for episode in found for place in episode.places})


def pending(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """Give the entries of people whose commit is said to be pending though their fix is known."""
    rote = {place for episode in episodes(entries) for place in episode.places}
    return [
        entry
        for place, entry in enumerate(entries)
        if place not in rote
        and entry.id is None
        and not entry.is_folded
        and entry.value("Commit")
        and _PENDING.match(entry.value("Commit"))
        and not _PENDING.match(entry.value("Fix"))
    ]


def committed(entry: LedgerEntry, commit: str) -> LintFinding:
    """Give the finding that *entry*'s commit is known: the *commit* that brought its text."""
    return LintFinding(
        line=entry.line,
        kind="pending_commit",
        what=f"commit is `{entry.value('Commit')}`; git has the entry from {commit}",
        remedy=f"write `Commit: {commit.split()[0]}`, if that is the fix",
    )


def _missing(entry: LedgerEntry, schema: Sequence[str]) -> Iterator[LintFinding]:
    is_ours = entry.id is not None
    if is_ours and not _OUR_ID.fullmatch(entry.id or ""):
        yield _broken(entry, f"`{(entry.id or '')[:60]}` is no incident's id")
    wanted = schema or (FIELDS if is_ours or _MACHINE_TITLE.match(entry.title) else CORE)
    missing = [field for field in (FIELDS if is_ours else wanted) if not _has(entry, field)]
    if not missing:
        return
    if is_ours:
        yield _broken(entry, f"our entry has lost {', '.join(missing)}")
        return
    yield LintFinding(
        line=entry.line,
        kind="missing_field",
        what=f"no {', '.join(missing)}",
        remedy="add the fields; `n/a` where there is nothing to say",
    )


def _has(entry: LedgerEntry, field: str) -> bool:
    if field == "Date":
        return entry.moment is not None
    return bool(entry.value(field)) or (field == "Trigger" and any(map(str.isalpha, entry.title)))


def _broken(entry: LedgerEntry, what: str) -> LintFinding:
    return LintFinding(
        line=entry.line,
        kind="broken_entry",
        what=what,
        remedy="put it back from git, or take its nightcrew comment out and keep it as your own",
    )


def _secrets(entry: LedgerEntry) -> Iterator[LintFinding]:
    if redact(entry.text) == entry.text:
        return
    lines = entry.text.splitlines()
    at = [n for n, line in enumerate(lines) if redact(line) != line] or [0]
    for n in at:
        yield LintFinding(
            line=entry.line + n,
            kind="secret",
            what="something that looks like a secret",
            remedy="take it out, also of git's history, and replace the secret",
        )


def _spam(
    entries: Sequence[LedgerEntry], found: Sequence[Episode], file: str
) -> Iterator[LintFinding]:
    for episode in found:
        yield LintFinding(
            line=entries[episode.places[0]].line,
            kind="duplicate",
            what=f"{len(episode.places)} entries of one outage",
            remedy=f"nightcrew ledger compact {file}",
        )


def _twice(entries: Sequence[LedgerEntry], rote: set[int]) -> Iterator[LintFinding]:
    first: dict[str, int] = {}
    for place, entry in enumerate(entries):
        same = " ".join(entry.text.split())
        if same in first and place not in rote:
            yield LintFinding(
                line=entry.line,
                kind="duplicate",
                what=f"the same entry stands in line {first[same]}",
                remedy="remove one of them",
            )
        first.setdefault(same, entry.line)
