"""The February night as it was: 14 repositories, an hour, 5 at once, a usage limit in the middle.

The same night is run by Nightcrew and by a plain loop, which starts the agent for every turn and writes an
entry for every failure. The agent is a real program that behaves as codex does at its limit; the hour is
20 turns of each repository, 3 minutes apart by the clock that the program is given. The ledgers are
real ones. Run it by hand; it ends with 1 when a promise is broken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEDGERS = ROOT.parent / "shared" / "corpus" / "ledgers-dev"
sys.path.insert(0, str(ROOT))

from loop.channels import channels_of  # noqa: E402
from loop.outbox import Outbox  # noqa: E402
from policies.failure import NOT_STARTED, CycleOutcome  # noqa: E402
from policies.outage import Outage  # noqa: E402
from policies.plan import Landing  # noqa: E402
from tests.loop.codexlike import CodexLike  # noqa: E402
from tests.loop.nights import Night  # noqa: E402
from tests.loop.receivers import Webhook  # noqa: E402
from tests.loop.repositories import commit, git, repository  # noqa: E402

REPOSITORIES, TURNS, JOBS, PROBES = 14, 20, 5, 6
APART = timedelta(minutes=3)
LIMIT_STATES = timedelta(minutes=9)
"""What the limit says of its end each time; it lies, as a rolling one does."""
BEGAN = datetime(2026, 2, 12, 10, 14, tzinfo=UTC)
ENTRY = b"<!-- nightcrew:incident "
PLAIN_ENTRY = """
### {at} | Codex execution failure
- Date: {at}
- Trigger: codex exec
- Impact: cycle {n} did not run
- Root Cause: codex exec returned a non-zero status
- Fix: pending
- Prevention Rule: pending
- Evidence: cycle-{n}.log
- Commit: pending
- Confidence: low
"""


@dataclass
class Came:
    """What a night came to."""

    starts: int = 0
    starts_in_outage: int = 0
    entries: int = 0
    ledger_commits: int = 0
    told: int = 0
    outages: list[Outage] = field(default_factory=list)
    worked_at_the_end: int = 0
    took_s: float = 0.0


class Fleet:
    """Fourteen repositories with ledgers: the real ones, then generated ones."""

    def __init__(self, folder: Path) -> None:
        """Make them in *folder*."""
        real = sorted(LEDGERS.glob("*.md"))
        ledgers = {path.stem: path.read_bytes() for path in real if path.stem != "README"}
        for n in range(REPOSITORIES - len(ledgers)):
            ledgers[f"generated-{n}"] = f"# Incidents And Learnings\n\n- Note: {n}\n".encode()
        self.before = dict(list(ledgers.items())[:REPOSITORIES])
        self.paths = {name: repository(folder / name) for name in self.before}
        for name, data in self.before.items():
            (self.paths[name] / "INCIDENTS.md").write_bytes(data)
            commit(self.paths[name], {}, "the ledger as it was")

    def added(self) -> bytes:
        """Give all that was added to the ledgers. Raises ValueError where a byte was changed."""
        new = []
        for name, path in self.paths.items():
            now = (path / "INCIDENTS.md").read_bytes()
            if not now.startswith(self.before[name]):
                raise ValueError(f"{name}: what people wrote was changed")
            new.append(now[len(self.before[name]) :])
        return b"".join(new)

    def ledger_commits(self) -> int:
        """Count the commits that changed a ledger since the night began."""
        logs = (
            git(path, "log", "--format=%s", "--", "INCIDENTS.md") for path in self.paths.values()
        )
        return sum(len(log.splitlines()) - 1 for log in logs)


def limited_in(turn: int, from_turn: int) -> bool:
    """The account is at its limit from the middle of *from_turn* on; the last two turns are free of it."""
    return from_turn <= turn < TURNS - 2


def in_a_while(now: datetime) -> datetime:
    """What a rolling limit states: it is there again then."""
    return now + LIMIT_STATES


def truly(_now: datetime) -> datetime:
    """When the limit of these nights ends."""
    return BEGAN + (TURNS - 2) * APART


def crewed(
    folder: Path, from_turn: int, states: Callable[[datetime], datetime], *, canary: bool
) -> Came:
    """Run the night with Nightcrew; the limit states that it ends at *states* of each moment."""
    fleet, codex, night, came = (
        Fleet(folder),
        CodexLike(folder / "agent", lasts_s=0.3),
        None,
        Came(),
    )
    night = Night(folder / "night")
    night.crew.environ, night.crew.local_zone = dict(os.environ) | codex.environ, UTC
    hook = Webhook()
    night.crew.notifier = outbox = Outbox(
        store=night.store,
        now=lambda: night.crew.now(),
        say=print,
        channels=channels_of([hook.url], {})[0],
    )
    plans = [
        night.plan(path, codex.spec, checks=(), landing=Landing.COMMIT, canary=canary, jobs=JOBS)
        for path in fleet.paths.values()
    ]
    began_s = time.monotonic()
    for turn in range(TURNS):
        now, real_s = BEGAN + turn * APART, time.monotonic()
        night.crew.now = lambda now=now, real_s=real_s: (
            now + timedelta(seconds=time.monotonic() - real_s)
        )
        before = codex.starts()
        at_limit = limited_in(turn, from_turn)
        codex.limit(states(now)) if at_limit else codex.recover()
        run = night.run(*plans, jobs=JOBS)
        starts = codex.starts() - before
        came.starts_in_outage += starts if at_limit else 0
        print(f"  {now:%H:%M}  {starts:2} starts  {_outcomes(run.cycles)}", flush=True)
        if turn == TURNS - 1:
            came.worked_at_the_end = sum(c.outcome not in NOT_STARTED for c in run.cycles)
    outbox.close()
    came.told, came.outages = len(hook.got), night.store.outages()
    print("  told:", *hook.titles, sep="\n    ")
    hook.close()
    came.took_s = time.monotonic() - began_s
    came.starts, added = codex.starts(), fleet.added()
    came.entries, came.ledger_commits = added.count(ENTRY), fleet.ledger_commits()
    named = all(came.outages and came.outages[0].id.encode() in e for e in added.split(ENTRY)[1:])
    if not named:
        raise ValueError("an entry does not name the outage")
    night.close()
    return came


def _outcomes(cycles: object) -> str:
    found = [cycle.outcome for cycle in cycles]  # type: ignore[attr-defined]
    return ", ".join(f"{found.count(o)} {o}" for o in CycleOutcome if o in found)


def plain(folder: Path, from_turn: int) -> Came:
    """Run the night with a loop that starts the agent whatever came of it before."""
    fleet, codex, came = Fleet(folder), CodexLike(folder / "agent", lasts_s=0.3), Came()

    def one(path: Path, turn: int) -> bool:
        argv = [str(codex.program), "exec", "--json", "-"]
        done = subprocess.run(argv, cwd=path, input=b"", capture_output=True, check=False)
        if done.returncode != 0:
            with (path / "INCIDENTS.md").open("a") as ledger:
                ledger.write(PLAIN_ENTRY.format(at=f"{BEGAN + turn * APART:%H:%M}", n=turn + 1))
        git(path, "add", "-A")
        git(path, "commit", "-q", "-m", f"cycle {turn + 1}")
        return done.returncode != 0

    began_s = time.monotonic()
    with ThreadPoolExecutor(JOBS) as pool:
        for turn in range(TURNS):
            before, at_limit = codex.starts(), limited_in(turn, from_turn)
            codex.limit(BEGAN + turn * APART + LIMIT_STATES) if at_limit else codex.recover()
            failed = list(pool.map(one, fleet.paths.values(), [turn] * REPOSITORIES))
            came.starts_in_outage += (codex.starts() - before) if at_limit else 0
            came.told += sum(failed)
            came.worked_at_the_end = len(failed) - sum(failed)
    came.took_s = time.monotonic() - began_s
    came.starts, came.entries = codex.starts(), fleet.added().count(b"Codex execution failure")
    came.ledger_commits = fleet.ledger_commits()
    return came


def rows(crew: Came, loop: Came) -> list[str]:
    """Give the figures of both, side by side."""
    figures = [
        ("agent starts while the limit held", crew.starts_in_outage, loop.starts_in_outage),
        ("agent starts in all", crew.starts, loop.starts),
        ("ledger entries", crew.entries, loop.entries),
        ("commits of ledgers", crew.ledger_commits, loop.ledger_commits),
        ("outages", len(crew.outages), 0),
        ("notifications (the loop: one a failure)", crew.told, loop.told),
        ("repositories worked on in the last turn", crew.worked_at_the_end, loop.worked_at_the_end),
        ("seconds it took here", round(crew.took_s), round(loop.took_s)),
    ]
    return [f"{what:54} {ours:10} {theirs:10}" for what, ours, theirs in figures]


def broken(name: str, came: Came, starts: int, entries: int) -> list[str]:
    """Give the promises of issue 5 that *came* did not keep."""
    wrong = []
    if came.starts_in_outage > starts:
        wrong.append(f"{name}: {came.starts_in_outage} starts while the limit held, not {starts}")
    if came.entries > entries:
        wrong.append(f"{name}: {came.entries} entries, not at most {entries}")
    if len(came.outages) != 1 or came.told != 2:
        wrong.append(f"{name}: {len(came.outages)} outages, told {came.told} times")
    if came.worked_at_the_end != REPOSITORIES:
        wrong.append(f"{name}: {came.worked_at_the_end} repositories worked on in the end")
    return wrong


def main() -> int:
    """Run the nights, with the limit in the middle and from the start."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if not LEDGERS.exists():
        print(f"the real ledgers are not here: {LEDGERS}")
        return 2
    wrong = []
    nights = (
        ("the limit is met in the middle", TURNS // 2, in_a_while, False, JOBS + PROBES, JOBS),
        ("it is there at the start", 0, truly, True, 1, 0),
        ("it is there at the start, and states a wrong end", 0, in_a_while, True, 1 + PROBES, 0),
    )
    for name, from_turn, states, canary, starts, entries in nights:
        print(f"{name} (canary {'on' if canary else 'off'})")
        with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
            crew = crewed(Path(here), from_turn, states, canary=canary)
            loop = plain(Path(there), from_turn)
        print("\n".join([f"{'':54} {'nightcrew':>10} {'plain loop':>10}", *rows(crew, loop), ""]))
        wrong += broken(name, crew, starts, entries)
    print("\n".join(wrong) or "every promise held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
