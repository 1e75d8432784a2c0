"""A cycle that was not started, as a flow run created in its final state: milliseconds, no engine."""

from __future__ import annotations

import time
from dataclasses import replace

from flows import cycle
from flows.once import first_line
from flows.showing import Showing, client_here
from flows.states import of_cycle
from loop.observer import Observer
from loop.run import RunOrder, ShowSkip
from policies.records import CycleRecord

LOOK_S = 1.0
"""For so long a server that answered is taken to answer still."""


def skips_shown(order: RunOrder, observer: Observer, showing: Showing) -> ShowSkip:
    """Give what shows a skipped cycle of *order* below the run's own flow run."""
    orders = {first.plan.name: first for first in order.first}
    seen_up_s = [-LOOK_S]

    def is_up() -> bool:
        """To ask each time would cost a fifth of what the skip does."""
        now_s = time.monotonic()
        if now_s - seen_up_s[0] >= LOOK_S:
            if not cycle.is_up():
                return False
            seen_up_s[0] = now_s
        return True

    def show(record: CycleRecord) -> CycleRecord:
        turn = replace(orders[record.repo], cycle=record.cycle, n=record.n)
        try:
            if not is_up():
                raise ConnectionError("no Prefect server answers")
            with client_here() as client:
                shown = showing.create(client, cycle.cycle_flow, turn, of_cycle(record))
        except Exception as error:
            observer.said(f"{record.cycle}: not shown in the UI: {first_line(error)}")
            return record
        return record.evolve(flow_run_id=str(shown.id))

    return show
