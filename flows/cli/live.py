"""A run as a live table on stderr: one row a running cycle, what ended scrolls above it."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from flows.cli.plain import PlainObserver
from flows.cli.words import clock, count, duration, gist, label, outcome_word, unplanned
from loop.observer import Observer
from policies.failure import AttemptOutcome, CycleOutcome, Failure
from policies.records import CycleRecord, RunRecord
from policies.text import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

LINE_CHARS = 400
"""More of an agent's line is not looked at."""
REFRESH_HZ = 4
COLOURS = {
    CycleOutcome.SUCCEEDED: "green",
    CycleOutcome.FAILED: "red",
    CycleOutcome.CRASHED: "red",
    CycleOutcome.CIRCUIT_OPEN: "yellow",
    CycleOutcome.POSTPONED: "yellow",
}


def observer_for(stream: TextIO | None = None) -> Observer:
    """Give the live view when *stream* (stderr) is a terminal that can show it, else plain lines."""
    stream = stream or sys.stderr
    if stream.isatty() and os.environ.get("TERM", "") not in {"", "dumb", "unknown"}:
        return LiveObserver(stream)
    return PlainObserver(stream)


@dataclass(slots=True)
class _Row:
    label: str
    began: float
    doing: str = ""
    attempt: str = ""
    last: str = ""


class LiveObserver:
    """Keeps a row a running cycle. `line` only keeps the text; drawing happens a few times a second."""

    def __init__(
        self, stream: TextIO | None = None, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Draw on *stream* (stderr)."""
        from rich.console import Console
        from rich.live import Live

        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._rows: dict[str, _Row] = {}
        self._console: Console = Console(file=stream or sys.stderr, highlight=False)
        self._live = Live(
            console=self._console,
            get_renderable=self._table,
            refresh_per_second=REFRESH_HZ,
            transient=True,
            redirect_stdout=False,
        )

    def run_started(
        self, run: str, repos: Sequence[str], cycles: int, jobs: int, agent_note: str
    ) -> None:
        """Say what is about to happen, and begin to draw."""
        self.said(
            f"run {run}: {count(len(repos), 'repository')}, at most {count(cycles, 'cycle')} each,"
            f" {jobs} at once; {agent_note}"
        )
        atexit.register(self.close)  # an error before run_ended must not leave the cursor hidden
        self._live.start()

    def cycle_started(self, cycle: str, repo: str, agent: str) -> None:
        """Add the cycle's row."""
        name = f"{repo} cycle {cycle.rpartition('-')[2]}"
        with self._lock:
            self._rows[cycle] = _Row(name, self._clock_s(), doing=agent)

    def step(self, cycle: str, text: str) -> None:
        """Show the step in the cycle's row."""
        self._change(cycle, text, attempt="", last="")

    def attempt_started(self, cycle: str, pass_name: str, n: int, log: str) -> None:
        """Show the pass and the attempt, and where its log is until the agent speaks."""
        self._change(cycle, pass_name, attempt=str(n), last=f"log {log}")

    def line(self, cycle: str, text: str) -> None:
        """Keep *text* as the row's last line; it is made safe when it is drawn."""
        row = self._rows.get(cycle)
        if row is not None and text and not text.isspace():
            row.last = text[:LINE_CHARS]

    def attempt_ended(
        self, cycle: str, n: int, outcome: AttemptOutcome, failure: Failure | None
    ) -> None:
        """Show how the attempt ended; a failed one also scrolls by."""
        why = f"{failure.failure_class.value}: {failure.summary}" if failure else ""
        ended = f"attempt {n} {outcome.value.replace('_', ' ')}"
        if failure:
            row = self._rows.get(cycle)
            self.said(f"{row.label if row else cycle}: {ended}: {why}")
        self._change(cycle, ended, attempt="", last=why)

    def waiting(self, cycle: str, seconds: float, why: str) -> None:
        """Show how long the cycle waits, and for what."""
        self._change(cycle, f"waits {duration(seconds)}", attempt="", last=why)

    def cycle_ended(self, record: CycleRecord) -> None:
        """Take the row away and let its outcome scroll by."""
        with self._lock:
            self._rows.pop(record.cycle, None)
        word = outcome_word(record.outcome)
        self._print(label(record), word, gist(record), COLOURS.get(record.outcome, "default"))

    def crashed(self, cycle: str, error: Exception) -> None:
        """Let what was raised, and where, scroll by."""
        row = self._rows.get(cycle)
        self.said(f"{row.label if row else cycle}: {unplanned(error)}")

    def said(self, text: str) -> None:
        """Let *text* scroll by."""
        self._console.print(self._text(text))

    def run_ended(self, record: RunRecord) -> None:  # noqa: ARG002 - the report follows
        """Stop drawing."""
        self.close()

    def close(self) -> None:
        """Stop drawing and give the terminal back. Safe to call twice, or before a run began."""
        atexit.unregister(self.close)
        self._live.stop()

    def _change(self, cycle: str, doing: str, *, attempt: str, last: str) -> None:
        with self._lock:
            if row := self._rows.get(cycle):
                row.doing, row.attempt, row.last = doing, attempt, last

    def _print(self, name: str, word: str, said: str, colour: str) -> None:
        line = self._text(f"{name}: ")
        line.append(word, style=colour)
        line.append(f": {one_line(said, LINE_CHARS)}" if said else "")
        self._console.print(line)

    def _text(self, text: str) -> Text:
        from rich.text import Text

        return Text(one_line(text, LINE_CHARS))

    def _table(self) -> Table:
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for ratio, width in ((None, None), (None, None), (None, 7), (1, None)):
            table.add_column(no_wrap=True, overflow="ellipsis", ratio=ratio, width=width)
        table.expand = True
        now = self._clock_s()
        with self._lock:
            rows = list(self._rows.values())
        for row in rows:
            doing = f"{row.doing} (attempt {row.attempt})" if row.attempt else row.doing
            table.add_row(
                self._text(row.label),
                self._text(doing),
                clock(now - row.began),
                self._text(row.last),
            )
        return table
