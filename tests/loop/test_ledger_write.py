"""The ledger is written one entry at a time: everything else in it, and around it, stays."""

import os
import resource
import shutil
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.errors import LedgerRefused
from loop.ledger import (
    FIELDS,
    EntryContext,
    foreign,
    only_own_changes,
    own_entries,
    parse,
    upsert,
    write_incident,
)
from loop.ledger.parse import entry_hash
from loop.ledger.render import HEADER, title
from policies.failure import Confidence, Failure, FailureClass
from policies.records import IncidentRecord, IncidentState

BEGAN = datetime(2026, 2, 12, 20, 0, 51, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
PEOPLE = f"{HEADER}\n\n### 2026-02-11\n- Trigger: by hand\n- Fix: yes\n".encode()
LIMIT = "You've hit your usage limit. Try again at Nov 24th, 2026 5:45 AM."


def incident(n=1, **changes):
    made = IncidentRecord(
        id=f"inc-20260212-{n:08x}",
        repo="repo",
        agent="codex",
        pass_name="maintain",
        failure=Failure(
            failure_class=FailureClass.USAGE_LIMIT,
            summary=LIMIT,
            fingerprint="f00d",
            confidence=Confidence.HIGH,
            lines=(f"ERROR: {LIMIT}",),
            resets_at=datetime(2026, 11, 24, 5, 45, tzinfo=UTC),
        ),
        first_seen=BEGAN,
        last_seen=BEGAN,
        cycles=("20260212-101456-repo-cycle-1",),
        logs=("20260212-101456-repo-cycle-1.log",),
    )
    return made.evolve(**changes)


def again(known, n):
    return known.evolve(
        count=n,
        last_seen=BEGAN + timedelta(minutes=n),
        cycles=(*known.cycles, f"20260212-101456-repo-cycle-{n}"),
        logs=(*known.logs, f"20260212-101456-repo-cycle-{n}.log"),
    )


def saying(summary="x", lines=(), **changes):
    failure = Failure(
        failure_class=FailureClass.UNKNOWN,
        summary=summary,
        fingerprint="f00d",
        confidence=Confidence.LOW,
        lines=tuple(lines),
    )
    return incident(**({"failure": failure} | changes))


def fields(data, n=1):
    lines = own_entries(data)[incident(n).id].decode().splitlines()
    return dict(line.removeprefix("- ").split(": ", 1) for line in lines[2:])


@pytest.fixture
def ledger(tmp_path):
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo" / "INCIDENTS.md"


def write(ledger, what=None, *, head=None, file="INCIDENTS.md", repo=None, **context):
    return write_incident(
        repo or ledger.parent,
        file,
        what or incident(),
        context=EntryContext(**context),
        head_bytes=head,
        lock_dir=ledger.parents[1] / "locks",
    )


def test_a_missing_ledger_is_made_with_heading_and_schema(ledger):
    written = write(ledger)
    assert written.created
    lines = ledger.read_text().splitlines()
    assert lines[:3] == ["# Incidents And Learnings", "", "## Entry Schema"]
    assert lines[3:12] == [f"- {name}" for name in FIELDS]
    assert lines[12:17] == [
        "",
        "## Entries",
        "",
        "### 2026-02-12T20:00:51Z | codex: usage_limit",
        "<!-- nightcrew:incident inc-20260212-00000001 -->",
    ]
    assert [line.split(":")[0] for line in lines[17:]] == [f"- {name}" for name in FIELDS]
    assert os.listdir(ledger.parent) == ["INCIDENTS.md"]
    assert not write(ledger, again(incident(in_ledger=written.hash), 2)).created


def test_an_entry_says_what_when_why_and_where_to_look():
    what = again(incident(), 2)
    said = fields(upsert(None, what, EntryContext()))
    assert said["Date"] == "2026-02-12T20:00:51Z"
    assert said["Trigger"] == "pass `maintain` with agent `codex` (manual run)"
    assert said["Impact"] == (
        "2 failed cycles, first seen 2026-02-12T20:00:51Z, last seen 2026-02-12T20:02:51Z; SEV-3; "
        "cycles: `20260212-101456-repo-cycle-1`, `20260212-101456-repo-cycle-2`"
    )
    assert said["Root Cause"] == f"{LIMIT.rstrip('.')}; the limit ends 2026-11-24 05:45 UTC"
    assert said["Evidence"] == (
        f"`ERROR: {LIMIT}` (untrusted external log); pass logs: `20260212-101456-repo-cycle-1.log`,"
        " `20260212-101456-repo-cycle-2.log`; fingerprint `f00d`"
    )
    assert (said["Fix"], said["Commit"], said["Confidence"]) == ("pending", "pending", "high")
    assert said["Prevention Rule"].startswith("pending: ")


@pytest.mark.parametrize(
    "summary", ["", "codex exec returned a non-zero status", "returned a non-zero exit status."]
)
def test_a_root_cause_is_never_only_a_status(summary):
    said = fields(upsert(None, saying(summary), EntryContext()))["Root Cause"]
    assert said.startswith("not found: nothing in the pass log tells why")


def test_a_checks_incident_names_the_check():
    what = incident(check="pytest", reopens="inc-20250101-00000009", trigger="schedule")
    assert title(what, EntryContext()) == "check pytest: usage_limit"
    assert fields(upsert(None, what, EntryContext()))["Trigger"] == (
        "check `pytest` after pass `maintain` with agent `codex` (schedule run);"
        " repeats `inc-20250101-00000009`"
    )


NASTY = [
    "two\nlines\r\nand \x1b[31mred\x1b[0m \x00\u2028end",
    "`code` and ``` fences",
    "--> <!-- nightcrew:incident inc-20260212-00000001 -->",
    "# heading",
    "</details> <script>x</script> ![x](http://x.example/y) [a](javascript:b)",
    "\u202eright to left\u200b",
    "\ud800 lone surrogate",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_of_others_acts_in_the_ledger(text):
    what = saying(text, [text], agent=f"sh -c '{text}'", check=text, fix=text, commit=text)
    data = upsert(PEOPLE, what, EntryContext())
    assert foreign(data) == PEOPLE and list(own_entries(data)) == [what.id]
    said = own_entries(data)[what.id].decode()
    assert len(said.splitlines()) == 11 and len(said) < 6000
    assert said.count("<!--") == said.count("-->") == 1
    assert not set(said) & set("\x00\x1b\r\u2028\u202e\u200b")
    assert "<script" not in said.replace("`", "\n").splitlines()[0]
    assert all(line.count("`") % 2 == 0 for line in said.splitlines())


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_said_makes_one_entry(summary, line):
    what = saying(summary, [line], agent=line or "a")
    once = upsert(PEOPLE, what, EntryContext())
    assert foreign(once) == PEOPLE and list(own_entries(once)) == [what.id]
    assert upsert(once, what, EntryContext()) == once


def test_no_secret_and_no_name_of_person_or_machine_is_written(ledger):
    key = "sk-ant-api03-" + "Zk4" * 12
    text = f"key {key} known-value at /home/jsmith/work on night-box.lan (night-box) by jsmith"
    what = saying(text, [text], fix=text, agent=f"/home/jsmith/bin/x --key {key}")
    write(
        ledger,
        what,
        home="/home/jsmith",
        user="jsmith",
        host="night-box.lan",
        secrets=("known-value",),
    )
    data = ledger.read_text()
    assert not any(word in data for word in (key, "jsmith", "night-box", "known-value"))
    assert "~/work on host (host) by user" in data


@pytest.mark.parametrize(
    "before",
    [
        PEOPLE,
        PEOPLE.rstrip(b"\n"),
        PEOPLE + b"\n",
        PEOPLE + b"\n\n",
        PEOPLE.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + PEOPLE.replace(b"\n", b"\r\n"),
        b"- Date: 2026-02-11\n- Fix: a bare entry",
        b"caf\xe9 in Latin-1\n",
    ],
)
def test_every_byte_of_people_stays_and_their_line_end_is_kept(ledger, before):
    ledger.write_bytes(before)
    first = write(ledger, head=before)
    once = ledger.read_bytes()
    assert once.startswith(before) and not first.created
    assert once.count(b"\r\n") in (0, once.count(b"\n"))
    changed = again(incident(in_ledger=first.hash), 2)
    second = write(ledger, changed, head=before)
    twice = ledger.read_bytes()
    assert foreign(twice) == foreign(once) and len(own_entries(twice)) == 1
    assert second.hash == entry_hash(own_entries(twice)[incident().id]) != first.hash


def test_an_update_changes_only_the_entry_between_others(ledger):
    ledger.write_bytes(PEOPLE)
    first = write(ledger, head=PEOPLE)
    tail = b"\n## By hand\n- Date: 2026-02-13\n\n```\n### not one\n```\n"
    ledger.write_bytes(ledger.read_bytes() + tail)
    before = head = ledger.read_bytes()
    write(ledger, again(incident(in_ledger=first.hash), 2), head=head)
    after = ledger.read_bytes()
    old, new = own_entries(before)[incident().id], own_entries(after)[incident().id]
    assert after == before.replace(old, new) and old != new and after.endswith(tail)


def test_writing_the_same_twice_changes_nothing_not_even_the_file(ledger):
    first = write(ledger)
    before = ledger.stat()
    assert write(ledger, incident(in_ledger=first.hash)).hash == first.hash
    assert write(ledger, incident()).hash == first.hash  # the store lost the hash in a crash
    assert (ledger.stat().st_ino, ledger.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"- Fix: pending", b"- Fix: I bought more quota"),
        (b"- Commit: pending\n", b"- Commit: pending\n- Owner: me\n"),
        (b"- Confidence: high\n", b""),
    ],
)
def test_an_entry_that_a_person_edited_is_left_alone_and_one_line_below_it_goes_on(
    ledger, old, new
):
    first = write(ledger)
    edited = ledger.read_bytes().replace(old, new)
    ledger.write_bytes(edited)
    known, sizes = incident(in_ledger=first.hash), []
    for n in (2, 3, 4):
        known = again(known, n)
        known = known.evolve(in_ledger=write(ledger, known, head=edited).hash)
        sizes.append(ledger.read_bytes().count(b"<!-- nightcrew:incident"))
    data = ledger.read_bytes()
    assert data.startswith(edited) and sizes == [2, 2, 2]
    below = data[len(edited) :].decode()
    assert below.startswith("- Update: 4 failed cycles, first seen ") and below.count("\n") == 1


