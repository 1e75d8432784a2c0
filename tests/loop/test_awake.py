"""The machine is kept awake by a real child, which ends with us; and it is said once when it cannot."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from loop.awake import Keeper, awake, command
from tests.waiting import LIMIT_S, is_alive, until

ROOT = Path(__file__).resolve().parents[2]
NO_BUS = "Failed to connect to bus: No such file or directory"
"""What the real one says in a container."""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the children of these tests are called systemd-inhibit"
)


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Give a factory: a script to an environment in which it is `systemd-inhibit`."""

    def make(script: str) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "systemd-inhibit"
        program.write_text(f"#!/bin/sh\ncd '{tmp_path}'\n{textwrap.dedent(script)}")
        program.chmod(0o755)
        return {"PATH": f"{folder}:{os.environ['PATH']}"}

    return make


HOLDS = """
    echo $$ >> starts
    for option; do
        case $option in --*) printf '%s\\n' "$option" >> options; shift;; *) break;; esac
    done
    echo noise; echo noise >&2
    exec "$@"
"""
"""Runs the command that it is given, as the real one does while it holds the lock."""


def starts(folder: Path) -> list[int]:
    """Give the process ids of all that were started, once there is one that runs its command."""
    until((folder / "starts").exists)
    pids = [int(line) for line in (folder / "starts").read_text().split()]
    until(lambda: not is_alive(pids[-1]) or psutil.Process(pids[-1]).name() == "cat")
    return pids


def test_a_program_holds_the_lock_until_the_end(fake, tmp_path):
    said: list[str] = []
    with Keeper().awake(fake(HOLDS), said.append):
        (pid,) = starts(tmp_path)
        assert is_alive(pid)
    assert not is_alive(pid)
    assert said == []


def test_what_is_asked_of_it(fake, tmp_path):
    with Keeper().awake(fake(HOLDS), print):
        starts(tmp_path)
    options = {"--what=idle:sleep", "--who=nightcrew", "--why=cycles are running", "--mode=block"}
    assert set((tmp_path / "options").read_text().splitlines()) == options


def test_nothing_of_it_reaches_our_terminal_nor_our_terminal_it(fake, tmp_path, capfd):
    with Keeper().awake(fake(HOLDS), print):
        (pid,) = starts(tmp_path)
        assert os.getsid(pid) != os.getsid(0)
    assert capfd.readouterr() == ("", "")


def test_it_holds_no_file_of_ours_open(fake, tmp_path):
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        with Keeper().awake(fake(HOLDS), print):
            (pid,) = starts(tmp_path)
            held = [path.resolve() for path in Path(f"/proc/{pid}/fd").iterdir()]
    assert Path("/dev/null") in held
    assert tmp_path / "ours" not in held


def test_one_program_is_enough_for_all_of_one_process(fake, tmp_path):
    environ, keeper = fake(HOLDS), Keeper()
    both_in, first_out = threading.Barrier(2), threading.Event()

    def first() -> None:
        with keeper.awake(environ, print):
            both_in.wait(LIMIT_S)
        first_out.set()

    other = threading.Thread(target=first)
    other.start()
    with keeper.awake(environ, print), keeper.awake(environ, print):
        both_in.wait(LIMIT_S)
        assert first_out.wait(LIMIT_S)
        (pid,) = starts(tmp_path)
        assert is_alive(pid)
    other.join()
    assert not is_alive(pid)
    with keeper.awake(environ, print):
        until(lambda: len(starts(tmp_path)) == 2)


def test_an_error_inside_gives_the_lock_back(fake, tmp_path):
    with pytest.raises(RuntimeError, match="broken"), awake(fake(HOLDS), print):
        starts(tmp_path)
        raise RuntimeError("broken")
    assert not [pid for pid in starts(tmp_path) if is_alive(pid)]


def test_one_that_will_not_go_is_killed(fake, tmp_path):
    with Keeper().awake(fake("trap '' TERM; echo $$ > pid; while :; do sleep 0.02; done"), print):
        until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    assert not is_alive(int((tmp_path / "pid").read_text()))


