"""One cause has one fingerprint: whoever noticed it, whatever was printed before, however it was told."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policies.failure import TIME_REASONS, FailureClass, StopReason
from policies.rootcause import Hints, diagnose
from policies.signatures import Signatures, parse

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CATALOGUE = Path(__file__).resolve().parents[3] / "config" / "signatures.toml"
SIGNATURES = Signatures(parse(tomllib.loads(CATALOGUE.read_text("utf-8"))))
HUNG: dict[str, Any] = {"exit_code": 143, "stopped_because": StopReason.TOTAL}


def seen(*lines: str, **hints: Any) -> str:
    return diagnose(lines, Hints(now=NOW, **hints), SIGNATURES).fingerprint


def codex(*errors: str, call: str = "ls", **hints: Any) -> str:
    began = {"type": "thread.started", "thread_id": "t"}
    item = {"id": "i", "type": "command_execution", "command": call, "status": "in_progress"}
    events = [began, {"type": "item.started", "item": item}]
    events += [{"type": "turn.failed", "error": {"message": text}} for text in errors]
    given = {"agent": "codex", "exit_code": 1} | hints
    return seen(*(json.dumps(event) for event in events), **given)


def test_an_agent_that_hangs_is_one_cause_whatever_it_looked_at_last() -> None:
    assert codex(call="cat a.py", **HUNG) == codex(call="cat b.py", **HUNG)
    assert codex(**HUNG) == codex(**HUNG, last_progress="read c.py")
    assert codex(**HUNG) == codex(**HUNG | {"exit_code": 0})
    assert codex(**HUNG) != codex(exit_code=143)
    assert codex(**HUNG) != seen(agent="pi", **HUNG)


def test_whichever_clock_noticed_it_hangs_for_the_same_cause() -> None:
    ours = {codex(**HUNG | {"stopped_because": why}) for why in TIME_REASONS - {StopReason.TOOL}}
    assert ours == {codex("Request timed out.")} == {codex("The operation timed out.")}


def test_a_tool_call_that_did_not_end_is_named() -> None:
    why = HUNG | {"stopped_because": StopReason.TOOL}
    slow = {codex(call=call, **why) for call in ("npm test", "git push", "npm test")}
    assert len(slow | {codex(**HUNG)}) == 3


def test_what_an_agent_waits_for_beside_its_model_is_a_cause_of_its_own() -> None:
    slow = {codex(f"MCP server {name} timed out") for name in ("docs", "jira")}
    assert len(slow | {codex(**HUNG)}) == 3


@pytest.mark.parametrize(("one", "other"), [(-11, 139), (-9, 137), (-15, 143)])
def test_a_signal_is_one_however_it_is_told(one: int, other: int) -> None:
    first = seen("Model: m", agent="aider", exit_code=one)
    assert first == seen("Detected dumb terminal", agent="aider", exit_code=other)
    assert first != seen("Model: m", agent="mini", exit_code=one)
    assert first != seen("Model: m", agent="aider", exit_code=-6)


def test_a_log_that_says_nothing_is_told_by_its_name_alone() -> None:
    assert seen(named="qwen", **HUNG) == seen(agent="qwen", **HUNG)
    assert len({seen(named=name, **HUNG) for name in ("qwen", "opencode", None)}) == 3
    assert seen(named="qwen", exit_code=7) != seen(named="pi", exit_code=7)
    assert seen("a.c:1:1: error: x", named="pi") == seen("a.c:1:1: error: x")


def test_commands_that_end_without_a_reason_are_told_apart_by_their_last_words() -> None:
    first = seen("12 crates packed in 3.1 s", "the shelf is bent", exit_code=3)
    assert first == seen("9 crates packed in 4.7 s", "the shelf is bent", exit_code=3)
    assert first != seen("12 crates packed in 3.1 s", "the lid is open", exit_code=3)
    assert seen("9 crates in 4 s", exit_code=3) == seen("12 crates in 3 s", exit_code=3)


def test_a_loggers_clock_thread_and_place_are_no_part_of_the_cause() -> None:
    said = "cannot reach the shelf"
    first = seen(f"E0123 12:00:01.000000    1234 pull.go:9] {said}", exit_code=1)
    assert first == seen(f"E0124 03:10:44.123456   98765 pull.go:11] {said}", exit_code=1)


def test_a_log_named_after_an_agent_is_not_judged_as_that_agents() -> None:
    quiet = diagnose([], Hints(now=NOW, named="pi", exit_code=0), SIGNATURES)
    assert quiet.failure_class is FailureClass.SUCCESS


def test_an_agents_own_words_bear_its_name_in_text_mode_too() -> None:
    line = "unexpected status 401 Unauthorized: Incorrect API key provided"
    assert codex(line) == seen(f"ERROR: {line}", named="codex", exit_code=1)


def test_a_full_heap_is_one_cause_wherever_v8_noticed_it() -> None:
    ways = (
        "FATAL ERROR: CALL_AND_RETRY_LAST Allocation failed - JavaScript heap out of memory",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        "FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - "
        "JavaScript heap out of memory",
    )
    assert len({seen(line, exit_code=134) for line in ways}) == 1


LIBC = "{}: version `GLIBC_{}' not found (required by {})"
DRIVER = "{}: session not created: This version of ChromeDriver only supports Chrome version {}"
NUGET = (
    "{} : error NU1301: Unable to load the service index for source https://nuget.example.org. [{}]"
)
SDK = "{}/x.targets({},5): error NETSDK1045: The current .NET SDK does not support targeting .NET {}. [{}]"
SYS = """error: failed to run custom build command for `frob-sys v{}`

