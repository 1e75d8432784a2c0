"""Keeps the machine awake while cycles run, by a small program of the system that holds its lock.

The lock lasts as long as the program: on Linux it ends when our end of a pipe closes, on macOS when our
process is gone. So it is given back also after kill -9.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import IO

from policies.text import one_line

WHY = "cycles are running"
END_S = 1.0
"""For the program to end after TERM, and again after KILL."""
REASON_CHARS = 200
_READ_BYTES = 4096


@contextlib.contextmanager
def awake(environ: Mapping[str, str], say: Callable[[str], None]) -> Iterator[None]:
    """Keep the machine from going to sleep by itself while this is open; costs no time.

    When it cannot be kept awake, *say* gets one line, once a process, perhaps from another thread.
    Any number may be open at once, in one process and in many.
    """
    with _KEEPER.awake(environ, say):
        yield


def command(platform: str, pid: int) -> tuple[str, ...]:
    """Give what keeps a machine of *platform* awake for process *pid*; empty: nothing is known."""
    if platform == "linux":
        options = ("--what=idle:sleep", "--who=nightcrew", f"--why={WHY}", "--mode=block")
        return ("systemd-inhibit", *options, "cat")
    if platform == "darwin":
        return ("caffeinate", "-i", "-s", "-w", str(pid))
    return ()


class Keeper:
    """The one program of this process, however many ask for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._program: _Program | None = None
        self._told: set[str] = set()

    @contextlib.contextmanager
    def awake(self, environ: Mapping[str, str], say: Callable[[str], None]) -> Iterator[None]:
        """See `awake`."""
        self._begin(environ, say)
        try:
            yield
        finally:
            self._end()

    def _begin(self, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._program = self._started(environ, lambda reason: self._tell(reason, say))

    def _end(self) -> None:
        with self._lock:
            self._users -= 1
            program = None if self._users else self._program
            if program:
                self._program = None
        if program:
            program.end()

    def _started(self, environ: Mapping[str, str], tell: Callable[[str], None]) -> _Program | None:
        argv = command(sys.platform, os.getpid())
        if not argv:
            tell(f"not known how on {sys.platform}")
            return None
        try:
            return _Program(argv, environ, tell)
        except FileNotFoundError:
            tell(f"{argv[0]}: command not found")
        except (OSError, ValueError) as error:
            tell(f"{argv[0]}: {error}")
        return None

    def _tell(self, reason: str, say: Callable[[str], None]) -> None:
        if reason not in self._told:
            self._told.add(reason)
            say(f"this machine may fall asleep while cycles run: {reason}")


class _Program:
    """The program that keeps the machine awake, and a thread that waits for its end."""

    def __init__(
        self, argv: tuple[str, ...], environ: Mapping[str, str], tell: Callable[[str], None]
    ) -> None:
        self._name = argv[0]
        self._tell = tell
        self._is_over = False
        self._child = subprocess.Popen(
            argv,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours alone
        )
        self._watch = threading.Thread(target=self._wait, name="awake", daemon=True)
        self._watch.start()

    def end(self) -> None:
        """Give the lock back, and wait a moment for the program to be gone."""
        self._is_over = True
        if self._child.stdin:
            with contextlib.suppress(OSError):
                self._child.stdin.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            self._child.send_signal(number)
            self._watch.join(END_S)
            if not self._watch.is_alive():
                break

    def _wait(self) -> None:
        with self._child:
            words = _read(self._child.stderr)
            code = self._child.wait()
            if not self._is_over:
                lines = [line for line in words.splitlines() if line.strip()]
                why = one_line(lines[-1], REASON_CHARS) if lines else f"ended with {code}"
                self._tell(f"{self._name}: {why}")


def _read(stream: IO[bytes] | None) -> str:
    """Read *stream* to its end and give its beginning."""
    if stream is None:
        return ""
    head = stream.read(_READ_BYTES)
    while stream.read(_READ_BYTES):
        pass
    return head.decode("utf-8", "replace")


_KEEPER = Keeper()
