"""Counts false and missed trips of the breakers over a generated history, through the real policies.

What must happen is told by a second, plain model of the design's table (section 5 and rule 4) that shares
no code with the breaker. Run it by hand; it ends with 1 when a trip is false or missed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from policies import breaker  # noqa: E402
from policies.bounds import DEFAULT_BOUNDS  # noqa: E402
from policies.breaker import BreakerState, Phase  # noqa: E402
from policies.cooldown import CoolDown  # noqa: E402
from policies.failure import Confidence, Failure, FailureClass  # noqa: E402
from policies.permit import (  # noqa: E402
    MACHINE_KEY,
    Answer,
    agent_key,
    key_for,
    may_start,
    repository_key,
)

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
OPENS_AFTER = {  # as design.md's table says it, written down a second time on purpose
    **dict.fromkeys(("network", "model_error"), 4),
    "rate_limit": 5,
    **dict.fromkeys(("usage_limit", "auth", "config_error", "missing_dependency"), 1),
    **dict.fromkeys(("context_length", "sandbox_permission", "git_error", "merge_conflict"), 2),
    "timeout": 2,
    **dict.fromkeys(("disk_full", "out_of_memory"), 1),
    **dict.fromkeys(("agent_internal", "signal_crash", "unknown"), 3),
    **dict.fromkeys(("compile_error", "type_error", "lint", "test_failure", "test_timeout"), 3),
}
OF_AGENT = {"network", "model_error", "rate_limit", "usage_limit", "auth"}
OF_MACHINE = {"disk_full", "out_of_memory"}
CHECKS = {"compile_error", "type_error", "lint", "test_failure", "test_timeout"}
ANY_CAUSE = 6
REPOS, AGENTS = 40, ("codex", "claude", "pi")
QUIET = ("cancelled", "could_not_run", "waits_for_a_person", "postponed")
MOODS = ("healthy", "dead", "interleaved", "intermittent", "idle", "quiet", "quoted", "unstable")


@dataclass
class Expected:
    """What must happen to one breaker: the plain model."""

    cause: str = ""
    kind: str = ""
    same: int = 0
    row: int = 0

    def failed(self, cause: str, kind: str, is_repository: bool) -> bool:
        """Count a failure; tell whether the breaker must open with it."""
        self.same = self.same + 1 if cause == self.cause else 1
        self.cause, self.kind, self.row = cause, kind, self.row + 1
        return self.same >= OPENS_AFTER[kind] or (is_repository and self.row >= ANY_CAUSE)


@dataclass
class Tally:
    """What was seen."""

    cycles: int = 0
    refused: int = 0
    attempts: int = 0
    excluded: int = 0
    """Happenings that rule 4 says are nobody's failure."""
    due: int = 0
    opened: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    stopped_at: Counter[tuple[str, int]] = field(default_factory=Counter)

    def rates(self) -> tuple[float, float]:
        """Give false trips in all that could trip falsely, and missed ones in those due."""
        chances = self.attempts + self.excluded - self.due
        return len(self.false) / max(1, chances), len(self.missed) / max(1, self.due)