Caused by:
  process didn't exit successfully: `/w/build-script-build` (exit status: 101)
  --- stderr
  thread 'main' panicked at 'no frob here', build.rs:{}:5"""
GPU = "{}: CUDA out of memory. Tried to allocate {} MiB (GPU 0; {} GiB total capacity){}"
SHARED = (
    "{}: error while loading shared libraries: {}: cannot open shared object file: No such file"
)
PULL = "{}toomanyrequests: You have reached your pull rate limit."
WATCH = "{}ENOSPC: System limit for number of file watchers reached, watch '{}'"
KILLED = "{}: fatal error: Killed signal terminated program {}"
LOCKED = "{}E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process {} ({})"
HOST = '{}.OperationalError: could not translate host name "crate" to address: {}'
PROVIDER = (
    "Error: Failed to query available provider packages\n\nCould not retrieve the list of available "
    "versions for provider acme/{}: no available releases match the given constraints"
)
RPM = "The Python 2 bindings for rpm are needed for this module."
ONE = (
    (
        LIBC.format("/opt/a/tool", "2.34", "/opt/a/tool"),
        LIBC.format("/lib/libc.so.6", "2.34", "tool"),
    ),
    (DRIVER.format("Message", 81), DRIVER.format("org.x.SessionNotCreatedException", 110)),
    (NUGET.format("/a/A.csproj", "/a/All.sln"), NUGET.format("C:\\w\\B.csproj", "C:\\w\\All.slnx")),
    (
        SDK.format("/sdk/9", 9, "99.0", "/a/A.csproj"),
        SDK.format("/sdk/8", 11, "99.0", "/a/B.csproj"),
    ),
    (SYS.format("0.9.1", 7), SYS.format("0.9.8", 12)),
    (
        GPU.format("RuntimeError", 20, 8, ""),
        GPU.format("torch.OutOfMemoryError", 9, 24, " If so, try x."),
    ),
    (
        SHARED.format("/opt/a/frob", "libcrate.so.3"),
        SHARED.format("/srv/b/frob-shell", "libcrate.so.3"),
    ),
    (
        PULL.format("ERROR: Service 'a' failed to build : "),
        PULL.format("Error response from daemon: "),
    ),
    (WATCH.format("Error: ", "/a/x.js"), WATCH.format("Error from chokidar (/b): Error: ", "/b/y")),
    (
        "fatal: detected dubious ownership in repository at '/__w/a/a'",
        "2026-01-02T03:04:05.6789012Z fatal: detected dubious ownership in repository at '/github/workspace'",
    ),
    (
        "Error: Error acquiring the state lock\n\nError message: the conditional request failed",
        "│ Error: Error acquiring the state lock\n│ \n│ Error message: the conditional\n│ request failed",
    ),
    (KILLED.format("c++", "cc1plus"), KILLED.format("gcc-13", "cc1")),
    (
        'standard_init_linux.go:211: exec user process caused "exec format error"',
        "standard_init_linux.go:228: exec user process caused: exec format error",
    ),
    (
        "│ Error: Failed to query available provider packages\n│ \n"
        "│ Could not retrieve the list of available versions for provider acme/crate: could not connect "
        "to registry.example.org: failed to request discovery document: Get",
        "Error: Failed to query available provider packages\n\n"
        "Could not retrieve the list of available versions for provider acme/shelf:\n"
        "could not connect to registry.example.org: Failed to request discovery\ndocument: Get",
    ),
    (
        "npm ERR! Cannot read properties of null (reading 'crates')",
        "22407 verbose stack TypeError: Cannot read properties of null (reading 'crates')\n"
        "22407 verbose stack     at Link.crates (C:\\n\\node.js:1117:41)",
    ),
    (
        "gyp ERR! find Python\ngyp ERR! find Python You need to install the latest version of Python.",
        'npm ERR! gyp ERR! find Python - "py.exe" is not in PATH or produced an error\n'
        "npm ERR! gyp ERR! find Python You need to install the latest version of Python.",
    ),
    (
        HOST.format("psycopg2", "Name or service not known"),
        HOST.format("django.db.utils", "No address associated with hostname"),
    ),
    (
        f'TASK [a : b] ***\nfatal: [h1]: FAILED! => {{"changed": false, "msg": "{RPM}"}}',
        f"TASK [c : d] ***\nfatal: [localhost]: FAILED! => changed=false \n  msg: {RPM}",
    ),
    (
        'TASK [a] ***\nfatal: [h1]: FAILED! => {"msg": "the crate is bent"}',
        "TASK [a] ***\nfatal: [h2]: FAILED! => \n  msg: |-\n    the crate is bent\n  rc: 1",
    ),
    (LOCKED.format("", 812, "apt-get"), LOCKED.format("frob-0: ", 97, "unattended-upgr")),
)


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_cause_on_another_machine_is_one(one: str, other: str) -> None:
    assert seen(*one.split("\n"), exit_code=1) == seen(*other.split("\n"), exit_code=1)


TWO = (
    (LIBC.format("tool", "2.34", "tool"), LIBC.format("tool", "2.38", "tool")),
    (
        SDK.format("/sdk/9", 9, "99.0", "/a/A.csproj"),
        SDK.format("/sdk/9", 9, "98.0", "/a/A.csproj"),
    ),
    (SHARED.format("/opt/a/frob", "libcrate.so.3"), SHARED.format("/opt/a/frob", "libshelf.so.3")),
    (
        "/a/A.cs(1,2): error CS0103: The name 'frob' does not exist [/a/A.csproj]",
        "/a/B.cs(1,2): error CS0103: The name 'frob' does not exist [/a/A.csproj]",
    ),
    (PROVIDER.format("crate"), PROVIDER.format("shelf")),
    (
        HOST.format("psycopg2", "Unknown"),
        HOST.format("psycopg2", "Unknown").replace("crate", "shelf"),
    ),
    ("module declares its path as: example.org/a", "module declares its path as: example.org/b"),
)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_causes_of_one_kind_are_two(one: str, other: str) -> None:
    assert seen(*one.split("\n"), exit_code=1) != seen(*other.split("\n"), exit_code=1)


def test_a_try_is_the_same_cause_as_the_failure_that_ended_them() -> None:
    said = "exceeded retry limit, last status: 429 Too Many Requests"
    tried = f"stream error: {said}; retrying 4/5 in 1.6s…"
    ended = codex(said)
    row = json.dumps({"id": "0", "msg": {"type": "stream_error", "message": tried}})
    assert seen(row, agent="codex", **HUNG) == ended
    assert seen(tried, agent="codex", reader="text", **HUNG) == ended
    assert seen(f"ERROR: {said}", agent="codex", reader="text", exit_code=1) == ended
