"""How each agent is started, and whether it could be: with real files and real programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from loop.agents import adapter_for, adapters
from loop.agents.base import AgentStart, StartRequest
from loop.errors import AgentNotReady
from policies.events import READERS
from policies.plan import AgentSpec, Permissions

PROMPT = b"make it better " * 20_000


def start(spec: AgentSpec, home: Path, *, root: bool = False, **environ: str) -> AgentStart:
    request = StartRequest(
        prompt=PROMPT,
        prompt_file=home / "prompt.md",
        workspace=home,
        spec=spec,
        environ={"HOME": str(home), "PATH": "/usr/bin:/bin", **environ},
        is_root=root,
    )
    return adapter_for(spec).start(request)


def spec_of(name: str, **more: object) -> AgentSpec:
    return AgentSpec(name=name, adapter=name, **more)  # type: ignore[arg-type]


def program(folder: Path, name: str, body: str) -> str:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(folder)


def test_every_file_that_names_an_adapter_is_one() -> None:
    assert set(adapters()) == {"claude", "codex", "command", "fixers", "pi"}


@pytest.mark.parametrize("name", ["nothing", "base", "environment"])
def test_a_name_without_adapter_is_told_in_one_line(name: str) -> None:
    with pytest.raises(AgentNotReady, match="use one of claude, codex") as told:
        adapter_for(spec_of(name))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["claude", "codex", "pi"])
def test_the_prompt_goes_to_standard_input_and_never_into_arguments(
    name: str, tmp_path: Path
) -> None:
    got = start(spec_of(name, model="m-1", args=("--extra", "1")), tmp_path)
    assert got.stdin == PROMPT
    assert got.argv[0] == name
    assert sum(map(len, got.argv)) < 2_000
    assert got.reader in READERS
    assert "m-1" in got.argv and "--extra" in got.argv
    assert got.shown_argv == got.argv


@pytest.mark.parametrize(
    ("name", "permissions", "has", "lacks"),
    [
        ("codex", "edits", "sandbox_workspace_write.network_access=false", "danger-full-access"),
        ("codex", "workspace", "workspace-write", "danger-full-access"),
        ("codex", "full", "danger-full-access", "workspace-write"),
        ("claude", "edits", "acceptEdits", "--settings"),
        ("claude", "workspace", "--settings", "bypassPermissions"),
        ("claude", "full", "bypassPermissions", "acceptEdits"),
        ("pi", "edits", "read,edit,write,grep,find,ls", "bash"),
        ("pi", "workspace", "-p", "--tools"),
    ],
)
def test_permissions_become_the_agents_own_flags(
    name: str, permissions: str, has: str, lacks: str, tmp_path: Path
) -> None:
    argv = start(spec_of(name, permissions=Permissions(permissions)), tmp_path).argv
    assert has in argv
    assert lacks not in argv


def test_claude_says_that_root_is_in_a_sandbox_only_when_all_is_allowed(tmp_path: Path) -> None:
    full = spec_of("claude", permissions=Permissions.FULL)
    assert start(full, tmp_path, root=True).env["IS_SANDBOX"] == "1"
    assert "IS_SANDBOX" not in start(full, tmp_path).env
    assert "IS_SANDBOX" not in start(spec_of("claude"), tmp_path, root=True).env


def test_codex_keeps_its_retries_low_where_it_can_and_knows_the_providers_key(
    tmp_path: Path,
) -> None:
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "config.toml").write_text(
        'model_provider = "mine"\n[model_providers.mine]\nenv_key = "MINE_KEY"\n'
    )
    argv = start(spec_of("codex"), tmp_path).argv
    assert "model_providers.mine.request_max_retries=1" in argv
    environ = {"HOME": str(tmp_path)}
    assert "MINE_KEY" in adapter_for(spec_of("codex")).own_names(environ)


@pytest.mark.parametrize("config", ["", "model_provider = 'openai'", "not toml [", "\x00"])
def test_codex_leaves_a_built_in_provider_as_it_is(config: str, tmp_path: Path) -> None:
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "config.toml").write_text(config)
    assert not any("retries" in word for word in start(spec_of("codex"), tmp_path).argv)


def test_only_agents_with_a_sandbox_of_their_own_claim_one() -> None:
    named = {name: adapter_for(spec_of(name)).has_sandbox for name in adapters()}
    assert named == {"claude": True, "codex": True, "command": False, "fixers": True, "pi": False}


def test_fixers_run_in_our_own_python_without_a_prompt(tmp_path: Path) -> None:
    got = start(AgentSpec(), tmp_path)
    assert got.argv[:4] == (sys.executable, "-P", "-m", "loop.fixers")
    assert (got.stdin, got.reader) == (None, "text")
    assert adapter_for(AgentSpec()).readiness({}).ready


def test_any_command_gets_the_prompt_and_a_known_one_its_keys(tmp_path: Path) -> None:
    spec = AgentSpec(name="mine", adapter="command", command=("aider", "--token", "abc"))
    got = start(spec, tmp_path)
    assert (got.argv, got.stdin, got.reader) == (spec.command, PROMPT, "aider")
    assert got.shown_argv == ("aider", "--token", "***")
    assert "OPENAI_*" in adapter_for(spec).own_names({})
    plain = AgentSpec(name="sh", adapter="command", command=("sh", "-c", "true"))
    assert adapter_for(plain).own_names({}) == ()


@pytest.mark.parametrize(
    ("command", "reader"),
    [
        (("/opt/bin/gemini", "-p", "x"), "gemini"),
        (("opencode", "run"), "opencode"),
        (("npx", "-y", "@google/gemini-cli", "-p", "x"), "gemini"),
        (("qwen", "-y"), "qwen"),
        (("mini-swe-agent", "-y"), "mini-swe-agent"),
        (("claude", "-p"), "text"),  # its adapter asks for events; a person's own command may not
        (("sh", "-c", "gemini"), "text"),
    ],
)
def test_a_command_that_starts_a_known_agent_has_its_reader(
    command: tuple[str, ...], reader: str, tmp_path: Path
) -> None:
    spec = AgentSpec(name="mine", adapter="command", command=command)
    assert start(spec, tmp_path).reader == reader


@pytest.mark.parametrize("name", ["claude", "codex", "pi"])
def test_an_agent_that_is_missing_or_broken_is_not_ready(name: str, tmp_path: Path) -> None:
    adapter, environ = adapter_for(spec_of(name)), {"HOME": str(tmp_path), "PATH": "/nowhere"}
    missing = adapter.readiness(environ)
    assert not missing.ready
    assert missing.problem == f"{name} is not installed"
    assert missing.remedy.startswith("npm install")
    folder = program(tmp_path / "bin", name, "echo 'node: not found' >&2; exit 127")
    broken = adapter.readiness(environ | {"PATH": folder})
    assert not broken.ready
    assert "node: not found" in broken.problem


@pytest.mark.parametrize(
    ("name", "place", "content"),
    [
        ("codex", ".codex/auth.json", '{"tokens": {}}'),
        ("codex", ".codex/config.toml", 'model_provider="a"\n[model_providers.a]\nname="b"\n'),
        ("claude", ".claude/.credentials.json", '{"claudeAiOauth": {}}'),
        ("claude", ".claude/settings.json", '{"apiKeyHelper": "cat key"}'),
        ("pi", ".pi/agent/auth.json", '{"anthropic": {}}'),
        ("pi", ".pi/agent/models.json", '{"providers": {"x": {"apiKey": "K"}}}'),
    ],
)
def test_a_login_is_known_by_its_file(name: str, place: str, content: str, tmp_path: Path) -> None:
    folder = program(tmp_path / "bin", name, "echo 'the agent 1.2.3'")
    environ = {"HOME": str(tmp_path), "PATH": f"{folder}:/bin:/usr/bin"}
    adapter = adapter_for(spec_of(name))
    before = adapter.readiness(environ)
    assert (before.installed, before.version) == (True, "1.2.3")
    if sys.platform != "darwin":
        assert not before.ready and before.remedy
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text(content)
    assert adapter.readiness(environ).logged_in is True


@pytest.mark.parametrize(
    ("name", "key", "logged_in"),
    [
        ("codex", "CODEX_API_KEY", True),
        ("claude", "ANTHROPIC_API_KEY", True),
        ("claude", "CLAUDE_CODE_OAUTH_TOKEN", True),
        ("pi", "GEMINI_API_KEY", True),
        ("pi", "OPENAI_API_KEY", True),
    ],
)
def test_a_login_is_known_by_its_key(name: str, key: str, logged_in: bool, tmp_path: Path) -> None:
    folder = program(tmp_path / "bin", name, "echo 1.2.3")
    environ = {"HOME": str(tmp_path), "PATH": f"{folder}:/bin", key: "a-key"}
    assert adapter_for(spec_of(name)).readiness(environ).logged_in is logged_in


def test_an_agent_that_does_not_answer_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loop.agents.probe.VERSION_TIMEOUT_S", 0.3)
    folder = program(tmp_path / "bin", "codex", "sleep 600 & sleep 600")
    environ = {"HOME": str(tmp_path), "PATH": f"{folder}:/bin:/usr/bin"}
    told = adapter_for(spec_of("codex")).readiness(environ)
    assert not told.ready
    assert "no answer in 0.3 s" in told.problem


def test_a_command_is_ready_when_its_program_is_there(tmp_path: Path) -> None:
    here = AgentSpec(name="sh", adapter="command", command=("sh", "-c", "exit 7"))
    assert adapter_for(here).readiness({"PATH": "/usr/bin:/bin"}).ready
    gone = AgentSpec(name="x", adapter="command", command=("no-such-agent",))
    told = adapter_for(gone).readiness({"PATH": "/usr/bin:/bin"})
    assert (told.installed, told.problem) == (False, "no-such-agent is not on PATH")


def test_claudes_sandbox_settings_are_json(tmp_path: Path) -> None:
    argv = start(spec_of("claude"), tmp_path).argv
    settings = json.loads(argv[argv.index("--settings") + 1])
    assert settings["sandbox"]["enabled"] is True
    assert settings["sandbox"]["allowUnsandboxedCommands"] is False
