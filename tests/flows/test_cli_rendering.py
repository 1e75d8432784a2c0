"""How a run is told: plain lines, the live table on a real terminal, and the report at its end."""

import io
import json
import os
import pty
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cli import console
from flows.cli.live import LiveObserver, observer_for
from flows.cli.plain import PlainObserver
from flows.cli.report import failed_cycle, run_end
from flows.cli.words import clock, count, duration
from loop.errors import NightcrewError
from loop.observer import Observer, Silent
from policies.failure import AttemptOutcome, Confidence, CycleOutcome, Failure, FailureClass
from policies.records import AttemptRecord, CycleRecord, RunRecord

BEGAN = datetime(2026, 2, 12, 10, 14, 56, tzinfo=UTC)
HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold]evil[/bold] \u202etxet"
FAILURE = Failure(
    failure_class=FailureClass.TEST_FAILURE,
    summary=f"3 != 4 {HOSTILE}",
    fingerprint="f",
    confidence=Confidence.HIGH,
    remediation=("read the test", "mend the code"),
)


def _cycle(repo: str, **changes: object) -> CycleRecord:
    record = CycleRecord(
        cycle=f"20260212-101456-{repo}-cycle-1",
        run="20260212-101456",
        repo=repo,
        n=1,
        agent="codex",
        started=BEGAN,
    )
    return record.evolve(**changes)


def _failed(repo: str = "beta") -> CycleRecord:
    attempt = AttemptRecord(
        n=2,
        pass_name="maintain",
        exit_code=1,
        stopped_because=None,
        duration_s=3,
        pass_log=str(Path.cwd() / "logs" / "x-attempt-2.log"),
        failure=FAILURE,
    )
    return _cycle(
        repo,
        outcome=CycleOutcome.FAILED,
        failure=FAILURE,
        attempts=(attempt,),
        branch="nightcrew/failed/x",
    )


def _run(*cycles: CycleRecord) -> RunRecord:
    return RunRecord(
        run="20260212-101456",
        started=BEGAN,
        finished=BEGAN + timedelta(seconds=192),
        cycles=cycles,
        agent_starts=3,
    )


def _tell(observer: Observer) -> None:
    """A whole small run, as the stories tell it."""
    failed = _failed()
    observer.said("uncommitted work is not included")
    observer.run_started("20260212-101456", ["beta"], 1, 2, "agent codex")
    observer.cycle_started(failed.cycle, "beta", "codex")
    observer.step(failed.cycle, "setup: uv sync")
    observer.attempt_started(failed.cycle, "maintain", 1, "logs/x.log")
    observer.line(failed.cycle, HOSTILE)
    observer.attempt_ended(failed.cycle, 1, AttemptOutcome.FAILED, FAILURE)
    observer.waiting(failed.cycle, 75, "rate limit")
    observer.crashed(failed.cycle, ValueError("a bug"))
    observer.cycle_ended(failed)
    observer.run_ended(_run(failed))


def test_plain_lines_tell_a_run_without_control_sequences() -> None:
    stream = io.StringIO()
    _tell(PlainObserver(stream, now=lambda: BEGAN))
    lines = stream.getvalue().splitlines()
    assert lines == [
        "10:14:56 uncommitted work is not included",
        "10:14:56 run 20260212-101456: 1 repository, at most 1 cycle each, 2 at once; agent codex",
        "10:14:56 beta cycle 1: started (20260212-101456-beta-cycle-1, agent codex)",
        "10:14:56 beta cycle 1: setup: uv sync",
        "10:14:56 beta cycle 1: maintain, attempt 1: log logs/x.log",
        "10:14:56 beta cycle 1: attempt 1 failed: test_failure: 3 != 4 [bold]evil[/bold] txet",
        "10:14:56 beta cycle 1: waits 1 min 15 s: rate limit",
        "10:14:56 beta cycle 1: crashed: ValueError: a bug",
        "10:14:56 beta cycle 1: failed: test_failure: 3 != 4 [bold]evil[/bold] txet",
    ]


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    _tell(Silent())
    assert capsys.readouterr() == ("", "")