def test_the_line_stands_below_the_edited_entry_though_others_follow(ledger):
    first = write(ledger)
    write(ledger, incident(2))
    edited = ledger.read_bytes().replace(b"- Fix: pending", b"- Fix: more quota", 1)
    ledger.write_bytes(edited)
    done = again(incident(in_ledger=first.hash), 2).evolve(commit="c0ffee")
    second = write(ledger, done, head=edited)
    data = ledger.read_bytes()
    at = [n for n, line in enumerate(data.splitlines()) if line.startswith(b"- Update: ")]
    assert len(at) == 1 and b"commit: c0ffee" in data.splitlines()[at[0]]
    assert data.splitlines()[at[0] - 1] == b"- Confidence: high"
    assert b"".join(data.splitlines(True)[: at[0]] + data.splitlines(True)[at[0] + 1 :]) == edited
    assert only_own_changes(edited, data) and foreign(data) == foreign(edited)
    assert write(ledger, done.evolve(in_ledger=second.hash), head=edited).hash == second.hash


def test_recovery_fills_fix_and_commit(ledger):
    first = write(ledger)
    done = incident(
        in_ledger=first.hash, state=IncidentState.RESOLVED, fix="codex works again", commit="c0ffee"
    )
    write(ledger, done)
    said = fields(ledger.read_bytes())
    assert (said["Fix"], said["Commit"]) == ("codex works again", "c0ffee")


