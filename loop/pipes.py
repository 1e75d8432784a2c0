"""Moves bytes between us and a child without ever waiting on it for longer than was asked."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import subprocess
import time
from collections.abc import Callable

from loop.child_end import has_ended

READ_BYTES = 256 * 1024
PIPE_BYTES = 1024 * 1024
"""Asked of Linux, so that a child seldom waits for us; what the system refuses stays smaller."""
DRAIN_BYTES = 4 * PIPE_BYTES
"""What a pipe may still hold when everybody known is dead; more comes from a stranger."""


class Pump:
    """The child's output to *sink*, and *stdin* to the child. One thread, no blocking."""

    def __init__(
        self, child: subprocess.Popen[bytes], stdin: bytes | None, sink: Callable[[bytes], None]
    ) -> None:
        self._child = child
        self._sink = sink
        self._unsent = memoryview(stdin or b"")
        self._selector = selectors.DefaultSelector()
        self.is_open = True
        """The output has not reached its end."""
        assert child.stdout is not None  # `start` asked for a pipe
        _widen(child.stdout.fileno())
        os.set_blocking(child.stdout.fileno(), False)
        self._selector.register(child.stdout, selectors.EVENT_READ)
        if child.stdin is not None:
            os.set_blocking(child.stdin.fileno(), False)
            self._selector.register(child.stdin, selectors.EVENT_WRITE)

    def move(self, wait_s: float) -> int:
        """Move what is ready, waiting at most *wait_s*; give the number of bytes that came."""
        if not self._selector.get_map():
            self._wait(wait_s)
            return 0
        came = 0
        for key, _ in self._selector.select(wait_s):
            if key.fileobj is self._child.stdin:
                self._send()
            else:
                came += self._receive()
        return came

    def drain(self) -> int:
        """Take what lies in the pipe now, never waiting for its end."""
        total = 0
        while self.is_open and total < DRAIN_BYTES and (came := self._receive()):
            total += came
        return total

    def mute(self) -> None:
        """Read on, but tell the sink no more: it raised, or nobody listens."""
        self._sink = _nobody

    def close(self) -> None:
        """Let go of both pipes."""
        self._selector.close()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _wait(self, wait_s: float) -> None:
        if self._child.returncode is None:
            has_ended(self._child, wait_s)
        else:
            time.sleep(wait_s)

    def _receive(self) -> int:
        assert self._child.stdout is not None
        try:
            chunk = os.read(self._child.stdout.fileno(), READ_BYTES)
        except BlockingIOError:
            return 0
        if chunk:
            self._sink(chunk)
        else:
            self.is_open = False
            self._selector.unregister(self._child.stdout)
        return len(chunk)

    def _send(self) -> None:
        assert self._child.stdin is not None
        try:
            sent = os.write(self._child.stdin.fileno(), self._unsent[:READ_BYTES])
        except BlockingIOError:
            return
        except OSError:  # it closed its input: what it did not read, it did not want
            sent = len(self._unsent)
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self._selector.unregister(self._child.stdin)
            self._child.stdin.close()


def _widen(fd: int) -> None:
    command = getattr(fcntl, "F_SETPIPE_SZ", None)
    if command is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(fd, command, PIPE_BYTES)


def _nobody(chunk: bytes) -> None:
    del chunk
