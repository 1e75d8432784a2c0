"""`python -m flows.embedded_server FD`: the Prefect server on a socket that its parent opened.

It ends when its standard input does: that is when its parent ends, however that came.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time

STOP_S = 10.0


def main(descriptor: int) -> None:
    """Serve on the socket *descriptor* until the parent is gone or TERM."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    config = uvicorn.Config(create_app, factory=True, log_level="error", lifespan="on")
    with socket.socket(fileno=descriptor) as listening:
        uvicorn.Server(config).run(sockets=[listening])


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_S)
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
