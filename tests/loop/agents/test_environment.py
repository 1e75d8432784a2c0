"""The agent's environment: what goes in, what never does, what is a secret."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.agents.environment import (
    NEVER,
    agent_environment,
    path_without_ours,
    secret_values,
    shown,
)

OURS = {
    "HOME": "/home/ann",
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "de_DE.UTF-8",
    "https_proxy": "http://proxy:3128",
    "HTTPS_PROXY": "http://proxy:3128",
    "NODE_EXTRA_CA_CERTS": "/etc/ca.pem",
    "TERM": "xterm-256color",
    "OPENAI_API_KEY": "key-openai",
    "MY_PROVIDER_KEY": "key-mine",
    "AWS_SECRET_ACCESS_KEY": "key-aws",
    "GITHUB_TOKEN": "forge",
    "GH_TOKEN": "forge",
    "GITLAB_TOKEN": "forge",
    "SSH_AUTH_SOCK": "/run/agent",
    "PREFECT_API_URL": "http://x",
    "PYTHONPATH": "/x",
    "VIRTUAL_ENV": "/x",
    "NIGHTCREW_STATE_URL": "sqlite://",
    "NIGHTCREW_PROMPT_FILE": "/somebody/else",
}


def test_only_allowed_and_own_names_get_in() -> None:
    env = agent_environment(OURS, own=["OPENAI_*"])
    assert {name: env[name] for name in ("HOME", "LC_ALL", "https_proxy", "HTTPS_PROXY")} == {
        name: OURS[name] for name in ("HOME", "LC_ALL", "https_proxy", "HTTPS_PROXY")
    }
    assert env["OPENAI_API_KEY"] == "key-openai"
    assert env["NODE_EXTRA_CA_CERTS"] == "/etc/ca.pem"
    assert (env["TERM"], env["LANG"], env["GIT_TERMINAL_PROMPT"]) == ("dumb", "C.UTF-8", "0")
    assert not {"MY_PROVIDER_KEY", "AWS_SECRET_ACCESS_KEY", "NIGHTCREW_PROMPT_FILE"} & env.keys()


def test_settings_pass_names_but_never_those_that_act_outward() -> None:
    env = agent_environment(OURS, passed=["*"])
    assert env["MY_PROVIDER_KEY"] == "key-mine"
    never = {
        *("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "SSH_AUTH_SOCK", "PREFECT_API_URL"),
        *("PYTHONPATH", "VIRTUAL_ENV", "NIGHTCREW_STATE_URL", "NIGHTCREW_PROMPT_FILE"),
    }
    assert not never & env.keys()


@given(st.dictionaries(st.sampled_from(sorted({n.replace("*", "X") for n in NEVER})), st.text()))
def test_no_glob_lets_a_forbidden_name_in(environ: dict[str, str]) -> None:
    env = agent_environment(environ, own=["*"], passed=["*", *environ])
    assert not environ.keys() & env.keys()


def test_home_prompt_file_and_additions_are_set() -> None:
    env = agent_environment(
        OURS, home=Path("/h/2"), prompt_file=Path("/p/prompt.md"), additions={"PI_OFFLINE": "1"}
    )
    assert (env["HOME"], env["NIGHTCREW_PROMPT_FILE"]) == (str(Path("/h/2")), "/p/prompt.md")
    assert env["PI_OFFLINE"] == "1"


@pytest.mark.skipif(
    sys.prefix == sys.base_prefix, reason="the tests run without a virtual environment"
)
def test_our_own_scripts_are_not_on_the_agents_path() -> None:
    ours = str(Path(sys.prefix) / "bin")
    assert path_without_ours(os.pathsep.join([ours, "/usr/bin", ours + "/"])) == "/usr/bin"


def test_without_a_path_the_systems_own_is_given() -> None:
    assert agent_environment({})["PATH"]


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        ("OPENAI_API_KEY", "sk-abcdef", ("sk-abcdef",)),
        ("ANTHROPIC_AUTH_TOKEN", "tok-abc", ("tok-abc",)),
        ("DB_PASSWORD", "hunter22", ("hunter22",)),
        ("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "64000000", ()),
        ("OPENAI_API_KEY", "abc", ()),
        ("KEYBOARD", "querty-layout", ()),
        ("HTTPS_PROXY", "http://ann:s3cret-pw@proxy:3128", ("s3cret-pw",)),
        ("HTTPS_PROXY", "http://proxy:3128", ()),
        ("PLAIN", "anything at all", ()),
    ],
)
def test_secrets_are_known_by_their_names(name: str, value: str, secrets: tuple[str, ...]) -> None:
    assert secret_values({name: value}) == secrets


def test_more_names_can_be_called_secret_and_the_longest_comes_first() -> None:
    env = {"A_TOKEN": "secret", "STUB": "secret-and-more"}
    assert secret_values(env, ["STUB*"]) == ("secret-and-more", "secret")


@pytest.mark.parametrize(
    ("argv", "seen"),
    [
        (("x", "--api-key", "abc", "y"), ("x", "--api-key", "***", "y")),
        (("x", "--token=abc"), ("x", "--token=***")),
        (("x", "OPENAI_API_KEY=abc"), ("x", "OPENAI_API_KEY=***")),
        (("x", "-c", "a.b=1", "--model", "m"), ("x", "-c", "a.b=1", "--model", "m")),
    ],
)
def test_shown_arguments_hold_no_secret(argv: tuple[str, ...], seen: tuple[str, ...]) -> None:
    assert shown(argv) == seen
