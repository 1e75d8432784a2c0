"""A tethered program ends with its parent, with TERM and by itself, and nothing of it stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from loop.launching import MARKER_NAME
from loop.tethered import command
from tests.waiting import LIMIT_S, until

ROOT = Path(__file__).resolve().parents[2]


class Tether:
    """A tether, and what the program below it printed."""

    def __init__(self, folder: Path, script: str, **options: object) -> None:
        self.marker = f"test-tether-{os.getpid()}-{time.monotonic_ns()}"
        self.process = subprocess.Popen(
            command(("sh", "-c", script), **{"grace_s": 5, **options}),  # type: ignore[arg-type]
            cwd=folder,
            env={**os.environ, MARKER_NAME: self.marker, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def line(self) -> str:
        """Give the next line of the program."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def end(self) -> int:
        """Give the exit code, waiting for it."""
        return self.process.wait(LIMIT_S)

    def alive(self) -> list[int]:
        """Give who bears the marker and lives."""
        found = []
        for process in psutil.process_iter():
            try:
                is_ours = process.environ().get(MARKER_NAME) == self.marker
                if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process.pid)
            except (psutil.Error, OSError):
                continue
        return found


@pytest.fixture
def tether(tmp_path: Path) -> Iterator[Callable[..., Tether]]:
    """Give a factory: a shell script to its tether; all that is left of it is killed at the end."""
    made: list[Tether] = []

    def make(script: str, **options: object) -> Tether:
        made.append(Tether(tmp_path, script, **options))
        return made[-1]

    yield make
    for each in made:
        for pid in each.alive():
            with suppress(ProcessLookupError):  # it may end by itself between the two
                os.kill(pid, signal.SIGKILL)
        with each.process:
            pass


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)]
)
def test_the_exit_code_is_the_programs(tether, script, code):
    assert tether(script).end() == code


def ran(argv: tuple[str, ...], cwd: Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run *argv* tethered to us, to its end."""
    held, ours = os.pipe()
    try:
        return subprocess.run(
            command(argv),
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=held,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            **more,
        )
    finally:
        os.close(held)
        os.close(ours)


def test_a_program_that_is_missing_is_said(tmp_path):
    done = ran(("nothere",), tmp_path)
    assert done.returncode == 127
    assert done.stderr.startswith("cannot start nothere: command not found")


def test_words_that_look_like_options_reach_the_program(tmp_path):
    shows = (sys.executable, "-c", "import sys; print(sys.argv[1:])")
    assert ran((*shows, "--spares", "--", "-x"), tmp_path).stdout == "['--spares', '--', '-x']\n"


TIDY = "trap 'echo tidied; exit 9' TERM; echo up; while :; do sleep 0.02; done"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_becomes_term_and_the_program_may_tidy_up(tether, number):
    held = tether(TIDY)
    assert held.line() == "up"
    held.process.send_signal(number)
    assert held.line() == "tidied"
    assert held.end() == 9


def test_when_the_parents_pipe_closes_the_program_may_tidy_up(tether):
    held = tether(TIDY)
    assert held.line() == "up"
    held.process.stdin.close()
    assert held.line() == "tidied"
    assert held.end() == 9


DEAF = """
    trap '' TERM
    setsid sh -c 'trap "" TERM; while :; do sleep 0.02; done' &
    echo up
    while :; do sleep 0.02; done
"""


def test_one_that_is_deaf_is_killed_with_all_that_it_started(tether):
    held = tether(DEAF, grace_s=0.2)
    assert held.line() == "up"
    held.process.stdin.close()
    assert held.end() == 128 + signal.SIGKILL
    assert held.alive() == []


LEAVES = "setsid sh -c 'echo $$; while :; do sleep 0.02; done' & sleep 0.2; exit 4"


@pytest.mark.parametrize("spares", [False, True])
def test_what_the_program_leaves_when_it_ends_by_itself(tether, spares):
    held = tether(LEAVES, spares=spares)
    left = int(held.line())
    assert held.end() == 4
    assert (left in held.alive()) is spares


def test_what_is_spared_is_ended_on_request(tether):
    held = tether("setsid sh -c 'echo $$; while :; do sleep 0.02; done' & sleep 60", spares=True)
    left = int(held.line())
    held.process.terminate()
    held.end()
    assert left not in held.alive()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of our kill -9")
def test_a_kill_of_the_tether_itself_reaches_the_program(tether):
    held = tether(TIDY)
    assert held.line() == "up"
    held.process.kill()
    assert held.line() == "tidied"
    until(lambda: held.alive() == [])


def test_a_descriptor_that_was_handed_over_is_the_programs(tmp_path):
    reading, writing = os.pipe()
    try:
        writes = f"import os; os.write({writing}, b'through')"
        done = ran((sys.executable, "-c", writes), tmp_path, pass_fds=(writing,))
        assert done.returncode == 0
        assert os.read(reading, 100) == b"through"
    finally:
        os.close(reading)
        os.close(writing)
