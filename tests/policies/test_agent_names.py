"""An agent is known by the command line that starts it, or by its log's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.agent_names import of_command, of_log


@pytest.mark.parametrize(
    ("line", "agent"),
    [
        ("gemini -p x", "gemini"),
        ("/opt/agents/node_modules/.bin/gemini -p x", "gemini"),
        ("C:\\npm\\gemini.cmd -p x", "gemini"),
        ("npx gemini -p x", "gemini"),
        ("npx -y @google/gemini-cli -p x", "gemini"),
        ("npx --yes @google/gemini-cli@latest -p x", "gemini"),
        ("npx -p @google/gemini-cli@0.61.0 gemini -p x", "gemini"),
        ("/usr/local/bin/npx @qwen-code/qwen-code", "qwen"),
        ("npm exec -- @github/copilot -p x", "copilot"),
        ("pnpm dlx opencode-ai run", "opencode"),
        ("yarn dlx opencode-ai@1.18.33 run", "opencode"),
        ("bunx opencode-ai run", "opencode"),
        ("bun x opencode-ai run", "opencode"),
        ("uvx --from aider-chat aider --yes", "aider"),
        ("uvx aider-chat==0.86.2 --yes", "aider"),
        ("uvx --python 3.12 mini-swe-agent@2.4.6 -y", "mini-swe-agent"),
        ("uv tool run --from mini-swe-agent mini -y", "mini"),
        ("pipx run aider-chat[playwright] --yes", "aider"),
        ("env -i HOME=/x aider --yes", "aider"),
        ("npm test", "npm"),
        ("npx", "npx"),
        ("npx --yes", "npx"),
        ("sh -c gemini", "sh"),
        ("", ""),
    ],
)
def test_a_command_line_names_its_agent(line: str, agent: str) -> None:
    assert of_command(line.split()) == agent


@given(st.lists(st.text(max_size=20), max_size=8))
def test_any_command_line_has_an_answer(argv: list[str]) -> None:
    assert isinstance(of_command(["npx", *argv]), str)


@pytest.mark.parametrize(
    ("name", "agent"),
    [
        ("codex-night-3.log", "codex"),
        ("20260212-101456-inventory_claude.log.gz", "claude"),
        ("Qwen.txt", "qwen"),
        ("pi-1.log", "pi"),
        ("pipeline.log", None),
        ("tests-minimal.log", None),
        ("", None),
    ],
)
def test_a_logs_name_may_name_the_agent(name: str, agent: str | None) -> None:
    assert of_log(name) == agent
