"""Which logs belong to a cycle: by record, by name, and never through a link."""

import os
from datetime import UTC, datetime
from pathlib import Path

from loop.passlogs import gone_logs_of, logs_of, side_logs_of
from policies.records import AttemptRecord, CycleRecord

CYCLE = "20261121-020000-demo-cycle-1"


def a_cycle(*pass_logs: Path | str) -> CycleRecord:
    attempts = tuple(
        AttemptRecord(
            n=n,
            pass_name="maintain",
            exit_code=1,
            stopped_because=None,
            duration_s=1,
            pass_log=str(path),
        )
        for n, path in enumerate(pass_logs, start=1)
    )
    return CycleRecord(
        cycle=CYCLE,
        run="20261121-020000",
        repo="demo",
        n=1,
        agent="codex",
        started=datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
        attempts=attempts,
    )


def written(path: Path, changed_at: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("text\n")
    os.utime(path, (changed_at, changed_at))
    return path


def test_recorded_logs_come_first_then_those_being_written_oldest_first(tmp_path: Path) -> None:
    recorded = written(tmp_path / f"{CYCLE}.log", 9)
    third = written(tmp_path / f"{CYCLE}-attempt-3.log", 3)
    second = written(tmp_path / f"{CYCLE}-fix.log", 2)
    assert logs_of(a_cycle(recorded), tmp_path) == [recorded, second, third]


def test_logs_of_other_cycles_and_other_files_are_none(tmp_path: Path) -> None:
    for name in (f"{CYCLE}0.log", f"{CYCLE}-2.log", f"{CYCLE}.log.tail", f"x{CYCLE}.log", "x.log"):
        written(tmp_path / name)
    (tmp_path / f"{CYCLE}-folder.log").mkdir()
    assert logs_of(a_cycle(), tmp_path) == []


def test_a_recorded_log_is_found_where_it_lies_now(tmp_path: Path) -> None:
    elsewhere = written(tmp_path / "then" / f"{CYCLE}.log")
    beside = written(tmp_path / "then" / f"{CYCLE}-fix.log")
    cycle = a_cycle(elsewhere)
    assert logs_of(cycle, tmp_path / "now") == [elsewhere, beside]
    moved = elsewhere.rename(tmp_path / elsewhere.name)
    assert logs_of(cycle, tmp_path) == [moved, beside]


def test_a_link_is_no_log_wherever_it_leads(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret")
    logs = tmp_path / "logs"
    true = written(logs / f"{CYCLE}.log")
    (logs / f"{CYCLE}-fix.log").symlink_to(secret)
    (logs / f"{CYCLE}-same.log").symlink_to(true)
    (logs / f"{CYCLE}-gone.log").symlink_to(tmp_path / "nothing")
    recorded = logs / f"{CYCLE}-attempt-2.log"
    recorded.symlink_to(secret)
    assert logs_of(a_cycle(true, recorded), logs) == [true]


def test_a_folder_of_logs_may_be_a_link(tmp_path: Path) -> None:
    true = written(tmp_path / "true" / f"{CYCLE}.log")
    (tmp_path / "logs").symlink_to(tmp_path / "true")
    assert logs_of(a_cycle(tmp_path / "logs" / true.name), tmp_path / "logs") == [true]


def test_setup_and_checks_have_their_logs_in_the_folder_of_the_run(tmp_path: Path) -> None:
    run = tmp_path / "logs" / "20261121-020000"
    check = written(run / f"{CYCLE}-check-pytest-change.log", 2)
    setup = written(run / f"{CYCLE}-setup.log", 1)
    written(run / "summary.json")
    written(run / "20261121-020000-other-cycle-1-setup.log")
    (run / f"{CYCLE}-check-link.log").symlink_to(setup)
    pass_log = tmp_path / "logs" / f"{CYCLE}.log"
    assert side_logs_of(a_cycle(), tmp_path / "logs") == [setup, check]
    assert side_logs_of(a_cycle(pass_log), tmp_path / "elsewhere") == [setup, check]
    assert logs_of(a_cycle(), tmp_path / "logs") == []


def test_a_recorded_log_that_was_deleted_is_named(tmp_path: Path) -> None:
    first = written(tmp_path / f"{CYCLE}.log")
    gone = tmp_path / f"{CYCLE}-attempt-2.log"
    assert gone_logs_of(a_cycle(first, gone, gone), tmp_path) == [gone.name]
    assert gone_logs_of(a_cycle(first), tmp_path) == []
