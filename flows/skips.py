"""A cycle that was not started, as a flow run created in its final state: milliseconds, no engine."""

from __future__ import annotations

from dataclasses import replace

from flows import cycle
from flows.once import first_line
from flows.showing import Showing, client_here
from flows.states import of_cycle
from loop.observer import Observer
from loop.run import RunOrder, ShowSkip
from policies.records import CycleRecord


def skips_shown(order: RunOrder, observer: Observer, showing: Showing) -> ShowSkip:
    """Give what shows a skipped cycle of *order* below the run's own flow run."""
    orders = {first.plan.name: first for first in order.first}

    def show(record: CycleRecord) -> CycleRecord:
        turn = replace(orders[record.repo], cycle=record.cycle, n=record.n)
        try:
            if not cycle.is_up():
                raise ConnectionError("no Prefect server answers")
            with client_here() as client:
                shown = showing.create(client, cycle.cycle_flow, turn, of_cycle(record))
        except Exception as error:
            observer.said(f"{record.cycle}: not shown in the UI: {first_line(error)}")
            return record
        return record.evolve(flow_run_id=str(shown.id))

    return show
