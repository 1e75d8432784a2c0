"""Real children that die, hang, refuse to go and leave others behind."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from loop.launching import MARKER_NAME
from loop.supervising import Child, ChildFailed, Supervisor
from policies.supervision import Often, Supervision
from tests.waiting import is_alive, until

ENV = {"PATH": os.environ["PATH"]}
ROOT = Path(__file__).resolve().parents[2]
"""For what should take a moment: only a hang comes near it."""


class Stage:
    """A supervisor, what it said, and a clock that stands still while a child of ours lives."""

    def __init__(
        self,
        *children: Child,
        rule: Supervision | None = None,
        clock_s: Callable[[], float] | None = None,
    ) -> None:
        self.said: list[str] = []
        self.alarms: list[str] = []
        self.stop = threading.Event()
        self.now_s = 0.0
        self.is_started = False
        self.others = set(psutil.Process().children())
        """What other tests of this process left running, a stub model for one."""
        self.ends_when: Callable[[], bool] = lambda: False
        self.supervisor = Supervisor(
            children,
            say=self.said.append,
            alarm=self.alarms.append,
            rule=rule,
            clock_s=clock_s or (lambda: self.now_s),
            sleep=self._sleep,
        )

    def run(self, started: Callable[[], object] = lambda: None) -> str:
        """Start, call *started*, and run until `ends_when`; give what `run_until` gave."""
        with self.supervisor as supervisor:
            assert supervisor.start(self.stop)
            self.is_started = True
            started()
            return supervisor.run_until(self.stop)

    def _sleep(self, wait_s: float) -> None:
        if any(map(_lives, set(psutil.Process().children()) - self.others)):
            time.sleep(0.005)
        else:
            self.now_s += wait_s
        if self.is_started and self.ends_when():
            self.stop.set()


def _lives(child: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return child.status() != psutil.STATUS_ZOMBIE
    return False


def hurried_s() -> float:
    """A clock for a stage on which a child lives on, where the other one would stand still."""
    return time.monotonic() * 50


@pytest.fixture
def child(tmp_path: Path) -> Callable[..., Child]:
    """Give a factory: a name and a shell script to the child that runs it."""

    def make(name: str, script: str, **more: object) -> Child:
        argv = ("sh", "-c", script)
        log = tmp_path / "logs" / f"{name}.log"
        return Child(name=name, argv=argv, env=ENV, cwd=tmp_path, log=log, **more)

    return make


def pid_in(path: Path) -> int:
    until(lambda: path.exists() and path.read_text().endswith("\n"))
    return int(path.read_text())


def bearing(word: str) -> list[int]:
    """Give the living processes whose marker holds *word*."""
    found = []
    for process in psutil.process_iter():
        try:
            marker = process.environ().get(MARKER_NAME, "")
        except (psutil.Error, OSError):
            continue
        if word in marker and is_alive(process.pid):
            found.append(process.pid)
    return found


# --- restarts and alarms -------------------------------------------------------------------------

DIES = "until [ -e go ]; do touch up; sleep 0.02; done; echo no such pool; exit 3"
"""Runs until the file `go` is there; from then on it dies at once."""


def test_a_child_that_dies_at_once_is_started_again_with_growing_waits(child, tmp_path):
    stage = Stage(child("worker", DIES, ready=(tmp_path / "up").exists))
    stage.ends_when = lambda: len(stage.said) == 8
    assert stage.run(started=(tmp_path / "go").touch) == ""
    line = "worker ended with exit code 3: no such pool; it starts again in {} s"
    assert stage.said == [line.format(wait_s) for wait_s in (1, 2, 4, 8, 16, 32, 60, 60)]
    assert 123 <= stage.now_s < 130
    told = "worker keeps dying: 3 ends within 10 minutes; it last ended with exit code 3: "
    assert stage.alarms == [f"{told}no such pool; see {tmp_path}/logs/worker.log"]


def test_a_child_that_goes_on_dying_is_given_up(child, tmp_path):
    rule = Supervision(alarms=(), gives_up=Often(ends=4, within_s=3600))
    stage = Stage(child("worker", DIES, ready=(tmp_path / "up").exists), rule=rule)
    given_up = stage.run(started=(tmp_path / "go").touch)
    assert given_up.startswith("worker was given up after 4 ends within 60 minutes; it last ended")
    assert stage.alarms == [given_up]
    assert len(stage.said) == 3


def test_one_child_that_dies_leaves_the_others_alone(child, tmp_path):
    stage = Stage(
        child("server", "echo $$ >> server; exec sleep 60", ready=(tmp_path / "server").exists),
        child("worker", DIES, ready=(tmp_path / "up").exists),
        clock_s=hurried_s,
    )
    stage.ends_when = lambda: len(stage.said) == 3
    stage.run(started=(tmp_path / "go").touch)
    assert len((tmp_path / "server").read_text().split()) == 1
    assert all(line.startswith("worker ") for line in stage.said)


def test_a_killed_child_comes_back_and_is_told_of(child, tmp_path):
    script = "echo $$ > pid$(ls | grep -c pid); exec sleep 60"
    stage = Stage(child("server", script, ready=lambda: (tmp_path / "pid0").exists()))
    stage.ends_when = (tmp_path / "pid1").exists
    stage.run(started=lambda: os.kill(pid_in(tmp_path / "pid0"), signal.SIGKILL))
    assert stage.said == [
        "server was ended by SIGKILL: it said nothing; it starts again in 1 s",
    ]
    assert not is_alive(pid_in(tmp_path / "pid1"))


def test_one_that_does_not_get_ready_after_a_restart_is_ended_and_started_again(child, tmp_path):
    def ready() -> bool:
        stage.now_s += 50 if gone.exists() else 0
        return not gone.exists()

    gone = tmp_path / "gone"
    script = (
        "until [ -e go ]; do sleep 0.02; done; [ -e gone ] || { touch gone; exit 1; }; sleep 60"
    )
    stage = Stage(child("server", script, ready=ready))
    stage.ends_when = lambda: len(stage.said) == 2
    stage.run(started=(tmp_path / "go").touch)
    assert stage.said[1].startswith("server was not ready within 180 s: ")
    assert 180 < stage.now_s < 300


# --- the start -----------------------------------------------------------------------------------


def test_each_starts_when_the_one_before_it_is_ready(child, tmp_path):
    (tmp_path / "order").touch()
    server = "sleep 0.2; echo server >> order; touch up; exec sleep 60"
    stage = Stage(
        child("server", server, ready=(tmp_path / "up").exists),
        child("worker", "echo worker >> order; exec sleep 60", ready=lambda: "w" in order()),
    )

    def order() -> str:
        return (tmp_path / "order").read_text()

    stage.ends_when = lambda: "worker" in order()
    stage.run()
    assert order() == "server\nworker\n"


@pytest.mark.parametrize(
    ("script", "more", "why"),
    [
        ("echo port in use >&2; exit 1", {}, "ended with exit code 1: port in use"),
        ("kill -9 $$", {}, "was ended by SIGKILL: it said nothing"),
        ("exit 0", {"is_tethered": True}, "ended with exit code 0: it said nothing"),
        ("kill -9 $$", {"is_tethered": True}, "was ended by SIGKILL: it said nothing"),
        ("sleep 60", {"ready_within_s": 0}, "was not ready within 0 s: it said nothing"),
    ],
)
def test_what_does_not_come_up_is_one_line_and_nothing_stays(child, tmp_path, script, more, why):
    stage = Stage(child("server", "sleep 60"), child("worker", script, ready=lambda: False, **more))
    with pytest.raises(ChildFailed) as told:
        stage.run()
    assert str(told.value) == f"worker {why}; see {tmp_path}/logs/worker.log"
    assert told.value.exit_code == 1
    assert bearing("nightcrew-server-") == bearing("nightcrew-worker-") == []


def test_one_that_dies_while_the_next_gets_ready_is_told_of(child, tmp_path):
    server = "touch up; until [ -e go ]; do sleep 0.02; done; exit 5"
    stage = Stage(
        child("server", server, ready=(tmp_path / "up").exists),
        child("worker", "touch go; exec sleep 60", ready=lambda: False),
    )
    with pytest.raises(ChildFailed, match="server ended with exit code 5"):
        stage.run()
    assert bearing("nightcrew-worker-") == []


@pytest.mark.parametrize("is_tethered", [False, True])
def test_a_missing_program_is_said(tmp_path, is_tethered):
    argv = (str(tmp_path / "nothere"),)
    nobody = Child(
        name="worker",
        argv=argv,
        env=ENV,
        cwd=tmp_path,
        log=tmp_path / "log",
        is_tethered=is_tethered,
        ready=lambda: False,
    )
    with pytest.raises(ChildFailed, match=r"cannot start .*nothere: command not found"):
        Stage(nobody).run()


def test_a_log_that_cannot_be_written_is_said(child, tmp_path):
    (tmp_path / "logs").write_text("in the way")
    with pytest.raises(ChildFailed, match=r"worker cannot start sh: .*exists"):
        Stage(child("worker", "sleep 60")).run()


def test_a_stop_while_it_starts_is_heard(child):
    stage = Stage(child("server", "sleep 60", ready=lambda: False), child("worker", "sleep 60"))
    stage.is_started, stage.ends_when = True, lambda: True
    with stage.supervisor as supervisor:
        assert not supervisor.start(stage.stop)
        assert bearing("nightcrew-worker-") == []
    assert bearing("nightcrew-server-") == []


# --- the stop ------------------------------------------------------------------------------------

TIDY = """
    trap 'echo {name} >> ended; exit 0' TERM
    touch {name}
    while :; do sleep 0.02; done