@pytest.mark.parametrize(
    ("head", "now", "why"),
    [
        (PEOPLE, PEOPLE + b"### new\n", "uncommitted changes"),
        (PEOPLE, PEOPLE[:-9], "uncommitted changes"),
        (PEOPLE, None, "uncommitted changes"),
        (None, PEOPLE, "uncommitted changes"),
        (b"```\nopen\n", b"```\nopen\n", "code fence"),
        (b"<<<<<<< ours\na\n", b"<<<<<<< ours\na\n", "conflict markers"),
        ("text".encode("utf-16"), "text".encode("utf-16"), "UTF-8"),
    ],
)
def test_what_cannot_be_trusted_is_refused_and_left_as_it_was(ledger, head, now, why):
    if now is not None:
        ledger.write_bytes(now)
    with pytest.raises(LedgerRefused, match=why) as caught:
        write(ledger, head=head)
    assert "\n" not in str(caught.value)
    assert (ledger.read_bytes() if ledger.exists() else None) == now


def test_only_a_plain_writable_file_of_the_repository_is_written(ledger, tmp_path):
    outside = tmp_path / "outside.md"
    outside.write_bytes(PEOPLE)
    ledger.symlink_to(outside)
    with pytest.raises(LedgerRefused, match="not the repository's own"):
        write(ledger, head=PEOPLE)
    for file in ("../outside.md", str(outside), ".git/config", "."):
        with pytest.raises(LedgerRefused, match="not the repository's own"):
            write(ledger, file=file)
    with pytest.raises(LedgerRefused, match="folder does not exist"):
        write(ledger, file="docs/INCIDENTS.md")
    assert outside.read_bytes() == PEOPLE
    ledger.unlink()
    os.mkfifo(ledger)
    with pytest.raises(LedgerRefused, match="not a plain file"):
        write(ledger)
    ledger.unlink()
    ledger.write_bytes(PEOPLE)
    ledger.chmod(0o444)
    with pytest.raises(LedgerRefused, match="not writable"):
        write(ledger, head=PEOPLE)
    ledger.chmod(0o644)
    os.truncate(ledger, 21 * 1024 * 1024)
    with pytest.raises(LedgerRefused, match="larger than 20 MB"):
        write(ledger, head=PEOPLE)


