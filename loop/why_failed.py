"""Why an attempt failed; also one whose agent ended well, changed nothing and told of a failure last.

Some commands exit 0 over a refused login: of those that nobody here can read, their last words are all
that tells it from a night with nothing to do.
"""

from __future__ import annotations

from pathlib import Path

from loop.listener import Listener
from loop.process import Exit
from loop.story import Crew, Order
from policies.events.text import TextReader
from policies.failure import AttemptOutcome, Failure, FailureClass
from policies.outcome import Verdict
from policies.plan import FIXERS


def why_failed(
    order: Order, crew: Crew, verdict: Verdict, ended: Exit, listener: Listener, log: Path
) -> Failure | None:
    """Give the failure of an attempt that ended with *verdict*, by its pass *log*; None: it did not fail."""
    is_failed = verdict.outcome is AttemptOutcome.FAILED
    if not is_failed and not _is_doubtful(order, verdict, listener):
        return None
    # Loaded here: its expressions take 0.1 s, which a start need not wait for.
    from loop.diagnose import failure_of_log
    from policies.rootcause import Hints

    hints = Hints(
        agent=order.plan.agent.name,
        reader=listener.reader_name,
        exit_code=ended.exit_code,
        stopped_because=ended.stopped_because,
        known_class=verdict.failure_class,
        last_progress=listener.story.last_progress,
        now=crew.now(),
        local_zone=crew.local_zone,
        why=verdict.why if is_failed else "",
    )
    failure = failure_of_log(log, hints, crew.signatures_of(order.plan.name))
    is_success = failure.failure_class is FailureClass.SUCCESS
    return None if is_success and not is_failed else failure


def _is_doubtful(order: Order, verdict: Verdict, listener: Listener) -> bool:
    """Say whether a command that changed nothing speaks of a failure as it ends."""
    reader = listener.reader
    if not isinstance(reader, TextReader) or order.plan.agent.adapter == FIXERS:
        return False
    return verdict.outcome is AttemptOutcome.NOTHING_TO_DO and reader.ends_in_doubt()
