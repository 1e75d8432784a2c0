"""Folds episodes of rote entries into one entry each: bytes in, bytes out, all else byte for byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from loop.ledger.dialects import Block, blocks_of
from loop.ledger.reading import FOLDED
from loop.ledger.render import LINES_SHOWN, different
from loop.ledger.upsert import line_end
from loop.ledger.words import EntryContext, code, name_list, prose
from policies.failure import Failure, FailureClass
from policies.fingerprint import fingerprint
from policies.folding import Episode, episodes
from policies.ledger_entry import FIELDS, LedgerEntry
from policies.moments import stamp

Diagnose = Callable[[str, datetime], Failure | None]
"""Gives why the process of a log (its name in the ledger, when it ended) failed; None: no such log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One episode, and the entry that it became."""

    fingerprint: str
    entries: tuple[Block, ...]
    """Those that it was, in the file's order."""
    first: datetime
    last: datetime
    into_line: int
    """Where the one entry stands in the new text, 1-based."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """A ledger before and after."""

    before: bytes
    after: bytes
    entries_before: int
    entries_after: int
    folds: tuple[Fold, ...]


def compacted(data: bytes, diagnose: Diagnose, context: EntryContext) -> Compacted:
    """Give *data* with each episode as one entry, where its first one stood. Pure but for *diagnose*."""
    blocks = blocks_of(data)
    places = [n for n, block in enumerate(blocks) if block.entry]
    entries = [entry for block in blocks if (entry := block.entry)]
    found = episodes(entries)
    texts: dict[int, tuple[Episode, str, str]] = {}
    gone: set[int] = set()
    for episode in found:
        failures = _failures(episode, diagnose)
        entry = entries[episode.places[0]]
        said = _text(entry, episode, failures, context)
        texts[places[episode.places[0]]] = (episode, said, _fingerprint(entry, failures))
        gone |= {places[n] for n in episode.places[1:]}
    after, folds = _put_together(blocks, places, texts, gone, line_end(data))
    return Compacted(
        before=data,
        after=after,
        entries_before=len(entries),
        entries_after=len(entries) - len(gone),
        folds=tuple(folds),
    )


def _put_together(
    blocks: Sequence[Block],
    places: list[int],
    texts: dict[int, tuple[Episode, str, str]],
    gone: set[int],
    eol: bytes,
) -> tuple[bytes, list[Fold]]:
    parts: list[bytes] = []
    folds: list[Fold] = []
    line, lost = 1, False
    for n, block in enumerate(blocks):
        # An entry goes with the blank lines before it, so that what ended the file still ends it.
        if n in gone or (block.is_blank and n + 1 in gone):
            lost = True
            continue
        if lost and not block.is_blank and not _ends_blank(parts):
            parts.append(eol)  # or what follows would belong to what now stands before it
            line += 1
        raw, lost = block.raw, False
        if n in texts:
            episode, text, cause = texts[n]
            raw = text.encode("utf-8", "replace").replace(b"\n", eol) + eol
            folds.append(
                Fold(
                    fingerprint=cause,
                    entries=tuple(blocks[places[p]] for p in episode.places),
                    first=episode.first,
                    last=episode.last,
                    into_line=line,
                    text=text,
                )
            )
        parts.append(raw)
        line += len(raw.splitlines()) if n or raw.strip(b"\xef\xbb\xbf") else 0
    return b"".join(parts), folds


def _ends_blank(parts: list[bytes]) -> bool:
    """Say whether the last line is blank (or there is none yet)."""
    return not parts or not parts[-1].splitlines()[-1].strip(b"\xef\xbb\xbf \t\r\n")


def _failures(episode: Episode, diagnose: Diagnose) -> list[Failure]:
    """Give what the logs that are still there say, the most frequent cause first."""
    told = [failure for log in episode.logs if (failure := diagnose(log, episode.last))]
    told = [failure for failure in told if failure.failure_class is not FailureClass.SUCCESS]
    often = Counter(failure.fingerprint for failure in told)
    return sorted(told, key=lambda failure: -often[failure.fingerprint])


def _fingerprint(entry: LedgerEntry, failures: list[Failure]) -> str:
    if failures:
        return failures[0].fingerprint
    return fingerprint(
        FailureClass.UNKNOWN, f"{entry.value('Trigger')}: {entry.value('Root Cause')}"
    )


def _text(
    entry: LedgerEntry, episode: Episode, failures: list[Failure], context: EntryContext
) -> str:
    first, count = stamp(episode.first), len(episode.places)
    values = {field: entry.value(field) or "n/a" for field in FIELDS} | {
        "Date": str(first),
        "Impact": _impact(entry, episode),
        "Evidence": _evidence(episode, failures, context),
    }
    if failures:
        values["Root Cause"] = _causes(failures, context)
        values["Confidence"] = failures[0].confidence.value
        values["Prevention Rule"] = (
            prose("; ".join(failures[0].remediation), context) or values["Prevention Rule"]
        )
    used = {entry.value(field) for field in FIELDS}
    also = [pair for pair in entry.fields if pair[1] not in used]
    rows = (f"- {name}: {value}" for name, value in [*values.items(), *also])
    heading = f"### {first} | {prose(entry.value('Trigger'), context, 120)}"
    return "\n".join((heading, f"{FOLDED} {count} entries -->", *rows))


def _impact(entry: LedgerEntry, episode: Episode) -> str:
    said = entry.value("Impact")
    span = f"first seen {stamp(episode.first)}, last seen {stamp(episode.last)}"
    text = f"{len(episode.places)} entries of one outage, {span}"
    if episode.cycles:
        text += f"; cycles {episode.cycles[0]} to {episode.cycles[1]} of `{episode.series}`"
    return f"{said}; {text}" if said else text


def _causes(failures: list[Failure], context: EntryContext) -> str:
    times = Counter(failure.fingerprint for failure in failures)
    said = {failure.fingerprint: prose(failure.summary, context) for failure in reversed(failures)}
    if len(times) == 1:
        return said[failures[0].fingerprint]
    return "; ".join(f"{said[cause]} ({n} of {len(failures)} logs)" for cause, n in times.items())


def _evidence(episode: Episode, failures: list[Failure], context: EntryContext) -> str:
    lines = different([line for failure in failures[:1] for line in failure.lines])[:LINES_SHOWN]
    quoted = ", ".join(filter(None, (code(line, context) for line in lines)))
    said = f"{quoted} (untrusted external log); " if quoted else ""
    found = "" if failures else "; none of them was found, so the cause is the earlier loop's words"
    return f"{said}pass logs: {name_list(episode.logs)}{found}"