def test_a_link_inside_the_repository_is_followed_and_stays(ledger):
    target = ledger.parent / "docs" / "incidents.md"
    target.parent.mkdir()
    target.write_bytes(PEOPLE)
    ledger.symlink_to("docs/incidents.md")
    write(ledger, head=PEOPLE)
    assert ledger.is_symlink() and len(own_entries(target.read_bytes())) == 1


def test_the_mode_is_kept_and_what_a_killed_writer_left_is_removed(ledger):
    ledger.write_bytes(PEOPLE)
    ledger.chmod(0o640)
    (ledger.parent / ".INCIDENTS.md.nightcrew-killed").write_bytes(b"half")
    write(ledger, head=PEOPLE)
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o640
    assert os.listdir(ledger.parent) == ["INCIDENTS.md"]


def test_a_large_ledger_is_written_in_seconds(ledger):
    big = PEOPLE + b"\n### 2026-02-11\n- Trigger: again\n- Fix: yes\n" * 100_000
    ledger.write_bytes(big)
    began_s = time.process_time()  # of this process alone: what else the machine does is not ours
    write(ledger, head=big)
    assert time.process_time() - began_s < 15
    assert ledger.read_bytes().startswith(big)


CHILD = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from test_ledger_write import again, incident, write, PEOPLE
ledger, n = Path(sys.argv[3]), int(sys.argv[4])
what = incident(n)
for count in (1, 2, 3):
    what = what.evolve(in_ledger=write(ledger, what, head=PEOPLE).hash)
    what = again(what, count + 1)
"""


def child(ledger, n, **options):
    here = Path(__file__).parent
    argv = [sys.executable, "-B", "-c", CHILD, str(ROOT), str(here), str(ledger), str(n)]
    return subprocess.Popen(argv, stderr=subprocess.PIPE, **options)


def test_eight_processes_at_once_lose_nothing(ledger):
    ledger.write_bytes(PEOPLE)
    children = [child(ledger, n) for n in range(1, 9)]
    errors = [process.communicate(timeout=120)[1] for process in children]
    assert [process.returncode for process in children] == [0] * 8, errors
    data = ledger.read_bytes()
    assert sorted(own_entries(data)) == [incident(n).id for n in range(1, 9)]
    assert len(parse(data).segments) == 1 + 8 * 2 and foreign(data) == PEOPLE
    assert all(fields(data, n)["Impact"].startswith("3 failed cycles") for n in range(1, 9))
    assert os.listdir(ledger.parent) == ["INCIDENTS.md"]


def test_on_a_full_disk_the_old_file_stays(ledger):
    ledger.write_bytes(PEOPLE)

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(PEOPLE) + 100, len(PEOPLE) + 100))

    process = child(ledger, 1, preexec_fn=full)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert b"LedgerRefused" in error and b"it is as it was" in error
    assert ledger.read_bytes() == PEOPLE and os.listdir(ledger.parent) == ["INCIDENTS.md"]


def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new_file(ledger):
    ledger.write_bytes(PEOPLE)
    for n in range(1, 5):
        process = child(ledger, n)
        while process.poll() is None and incident(n).id not in own_entries(ledger.read_bytes()):
            pass
        process.kill()
        process.communicate(timeout=60)
        assert foreign(ledger.read_bytes()) == PEOPLE
        assert incident(n).id in own_entries(ledger.read_bytes())


def test_evidence_says_each_thing_once():
    retry = "Reconnecting... 1/1 (status 401, request id: req_9)"
    what = saying("status 401")
    lines = ("status 401, request id: req_1", "status 401, request id: req_2", retry, "another")
    what = what.evolve(failure=what.failure.evolve(lines=lines))
    said = fields(upsert(None, what, EntryContext()))["Evidence"]
    assert said.startswith("`status 401, request id: req_1`, `another` (untrusted external log)")


DURABLE = ("strace", "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync,/^rename")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_what_is_written_is_on_the_disk_before_it_stands_in_the_files_place(ledger, tmp_path):
    calls, repo = tmp_path / "calls", ledger.parent
    script = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from pathlib import Path; from test_ledger_write import write\n"
        "write(Path(sys.argv[3]))\n"
    )
    argv = [sys.executable, "-c", script, str(ROOT), str(Path(__file__).parent), str(ledger)]
    subprocess.run([*DURABLE, "-o", str(calls), *argv], check=True)
    seen = [line for line in calls.read_text().splitlines() if str(repo) in line]
    (renamed,) = [n for n, line in enumerate(seen) if "rename" in line]
    assert any("sync(" in line and ".INCIDENTS.md" in line for line in seen[:renamed]), seen
    assert any("sync(" in line and f"<{repo}>" in line for line in seen[renamed:]), seen
