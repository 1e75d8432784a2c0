"""A run in the foreground: the flow in a thread of its own, signals and the end in ours.

Ctrl-C and TERM ask the cycles to stop, which ends agents' trees and keeps their work; nothing of
Prefect handles them. Once the record is written the process ends within END_S, server or not.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psutil

T = TypeVar("T")

END_S = 5.0
"""For Prefect to bring its last events and logs to the server (with once.END_S under 10 s)."""

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def in_foreground(
    work: Callable[[], T], cancelled: threading.Event, say: Callable[[str], None]
) -> T:
    """Give what *work* gives, run in a thread, while this one waits for signals.

    A signal sets *cancelled* and is said once. Raises what *work* raised.
    """
    results: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, name="run", daemon=True)
    with _signals_set(cancelled, say):
        thread.start()
        while thread.is_alive():
            thread.join(0.2)  # a join without end would keep a signal waiting on some platforms
    if raised:
        raise raised[0]
    return results[0]


@contextmanager
def _signals_set(cancelled: threading.Event, say: Callable[[str], None]) -> Iterator[None]:
    def on_signal(number: int, _frame: Any) -> None:
        if not cancelled.is_set():
            say(f"{signal.Signals(number).name}: stopping; agents are ended and their work is kept")
        cancelled.set()

    before = {number: signal.signal(number, on_signal) for number in STOPS}
    try:
        yield
    finally:
        # A second Ctrl-C may come while the last lines are printed: it must not change the end.
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if cancelled.is_set() else handler)


def leave(code: int) -> None:
    """End the process with *code* by END_S from now at the latest; children of ours go with it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    timer = threading.Timer(END_S, _leave_now, (code,))
    timer.daemon = True
    timer.start()
    sys.exit(code)


def _leave_now(code: int) -> None:
    for child in psutil.Process().children(recursive=True):
        try:
            child.terminate()
        except psutil.Error:
            continue
    os._exit(code)
