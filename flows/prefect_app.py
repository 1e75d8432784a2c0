"""The Prefect server's application with our pages beside it: pass logs under /nightcrew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount

from flows import logpages
from flows.environment import LOGS_NAME, STORE_NAME
from loop import places
from loop.store import Store

PREFIX = "/nightcrew"
HOSTS = ["127.0.0.1", "localhost", "::1"]


def create() -> Any:
    """Give Prefect's application, with our pages, for whoever asks by a loopback name."""
    from prefect.server.api.server import create_app

    app = create_app()
    app.router.routes.insert(0, Mount(PREFIX, app=_pages(os.environ)))
    # The server obeys whoever reaches it: a name that a web page points at us must not.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    return app


def _pages(environ: Mapping[str, str]) -> Any:
    state = places.state_folder(environ)
    store = Store.open(places.store_url(state, environ.get(STORE_NAME, "")))
    return logpages.app(store, Path(environ.get(LOGS_NAME) or state / "logs"))
