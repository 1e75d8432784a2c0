"""The canary: one cheap question to each agent account before a fleet's cycles start.

A dead account then costs one agent start instead of one failed repository for each job. The question
is one tiny prompt in an empty folder. What is proven so is the binary, the login and the quota; it is
the half-open probe where the agent's breaker is open and due.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loop import running
from loop.agents import adapter_for
from loop.attempt import Attempt, AttemptResult
from loop.breakers import Breakers
from loop.errors import NightcrewError, StoreError
from loop.hired import hire
from loop.observer import Silent
from loop.story import Crew, Order
from loop.watch import CycleClock, announced
from policies.failure import AttemptOutcome
from policies.outage import is_wide
from policies.permit import Answer, key_for
from policies.plan import AgentSpec, RepoPlan

PROMPT = b"This only asks whether you can be reached. Use no tool. Answer with the one word: yes\n"
LIMIT_S = 60.0
"""For the whole question. An agent that is slower is not stopped by it: its first cycle will tell."""

KIND = "canary"
"""The store remembers under this kind which process asks, and that it was answered."""

FLEET = 2
"""Over fewer repositories the first cycle is the probe: a question would cost as much as it saves."""


@dataclass(frozen=True, slots=True)
class EmptyFolder:
    """A folder to ask in, in which nothing can be changed that anybody keeps."""

    path: Path

    def changed(self) -> bool:
        """Say no: what an agent leaves here is thrown away."""
        return False


def prove(run: str, plans: Iterable[RepoPlan], crew: Crew) -> int:
    """Ask each agent that *plans* need whether it works; give how many agents were started.

    One that fails begins the outage that stops its cycles; then the fallbacks of those are asked too.
    Never raises for what an agent can do. Raises StoreError.
    """
    waiting = [(plan.agent, plan) for plan in plans if plan.canary]
    seen: dict[AgentSpec, bool] = {}
    starts = 0
    while waiting and not crew.is_cancelled():
        agent, plan = waiting.pop(0)
        if agent not in seen and adapter_for(agent).has_canary:
            started, seen[agent] = _asked(run, plan.evolve(agent=agent), crew)
            starts += started
        if seen.get(agent) is False and plan.fallback and plan.fallback not in seen:
            waiting.append((plan.fallback, plan))
    return starts


def name_of(run: str, agent: str) -> str:
    """Give the name of *agent*'s canary in *run*, which is also its log's."""
    return f"{run}-canary-{re.sub(r'[^A-Za-z0-9_-]+', '-', agent).strip('-')}"


def _asked(run: str, plan: RepoPlan, crew: Crew) -> tuple[bool, bool]:
    """Say whether an agent was started, and whether its cycles may go on."""
    name = name_of(run, plan.agent.name)
    limits = replace(plan.timeouts, total_s=LIMIT_S, cycle_s=LIMIT_S, silence_s=0, progress_s=0)
    # No repository is meant: what the breakers count is the agent's and the machine's alone.
    order = Order(run=run, cycle=name, n=0, plan=plan.evolve(name="", timeouts=limits))
    breakers = Breakers.of(order.plan, crew)
    if breakers.ask(name, wide_only=True).answer is Answer.REFUSE:
        return False, False
    try:
        with announced(name, crew):
            result = _answer(order, crew)
        return result.record.exit_code is not None, _counted(result, order, breakers, crew)
    except StoreError:
        raise
    except (NightcrewError, OSError) as error:
        crew.observer.said(f"{plan.agent.name} could not be asked: {str(error).splitlines()[0]}")
        return False, True
    finally:
        breakers.give_back(name)


def _answer(order: Order, crew: Crew) -> AttemptResult:
    crew.observer.said(f"canary: asking {order.plan.agent.name} whether it works")
    folder = Path(tempfile.mkdtemp(prefix="nightcrew-canary-"))
    try:
        return Attempt(
            order=order,
            crew=replace(crew, observer=Silent()),
            clock=CycleClock(order, crew),
            workspace=EmptyFolder(folder),
            agent=hire(order, crew),
            prompt=PROMPT,
            prompt_file=crew.places.state / "prompts" / f"{order.cycle}.md",
            pass_name="canary",
            earlier_passes=(),
            start_commit="",
        ).perform(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _counted(result: AttemptResult, order: Order, breakers: Breakers, crew: Crew) -> bool:
    failure, plan = result.record.failure, order.plan
    if result.outcome in (AttemptOutcome.SUCCEEDED, AttemptOutcome.NOTHING_TO_DO):
        breakers.agent_worked()
        return True
    if failure is None:  # cancelled
        return True
    key = key_for(failure, plan.bounds[failure.failure_class], plan.name, plan.agent.name)
    if is_wide(key):
        breakers.failed(failure)
    # Whatever else failed may be this question's own fault: the first cycle will tell.
    crew.observer.said(f"canary: {plan.agent.name}: {failure.summary} ({result.record.pass_log})")
    return not is_wide(key)


def prove_once(run: str, plan: RepoPlan, crew: Crew) -> int:
    """Ask *plan*'s agent for the whole of *run*, whose cycles are many processes'; give agent starts.

    The first that comes asks; the others wait for its answer, for LIMIT_S at most.
    """
    if not plan.canary or not adapter_for(plan.agent).has_canary:
        return 0
    name = name_of(run, plan.agent.name)
    until_s = time.monotonic() + LIMIT_S
    mark = crew.store.claim(KIND, name, running.own_mark())
    if mark is None:
        starts = prove(run, [plan], crew)
        crew.store.remember(KIND, name, {"done": True})
        return starts
    while not _is_answered(mark) and time.monotonic() < until_s and not crew.is_cancelled():
        crew.sleep(1)
        mark = crew.store.recall(KIND, name)
    return 0


def _is_answered(mark: Any) -> bool:
    return not isinstance(mark, dict) or bool(mark.get("done")) or running.is_gone(mark)
