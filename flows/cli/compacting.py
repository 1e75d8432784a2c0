"""What `nightcrew ledger compact` does: fold, show the change, and replace the file if asked to."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.shipped import SIGNATURES
from flows.cli.console import document, note, write
from loop import places
from loop.ledger.backup import backups
from loop.ledger.compact import compact
from loop.ledger.edit import ledger_path
from loop.ledger.fold import Compacted, Fold
from loop.ledger.logfinder import diagnoser, folders_for
from loop.ledger.words import EntryContext
from loop.signature_files import load_unbroken, own_file
from policies.moments import stamp
from policies.text import one_line


def compact_file(
    file: Path,
    logs: Sequence[Path],
    environ: Mapping[str, str],
    *,
    write: bool,
    as_json: bool,
) -> None:
    """Compact *file* and print what changed (or would). Raises NightcrewError."""
    path = ledger_path(file) if write else file.resolve()
    signatures, problems = load_unbroken([*own_file(Path()), SIGNATURES])
    for problem in problems:
        note(f"nightcrew: {one_line(problem, 2000)}")
    state = places.state_folder(environ)
    result = compact(
        path,
        diagnoser(folders_for(path, logs, Path.cwd()), signatures),
        EntryContext(
            home=environ.get("HOME", ""), user=getpass.getuser(), host=socket.gethostname()
        ),
        lock_dir=(places.make_state(state) if write else state) / "locks",
        write=write,
    )
    if as_json:
        document(to_json(result))
    else:
        _show(file, result)
    _say(file, path, result, write)


def to_json(result: Compacted) -> dict[str, object]:
    """Give the contract's document."""
    return {
        "entries_before": result.entries_before,
        "entries_after": result.entries_after,
        "folded": [
            {
                "fingerprint": fold.fingerprint,
                "entries": len(fold.entries),
                "first": stamp(fold.first),
                "last": stamp(fold.last),
                "into_line": fold.into_line,
            }
            for fold in result.folds
        ],
    }


def diff(fold: Fold) -> Iterator[str]:
    """Yield the change of one episode: its first and last entry in full, then the one they become."""
    first, last, between = fold.entries[0], fold.entries[-1], fold.entries[1:-1]
    entries = f"{len(fold.entries)} entries from line {first.line} to line {last.line}"
    yield f"@@ {entries} -> 1 in line {fold.into_line} @@"
    yield from (f"-{line}" for line in _lines(first.raw))
    if between:
        yield f"- [{len(between)} more that differ only in time and log name]"
    yield from (f"-{line}" for line in _lines(last.raw))
    yield from (f"+{line}" for line in fold.text.splitlines())
    yield ""


def _show(file: Path, result: Compacted) -> None:
    if result.folds:
        head = [f"--- {file}", f"+++ {file} (compacted)"]
        write("\n".join([*head, *(line for fold in result.folds for line in diff(fold))]))


def _say(file: Path, path: Path, result: Compacted, wrote: bool) -> None:
    if not result.folds:
        note(f"{file}: {result.entries_before} entries, nothing to fold")
        return
    note(f"{file}: {result.entries_before} entries -> {result.entries_after}")
    if not wrote:
        note("nothing was changed: --write does it")
        return
    kept = ", ".join(place.name for place in backups(path))
    note(f"the old file is kept as {kept} until `nightcrew ledger check {file}` finds nothing")


def _lines(raw: bytes) -> list[str]:
    return raw.decode("utf-8", "replace").splitlines()
