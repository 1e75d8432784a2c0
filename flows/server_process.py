"""`python -m flows.server_process FD MODE`: the Prefect server on a socket that its parent opened.

MODE `child`: it ends when its standard input does, that is when its parent ends, however that came.
MODE `local`: it ends when no run has used it for a while (flows/local), and belongs to nobody.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from flows.local import wait_until_idle

STOP_S = 10.0
"""A server that cannot end in order by then ends all the same."""


def main(descriptor: int, mode: str) -> None:
    """Serve on the socket *descriptor* until the parent is gone, nobody uses it any more, or TERM."""
    import uvicorn

    from flows import prefect_app  # before there is a second thread: it would import beside us

    waits = _until_idle if mode == "local" else sys.stdin.buffer.read
    threading.Thread(target=_end_after, args=(waits,), daemon=True).start()

    config = uvicorn.Config(
        prefect_app.create,
        factory=True,
        log_level="error",
        lifespan="on",
        timeout_graceful_shutdown=3,  # a browser that holds a connection must not keep us
    )
    with socket.socket(fileno=descriptor) as listening:
        uvicorn.Server(config).run(sockets=[listening])


def _until_idle() -> None:
    wait_until_idle(Path(os.environ["PREFECT_HOME"]))


def _end_after(waits: Callable[[], object]) -> None:
    try:
        waits()
    finally:  # also where it cannot be waited any more: nobody would end us
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_S)
        os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
