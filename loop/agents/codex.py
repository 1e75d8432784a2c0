"""Codex: `codex exec --json`, the prompt on standard input.

permissions: `edits` writes and runs commands in the workspace without network; `workspace` the same
with the network as the person's own codex configuration says (off unless they turned it on);
`full` has no sandbox. Its own retries are turned down where codex allows it: not for its built-in
providers, which cannot be changed (measured with 0.169: "reserved built-in provider IDs").
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loop.agents.base import AgentStart, Readiness, StartRequest, has_content, home_of
from loop.agents.environment import shown
from loop.agents.probe import probe
from policies.plan import AgentSpec, Permissions

RETRIES = 1
"""Of a request, and of a broken stream: our policy owns the waiting."""

_INSTALL = "npm install -g @openai/codex"
_LOGIN = "run `codex login`, or set CODEX_API_KEY"
_SANDBOX = {
    Permissions.EDITS: (
        "-s",
        "workspace-write",
        "-c",
        "sandbox_workspace_write.network_access=false",
    ),
    Permissions.WORKSPACE: ("-s", "workspace-write"),
    Permissions.FULL: ("-s", "danger-full-access"),
}
_LOG = {"RUST_LOG": "error,codex_sandboxing::violation=warn"}
"""Codex's default, and a line for each sandbox denial: most have no event of their own (0.169)."""
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Codex:
    """Starts codex."""

    spec: AgentSpec
    has_sandbox: bool = True
    has_canary: bool = True

    def own_names(self, environ: Mapping[str, str], home: Path | None = None) -> tuple[str, ...]:
        """Give its names, and the key name of the provider that the person configured."""
        key = _provider(environ, home).get("env_key")
        named = (key,) if isinstance(key, str) else ()
        return (
            "OPENAI_API_KEY",
            "OPENAI_BASE_URL",
            "OPENAI_ORG*",
            "OPENAI_PROJECT*",
            "CODEX_*",
            *named,
        )

    def start(self, request: StartRequest) -> AgentStart:
        """Give how to start it."""
        argv = (
            *(self.spec.command or ("codex",)),
            *("exec", "--json", "--skip-git-repo-check"),
            *_SANDBOX[self.spec.permissions],
            *(("-m", self.spec.model) if self.spec.model else ()),
            *_fewer_retries(_config(request.environ, request.home).get("model_provider")),
            *self.spec.args,
            "-",
        )
        return AgentStart(
            argv=argv, env=_LOG, stdin=request.prompt, reader="codex", shown_argv=shown(argv)
        )

    def readiness(self, environ: Mapping[str, str], home: Path | None = None) -> Readiness:
        """Say whether it is installed and logged in."""
        found = probe(self.spec.command or ("codex",), environ, install=_INSTALL, home=home)
        if not found.installed:
            return found
        if _logged_in(environ, home):
            return replace(found, logged_in=True)
        return replace(found, logged_in=False, problem="codex is not logged in", remedy=_LOGIN)


def _logged_in(environ: Mapping[str, str], home: Path | None) -> bool:
    provider = _provider(environ, home)
    if provider and not provider.get("requires_openai_auth"):
        key = provider.get("env_key")
        return not isinstance(key, str) or bool(environ.get(key))
    # OPENAI_API_KEY alone does not log codex exec in: no Authorization header was seen with it.
    return bool(environ.get("CODEX_API_KEY")) or has_content(_folder(environ, home) / "auth.json")


def _folder(environ: Mapping[str, str], home: Path | None) -> Path:
    named = environ.get("CODEX_HOME")
    return Path(named) if named else home_of(environ, home) / ".codex"


def _config(environ: Mapping[str, str], home: Path | None) -> dict[str, Any]:
    """Give the person's codex configuration; nothing when it cannot be read (codex says why)."""
    try:
        return tomllib.loads((_folder(environ, home) / "config.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _provider(environ: Mapping[str, str], home: Path | None) -> dict[str, Any]:
    config = _config(environ, home)
    providers = config.get("model_providers")
    found = providers.get(config.get("model_provider")) if isinstance(providers, dict) else None
    return found if isinstance(found, dict) else {}


def _fewer_retries(provider: object) -> tuple[str, ...]:
    if not isinstance(provider, str) or not _PLAIN_KEY.fullmatch(provider) or provider in _BUILT_IN:
        return ()
    table = f"model_providers.{provider}"
    return (
        *("-c", f"{table}.request_max_retries={RETRIES}"),
        *("-c", f"{table}.stream_max_retries={RETRIES}"),
    )


_BUILT_IN = frozenset({"openai", "oss", "ollama", "lmstudio", "amazon-bedrock"})

ADAPTER = Codex
