"""Pi: `pi -p --mode json`, the prompt on standard input (an argument holds at most 128 KiB).

It has no sandbox: a configured pi needs `allow_unsandboxed = true`. permissions: `edits` takes its
shell away; `workspace` and `full` are the same. Its retries (about 25 s in all) can be turned down
only in the person's own settings.json, so they are left as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loop.agents.base import AgentStart, Readiness, StartRequest, has_content, home_of
from loop.agents.environment import shown
from loop.agents.probe import probe
from policies.plan import AgentSpec, Permissions

_INSTALL = "npm install -g @mariozechner/pi-coding-agent"
_LOGIN = "run `pi` and then /login, or set the API key of its provider"
_EDIT_TOOLS = ("--tools", "read,edit,write,grep,find,ls")
_OWN = (
    *("PI_*", "ANTHROPIC_*", "OPENAI_*", "AZURE_OPENAI_*", "DEEPSEEK_API_KEY", "GEMINI_API_KEY"),
    *("GROQ_API_KEY", "CEREBRAS_API_KEY", "XAI_API_KEY", "FIREWORKS_API_KEY", "MISTRAL_API_KEY"),
    *("OPENROUTER_API_KEY", "AI_GATEWAY_API_KEY", "ZAI_API_KEY", "MINIMAX_API_KEY"),
    *("MOONSHOT_API_KEY", "OPENCODE_API_KEY", "KIMI_API_KEY", "AWS_BEARER_TOKEN_BEDROCK"),
)


@dataclass(frozen=True, slots=True)
class Pi:
    """Starts pi."""

    spec: AgentSpec
    has_sandbox: bool = False
    has_canary: bool = True

    def own_names(self, environ: Mapping[str, str], home: Path | None = None) -> tuple[str, ...]:
        """Give its names, and those that the person's own providers take their keys from."""
        keys = (provider.get("apiKey") for provider in _providers(environ, home))
        return (*_OWN, *(key for key in keys if isinstance(key, str) and key in environ))

    def start(self, request: StartRequest) -> AgentStart:
        """Give how to start it."""
        argv = (
            *(self.spec.command or ("pi",)),
            *("-p", "--mode", "json"),
            *(_EDIT_TOOLS if self.spec.permissions is Permissions.EDITS else ()),
            *(("--model", self.spec.model) if self.spec.model else ()),
            *self.spec.args,
        )
        return AgentStart(
            argv=argv,
            env={"PI_OFFLINE": "1", "PI_TELEMETRY": "0"},
            stdin=request.prompt,
            reader="pi",
            shown_argv=shown(argv),
        )

    def readiness(self, environ: Mapping[str, str], home: Path | None = None) -> Readiness:
        """Say whether it is installed and has a login, a key or a provider of its own."""
        found = probe(self.spec.command or ("pi",), environ, install=_INSTALL, home=home)
        if not found.installed:
            return found
        keyed = any(environ.get(name) for name in _OWN if "*" not in name)
        keyed = keyed or bool(environ.get("ANTHROPIC_API_KEY") or environ.get("OPENAI_API_KEY"))
        if keyed or has_content(_folder(environ, home) / "auth.json") or _providers(environ, home):
            return replace(found, logged_in=True)
        return replace(found, logged_in=False, problem="pi is not logged in", remedy=_LOGIN)


def _folder(environ: Mapping[str, str], home: Path | None) -> Path:
    named = environ.get("PI_CODING_AGENT_DIR")
    return Path(named) if named else home_of(environ, home) / ".pi" / "agent"


def _providers(environ: Mapping[str, str], home: Path | None) -> list[dict[str, Any]]:
    try:
        data = json.loads((_folder(environ, home) / "models.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []
    found = data.get("providers") if isinstance(data, dict) else None
    rows = found.values() if isinstance(found, dict) else ()
    return [row for row in rows if isinstance(row, dict)]


ADAPTER = Pi