"""


def test_the_last_started_is_stopped_first(child, tmp_path):
    names = ("server", "worker", "page")
    stage = Stage(*(child(n, TIDY.format(name=n), ready=(tmp_path / n).exists) for n in names))
    stage.ends_when = lambda: True
    stage.run()
    assert (tmp_path / "ended").read_text().split() == ["page", "worker", "server"]


@pytest.mark.parametrize("is_tethered", [False, True])
def test_one_that_ignores_term_is_killed_with_all_that_it_started(child, tmp_path, is_tethered):
    script = """
        trap '' TERM
        setsid sh -c 'trap "" TERM; echo $$ > far; while :; do sleep 0.02; done' &
        (sh -c 'echo $$ > near; while :; do sleep 0.02; done') &
        echo $$ > pid
        while :; do sleep 0.02; done
    """
    files = [tmp_path / name for name in ("pid", "near", "far")]
    stage = Stage(
        child(
            "worker",
            script,
            grace_s=0.3,
            is_tethered=is_tethered,
            ready=lambda: all(map(Path.exists, files)),
        )
    )
    stage.ends_when = lambda: True
    stage.run()
    assert not [pid for pid in map(pid_in, files) if is_alive(pid)]
    assert bearing("nightcrew-worker-") == []
    assert stage.alarms == []


def test_a_parent_tidies_up_before_its_children_are_asked(child, tmp_path):
    """A flow whose agent dies beside it would take that for the agent's failure."""
    script = """
        trap 'sleep 0.3; kill -9 $inner; exit 0' TERM
        setsid sh -c 'trap "touch asked; exit" TERM; touch up; while :; do sleep 0.02; done' &
        inner=$!
        while :; do sleep 0.02; done
    """
    stage = Stage(child("worker", script, ready=(tmp_path / "up").exists))
    stage.ends_when = lambda: True
    stage.run()
    assert not (tmp_path / "asked").exists()


