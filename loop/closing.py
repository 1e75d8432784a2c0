"""How a cycle ends: the work landed, kept aside, or nothing to do; and what that proves."""

from __future__ import annotations

from loop.attempt import AttemptResult
from loop.breakers import Breakers
from loop.broken import failure_of_error, out_of_time
from loop.checking import failure_of_check
from loop.errors import GitError, LandingRefused
from loop.landing import land
from loop.messages import commit_message, kept_message
from loop.preparing import Ready
from loop.story import Told
from policies.checks import Comparison, may_land
from policies.failure import SUMMARY_LIMIT_CHARS, CycleOutcome, Failure, StopReason
from policies.plan import Landing
from policies.records import CycleRecord
from policies.redaction import redact
from policies.text import one_line

NOT_LANDED = "not landed"


def nothing_done(record: CycleRecord, why: str) -> CycleRecord:
    """Give the record of a cycle that ran well and changed nothing."""
    said = one_line(why, SUMMARY_LIMIT_CHARS)
    return record.evolve(outcome=CycleOutcome.NOTHING_TO_DO, reason=said)


def kept(ready: Ready, record: CycleRecord) -> CycleRecord:
    """Give *record* with the work kept on its own branch, where there is any."""
    try:
        branch = ready.workspace.keep_failed(record.cycle, kept_message(record))
    except (GitError, OSError) as error:
        place = ready.workspace.path
        ready.crew.observer.said(f"{record.cycle}: its work stays in {place}: {error}")
        return record
    return record.evolve(branch=branch, head_commit=ready.workspace.head() if branch else None)


def stopped_short(
    ready: Ready, breakers: Breakers, record: CycleRecord, pass_name: str, why: StopReason
) -> CycleRecord:
    """Give the record of a cycle that had to stop beside its attempts: in setup, checks or waits.

    Cancelled is nobody's failure; a cycle that used up its time is.
    """
    if why is not StopReason.CYCLE:
        return kept(ready, record.evolve(outcome=CycleOutcome.CANCELLED, reason=str(why)))
    failure = out_of_time(ready.order.plan.timeouts.cycle_s)
    breakers.failed(failure)
    return gave_up(ready, breakers, record, failure, pass_name)


def gave_up(
    ready: Ready,
    breakers: Breakers,
    record: CycleRecord,
    failure: Failure,
    pass_name: str,
    check: str | None = None,
    why: str = "",
) -> CycleRecord:
    """Give the record of a failed cycle: work kept, incident opened or joined, ledger written."""
    failed = kept(ready, record.evolve(outcome=CycleOutcome.FAILED, failure=failure, reason=why))
    incident = ready.incidents.failed(failed, failure, pass_name, check)
    if incident is None:
        return failed
    breakers.link_incident(incident.id, failure.fingerprint)
    return failed.evolve(incident=incident.id)


def landed(
    ready: Ready, breakers: Breakers, record: CycleRecord, pass_name: str, last: AttemptResult
) -> CycleRecord:
    """Give the record of a pass whose agent did well: its work checked and landed, or kept aside."""
    ready.workspace.commit_rest(commit_message(record, pass_name, last.last_words))
    _put_aside(ready, record)
    compared = ready.checking.on_change()
    record = record.evolve(checks=tuple(one.to_row() for one in compared))
    if stopped := ready.clock.reason():
        return stopped_short(ready, breakers, record, pass_name, stopped)
    broken = [one for one in compared if one.is_failure]
    if broken:
        failure = failure_of_check(broken[0].after, ready.crew, ready.order.plan.name)
        breakers.failed(failure)
        return gave_up(ready, breakers, record, failure, pass_name, check=broken[0].after.name)
    try:
        record = _land(ready, record, pass_name, compared, last.last_words)
    except LandingRefused as refused:
        failure = failure_of_error(refused)
        breakers.failed(failure)
        return gave_up(ready, breakers, record, failure, pass_name)
    breakers.repository_worked()
    proven = tuple(one.after.name for one in compared if one.is_proof)
    commit = record.landed or record.head_commit
    ready.incidents.succeeded(record, pass_name, proven, commit, last.last_words)
    return record


def _land(
    ready: Ready, record: CycleRecord, pass_name: str, compared: list[Comparison], said: str
) -> CycleRecord:
    proven = [one.after.name for one in compared if one.is_proof]
    ready.workspace.reword(commit_message(record, pass_name, said, proven))
    done = record.evolve(
        outcome=CycleOutcome.SUCCEEDED,
        passes_succeeded=(*record.passes_succeeded, pass_name),
        head_commit=ready.workspace.head(),
        checked=bool(proven),
    )
    return ready.crew.stage(
        f"land: {ready.order.plan.landing}", lambda: _brought(ready, done, compared), _tell
    )


def _brought(ready: Ready, record: CycleRecord, compared: list[Comparison]) -> CycleRecord:
    """Bring the work to its branch and, where that was asked for and is allowed, to the target's."""
    plan, workspace = ready.order.plan, ready.workspace
    allowed, why = may_land(compared, plan.checks == (), plan.landing)
    size = workspace.git.run("diff", "--shortstat", ready.base.start, "HEAD").strip()
    done = record.evolve(branch=workspace.publish(), reason=_joined(size, why))
    if plan.landing is not Landing.COMMIT or not allowed:
        return done
    try:
        commit = land(plan, workspace, ready.base)
    except LandingRefused as refused:
        return done.evolve(reason=_joined(size, f"{NOT_LANDED}: {refused}"))
    return done.evolve(landed=commit, reason=_joined(size, f"landed on {ready.base.target_branch}"))


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _tell(record: CycleRecord) -> Told:
    return Told(ok=NOT_LANDED not in record.reason, message=record.reason)


def _put_aside(ready: Ready, record: CycleRecord) -> None:
    """Keep the agent's own versions of ledger and tracker beside the logs: they are not in the work."""
    for name, data in ready.workspace.taken_out.items():
        if data == (ready.source_file(name) or b""):
            continue
        folder = ready.crew.places.logs / record.run
        place = folder / f"{record.cycle}-{name.replace('/', '-')}"
        folder.mkdir(parents=True, exist_ok=True)
        place.write_text(redact(data.decode("utf-8", "replace")), "utf-8")
        ready.crew.observer.said(f"{record.repo}: the agent edited {name}; its version is {place}")
