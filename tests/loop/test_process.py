"""Real children that do what real agents were seen doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from loop.launching import MARKER_NAME
from loop.process import Exit, Launch, run
from policies.events.base import Event, EventKind
from policies.failure import StopReason
from policies.timeouts import Activity, Timeouts
from tests.waiting import is_alive

ENV = {"PATH": os.environ["PATH"]}
QUICK = Timeouts(total_s=20, silence_s=0, progress_s=0, tool_s=0, after_end_s=0.3, grace_s=0.5)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-u", "-c", textwrap.dedent(code))


class Ran:
    """What a run gave, what came out, and who is still alive by the marker."""

    def __init__(
        self,
        argv: tuple[str, ...],
        cwd: Path,
        timeouts: Timeouts = QUICK,
        stdin: bytes | None = None,
        env: dict[str, str] = ENV,
        activity: Activity | None = None,
        is_cancelled: Callable[[], StopReason | None] = lambda: None,
        workspace: Path | None = None,
    ) -> None:
        self.out = bytearray()
        self.marker = f"test-{os.getpid()}-{time.monotonic_ns()}"
        began_s = time.monotonic()
        self.exit: Exit = run(
            Launch(argv, cwd, env, stdin, self.marker),
            timeouts,
            sink=self.out.extend,
            activity=activity,
            is_cancelled=is_cancelled,
            workspace=workspace,
        )
        self.took_s = time.monotonic() - began_s

    @property
    def ended(self) -> tuple[int | None, StopReason | None]:
        return self.exit.exit_code, self.exit.stopped_because

    def survivors(self) -> list[int]:
        return [
            process.pid
            for process in psutil.process_iter()
            if self.marker == _environment(process).get(MARKER_NAME)
        ]


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return {} if process.status() == psutil.STATUS_ZOMBIE else process.environ()
    except psutil.Error:
        return {}


@pytest.fixture(params=["heard", "ignored"])
def interrupt(request: pytest.FixtureRequest) -> Iterator[None]:
    """SIGINT as it is, and ignored as in the background job of a script: the start is another then."""
    how = signal.default_int_handler if request.param == "heard" else signal.SIG_IGN
    before = signal.signal(signal.SIGINT, how)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupt")
def test_output_and_exit_code(tmp_path: Path) -> None:
    ran = Ran(("sh", "-c", "echo out; echo err >&2; pwd; exit 7"), tmp_path)
    assert ran.ended == (7, None)
    assert ran.out.decode() == f"out\nerr\n{tmp_path}\n"
    assert ran.exit.error == ""
    assert ran.took_s < 1


@pytest.mark.usefixtures("interrupt")
@pytest.mark.parametrize(
    "more",
    [{"ONLY": "this"}, {"LC_CTYPE": "C"}, {"LC_CTYPE": ""}, {"LC_ALL": "C", "BYTE": "\udcff"}],
)
def test_the_environment_is_the_given_one_and_the_marker(
    tmp_path: Path, more: dict[str, str]
) -> None:
    ran = Ran(("env", "-0"), tmp_path, env=ENV | more)
    given = ENV | more | {MARKER_NAME: ran.marker}
    told = sorted(ran.out.decode(errors="surrogateescape").split("\0")[:-1])
    assert told == sorted(f"{name}={value}" for name, value in given.items())


@pytest.mark.usefixtures("interrupt")
def test_no_signal_is_ignored_that_python_ignores(tmp_path: Path) -> None:
    too_big = Ran(("sh", "-c", "ulimit -f 1; exec head -c 100000 /dev/zero > big"), tmp_path)
    assert too_big.ended == (-signal.SIGXFSZ, None)
    unread = Ran(("bash", "-c", "yes | true; echo ${PIPESTATUS[0]}"), tmp_path)
    assert unread.out == b"%d\n" % (128 + signal.SIGPIPE)


def test_standard_input_is_closed_or_the_given_bytes(tmp_path: Path) -> None:
    assert Ran(("cat",), tmp_path).out == b""
    prompt = b"\xff\0prompt" * 500_000
    assert Ran(("cat",), tmp_path, stdin=prompt).out == prompt
    assert Ran(("cat",), tmp_path, stdin=b"").ended == (0, None)


def test_a_child_that_never_reads_its_input_does_not_hold_us(tmp_path: Path) -> None:
    ran = Ran(("sh", "-c", "echo hi; exit 3"), tmp_path, stdin=b"x" * 5_000_000)
    assert ran.ended == (3, None)
    stuck = Ran(("sleep", "30"), tmp_path, QUICK_TOTAL, stdin=b"x" * 5_000_000)
    assert stuck.ended == (-signal.SIGTERM, StopReason.TOTAL)


QUICK_TOTAL = Timeouts(
    total_s=0.5, silence_s=0, progress_s=0, tool_s=0, after_end_s=0.3, grace_s=0.5
)


@pytest.mark.usefixtures("interrupt")
@pytest.mark.parametrize(
    ("argv", "cwd", "words"),
    [
        (("no-such-command-here",), "", "command not found"),
        (("./plain",), "", "permission denied"),
        (("./noshebang",), "", "not a program"),
        (("true",), "missing", "does not exist"),
        (("true",), "plain", "does not exist or is not a folder"),
        (("true", "x" * 3_000_000), "", "too long"),
        (("true", "nul\0byte"), "", "embedded null byte"),
        ((), "", "the command is empty"),
    ],
)
def test_what_cannot_start_says_why(
    tmp_path: Path, argv: tuple[str, ...], cwd: str, words: str
) -> None:
    (tmp_path / "plain").write_text("text")
    (tmp_path / "noshebang").write_text("\x01\x02 no program\n")
    (tmp_path / "noshebang").chmod(0o755)
    ran = Ran(argv, tmp_path / cwd)
    assert ran.ended == (None, None)
    assert words in ran.exit.error
    assert "\n" not in ran.exit.error
    assert ran.out == b""


def test_total_stops_with_the_reason_kept(tmp_path: Path) -> None:
    exits_zero = (
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(0)); time.sleep(30)"
    )
    ran = Ran(python(exits_zero), tmp_path, QUICK_TOTAL)
    assert ran.ended == (0, StopReason.TOTAL)


def test_a_child_that_ignores_term_is_killed_after_the_grace(tmp_path: Path) -> None:
    ran = Ran(("sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"), tmp_path, QUICK_TOTAL)
    assert ran.ended == (-signal.SIGKILL, StopReason.TOTAL)
    assert 1.0 <= ran.took_s < 2.5
    assert ran.survivors() == []


def test_last_words_after_term_are_read_even_when_many(tmp_path: Path) -> None:
    code = """
        import os, signal, sys, time
        def last(*_):
            sys.stdout.write("bye" * 1_000_000)
            sys.stdout.flush()
            sys.exit(9)
        signal.signal(15, last)
        time.sleep(30)
    """
    ran = Ran(python(code), tmp_path, Timeouts(total_s=0.5, grace_s=5))
    assert ran.ended == (9, StopReason.TOTAL)
    assert ran.out == b"bye" * 1_000_000


def test_silence_is_a_verdict(tmp_path: Path) -> None:
    timeouts = Timeouts(total_s=20, silence_s=0.6, progress_s=0, grace_s=0.5)
    ran = Ran(("sh", "-c", "echo start; sleep 30"), tmp_path, timeouts)
    assert ran.ended == (-signal.SIGTERM, StopReason.SILENCE)
    assert ran.took_s < 2.5


def test_a_mute_tree_that_works_is_not_silent(tmp_path: Path) -> None:
    code = """
        import time
        until = time.monotonic() + 1.5
        while time.monotonic() < until: pass
    """
    timeouts = Timeouts(total_s=20, silence_s=0.6, progress_s=0, grace_s=0.5)
    assert Ran(("setsid", "-w", *python(code)), tmp_path, timeouts).ended == (0, None)


def test_a_workspace_that_changes_is_no_silence(tmp_path: Path) -> None:
    work = tmp_path / "deep" / "er"
    work.mkdir(parents=True)
    script = "for i in 1 2 3 4 5 6 7; do sleep 0.2; echo $i > deep/er/f$i; done"
    timeouts = Timeouts(total_s=20, silence_s=0.6, progress_s=0, grace_s=0.5)
    assert Ran(("sh", "-c", script), tmp_path, timeouts, workspace=tmp_path).ended == (0, None)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    old = time.time() - 100
    os.utime(elsewhere, (old, old))
    ran = Ran(("sleep", "30"), tmp_path, timeouts, workspace=elsewhere)
    assert ran.ended == (-signal.SIGTERM, StopReason.SILENCE)


def test_retry_chatter_is_no_progress(tmp_path: Path) -> None:
    timeouts = Timeouts(total_s=20, silence_s=0.5, progress_s=1, grace_s=0.5)
    script = "while :; do echo waiting for network; sleep 0.1; done"
    ran = Ran(("sh", "-c", script), tmp_path, timeouts, activity=Activity())
    assert ran.exit.stopped_because is StopReason.PROGRESS
    checks = Timeouts(total_s=1.5, silence_s=0.5, progress_s=0.2, grace_s=0.5)
    assert Ran(("sh", "-c", script), tmp_path, checks).exit.stopped_because is StopReason.TOTAL


def test_an_agent_that_lives_on_after_its_end_event_is_tidied_away(tmp_path: Path) -> None:
    activity = Activity()

    def ended() -> None:
        activity.take(Event(kind=EventKind.ENDED), time.monotonic())

    timer = threading.Timer(0.2, ended)
    timer.start()
    ran = Ran(("sleep", "30"), tmp_path, activity=activity)
    timer.join()
    assert ran.exit.stopped_because is StopReason.AFTER_END


@pytest.mark.parametrize("reason", [StopReason.CANCELLED, StopReason.BUDGET, StopReason.CYCLE])
def test_cancel(tmp_path: Path, reason: StopReason) -> None:
    at_s = time.monotonic() + 0.3
    ran = Ran(
        ("sleep", "30"),
        tmp_path,
        is_cancelled=lambda: reason if time.monotonic() > at_s else None,
    )
    assert ran.ended == (-signal.SIGTERM, reason)
    assert ran.took_s < 1.5


def test_a_child_that_closes_its_output_and_lives_on(tmp_path: Path) -> None:
    ran = Ran(("sh", "-c", "echo last; exec >&- 2>&-; sleep 0.7; exit 5"), tmp_path)
    assert ran.ended == (5, None)
    assert ran.out == b"last\n"
    assert 0.6 < ran.took_s < 2


DAEMON = """
    import os, sys, time
    if os.fork(): os._exit(4)
    os.setsid()
    if os.fork(): os._exit(0)
    {first}
    print(os.getpid())
    time.sleep(30)
