"""Which Prefect server shows a run: an exported one, the `nightcrew serve` that is up, or the local one."""

from __future__ import annotations

import base64
import urllib.error
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from flows.environment import prefect_version, settle
from flows.listening import ask_version
from flows.local import Local
from loop.errors import NightcrewError

PROBE_S = 5.0
"""A loopback server answers in milliseconds; a busy one was seen to need 2 s."""
SERVE = "nightcrew serve"


@dataclass(frozen=True, slots=True)
class Server:
    """The server that a run is shown by."""

    api: str
    local: Local | None = None
    """Set where no other one was known: it may still be coming up."""
    is_served: bool = False
    """A `nightcrew serve` of this state folder: it has our deployments and a worker."""

    def why_not(self) -> str:
        """Wait until it can be used; give nothing, or one line that says why it cannot."""
        return self.local.why_not() if self.local else ""

    @property
    def root(self) -> str:
        """Give the address of its pages."""
        return root_of(self.api)

    def page(self, flow_run_id: str | None) -> str:
        """Give where the flow run can be looked at: its address, or the command that serves it."""
        if flow_run_id is None:
            return SERVE
        later = f" (while its server is up; later: {SERVE} --ui-only)" if self.local else ""
        return f"{self.root}/runs/flow-run/{flow_run_id}{later}"


def root_of(api: str) -> str:
    """Give the address of the pages of the server at *api*."""
    return api.removesuffix("/").removesuffix("/api")


def find_server(
    environ: MutableMapping[str, str], prefect_home: Path, told: Mapping[str, str]
) -> Server:
    """Give the server to use, set in *environ*; where there is none, the local one is being started.

    To be called before Prefect is imported. *told* is exported to a server that is started too.
    Raises NightcrewError when PREFECT_API_URL names a server that does not answer, does not let us
    in, or is of another version: somebody wants the run to be seen there.
    """
    exported = bool(environ.get("PREFECT_API_URL"))
    api = settle(environ, prefect_home)
    if api is None:
        local = Local(prefect_home, {**environ, **told})
        environ["PREFECT_API_URL"] = local.api
        return Server(local.api, local)
    if exported:
        refuse_unusable(api, environ)
    return Server(api, is_served=not exported)


def refuse_unusable(api: str, environ: Mapping[str, str]) -> None:
    """Raise NightcrewError, in one line, when the server at *api* cannot be used by this Prefect."""
    try:
        theirs = ask_version(api, _authorized(environ), PROBE_S)
    except urllib.error.HTTPError as problem:
        problem.close()
        raise NightcrewError(_refused(api, problem.code)) from None
    except (OSError, ValueError) as problem:
        raise NightcrewError(
            f"PREFECT_API_URL: no Prefect server answers at {api}; start it, or unset the variable"
        ) from problem
    ours = prefect_version()
    if _line(theirs) != _line(ours):
        raise NightcrewError(
            f"PREFECT_API_URL: the server at {api} is Prefect {theirs}, this Nightcrew speaks "
            f"{ours}; use a server of {'.'.join(_line(ours))}.x, or unset the variable"
        )


def _refused(api: str, status: int) -> str:
    if status in (401, 403):
        return (
            f"PREFECT_API_URL: the server at {api} refuses the password (HTTP {status}); set "
            "PREFECT_API_AUTH_STRING to user:password, or PREFECT_API_KEY"
        )
    return (
        f"PREFECT_API_URL: {api} answers HTTP {status}; name the address of a Prefect server's API, "
        "which ends in /api"
    )


def _authorized(environ: Mapping[str, str]) -> dict[str, str]:
    if key := environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {key}"}
    if pair := environ.get("PREFECT_API_AUTH_STRING"):
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    return {}


def _line(version: str) -> list[str]:
    """Give major and minor: within them client and server of any two patches understand each other."""
    return version.split("+")[0].split(".")[:2]
