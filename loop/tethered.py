"""`python -P -m loop.tethered PROGRAM ARG…`: a program that is not ours, which never outlives us.

Standard input is a pipe that our parent holds: it closes when the parent ends, also after kill -9. Then,
and on TERM, the program and all that it started are ended. The exit code is the program's, or 128 and the
signal that ended it.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import select
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from loop.descendants import Descendants
from loop.ending import end_in_order, reaped
from loop.launching import MARKER_NAME, Launch, why_not

GRACE_S = 10.0
"""Between TERM and KILL."""
CANNOT_START = 127
_ASKED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PARENT = 0
"""Standard input: nothing comes from it but its end."""
_PR_SET_PDEATHSIG = 1


def command(argv: Sequence[str], *, grace_s: float = GRACE_S, spares: bool = False) -> list[str]:
    """Give the command line that runs *argv* tethered.

    *spares*: what the program left when it ended by itself runs on; it is ended, in order and after
    the program, when we are asked to.
    """
    options = ["--grace-s", f"{grace_s:g}", *(["--spares"] if spares else [])]
    return [sys.executable, "-P", "-m", "loop.tethered", *options, "--", *argv]


def run(argv: Sequence[str], *, grace_s: float, spares: bool) -> int:
    """Run *argv* to its end, or until our parent is gone or a signal asks; give the exit code."""
    marker = os.environ.get(MARKER_NAME) or f"nightcrew-{uuid.uuid4().hex}"
    signals = _signals()
    launch = Launch(tuple(argv), Path.cwd(), {**os.environ, MARKER_NAME: marker})
    try:
        child = _start(launch)
    except (OSError, ValueError) as error:
        print(why_not(launch, error), file=sys.stderr)
        return CANNOT_START
    is_asked = _is_asked_before_end(child, signals)
    if is_asked and spares:
        child.kill()  # asked to end, Prefect's worker would end its cycles at once, by KILL
    if is_asked or not spares:
        end_in_order(Descendants(child, marker), grace_s)
    code = reaped(child)
    return 1 if code is None else code if code >= 0 else 128 - code


def _start(launch: Launch) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        launch.argv,
        stdin=subprocess.DEVNULL,
        env=launch.env,
        close_fds=False,  # what our parent handed over is the program's
        start_new_session=True,
        preexec_fn=_follow_us(),  # safe here: no other thread runs in this process
    )


def _follow_us() -> Callable[[], None] | None:
    """Give what makes the child end when even we are killed with -9; only Linux has it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork
    return lambda: prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def _signals() -> int:
    """Give a descriptor that reads the number of each signal as it comes."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in (*_ASKED, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return reading


def _is_asked_before_end(child: subprocess.Popen[bytes], signals: int) -> bool:
    """Wait for the child's end; True when somebody asked for it first."""
    while child.poll() is None:
        ready, _, _ = select.select([_PARENT, signals], [], [])
        if _PARENT in ready and not os.read(_PARENT, 4096):
            return True
        if signals in ready and set(os.read(signals, 4096)) & set(_ASKED):
            return True
    return False


def _main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="loop.tethered")
    parser.add_argument("--grace-s", type=float, default=GRACE_S)
    parser.add_argument("--spares", action="store_true")
    parser.add_argument("argv", nargs="+")
    given = parser.parse_args(words)
    return run(given.argv, grace_s=given.grace_s, spares=given.spares)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
