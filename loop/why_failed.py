"""What the pass log tells of an attempt that failed, or that ended well, changed nothing and is in doubt.

Some commands exit 0 over a refused login: of those that nobody here can read, their last words are all
that tells it from a night with nothing to do.
"""

from __future__ import annotations

from pathlib import Path

from loop.listener import Listener
from loop.process import Exit
from loop.story import Crew, Order
from policies.failure import AttemptOutcome, Failure
from policies.outcome import Verdict


def why_failed(
    order: Order, crew: Crew, verdict: Verdict, ended: Exit, listener: Listener, log: Path
) -> Failure | None:
    """Give what the pass *log* of an attempt that ended with *verdict* tells; None: nobody needs to know."""
    is_failed = verdict.outcome is AttemptOutcome.FAILED
    if not (is_failed or verdict.is_doubtful):
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
    return failure_of_log(log, hints, crew.signatures_of(order.plan.name))
