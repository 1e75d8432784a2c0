"""Which Prefect server shows a run: an exported one, the `nightcrew serve` that is up, or our own."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

from flows.embedded import Embedded, answers
from flows.environment import settle
from loop.errors import NightcrewError

PROBE_S = 5.0
"""A loopback server answers in milliseconds; a busy one was seen to need 2 s."""
SERVE = "nightcrew serve"


@dataclass(frozen=True, slots=True)
class Server:
    """The server that a run is shown by."""

    api: str
    embedded: Embedded | None = None

    def why_not(self) -> str:
        """Wait until it can be used; give nothing, or one line that says why it cannot."""
        return self.embedded.why_not() if self.embedded else ""

    def page(self, flow_run_id: str | None) -> str:
        """Give where the flow run can be looked at: its address, or the command that serves it."""
        if self.embedded or flow_run_id is None:
            return SERVE
        return f"{self.api.removesuffix('/').removesuffix('/api')}/runs/flow-run/{flow_run_id}"


def find_server(environ: MutableMapping[str, str], prefect_home: Path) -> Server:
    """Give the server to use, set in *environ*; where there is none, one is being started.

    To be called before Prefect is imported. Raises NightcrewError when PREFECT_API_URL names a
    server that does not answer: somebody wants the run to be seen there.
    """
    exported = bool(environ.get("PREFECT_API_URL"))
    api = settle(environ, prefect_home)
    if api is None:
        embedded = Embedded(prefect_home, environ)
        environ["PREFECT_API_URL"] = embedded.api
        return Server(embedded.api, embedded)
    if exported and not answers(api, PROBE_S):
        raise NightcrewError(
            f"PREFECT_API_URL: no Prefect server answers at {api}; start it, or unset the variable"
        )
    return Server(api)