LEAVES = """
    [ -e pid ] || {
        setsid sh -c 'echo $$ > pid; while :; do sleep 0.02; done' &
        until [ -e go ]; do sleep 0.02; done
        exit 1
    }
    touch again
    exec sleep 60
"""
"""Its first life leaves somebody behind; its second goes on."""


@pytest.mark.parametrize("is_tethered", [False, True])
@pytest.mark.parametrize("spares_rest", [False, True])
def test_what_a_dead_child_left(child, tmp_path, is_tethered, spares_rest):
    stage = Stage(
        child(
            "worker",
            LEAVES,
            ready=(tmp_path / "pid").exists,
            is_tethered=is_tethered,
            spares_rest=spares_rest,
        ),
        clock_s=hurried_s,
    )
    seen: list[bool] = []

    def has_come_back() -> bool:
        if (tmp_path / "again").exists():
            seen.append(is_alive(pid_in(tmp_path / "pid")))
        return bool(seen)

    stage.ends_when = has_come_back
    stage.run(started=(tmp_path / "go").touch)
    assert seen == [spares_rest]
    assert not is_alive(pid_in(tmp_path / "pid"))


def test_a_stop_between_two_lives_ends_what_was_spared(child, tmp_path):
    stage = Stage(
        child("worker", LEAVES, ready=(tmp_path / "pid").exists, spares_rest=True),
    )
    stage.ends_when = lambda: bool(stage.said)
    stage.run(started=(tmp_path / "go").touch)
    assert not (tmp_path / "again").exists()
    assert not is_alive(pid_in(tmp_path / "pid"))


