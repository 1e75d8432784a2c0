"""Repeated entries of earlier loops become one an outage; every other byte stays in its order."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.shipped import SIGNATURES
from loop.errors import LedgerMissing, LedgerRefused
from loop.ledger import EntryContext, prevention_rules
from loop.ledger.backup import backups, remove_backups
from loop.ledger.compact import compact, prove
from loop.ledger.dialects import blocks_of, entries_of
from loop.ledger.fold import Compacted, compacted
from loop.ledger.logfinder import diagnoser, find_log, folders_for
from loop.signature_files import load_unbroken
from policies.moments import stamp
from tests.loop.test_ledger_dialects import LEDGERS, clothes, expectations

NOBODY = EntryContext()
LIMIT = "ERROR: You've hit your usage limit. Try again at Nov 24th, 2026 5:45 AM."


def rote(cycle: int, run: str = "20260212-101456", extra: str = "") -> str:
    at = f"2026-02-12T20:{cycle:02}:39Z"
    return (
        f"### {at} | Codex execution failure\n- Date: {at}\n- Trigger: Codex execution failure\n"
        "- Impact: Repo session did not complete cleanly\n"
        "- Root Cause: codex exec returned a non-zero status\n- Fix: logs kept\n"
        "- Prevention Rule: inspect the log\n"
        f"- Evidence: pass_log=logs/{run}-repo-cycle-{cycle}.log\n{extra}"
        "- Commit: pending\n- Confidence: medium\n"
    )


HAND = "## 2026-02-11 - By hand\n- Impact: some\n- Root cause: this\n- Fix: that\n"
LEDGER = "\n".join(["# Incidents\n", HAND, rote(2), rote(3), HAND.replace("11", "13"), rote(4)])


def fold(data: bytes) -> Compacted:
    result = compacted(data, lambda *_: None, NOBODY)
    prove(Path("L"), result)
    return result


def test_every_expectation_of_the_real_ledgers_holds() -> None:
    for row in expectations():
        for data in clothes((LEDGERS / row["file"]).read_bytes())[:-1]:
            done = fold(data)
            counts = (done.entries_before, done.entries_after, len(entries_of(done.after)))
            after = row["distinct_incidents_after_consolidation"]
            assert counts == (row["entries_total"], after, after), row["ledger"]
            runs = [(len(f.entries), stamp(f.first), stamp(f.last)) for f in done.folds]
            assert runs == [
                (run["count"], run["first_seen"], run["last_seen"]) for run in row["machine_runs"]
            ]
            assert fold(done.after).after == done.after
        plain = fold((LEDGERS / row["file"]).read_bytes())
        kept = [block.raw.rstrip() for block in blocks_of(plain.after) if block.entry]
        digests = [{hashlib.sha256(raw + e).hexdigest() for e in (b"", b"\n")} for raw in kept]
        for hand in row["hand_written"]:
            assert any(hand["sha256"] in digest for digest in digests)
        for run, made in zip(row["machine_runs"], plain.folds, strict=True):
            assert all(
                f"{run['run']}-{row['ledger']}-cycle-{n}.log" in made.text
                for n in range(run["first_cycle"], run["last_cycle"] + 1)
            )


def test_one_entry_stands_where_the_first_one_stood() -> None:
    done = fold(LEDGER.encode())
    lines = done.after.decode().splitlines()
    made = done.folds[0]
    assert (done.entries_before, done.entries_after, len(done.folds)) == (5, 3, 1)
    assert lines[made.into_line - 1] == "### 2026-02-12T20:02:39Z | Codex execution failure"
    assert lines[made.into_line] == "<!-- nightcrew:folded 3 entries -->"
    assert "first seen 2026-02-12T20:02:39Z, last seen 2026-02-12T20:04:39Z" in made.text
    assert "cycles 2 to 4 of `20260212-101456-repo`" in made.text
    assert done.after.decode().replace(made.text, "").split() == (
        "\n".join(["# Incidents\n", HAND, HAND.replace("11", "13")]).split()
    )
    assert prevention_rules(done.after, 10) == ()


def test_a_field_of_the_earlier_loops_own_is_kept() -> None:
    extra = "- Severity: low\n"
    done = fold((rote(2, extra=extra) + "\n" + rote(3, extra=extra)).encode())
    assert done.after.count(b"- Severity: low") == 1


GAPS = st.sampled_from(["", "\n", "\n\n", "\r\n", "---\n\n", "text\n\n", "\n```\n### x\n```\n"])
ENTRIES = st.one_of(
    st.integers(1, 6).map(rote),
    st.integers(1, 6).map(lambda n: rote(n, "20260216-144104").replace("\n", "\r\n")),
    st.just(HAND),
    st.just("- Date: 2026-02-11\n- Trigger: by hand\n- Fix: yes\n"),
    st.integers(1, 6).map(lambda n: rote(n) + "and a person's word\n"),
)


@given(st.lists(st.tuples(ENTRIES, GAPS), max_size=12), st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_whatever_is_folded_all_else_stays_and_twice_is_once(
    parts: list[tuple[str, str]], bom: bytes
) -> None:
    data = bom + "".join(entry + gap for entry, gap in parts).encode()
    done = fold(data)
    assert fold(done.after).after == done.after
    assert len(entries_of(done.after)) == done.entries_after
    if not done.folds:
        assert done.after == data
    for made in done.folds:
        lines = done.after.removeprefix(bom).splitlines()
        assert lines[made.into_line - 1].startswith(b"### ")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    path = tmp_path / "repo" / "INCIDENTS.md"
    path.write_text(LEDGER)
    return path


def run(path: Path, *, write: bool = False, logs: tuple[Path, ...] = ()) -> Compacted:
    signatures, problems = load_unbroken([SIGNATURES])
    assert not problems
    folders = folders_for(path, logs, path.parent)
    locks = path.parents[1] / "locks"
    return compact(path, diagnoser(folders, signatures), NOBODY, lock_dir=locks, write=write)


def test_a_dry_run_changes_nothing(ledger: Path) -> None:
    assert run(ledger).folds and ledger.read_text() == LEDGER
    assert os.listdir(ledger.parent) == ["INCIDENTS.md"]


def test_writing_keeps_a_copy_beside_it_and_twice_writes_once(ledger: Path) -> None:
    ledger.chmod(0o640)
    done = run(ledger, write=True)
    assert ledger.read_bytes() == done.after and stat.S_IMODE(ledger.stat().st_mode) == 0o640
    copies = list(backups(ledger))
    assert [copy.read_text() for copy in copies] == [LEDGER]
    assert stat.S_IMODE(copies[0].stat().st_mode) == 0o640
    again = run(ledger, write=True)
    assert not again.folds and list(backups(ledger)) == copies
    ledger.write_bytes(done.after + b"\n" + (rote(7) + "\n" + rote(8)).encode())
    run(ledger, write=True)
    assert len(list(backups(ledger))) == 2
    mine = ledger.with_name("INCIDENTS.md.nightcrew-backup.mine")
    mine.write_text("")
    assert len(remove_backups(ledger)) == 2
    assert sorted(os.listdir(ledger.parent)) == ["INCIDENTS.md", mine.name]


def test_the_real_cause_is_told_where_the_logs_still_are(ledger: Path) -> None:
    logs = ledger.parent / "logs"
    logs.mkdir()
    for n in (2, 4):
        (logs / f"20260212-101456-repo-cycle-{n}.log").write_text(f"one\n{LIMIT}\n")
    said = run(ledger).folds[0]
    assert "- Root Cause: ERROR: You've hit your usage limit" in said.text
    assert "(untrusted external log)" in said.text and "- Confidence: high" in said.text
    assert said.fingerprint != fold(LEDGER.encode()).folds[0].fingerprint


def test_two_causes_in_one_episode_are_both_told(ledger: Path, tmp_path: Path) -> None:
    for n, words in ((2, LIMIT), (3, LIMIT), (4, "src/a.c:3:5: error: 'x' undeclared")):
        (tmp_path / f"20260212-101456-repo-cycle-{n}.log").write_text(f"{words}\n")
    said = run(ledger, logs=(tmp_path,)).folds[0].text
    assert "(2 of 3 logs)" in said and "(1 of 3 logs)" in said


@pytest.mark.parametrize("name", ["../secret.log", "/etc/secret.log", "logs/../../secret.log"])
def test_no_log_outside_the_folders_is_read(ledger: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.log").write_text("x")
    (ledger.parent / "link.log").symlink_to(tmp_path / "secret.log")
    folders = folders_for(ledger, (), ledger.parent)
    assert find_log(name, folders) is None and find_log("link.log", folders) is None


def test_what_cannot_be_trusted_is_left_as_it_was(ledger: Path) -> None:
    for text in (LEDGER + "<<<<<<< ours\n", LEDGER + "\0"):
        ledger.write_text(text)
        with pytest.raises(LedgerRefused):
            run(ledger, write=True)
        assert ledger.read_text() == text and os.listdir(ledger.parent) == ["INCIDENTS.md"]
    ledger.unlink()
    with pytest.raises(LedgerMissing):
        run(ledger)


def test_a_result_that_lost_a_byte_is_refused() -> None:
    done = fold(LEDGER.encode())
    for old, new in ((b"By hand", b"By hans"), (HAND.encode(), b""), (b"# Incidents", b"")):
        broken = Compacted(
            before=done.before,
            after=done.after.replace(old, new, 1),
            entries_before=done.entries_before,
            entries_after=done.entries_after,
            folds=done.folds,
        )
        with pytest.raises(LedgerRefused, match="did not prove sound"):
            prove(Path("L"), broken)