def test_lines_of_many_threads_stay_whole() -> None:
    stream = io.StringIO()
    observer = PlainObserver(stream, now=lambda: BEGAN)

    def talk() -> None:
        for _ in range(200):
            observer.said("x" * 50)

    threads = [threading.Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(stream.getvalue().splitlines()) == {"10:14:56 " + "x" * 50}


class _Terminal:
    """A real pseudo-terminal; what is drawn on it is kept."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self.stream = os.fdopen(slave, "w")
        self.drawn = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self._master, 65536):
                self.drawn += data
        except OSError:  # the other end was closed
            return

    def end(self) -> None:
        self.stream.close()
        self._reader.join()
        os.close(self._master)


@contextmanager
def _terminal() -> Iterator[_Terminal]:
    terminal = _Terminal()
    try:
        yield terminal
    finally:
        terminal.end()


def test_the_live_table_shows_the_row_and_gives_the_terminal_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    with _terminal() as terminal:
        observer = observer_for(terminal.stream)
        assert isinstance(observer, LiveObserver)
        observer.run_started("r", ["beta"], 1, 2, "agent codex")
        observer.cycle_started("r-beta-cycle-1", "beta", "codex")
        observer.attempt_started("r-beta-cycle-1", "maintain", 2, "logs/x.log")
        observer.line("r-beta-cycle-1", f"HERE {HOSTILE}")
        until = time.monotonic() + 10
        while b"HERE" not in terminal.drawn and time.monotonic() < until:
            time.sleep(0.02)
        observer.cycle_ended(_failed())
        observer.run_ended(_run())
        observer.close()
    text = terminal.drawn.decode()
    assert "maintain (attempt 2)" in text
    assert "HERE [bold]evil[/bold] txet" in text
    assert "owned" not in text and "\x1b[2J" not in text and "\u202e" not in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l"), "the cursor is shown again"


def test_a_whole_run_can_be_told_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with _terminal() as terminal:
        _tell(observer_for(terminal.stream))
    assert b"beta cycle 1: " in terminal.drawn


def test_an_agents_line_costs_next_to_nothing() -> None:
    observer = LiveObserver(io.StringIO())
    observer.cycle_started("c-1", "beta", "codex")
    began = time.process_time()
    for _ in range(100_000):
        observer.line("c-1", "some text of an agent")
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_draw_gets_plain_lines(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    with _terminal() as terminal:
        assert isinstance(observer_for(terminal.stream), PlainObserver)
    assert isinstance(observer_for(io.StringIO()), PlainObserver)


def test_the_report_ends_a_run() -> None:
    good = _cycle(
        "alpha", outcome=CycleOutcome.SUCCEEDED, branch="nightcrew/work", reason="2 files changed"
    )
    lines = run_end(
        _run(good, _failed(), _cycle("gamma", outcome=CycleOutcome.NOTHING_TO_DO)),
        {"alpha": "git -C ~/alpha merge nightcrew/work"},
        "nightcrew serve",
    )
    assert [line.split("  ")[0] for line in lines[:4]] == [
        "cycle",
        "alpha cycle 1",
        "beta cycle 1",
        "gamma cycle 1",
    ]
    assert lines[1].endswith("nightcrew/work: 2 files changed")
    assert "beta cycle 1 failed: test_failure" in lines
    assert "  rerun  nightcrew rerun 20260212-101456-beta-cycle-1" in lines
    assert "  kept   nightcrew/failed/x" in lines
    assert f"  log    {Path('logs/x-attempt-2.log')}" in lines
    assert "to merge alpha: git -C ~/alpha merge nightcrew/work" in lines
    assert lines[-2].startswith("run 20260212-101456: 1 succeeded, 1 failed, 1 nothing to do, 3 ag")
    assert lines[-2].endswith("3 min 12 s")
    assert lines[-1] == "to look at it: nightcrew serve"
    assert "\x1b" not in "\n".join(lines)


def test_unchecked_and_landed_work_is_named() -> None:
    unchecked = _cycle("a", outcome=CycleOutcome.SUCCEEDED, branch="b", checked=False)
    landed = _cycle("a", outcome=CycleOutcome.SUCCEEDED, branch="b", landed="0123456789abcdef")
    assert run_end(_run(unchecked), {}, "")[1].endswith("b (unchecked)")
    assert run_end(_run(landed), {}, "")[1].endswith("landed as 0123456789")


def test_a_crash_without_a_failure_or_an_attempt_is_followed_up_too() -> None:
    lines = failed_cycle(_cycle("a", outcome=CycleOutcome.CRASHED, reason="ValueError: x"))
    assert lines == [
        "a cycle 1 crashed",
        "  cause  ValueError: x",
        "  rerun  nightcrew rerun 20260212-101456-a-cycle-1",
    ]


@given(st.lists(st.lists(st.text("ab ", max_size=5), min_size=3, max_size=3), max_size=5))
def test_plain_columns_begin_at_the_same_place(rows: list[list[str]]) -> None:
    lines = console.plain_columns(["one", "two", "three"], rows)
    starts = [lines[0].index(name) for name in ("one", "two", "three")]
    for row, line in zip(rows, lines[1:], strict=True):
        for cell, start in zip(row, starts, strict=True):
            assert line[start:].startswith((cell or "-").rstrip())
    assert all("\t" not in line for line in lines)


def test_results_go_to_stdout_and_words_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console.note("for people")
    console.document({"text": "\x1b[31m\N{SNOWMAN}"})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"text": "\x1b[31m\N{SNOWMAN}"}
    assert "\x1b" not in out and out.isascii()
    assert err == "for people\n"


def test_an_error_is_one_line_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    class Refused(NightcrewError):
        exit_code = 3

    with pytest.raises(SystemExit) as left, console.errors_told():
        raise Refused("what\nwhere \x1b[31mto do")
    assert left.value.code == 3
    assert capsys.readouterr() == ("", "nightcrew: what where to do\n")
    with pytest.raises(SystemExit) as left, console.errors_told():
        raise KeyboardInterrupt
    assert left.value.code == 130


def test_a_stream_that_cannot_say_a_letter_says_a_question_mark() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    console.write("caf\xe9 \N{SNOWMAN}", stream)
    assert raw.getvalue() == b"caf? ?\n"


@pytest.mark.parametrize(
    ("seconds", "said", "shown"),
    [
        (0.4, "0 s", "00:00"),
        (59.4, "59 s", "00:59"),
        (59.6, "1 min 0 s", "00:59"),
        (3599, "59 min 59 s", "59:59"),
        (7500, "2 h 5 min", "2:05:00"),
    ],
)
def test_times(seconds: float, said: str, shown: str) -> None:
    assert (duration(seconds), clock(seconds)) == (said, shown)


def test_counts() -> None:
    assert [count(1, "repository"), count(2, "repository"), count(0, "cycle")] == [
        "1 repository",
        "2 repositories",
        "0 cycles",
    ]
