"""Logs as they lie on a disk: gzipped, in odd encodings, without newlines, huge, broken."""

from __future__ import annotations

import gzip
import io
import json
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loop.diagnose import (
    LINE_LIMIT_BYTES,
    LogUnreadable,
    SignaturesRefused,
    diagnose_file,
    failure_of_log,
    load_signatures,
    split_lines,
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
    ],
    ids=["no newline", "gzip", "crlf", "utf-16", "binary", "progress bar", "colours"],
)
def test_a_log_is_read_however_it_was_written(tmp_path: Path, data: bytes) -> None:
    failure = diagnose_file(write(tmp_path / "log", data), HINTS, SIGNATURES)
    assert failure.failure_class is FailureClass.COMPILE_ERROR
    assert failure.summary == CAUSE


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
    longest = max(len(line) for line in split_lines(Endless()))
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
        ("[[signature]\n", ": ", "not a TOML file.*line 1"),
        ("[[signature]]\nrank = 1\n", ":1: ", "is missing"),
    ],
)
def test_a_broken_signature_file_is_refused_with_line_and_reason(
    tmp_path: Path, text: str, place: str, reason: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text)
    with pytest.raises(SignaturesRefused, match=reason) as refused:
        load_signatures([own])
    assert f"{own}{place}" in str(refused.value)
