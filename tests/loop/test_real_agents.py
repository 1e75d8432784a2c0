"""The three agents for real: started as Nightcrew starts them, judged as Nightcrew judges them."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from loop.agents import adapter_for
from loop.agents.base import StartRequest
from loop.agents.environment import agent_environment, secret_values
from loop.passlog import PassLog
from loop.process import Exit, Launch, run
from policies.events import reader_for
from policies.events.base import Event, Story
from policies.failure import AttemptOutcome, FailureClass, StopReason
from policies.outcome import Evidence, Verdict, judge
from policies.plan import Permissions
from policies.redaction import Redactor
from policies.timeouts import Activity, Timeouts
from tests.agents_real import AGENTS, KEY, AgentHome

pytestmark = [pytest.mark.agents, pytest.mark.timeout(400)]

Stub = Callable[[str], str]
MakeHome = Callable[[str, str], AgentHome]

PROMPT = b"Create a file named hello_stub.txt which contains one line of text, then stop.\n"
CLOCKS = Timeouts(total_s=60, silence_s=40, progress_s=40, tool_s=40, grace_s=2, after_end_s=5)
SHORT = replace(CLOCKS, progress_s=3, silence_s=3)


@dataclass
class Ran:
    """What one real attempt left."""

    verdict: Verdict
    story: Story
    exit: Exit
    made: bool
    log: str


class Listener:
    """Gives each redacted line of the output to the agent's reader."""

    def __init__(self, reader: str) -> None:
        self.reader, self.story, self.activity = reader_for(reader), Story(), Activity()

    def line(self, text: str) -> None:
        self._take(*self.reader.feed(text))

    def finish(self) -> None:
        self._take(*self.reader.finish())

    def _take(self, *events: Event) -> None:
        for event in events:
            self.story.take(event)
            self.activity.take(event, time.monotonic())


def attempt(
    machine: AgentHome,
    workspace: Path,
    *,
    prompt: bytes = PROMPT,
    timeouts: Timeouts = CLOCKS,
    permissions: Permissions = Permissions.WORKSPACE,
) -> Ran:
    workspace.mkdir()
    spec = replace(machine.spec, permissions=permissions)
    adapter = adapter_for(spec)
    prompt_file = workspace.parent / "prompt.md"
    start = adapter.start(
        StartRequest(
            prompt=prompt,
            prompt_file=prompt_file,
            workspace=workspace,
            spec=spec,
            environ=machine.environ,
        )
    )
    env = agent_environment(
        machine.environ,
        own=adapter.own_names(machine.environ),
        additions=start.env,
        prompt_file=prompt_file,
    )
    listener = Listener(start.reader)
    log = workspace.parent / "pass.log"
    redactor = Redactor(secret_values(env))
    with PassLog(
        log, head="# head", limit_bytes=2**20, redactor=redactor, on_line=listener.line
    ) as pass_log:
        ended = run(
            Launch(argv=start.argv, cwd=workspace, env=env, stdin=start.stdin),
            timeouts,
            sink=pass_log.write,
            activity=listener.activity,
            workspace=workspace,
        )
    listener.finish()
    made = (workspace / "hello_stub.txt").exists()
    verdict = judge(
        Evidence(
            story=listener.story,
            has_end_event=listener.reader.has_end_event,
            exit_code=ended.exit_code,
            stopped_because=ended.stopped_because,
            changed=made,
            start_error=ended.error if ended.exit_code is None else "",
        )
    )
    text = log.read_text(errors="replace")
    assert KEY not in text
    return Ran(verdict, listener.story, ended, made, text)


def closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("agent", AGENTS)
def test_success_makes_the_file_and_tells_session_and_tokens(
    agent: str, stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    machine = agent_home(agent, stub("success"))
    ready = adapter_for(machine.spec).readiness(machine.environ)
    assert (ready.installed, ready.logged_in, ready.problem) == (True, True, "")
    assert ready.version
    ran = attempt(machine, tmp_path / "work")
    assert (ran.verdict.outcome, ran.made) == (AttemptOutcome.SUCCEEDED, True), ran.log
    assert ran.exit.stopped_because is None
    assert ran.story.last_words == "Done: the file was created."
    assert ran.story.session_id
    assert ran.story.tools == 1
    assert ran.story.usage is not None and ran.story.usage.input_tokens


@pytest.mark.parametrize("agent", AGENTS)
def test_a_prompt_of_200_kb_arrives(
    agent: str, stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    prompt = PROMPT + b"A line of context that makes this prompt long.\n" * 4_300
    ran = attempt(agent_home(agent, stub("success")), tmp_path / "work", prompt=prompt)
    assert (ran.verdict.outcome, ran.made) == (AttemptOutcome.SUCCEEDED, True), ran.log


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("auth-401", r"401|API key|authenticat"),
        ("usage-limit", r"usage limit"),
        ("rate-limit", r"429|rate limit"),
        ("server-error", r"500|server|high demand"),
    ],
)
def test_a_model_that_fails_fails_the_attempt_whatever_the_exit_code(
    agent: str, scenario: str, said: str, stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    ran = attempt(agent_home(agent, stub(scenario)), tmp_path / "work")
    assert ran.verdict.outcome is AttemptOutcome.FAILED, ran.log
    assert ran.verdict.failure_class is None
    assert ran.exit.stopped_because is None
    assert ran.story.ended is not None and not ran.story.ended.ok
    assert re.search(said, ran.verdict.why, re.IGNORECASE), ran.verdict.why
    assert ran.exit.exit_code == (0 if agent == "pi" else 1)


@pytest.mark.parametrize("agent", AGENTS)
def test_a_refused_connection_fails_the_attempt(
    agent: str, agent_home: MakeHome, tmp_path: Path
) -> None:
    clocks = replace(CLOCKS, progress_s=3) if agent == "codex" else CLOCKS
    ran = attempt(agent_home(agent, closed_port()), tmp_path / "work", timeouts=clocks)
    assert ran.verdict.outcome is AttemptOutcome.FAILED, ran.log
    if agent == "codex":  # it waits for the network without end, and says so all the time
        assert ran.exit.stopped_because is StopReason.PROGRESS
        assert ran.story.retries > 0
    else:
        assert ran.exit.stopped_because is None


@pytest.mark.parametrize("agent", AGENTS)
def test_a_stalled_model_is_a_timeout(
    agent: str, stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    ran = attempt(agent_home(agent, stub("stall")), tmp_path / "work", timeouts=SHORT)
    assert ran.verdict.outcome is AttemptOutcome.FAILED, ran.log
    assert ran.verdict.failure_class is FailureClass.TIMEOUT
    assert ran.exit.stopped_because in (StopReason.SILENCE, StopReason.PROGRESS)
    assert ran.exit.duration_s < 30


@pytest.mark.parametrize(
    ("agent", "permissions"), [("codex", Permissions.WORKSPACE), ("claude", Permissions.EDITS)]
)
def test_a_denied_tool_and_a_cheerful_end_is_a_failure(
    agent: str, permissions: Permissions, stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    machine = agent_home(agent, stub("outside-write"))
    ran = attempt(machine, tmp_path / "work", permissions=permissions)
    assert ran.exit.exit_code == 0
    assert ran.story.ended is not None and ran.story.ended.ok
    assert ran.story.last_words == "Done: the file was created."
    assert ran.verdict.outcome is AttemptOutcome.FAILED, ran.log
    assert ran.verdict.failure_class is FailureClass.SANDBOX_PERMISSION


@pytest.mark.parametrize("agent", AGENTS)
def test_an_answer_without_work_is_nothing_to_do(
    agent: str, stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    ran = attempt(agent_home(agent, stub("no-tool")), tmp_path / "work")
    assert ran.verdict.outcome is AttemptOutcome.NOTHING_TO_DO, ran.log


@pytest.mark.parametrize("agent", ["codex", "pi"])
def test_a_refusal_in_words_changes_nothing(
    agent: str, stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    ran = attempt(agent_home(agent, stub("refusal")), tmp_path / "work")
    assert ran.verdict.outcome is AttemptOutcome.NOTHING_TO_DO, ran.log
    assert "can't help" in ran.story.last_words


def test_claude_calls_a_refusal_a_failure(stub: Stub, agent_home: MakeHome, tmp_path: Path) -> None:
    ran = attempt(agent_home("claude", stub("refusal")), tmp_path / "work")
    assert ran.verdict.outcome is AttemptOutcome.FAILED, ran.log


@pytest.mark.parametrize("agent", AGENTS)
def test_all_permissions_work_also_for_root(
    agent: str, stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    machine = agent_home(agent, stub("success-shell"))
    ran = attempt(machine, tmp_path / "work", permissions=Permissions.FULL)
    assert (ran.verdict.outcome, ran.made) == (AttemptOutcome.SUCCEEDED, True), ran.log


def test_a_tool_that_hangs_is_ended_by_its_own_clock(
    stub: Stub, agent_home: MakeHome, tmp_path: Path
) -> None:
    machine = agent_home("codex", stub("hang-command"))
    clocks = replace(CLOCKS, progress_s=1, silence_s=1, tool_s=4)
    ran = attempt(machine, tmp_path / "work", timeouts=clocks)
    assert ran.exit.stopped_because is StopReason.TOOL, ran.log
    assert ran.verdict.failure_class is FailureClass.TIMEOUT
