"""One of many processes that write a ledger at once: `crowd_writer.py LEDGER N`.

It imports little, so that fifty of them start in seconds.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

PEOPLE = b"# Incidents\n\n### 2026-02-11\n- Trigger: by hand\n- Fix: yes\n"
UPDATES = 4


def main(ledger: Path, n: int) -> None:
    from loop.ledger import EntryContext, write_incident
    from policies.failure import Confidence, Failure, FailureClass
    from policies.records import IncidentRecord

    began = datetime(2026, 2, 12, 20, tzinfo=UTC)
    what = IncidentRecord(
        id=f"inc-20260212-{n:08x}",
        repo="repo",
        agent="codex",
        pass_name="maintain",
        failure=Failure(
            failure_class=FailureClass.UNKNOWN,
            summary=f"writer {n}",
            fingerprint="f00d",
            confidence=Confidence.LOW,
        ),
        first_seen=began,
        last_seen=began,
    )
    print("ready", flush=True)
    sys.stdin.readline()
    for count in range(1, UPDATES + 1):
        done = write_incident(
            ledger.parent,
            ledger.name,
            what,
            context=EntryContext(),
            head_bytes=PEOPLE,
            lock_dir=ledger.parents[1] / "locks",
        )
        last = began + timedelta(minutes=count)
        what = what.evolve(in_ledger=done.hash, count=count + 1, last_seen=last)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