def test_stopping_twice_and_without_a_start_is_nothing(child):
    stage = Stage(child("server", "sleep 60"))
    stage.supervisor.stop()
    assert stage.supervisor.start(stage.stop)
    stage.supervisor.stop()
    stage.supervisor.stop()
    assert (stage.said, stage.alarms) == ([], [])


# --- our own death -------------------------------------------------------------------------------

SERVES = """
    import os, sys, threading
    from pathlib import Path
    from loop.supervising import Child, Supervisor
    here = Path(sys.argv[1])
    script = 'trap "" TERM; setsid sh -c "echo \\$\\$ > far; exec sleep 60" & echo $$ > pid; wait; sleep 60'
    watches = "import sys; open('own', 'w').write('up'); sys.stdin.read()"
    env = {"PATH": os.environ["PATH"]}
    foreign = Child(name="orphaned", argv=("sh", "-c", script), env=env, cwd=here,
        log=here / "log", is_tethered=True, grace_s=0.3, ready=lambda: (here / "far").exists())
    own = Child(name="orphaned too", argv=(sys.executable, "-c", watches), env=env, cwd=here,
        log=here / "log", ready=lambda: (here / "own").exists())
    supervisor = Supervisor([foreign, own], say=print, alarm=print)
    supervisor.start(threading.Event())
    print("up", flush=True)
    supervisor.run_until(threading.Event())
"""


def test_a_kill_of_ours_leaves_nothing(tmp_path):
    argv = [sys.executable, "-c", textwrap.dedent(SERVES), str(tmp_path)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as ours:
        assert ours.stdout is not None
        assert ours.stdout.readline() == "up\n"
        assert len(bearing("nightcrew-orphaned")) >= 4
        ours.kill()
    until(lambda: not bearing("nightcrew-orphaned"))
    assert not is_alive(pid_in(tmp_path / "pid"))
    assert not is_alive(pid_in(tmp_path / "far"))


def test_ctrl_c_in_our_terminal_is_not_the_childrens(child, tmp_path):
    stage = Stage(child("server", "echo $$ > pid; exec sleep 60"))
    with stage.supervisor as supervisor:
        assert supervisor.start(stage.stop)
        assert os.getsid(pid_in(tmp_path / "pid")) != os.getsid(0)
