"""The server of a run that finds none: our own child on the state folder, gone when the run is.

Prefect's own embedded mode would load the whole server into this process too (seconds), hear Ctrl-C
with us, and outlive us after kill -9. Ours loads beside us, has its own session, and ends with us.
"""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

READY_S = 180.0
"""A first start migrates its database; 80 s were seen on a busy machine."""
STOP_S = 4.0
"""What Prefect still has to write after our last event; a second is enough when it is quiet."""
HOST = "127.0.0.1"
LOG = "embedded.log"

SERVER_ENVIRON = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",  # only the services that a run needs
    "PREFECT__SERVER_FINAL": "1",
}


class Embedded:
    """A Prefect server that this process started for itself."""

    def __init__(self, prefect_home: Path, environ: Mapping[str, str]) -> None:
        """Start it on a port of its own and go on at once; `why_not` waits for it.

        The port is ours from here on: the socket is handed over, so that nobody can take it between.
        """
        self._log = prefect_home / LOG
        self._began_s = time.monotonic()
        with socket.socket() as listening, self._log.open("wb") as log:
            listening.bind((HOST, 0))
            listening.listen(128)
            self.api = f"http://{HOST}:{listening.getsockname()[1]}/api"
            self._server = subprocess.Popen(
                [sys.executable, "-P", "-m", "flows.embedded_server", str(listening.fileno())],
                stdin=subprocess.PIPE,  # its end of our life: it stops when this pipe closes
                stdout=log,
                stderr=log,
                env={**environ, **SERVER_ENVIRON},
                cwd=prefect_home,
                pass_fds=(listening.fileno(),),
                start_new_session=True,
            )
        # Registered before Prefect is imported, so it runs after Prefect has sent its last events.
        atexit.register(self.stop)

    def why_not(self) -> str:
        """Wait until it serves and give nothing, or one line that says why it does not."""
        while (left_s := self._began_s + READY_S - time.monotonic()) > 0:
            if answers(self.api, left_s):
                return ""
            if self._server.poll() is not None:
                return f"its server ended with {self._server.returncode}: {self._last_words()}"
            time.sleep(0.1)
        return f"its server did not answer within {READY_S:.0f} s; see {self._log}"

    def stop(self) -> None:
        """End it, with time to write what it still has. Safe to call twice."""
        atexit.unregister(self.stop)
        if self._server.stdin:
            self._server.stdin.close()
        self._server.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._server.wait(STOP_S)
            return
        self._server.kill()
        self._server.wait()

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1].strip()[:200] if lines else f"nothing in {self._log}"


def answers(api: str, limit_s: float) -> bool:
    """Say whether a Prefect server answers at *api* within *limit_s* seconds."""
    try:
        with urllib.request.urlopen(f"{api.rstrip('/')}/health", timeout=limit_s) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError, urllib.error.URLError):
        return False
