"""The record of a cycle that was not started."""

from __future__ import annotations

from datetime import datetime

from loop.story import Order
from policies.failure import CycleOutcome
from policies.permit import Permit, subject
from policies.records import CycleRecord, stamp


def begun(order: Order, now: datetime) -> CycleRecord:
    """Give the record that a cycle starts with; one that is retried keeps what it has done."""
    if order.resumes:
        return order.resumes.evolve(
            outcome=CycleOutcome.RUNNING,
            finished=None,
            until=None,
            reason="",
            failure=None,
            flow_run_id=order.flow_run_id,
        )
    return CycleRecord(
        cycle=order.cycle,
        run=order.run,
        repo=order.plan.name,
        n=order.n,
        agent=order.plan.agent.name,
        trigger=order.trigger,
        started=now,
        rerun_of=order.rerun_of,
        flow_run_id=order.flow_run_id,
    )


def refused(
    order: Order, permit: Permit, now: datetime, record: CycleRecord | None = None
) -> CycleRecord:
    """Give the record of a cycle that a breaker stopped; *record* is it so far.

    It is `postponed` where the end of a limit is known, else `circuit_open` (contracts).
    """
    stated = permit.stated_end
    until = stated or permit.until
    when = f"until {stamp(until)}" if until else "until a probe passes"
    told = f", incident {permit.incident}" if permit.incident else ""
    return (record or begun(order, now)).evolve(
        outcome=CycleOutcome.POSTPONED if stated else CycleOutcome.CIRCUIT_OPEN,
        finished=now,
        until=until,
        reason=f"{subject(permit.key)} {when}{told}: {permit.why}",
    )