"""


def test_a_daemon_that_holds_the_pipe_is_ended(tmp_path: Path) -> None:
    ran = Ran(python(DAEMON.format(first="pass")), tmp_path)
    assert ran.ended == (4, None)
    assert not is_alive(int(ran.out))
    assert ran.took_s < 2.5


def test_a_deaf_daemon_is_killed(tmp_path: Path) -> None:
    ran = Ran(
        python(DAEMON.format(first="import signal; signal.signal(15, signal.SIG_IGN)")), tmp_path
    )
    assert ran.ended == (4, None)
    assert not is_alive(int(ran.out))


def test_a_grandchild_that_works_on_elsewhere_is_ended(tmp_path: Path) -> None:
    script = (
        "setsid sh -c 'echo $$ > pid; while :; do sleep 0.05; done' >/dev/null 2>&1 & sleep 0.2"
    )
    ran = Ran(("sh", "-c", script), tmp_path)
    assert ran.ended == (0, None)
    assert not is_alive(int((tmp_path / "pid").read_text()))
    assert ran.survivors() == []


def test_a_grandchild_that_ends_in_time_is_left_to_end(tmp_path: Path) -> None:
    timeouts = Timeouts(total_s=20, after_end_s=10)
    script = "setsid sh -c 'sleep 0.6; echo done' & exit 0"
    ran = Ran(("sh", "-c", script), tmp_path, timeouts)
    assert ran.ended == (0, None)
    assert ran.out == b"done\n"
    assert ran.took_s < 3


def test_a_stop_reaches_a_tool_in_its_own_session(tmp_path: Path) -> None:
    ran = Ran(("sh", "-c", "setsid sh -c 'echo $$; exec sleep 30' & wait"), tmp_path, QUICK_TOTAL)
    assert ran.exit.stopped_because is StopReason.TOTAL
    assert not is_alive(int(ran.out))


def test_a_stranger_that_wiped_its_marks_and_holds_the_pipe_cannot_hold_us(tmp_path: Path) -> None:
    script = "setsid env -i /bin/sh -c 'echo $$; exec /bin/sleep 4' & sleep 0.2"
    ran = Ran(("sh", "-c", script), tmp_path)
    assert ran.ended == (0, None)
    assert ran.took_s < 2
    os.kill(int(ran.out), signal.SIGKILL)


def test_binary_garbage_passes_as_it_is(tmp_path: Path) -> None:
    garbage = bytes(range(256)) * 4000
    (tmp_path / "garbage").write_bytes(garbage)
    assert Ran(("cat", "garbage"), tmp_path).out == garbage


@pytest.mark.parametrize("how", ["ignored", "blocked"])
def test_ignored_signals_are_not_inherited(tmp_path: Path, how: str) -> None:
    ours = f"""
        import os, signal, sys
        from pathlib import Path
        from loop.process import Launch, run
        from policies.timeouts import Timeouts
        if {how!r} == "ignored":
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        else:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        ask = "kill -INT $$; echo deaf" if {how!r} == "ignored" else "kill -TERM $$; echo deaf"
        end = run(Launch(("sh", "-c", ask), Path("."), dict(os.environ)), Timeouts(), sink=print)
        print(end.exit_code)
        print(run(Launch(("nothere",), Path("."), {{}}), Timeouts(), sink=print).error)
    """
    root = Path(__file__).resolve().parents[2]
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ours)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    ).stdout.splitlines()
    assert told[0] == ("-2" if how == "ignored" else "-15")
    assert "command not found" in told[1]


def test_it_runs_in_any_thread(tmp_path: Path) -> None:
    rans: list[Ran] = []
    threads = [
        threading.Thread(target=lambda: rans.append(Ran(("sh", "-c", "echo hi"), tmp_path)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(ran.ended, bytes(ran.out)) for ran in rans] == [((0, None), b"hi\n")] * 4


@pytest.mark.parametrize("raised", [RuntimeError, KeyboardInterrupt])
def test_an_exception_ends_the_tree_and_goes_on(
    tmp_path: Path, raised: type[BaseException]
) -> None:
    pids: list[int] = []

    def sink(chunk: bytes) -> None:
        pids.append(int(chunk))
        raise raised

    with pytest.raises(raised):
        run(Launch(("sh", "-c", "echo $$; sleep 30"), tmp_path, ENV), QUICK, sink=sink)
    assert not is_alive(pids[0])


@pytest.mark.parametrize("newline", ["", "\\n"], ids=["no newline", "lines"])
def test_hundred_megabytes_come_through(tmp_path: Path, newline: str) -> None:
    counted = 0

    def sink(chunk: bytes) -> None:
        nonlocal counted
        counted += len(chunk)

    code = f"import os\nfor _ in range(1600): os.write(1, (b'x' * 65535 + b'x{newline}')[:65536])"
    end = run(Launch(python(code), tmp_path, ENV), QUICK, sink=sink)
    assert (end.exit_code, counted) == (0, 1600 * 65536)