class History:
    """Cycles of a fleet whose repositories change their mood now and then."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._now = BEGAN
        self._moods = dict.fromkeys(range(REPOS), "healthy")
        self._causes = dict.fromkeys(range(REPOS), ("unknown", "cause-0"))
        self._states: dict[str, BreakerState] = {}
        self._expected: defaultdict[str, Expected] = defaultdict(Expected)
        self.tally = Tally()

    def run(self, cycles: int) -> Tally:
        """Play *cycles* cycles, refused ones included."""
        for n in range(cycles):
            self._now += timedelta(seconds=self._chance.randint(20, 240))
            repo = self._chance.randrange(REPOS)
            if self._chance.random() < 0.08:
                self._moods[repo] = self._chance.choice(MOODS)
                self._causes[repo] = (self._chance.choice(list(OPENS_AFTER)), f"cause-{n}")
            self._cycle(f"cycle-{n}", repo, AGENTS[repo % len(AGENTS)])
        return self.tally

    def _cycle(self, cycle: str, repo: int, agent: str) -> None:
        self.tally.cycles += 1
        name = f"repo-{repo}"
        keys = [MACHINE_KEY, agent_key(agent), repository_key(name, agent)]
        permits = [may_start(self._state(key), self._now, cycle=cycle) for key in keys]
        if any(permit.answer is Answer.REFUSE for permit in permits):
            self.tally.refused += 1
            return
        for key in keys:
            expires = self._now + timedelta(hours=3)
            self._states[key] = breaker.probing(self._state(key), cycle, expires)
        for what in self._happenings(repo):
            self._apply(what, name, agent, keys)
            if any(self._state(key).phase is Phase.OPEN for key in keys):
                break  # an open breaker ends the pass
        for key in keys:
            if self._state(key).probe == cycle:
                self._states[key] = breaker.given_back(self._state(key))

    def _happenings(self, repo: int) -> Iterator[str | Failure]:
        """Give what the cycle's attempts come to, in this repository's mood."""
        mood, (kind, cause) = self._moods[repo], self._causes[repo]
        roll = self._chance.random()
        if roll < 0.05:
            yield self._chance.choice(QUIET)
        elif mood == "dead":
            yield from [_failure(kind, cause, True)] * self._chance.randint(1, 3)
        elif mood == "interleaved":
            other = _failure("unknown", f"{cause}-{self._chance.randint(1, 2)}", False)
            yield other
        elif mood == "unstable":
            yield _failure("unknown", f"{cause}-{self._chance.random()}", False)
        elif mood == "intermittent":
            yield _failure(kind, cause, True) if roll < 0.3 else "succeeded"
        elif mood == "quoted":  # a test that prints words of an agent's limit
            words = self._chance.choice(sorted(OF_AGENT | OF_MACHINE))
            yield _failure(words, f"{cause}-{words}", False)
        elif mood == "quiet":
            yield self._chance.choice(QUIET)
        else:
            yield "nothing_to_do" if mood == "idle" else "succeeded"

    def _apply(self, what: str | Failure, repo: str, agent: str, keys: list[str]) -> None:
        before = {key: self._state(key).phase for key in [*keys, *self._states]}
        due = ""
        if isinstance(what, Failure):
            due = self._failed(what, repo, agent)
        elif what in QUIET:
            self.tally.excluded += 1  # the story gives the breaker nothing (loop/cycle)
        else:
            self.tally.excluded += 1
            self._worked(what, keys)
        for key, phase in before.items():
            is_trip = self._state(key).phase is Phase.OPEN and phase is Phase.CLOSED
            if is_trip and key != due:
                self.tally.false.append(f"{key} after {what}")
            self.tally.opened += is_trip
        if due and self._state(due).phase is not Phase.OPEN:
            self.tally.missed.append(f"{due} after {what}")

    def _failed(self, failure: Failure, repo: str, agent: str) -> str:
        """Count it in breaker and model; give the key of the breaker that must open, or nothing."""
        kind, own = failure.failure_class.value, failure.agents_own
        self.tally.attempts += 1
        bound = DEFAULT_BOUNDS[failure.failure_class]
        counted = key_for(failure, bound, repo, agent)
        self._states[counted] = breaker.after_failure(
            state := self._state(counted), failure, bound, CoolDown(), self._now
        )
        expected = f"repository:{repo}/{agent}"
        expected = f"agent:{agent}" if own and kind in OF_AGENT else expected
        expected = "machine" if own and kind in OF_MACHINE else expected
        if state.phase is not Phase.CLOSED:
            return ""  # a probe or a straggler: it is open already
        model = self._expected[expected]
        must = model.failed(failure.fingerprint, kind, expected.startswith("repository:"))
        if must:
            self.tally.due += 1
            identical = model.same >= OPENS_AFTER[kind]
            label = kind if identical else "any cause"
            self.tally.stopped_at[label, model.same if identical else model.row] += 1
        return expected if must else ""

    def _worked(self, what: str, keys: list[str]) -> None:
        for key in keys:
            is_repository = key == keys[2]
            step = breaker.after_success
            if what == "nothing_to_do" and is_repository:
                step = breaker.after_nothing
            state = self._state(key)
            stays = step is breaker.after_nothing and self._expected[key].kind in CHECKS
            if state.phase is not Phase.OPEN and not stays:
                self._expected.pop(key, None)
            self._states[key] = step(state)

    def _state(self, key: str) -> BreakerState:
        return self._states.get(key) or BreakerState(key=key)


def _failure(kind: str, cause: str, own: bool) -> Failure:
    return Failure(
        failure_class=FailureClass(kind),
        summary=cause,
        fingerprint=cause,
        confidence=Confidence.HIGH,
        agents_own=own,
    )


def main() -> int:
    """Print what was seen; give 1 when a trip was false or missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20260212)
    given = parser.parse_args()
    began = time.perf_counter()
    seen = History(given.seed).run(given.cycles)
    false, missed = seen.rates()
    print(f"{seen.cycles} cycles ({seen.refused} refused), seed {given.seed}, ", end="")
    print(f"{time.perf_counter() - began:.1f} s")
    print(f"{seen.attempts} failed attempts, {seen.excluded} happenings that are no failure")
    print(f"{seen.due} trips due, {seen.opened} trips seen")
    print(
        f"false trips  {len(seen.false)} ({false:.4%})\nmissed trips {len(seen.missed)} ({missed:.4%})"
    )
    for (label, at), n in sorted(seen.stopped_at.items()):
        print(f"  {label:20} stopped at {at}: {n} times")
    for line in [*seen.false, *seen.missed][:10]:
        print(f"WRONG: {line}", file=sys.stderr)
    return bool(seen.false or seen.missed)


if __name__ == "__main__":
    sys.exit(main())
