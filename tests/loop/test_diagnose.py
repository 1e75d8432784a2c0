"""Logs as they lie on a disk: gzipped, in odd encodings, without newlines, huge, broken."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loop.diagnose import SHAPES_LIMIT, diagnose_file, failure_of_log
from loop.logblocks import CHUNK_BYTES, LINE_LIMIT_BYTES, LogUnreadable, blocks_of, split_blocks
from loop.signature_files import (
    FILE_NAME,
    SignaturesRefused,
    load_signatures,
    load_unbroken,
    own_file,
)
from policies.failure import FailureClass
from policies.rootcause import Hints

SHIPPED = Path(__file__).resolve().parents[2] / "config" / "signatures.toml"
SIGNATURES = load_signatures([SHIPPED])
HINTS = Hints(exit_code=1, now=datetime(2026, 11, 21, 4, 0, tzinfo=UTC))
CAUSE = "src/a.c:3:5: error: 'x' undeclared"
OWN = """[[signature]]
name = "{name}"
class = "{found}"
rank = 99
words = ["undeclared"]
pattern = '''undeclared'''
"""


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        CAUSE.encode(),
        gzip.compress(CAUSE.encode()),
        f"first\r\n{CAUSE}\r\n".encode(),
        CAUSE.encode("utf-16"),
        b"\xff\xfe\x00garbage\x00\n".replace(b"\xff\xfe", b"\x80\x81") + CAUSE.encode(),
        b"  1%\r 50%\r100%\r" + CAUSE.encode() + b"\n",
        b"\x1b[31m" + CAUSE.encode() + b"\x1b[0m\n",
        CAUSE.encode("utf-8-sig"),
        b"first\n" + CAUSE.encode("utf-8-sig"),
    ],
    ids=[
        "no newline",
        "gzip",
        "crlf",
        "utf-16",
        "binary",
        "progress bar",
        "colours",
        "mark",
        "joined",
    ],
)
def test_a_log_is_read_however_it_was_written(tmp_path: Path, data: bytes) -> None:
    failure = diagnose_file(write(tmp_path / "log", data), HINTS, SIGNATURES)
    assert failure.failure_class is FailureClass.COMPILE_ERROR
    assert failure.summary == CAUSE


def test_a_cause_in_windows_letters_is_the_one_in_utf_8(tmp_path: Path) -> None:
    said = "src/a.c:3:5: error: ungültiger Typ ‘é’\n"
    logs = [write(tmp_path / code, said.encode(code)) for code in ("utf-8", "cp1252")]
    one, other = (diagnose_file(log, HINTS, SIGNATURES) for log in logs)
    assert one == other
    assert one.summary == said.strip()
    found = diagnose_file(logs[0], HINTS, SIGNATURES, passing_log=logs[1])
    assert found.failure_class is not FailureClass.COMPILE_ERROR


def test_a_line_in_utf_8_keeps_its_letters_beside_a_broken_one(tmp_path: Path) -> None:
    said = "src/a.c:3:5: error: ungültig ".encode() + b"\xff\n"
    found = diagnose_file(write(tmp_path / "log", said), HINTS, SIGNATURES)
    assert found.summary == "src/a.c:3:5: error: ungültig \ufffd"


def test_events_after_a_byte_order_mark_are_events(tmp_path: Path) -> None:
    said = '{"type":"result","subtype":"success","is_error":true,"result":"API Error: 529 overloaded"}\n'
    begun = '{"type":"system","subtype":"init","session_id":"s","tools":[],"model":"m"}\n'
    plain = write(tmp_path / "a", (begun + said).encode())
    marked = write(tmp_path / "b", (begun + said).encode("utf-8-sig"))
    found = diagnose_file(marked, HINTS, SIGNATURES)
    assert found == diagnose_file(plain, HINTS, SIGNATURES)
    alone = [write(tmp_path / code, said.encode(code)) for code in ("utf-8", "utf-8-sig")]
    assert diagnose_file(alone[0], HINTS, SIGNATURES) == diagnose_file(alone[1], HINTS, SIGNATURES)


def test_an_empty_log_says_only_how_it_ended(tmp_path: Path) -> None:
    assert (
        diagnose_file(write(tmp_path / "log", b""), HINTS, SIGNATURES).summary
        == "exit 1 and no output"
    )


def test_memory_stays_small_without_any_newline() -> None:
    class Endless(io.RawIOBase):
        left = 60_000_000

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return b"x" * size

    tracemalloc.start()
    longest = max(len(block) for block in split_blocks(Endless()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert longest <= 2 * LINE_LIMIT_BYTES
    assert peak < 16 * LINE_LIMIT_BYTES


def test_the_agent_is_told_by_its_log_unless_a_check_is_read(tmp_path: Path) -> None:
    events = [
        {"type": "thread.started", "thread_id": "t"},
        {"type": "turn.failed", "error": {"message": "Credit balance is too low"}},
    ]
    log = write(tmp_path / "log", "\n".join(map(json.dumps, events)).encode())
    assert diagnose_file(log, HINTS, SIGNATURES).agents_own
    assert not failure_of_log(log, HINTS, SIGNATURES).agents_own


def test_an_agent_in_text_mode_is_told_by_its_banner(tmp_path: Path) -> None:
    work = b"exec\n pytest -q\nFAILED tests/test_a.py::test_a - assert 1 == 2\n1 failed in 0.1s\n"
    killed = replace(HINTS, exit_code=-15)
    log = write(tmp_path / "log", b"OpenAI Codex v0.171.0\n--------\n" + work)
    assert diagnose_file(log, killed, SIGNATURES).failure_class is FailureClass.SIGNAL_CRASH
    check = write(tmp_path / "check", work)
    assert diagnose_file(check, killed, SIGNATURES).failure_class is FailureClass.TEST_FAILURE


def test_lines_that_a_passing_log_has_too_are_no_cause(tmp_path: Path) -> None:
    passing = write(tmp_path / "passing", b"[03:00:01.1] error: no quorum, try 3\nok\n")
    log = write(tmp_path / "log", b"cannot frobnicate\n[04:00:07.9] error: no quorum, try 9\n")
    assert "quorum" in diagnose_file(log, HINTS, SIGNATURES).summary
    found = diagnose_file(log, HINTS, SIGNATURES, passing_log=passing)
    assert found.summary == "cannot frobnicate"


def test_a_log_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    broken = write(tmp_path / "log.gz", gzip.compress(os.urandom(9_000))[:4_000])
    for path in (tmp_path / "none", tmp_path, broken):
        with pytest.raises(LogUnreadable, match="name a log file") as told:
            diagnose_file(path, HINTS, SIGNATURES)
        assert str(path) in str(told.value)


@pytest.mark.parametrize("grow", [b"more\n", None], ids=["grown", "cut off"])
def test_a_log_that_changes_meanwhile_is_refused_where_it_must_rest(
    tmp_path: Path, grow: bytes | None
) -> None:
    log = write(tmp_path / "log", b"calm\n" * 40_000)
    with (
        pytest.raises(LogUnreadable, match="changed while it was read: try again"),
        blocks_of(log, must_rest=True) as blocks,
    ):
        next(blocks)
        with log.open("ab" if grow else "wb") as writer:
            writer.write(grow or b"")
        assert sum(map(len, blocks)) < 200_000


def test_of_a_log_that_is_being_written_only_what_it_held_is_read(tmp_path: Path) -> None:
    log = write(tmp_path / "log", b"calm\n" * 40_000)
    size = 0
    with blocks_of(log) as blocks, log.open("ab") as writer:
        for block in blocks:
            size += len(block)
            writer.write(b"x" * 2 * CHUNK_BYTES)
            writer.flush()
    assert size == 200_000


def test_a_gzipped_stream_and_a_pipe_are_read_as_well(tmp_path: Path) -> None:
    packed = io.BytesIO(gzip.compress(CAUSE.encode()) + gzip.compress(b"\nmore\n"))
    assert diagnose_file(packed, HINTS, SIGNATURES).summary == CAUSE
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(CAUSE,))
    writer.start()
    assert diagnose_file(pipe, HINTS, SIGNATURES).summary == CAUSE
    writer.join()


def test_a_pipe_is_written_while_it_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    def written() -> None:
        with (tmp_path / "pipe").open("wb") as pipe:
            for part in (b"one\n", CAUSE.encode()):
                pipe.write(part)
                pipe.flush()
                time.sleep(0.1)

    writer = threading.Thread(target=written)
    writer.start()
    with blocks_of(tmp_path / "pipe", must_rest=True) as blocks:
        assert b"".join(blocks).endswith(CAUSE.encode())
    writer.join()


def test_a_file_without_a_size_is_read() -> None:
    with blocks_of(Path("/proc/self/status")) as blocks:
        assert b"Pid:" in b"".join(blocks)


def test_gzip_in_gzip_without_end_is_refused(tmp_path: Path) -> None:
    packed = CAUSE.encode()
    for _ in range(300):
        packed = gzip.compress(packed, 1)
    log = write(tmp_path / "log.gz", packed)
    with pytest.raises(LogUnreadable, match=f"^{log}: gzip in gzip more than 3 times: "):
        diagnose_file(log, HINTS, SIGNATURES)


def test_a_passing_log_that_is_gone_is_done_without(tmp_path: Path) -> None:
    log = write(tmp_path / "log", CAUSE.encode())
    assert failure_of_log(log, HINTS, SIGNATURES, tmp_path / "gone").summary == CAUSE


def test_a_passing_log_is_read_to_its_end(tmp_path: Path) -> None:
    lines = "".join(f"step {n} passed\n" for n in range(SHAPES_LIMIT))
    passing = write(tmp_path / "passing", f"{lines}{CAUSE}\n{lines}".encode())
    failing = write(tmp_path / "failing", f"{CAUSE}\nb.c:1:2: error: 'y' undeclared\n".encode())
    found = diagnose_file(failing, HINTS, SIGNATURES, passing_log=passing)
    assert found.summary == "b.c:1:2: error: 'y' undeclared"


def test_a_passing_log_takes_no_surroundings_away(tmp_path: Path) -> None:
    trace = 'Traceback (most recent call last):\n  File "a.py", line {}, in f\n    f()\n{}: gone\n'
    passing = write(tmp_path / "passing", trace.format(3, "KeyError").encode())
    log = write(
        tmp_path / "log", (trace.format(9, "OSError") + trace.format(4, "KeyError")).encode()
    )
    found = diagnose_file(log, HINTS, SIGNATURES, passing_log=passing)
    assert found.summary == "OSError: gone"


def test_a_persons_own_signatures_win(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN.format(name="c-error", found="config_error"))
    log = write(tmp_path / "log", CAUSE.encode())
    found = diagnose_file(log, HINTS, load_signatures([own, SHIPPED]))
    assert (found.failure_class, found.signature) == (FailureClass.CONFIG_ERROR, "c-error")


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("# one\n" + OWN.format(name="x", found="nonsense"), ":3: ", "nonsense"),
        ("[[signature]\n", ":1: ", "not a TOML file"),
        ("[[signature]]\nrank = 1\n", ":1: ", "is missing"),
        ("# one\n\nx = [\n", ":3: ", "not a TOML file"),
        ("# one\n# \udcff\n", ":2: ", "not a TOML file"),
        ("x = " + "[" * 9000, ":1: ", "nested too deep"),
        ("#" * (4 << 20) + "\n", ": ", "larger than 4 MiB"),
    ],
)
def test_a_broken_signature_file_is_refused_with_line_and_reason(
    tmp_path: Path, text: str, place: str, reason: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SignaturesRefused, match=reason) as refused:
        load_signatures([own])
    assert f"{own}{place}" in str(refused.value)


@pytest.mark.parametrize("target", ["/dev/zero", "pipe", "nowhere", "."])
def test_a_signature_file_that_leads_elsewhere_is_refused_and_never_waited_for(
    tmp_path: Path, target: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / FILE_NAME).symlink_to(target)
    assert own_file(tmp_path)
    _, problems = load_unbroken([*own_file(tmp_path), SHIPPED])
    assert [problem.startswith(f"{tmp_path / FILE_NAME}: ") for problem in problems] == [True]


def test_one_broken_file_does_not_take_the_others_away(tmp_path: Path) -> None:
    own, broken = tmp_path / "own.toml", tmp_path / "broken.toml"
    own.write_text(OWN.format(name="mine", found="config_error"))
    broken.write_text("[[signature]]\nname = 'x'\n")
    signatures, problems = load_unbroken([broken, own, SHIPPED])
    assert len(problems) == 1
    assert problems[0].startswith(f"{broken}:")
    assert signatures.named("mine")
    assert signatures.named("c-error")


def test_a_persons_own_signature_wins_over_every_rank_and_format(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN.format(name="mine", found="config_error").replace("rank = 99", "rank = 5"))
    log = write(tmp_path / "log", CAUSE.encode())
    found = diagnose_file(log, HINTS, load_signatures([own, SHIPPED]))
    assert (found.failure_class, found.signature) == (FailureClass.CONFIG_ERROR, "mine")


def test_a_silent_log_is_told_from_others_by_its_name(tmp_path: Path) -> None:
    names = ("qwen-1.log", "qwen-2.log", "pi-1.log", "night.log")
    seen = [diagnose_file(write(tmp_path / name, b""), HINTS, SIGNATURES) for name in names]
    prints = [failure.fingerprint for failure in seen]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3
    assert len({failure.summary for failure in seen}) == 1


def test_text_of_an_agent_that_could_speak_in_events_is_judged_as_text(tmp_path: Path) -> None:
    ended = Hints(agent="codex", exit_code=0, now=HINTS.now)
    text = write(tmp_path / "a.log", b"Done: the file was created.\n")
    assert diagnose_file(text, ended, SIGNATURES).failure_class is FailureClass.SUCCESS
    events = write(tmp_path / "b.log", b'{"type": "thread.started", "thread_id": "t"}\n')
    assert diagnose_file(events, ended, SIGNATURES).failure_class is not FailureClass.SUCCESS
