"""What the store has on record that a person should see to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loop.doctor.finding import Finding, warn
from loop.store import Store
from policies.checks import CheckState


def recorded(store: Store, repositories: Sequence[str]) -> Iterator[Finding]:
    """Yield checks that could not run in a last cycle, and ledger entries that wait."""
    for repo in repositories:
        for cycle in store.cycles(repo=repo, limit=1):
            for row in cycle.checks:
                if row.get("result") == CheckState.COULD_NOT_RUN.value:
                    said = f"check {row.get('name')} could not run: {row.get('reason', '')}"
                    yield warn(said, f"see nightcrew show {cycle.cycle}", repo)
        for incident in store.incidents(repo=repo):
            if incident.waits_because:
                said = f"incident {incident.id} is not in the ledger: {incident.waits_because}"
                yield warn(said, "it is written at the next cycle that finds the file clean", repo)