# --- when it cannot ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (f"echo '{NO_BUS}' >&2; exit 1", NO_BUS),
        ("echo 'Failed to inhibit: Access denied' >&2; exit 1", "Failed to inhibit: Access denied"),
        ("printf 'two\\n\\033[31mlines\\033[0m\\n\\n' >&2; exit 1", "lines"),
        ("exit 3", "ended with 3"),
        ("exit 0", "ended with 0"),
        ("head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1", "x" * 199 + "…"),
    ],
)
def test_a_program_that_ends_by_itself_is_said_once(fake, script, why):
    said: list[str] = []
    environ, keeper = fake(script), Keeper()
    with keeper.awake(environ, said.append), keeper.awake(environ, said.append):
        until(lambda: said)
    with keeper.awake(environ, said.append):
        time.sleep(0.2)
    assert said == [f"this machine may fall asleep while cycles run: systemd-inhibit: {why}"]


def test_one_that_is_killed_while_it_is_needed_is_said(fake, tmp_path):
    said: list[str] = []
    with Keeper().awake(fake(HOLDS), said.append):
        os.kill(starts(tmp_path)[0], signal.SIGKILL)
        until(lambda: said)
    assert said[0].endswith("systemd-inhibit: noise")


def test_a_missing_program_is_said_once(tmp_path):
    said: list[str] = []
    keeper = Keeper()
    for _ in range(2):
        with keeper.awake({"PATH": str(tmp_path)}, said.append):
            pass
    assert said == [
        "this machine may fall asleep while cycles run: systemd-inhibit: command not found"
    ]


def test_one_that_cannot_be_started_is_said(fake):
    said: list[str] = []
    environ = fake("")
    Path(environ["PATH"].partition(":")[0], "systemd-inhibit").chmod(0o644)
    with Keeper().awake({"PATH": environ["PATH"].partition(":")[0]}, said.append):
        pass
    assert len(said) == 1
    assert "systemd-inhibit" in said[0]
    assert "Permission denied" in said[0]


def test_the_real_one_works_or_says_why_not():
    if not shutil.which("systemd-inhibit"):
        pytest.fail("no systemd") if os.environ.get("CI") == "true" else pytest.skip("no systemd")
    said: list[str] = []
    with Keeper().awake(os.environ, said.append):
        until(lambda: said or is_listed())
    assert not is_listed()
    assert all(line.startswith("this machine may fall asleep while cycles run: ") for line in said)


def is_listed() -> bool:
    """Ask the system whether a child of ours keeps the machine awake."""
    told = subprocess.run(["systemd-inhibit", "--list"], capture_output=True, text=True)
    ours = {str(child.pid) for child in psutil.Process().children()}
    return bool(ours & set(told.stdout.split()))


# --- our own death -------------------------------------------------------------------------------

STAYS = """
    import os, time
    from loop.awake import awake
    with awake(os.environ, print):
        print("in", flush=True)
        time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_when_we_are_killed_the_lock_is_given_back(fake, tmp_path, number):
    code = textwrap.dedent(STAYS)
    ours = subprocess.Popen(
        [sys.executable, "-c", code], env=fake(HOLDS), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with ours:
        assert ours.stdout is not None
        assert ours.stdout.readline() == "in\n"
        (pid,) = starts(tmp_path)
        assert is_alive(pid)
        ours.send_signal(number)
    until(lambda: not is_alive(pid))


# --- other machines ------------------------------------------------------------------------------


def test_what_other_machines_are_asked():
    assert command("darwin", 42) == ("caffeinate", "-i", "-s", "-w", "42")
    assert command("sunos5", 42) == ()


def test_a_machine_that_nothing_is_known_of_is_said(monkeypatch):
    monkeypatch.setattr(sys, "platform", "sunos5")
    said: list[str] = []
    with Keeper().awake({}, said.append):
        pass
    assert said == ["this machine may fall asleep while cycles run: not known how on sunos5"]


def test_a_mac_is_kept_awake_by_a_program_that_reads_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "darwin")
    program = tmp_path / "caffeinate"
    program.write_text(f'#!/bin/sh\necho "$$ $*" > {tmp_path}/told\nexec sleep 600\n')
    program.chmod(0o755)
    with Keeper().awake({"PATH": f"{tmp_path}:{os.environ['PATH']}"}, print):
        until(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text())
        pid, *options = (tmp_path / "told").read_text().split()
        assert is_alive(int(pid))
    assert options == ["-i", "-s", "-w", str(os.getpid())]
    assert not is_alive(int(pid))
