"""One attempt: the agent's process, its pass log, its events, and what they say together."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loop.agents.base import AgentStart, StartRequest
from loop.agents.environment import PROMPT_FILE, secret_values
from loop.hired import Hired
from loop.listener import Listener
from loop.orphans import marker_of
from loop.passlog import PassLog
from loop.places import pass_log_name
from loop.process import Exit, Launch, run
from loop.story import Crew, Order
from loop.watch import CycleClock
from loop.why_failed import why_failed
from loop.workfolder import WorkFolder
from policies.events.base import Story
from policies.events.text import TextReader
from policies.failure import AttemptOutcome, Failure, StopReason
from policies.logmarks import Foot, foot_line
from policies.outcome import Evidence, judge, settled
from policies.plan import FIXERS
from policies.records import AttemptRecord, stamp
from policies.redaction import Redactor

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """One attempt, and what the story goes on with."""

    record: AttemptRecord
    outcome: AttemptOutcome
    why: str
    """One line."""
    last_words: str = ""
    """The agent's final message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """All that one pass's attempts have in common."""

    order: Order
    crew: Crew
    clock: CycleClock
    workspace: WorkFolder
    agent: Hired
    prompt: bytes
    prompt_file: Path
    pass_name: str
    earlier_passes: tuple[str, ...]
    start_commit: str

    def perform(self, n: int) -> AttemptResult:
        """Run attempt *n* to its end and judge it."""
        start = self._start()
        env = dict(self.agent.environment) | dict(start.env) | {PROMPT_FILE: str(self.prompt_file)}
        log = self.crew.places.logs / pass_log_name(
            self.order.cycle, self.earlier_passes, self.pass_name, n
        )
        self.crew.observer.attempt_started(self.order.cycle, self.pass_name, n, str(log))
        listener = Listener(self.order.cycle, self.crew.observer, start.reader)
        try:
            ended = self._run(start, env, log, listener)
        finally:
            self.prompt_file.unlink(missing_ok=True)  # the context keeps it
        listener.finish()
        judged = judge(self._evidence(listener, ended))
        told = why_failed(self.order, self.crew, judged, ended, listener, log)
        verdict, failure = settled(judged, told)
        return AttemptResult(
            record=self._record(n, ended, listener.story, log, failure),
            outcome=verdict.outcome,
            why=verdict.why,
            last_words=self._last_words(listener),
        )

    def _last_words(self, listener: Listener) -> str:
        """The final message; of an unknown command nobody knows which line was meant as one."""
        known = listener.reader.has_end_event or self.order.plan.agent.adapter == FIXERS
        return listener.story.last_words if known else ""

    def _start(self) -> AgentStart:
        self.prompt_file.parent.mkdir(parents=True, exist_ok=True)
        self.prompt_file.write_bytes(self.prompt)
        request = StartRequest(
            prompt=self.prompt,
            prompt_file=self.prompt_file,
            workspace=self.workspace.path,
            spec=self.order.plan.agent,
            environ=self.crew.environ,
            timeouts=self.order.plan.timeouts,
        )
        return self.agent.adapter.start(request)

    def _run(
        self, start: AgentStart, env: Mapping[str, str], log: Path, listener: Listener
    ) -> Exit:
        plan = self.order.plan
        launch = Launch(
            argv=start.argv,
            cwd=self.workspace.path,
            env=env,
            stdin=start.stdin,
            marker=marker_of(self.order.cycle, self.crew.places.state) + uuid.uuid4().hex[:8],
        )
        pass_log = PassLog(
            log,
            head=self._head(start),
            limit_bytes=int(plan.log_limit_mib * MIB),
            redactor=Redactor(secret_values(env)),
            on_line=listener.line,
        )
        ended = Exit(None, None, 0.0, "not run")
        try:
            ended = run(
                launch,
                plan.timeouts,
                sink=pass_log.write,
                activity=listener.activity,
                is_cancelled=self.clock.reason,
                workspace=self.workspace.path,
            )
        finally:
            pass_log.close(_foot(ended))
        return ended

    def _head(self, start: AgentStart) -> str:
        return (
            f"# nightcrew cycle={self.order.cycle} pass={self.pass_name} "
            f"agent={_word(self.order.plan.agent.name)} version={self.agent.version or 'unknown'} "
            f"base={self.start_commit[:12]} start={stamp(self.crew.now())} "
            f"cwd={self.workspace.path} argv={' '.join(start.shown_argv)}"
        ).replace("\n", " ")

    def _evidence(self, listener: Listener, ended: Exit) -> Evidence:
        # What cancels us often ends git's processes too: then it is not asked.
        is_cancelled = ended.stopped_because is StopReason.CANCELLED
        reader, is_fixers = listener.reader, self.order.plan.agent.adapter == FIXERS
        return Evidence(
            ends_in_doubt=not is_fixers
            and isinstance(reader, TextReader)
            and reader.ends_in_doubt(),
            story=listener.story,
            has_end_event=listener.reader.has_end_event,
            exit_code=ended.exit_code,
            stopped_because=ended.stopped_because,
            changed=not is_cancelled and self.workspace.changed(),
            start_error=ended.error if ended.exit_code is None else "",
        )

    def _record(
        self, n: int, ended: Exit, story: Story, log: Path, failure: Failure | None
    ) -> AttemptRecord:
        usage = story.usage
        return AttemptRecord(
            n=n,
            pass_name=self.pass_name,
            exit_code=ended.exit_code,
            stopped_because=ended.stopped_because,
            duration_s=ended.duration_s,
            pass_log=str(log),
            failure=failure,
            session_id=story.session_id,
            cost_usd=usage.cost_usd if usage else None,
            input_tokens=usage.input_tokens if usage else None,
            output_tokens=usage.output_tokens if usage else None,
        )


def _foot(ended: Exit) -> str:
    foot = Foot(exit_code=ended.exit_code, stopped_because=ended.stopped_because, error=ended.error)
    return foot_line(foot, ended.duration_s)


def _word(name: str) -> str:
    """Give an agent's name as one word: a command line is its program."""
    return name.split()[0] if name.split() else "-"
