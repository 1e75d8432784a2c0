"""Work that is done once, whatever happens to Prefect around it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

T = TypeVar("T")

BEGIN_S = 30.0
"""For Prefect to come to the work; a busy server took 10 s to create a flow run."""
END_S = 4.0
"""For Prefect to say at the server how the work ended; with the server gone it tries for minutes."""
POLL_S = 0.05


class Once(Generic[T]):
    """Runs *work* at most once: inside what shows it where that can be, else on its own."""

    def __init__(self, work: Callable[[], T]) -> None:
        """Keep *work* for the first that asks, in any thread."""
        self._work = work
        self._asked = threading.Lock()
        self._results: list[T] = []
        self._raised: list[BaseException] = []
        self.begun = threading.Event()
        self.ended = threading.Event()

    def run(self) -> T:
        """Do the work and give its result. Raises what it raises, or RuntimeError if it was begun."""
        with self._asked:
            if self.begun.is_set():
                raise RuntimeError("this work is done already, without Prefect")
            self.begun.set()
        try:
            self._results.append(self._work())
        except BaseException as error:
            self._raised.append(error)
            raise
        finally:
            self.ended.set()
        return self._results[0]

    def end(self) -> T:
        """Give the result, or raise what the work raised; do it now if nobody began it."""
        if not self.begun.is_set():
            return self.run()
        self.ended.wait()
        if self._raised:
            raise self._raised[0]
        return self._results[0]


def shown(
    show: Callable[[], object], once: Once[T], begin_s: float = BEGIN_S, end_s: float = END_S
) -> str:
    """Call *show*, which runs *once*, and wait for the work; give nothing, or why it is not shown.

    *show* runs in a thread of its own that nobody waits for longer than *begin_s* before the work
    and *end_s* after it.
    """
    raised: list[Exception] = []
    context = copy_context()

    def call() -> None:
        try:
            context.run(show)
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=call, name="shown", daemon=True)
    thread.start()
    waited_s = 0.0
    while thread.is_alive() and waited_s < begin_s and not once.begun.wait(POLL_S):
        waited_s += POLL_S
    if once.begun.is_set():
        once.ended.wait()
        thread.join(end_s)
    if thread.is_alive():
        return "the Prefect server does not answer any more"
    return first_line(raised[0]) if raised else ""


def first_line(error: Exception) -> str:
    """Give the first line of what was raised, or its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0]
