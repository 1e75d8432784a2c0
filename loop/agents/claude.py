"""Claude Code: `claude -p --output-format stream-json`, the prompt on standard input.

permissions: `edits` may change files, but a command that needs approval is refused; `workspace`
adds commands inside claude's own sandbox (bubblewrap and socat on Linux; without them commands that
need approval are refused, as with `edits`); `full` asks nothing, and for root says IS_SANDBOX=1,
without which claude refuses to start.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from loop.agents.base import AgentStart, Readiness, StartRequest, has_content, home_of
from loop.agents.environment import shown
from loop.agents.probe import probe
from policies.plan import AgentSpec, Permissions

RETRIES = 2
"""Claude's own default is 10, about 185 s; our policy owns the waiting."""

_INSTALL = "npm install -g @anthropic-ai/claude-code"
_LOGIN = "run `claude` once and log in, or set ANTHROPIC_API_KEY"
_NO_SANDBOX = "without bubblewrap and socat claude can edit files, but not run most commands"
_QUIET = {
    "CLAUDE_CODE_MAX_RETRIES": str(RETRIES),
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
}
_SANDBOX = json.dumps(
    {
        "sandbox": {
            "enabled": True,
            "autoAllowBashIfSandboxed": True,
            "allowUnsandboxedCommands": False,
        }
    }
)
_PERMISSIONS = {
    Permissions.EDITS: ("--permission-mode", "acceptEdits"),
    Permissions.WORKSPACE: ("--permission-mode", "acceptEdits", "--settings", _SANDBOX),
    Permissions.FULL: ("--permission-mode", "bypassPermissions"),
}
_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")
_CLOUDS = ("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY")
_CLOUD_NAMES = ("AWS_*", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUD_ML_REGION", "VERTEX_*", "AZURE_*")


@dataclass(frozen=True, slots=True)
class Claude:
    """Starts Claude Code."""

    spec: AgentSpec
    has_sandbox: bool = True
    has_canary: bool = True

    def own_names(
        self,
        environ: Mapping[str, str],
        home: Path | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Give its names; a cloud's own only when claude is told to use that cloud."""
        cloud = _CLOUD_NAMES if any(environ.get(name) for name in _CLOUDS) else ()
        return ("ANTHROPIC_*", "CLAUDE_*", "API_TIMEOUT_MS", "MAX_THINKING_TOKENS", *cloud)

    def start(self, request: StartRequest) -> AgentStart:
        """Give how to start it."""
        argv = (
            *(self.spec.command or ("claude",)),
            *("-p", "--output-format", "stream-json", "--verbose"),
            *_PERMISSIONS[self.spec.permissions],
            *(("--model", self.spec.model) if self.spec.model else ()),
            *self.spec.args,
        )
        bypasses = self.spec.permissions is Permissions.FULL and request.is_root
        return AgentStart(
            argv=argv,
            env=_QUIET | ({"IS_SANDBOX": "1"} if bypasses else {}),
            stdin=request.prompt,
            reader="claude",
            shown_argv=shown(argv),
        )

    def readiness(self, environ: Mapping[str, str], home: Path | None = None) -> Readiness:
        """Say whether it is installed and logged in, and whether its sandbox can work."""
        found = probe(self.spec.command or ("claude",), environ, install=_INSTALL, home=home)
        if not found.installed:
            return found
        found = replace(found, logged_in=_logged_in(environ, home), note=self._note(environ))
        if found.logged_in is False:
            return replace(found, problem="claude is not logged in", remedy=_LOGIN)
        return found

    def _note(self, environ: Mapping[str, str]) -> str:
        if self.spec.permissions is not Permissions.WORKSPACE or sys.platform != "linux":
            return ""
        path = environ.get("PATH")
        return (
            "" if all(shutil.which(name, path=path) for name in ("bwrap", "socat")) else _NO_SANDBOX
        )


def _logged_in(environ: Mapping[str, str], home: Path | None) -> bool | None:
    if any(environ.get(name) for name in (*_KEYS, *_CLOUDS)):
        return True
    named = environ.get("CLAUDE_CONFIG_DIR")
    folder = Path(named) if named else home_of(environ, home) / ".claude"
    if has_content(folder / ".credentials.json") or _helper(folder / "settings.json"):
        return True
    return None if sys.platform == "darwin" else False  # a Mac keeps the login in its keychain


def _helper(settings: Path) -> bool:
    try:
        found = json.loads(settings.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and bool(found.get("apiKeyHelper"))


ADAPTER = Claude
