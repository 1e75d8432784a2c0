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
from flows.schema import spare_migrations
from flows.standing_in import leave_stand_ins
from flows.uncollected import uncollected
from loop import places
from loop.store import Store

PREFIX = "/nightcrew"
HOSTS = ["127.0.0.1", "localhost", "::1"]


def create() -> Any:
    """Give Prefect's application, with our pages, for whoever asks by a loopback name."""
    with uncollected():
        from prefect.server.api.server import create_app

        _write_in_turn()
        spare_migrations()
        leave_stand_ins()
        app = create_app()
    app.router.routes.insert(0, Mount(PREFIX, app=_pages(os.environ)))
    # The server obeys whoever reaches it: a name that a web page points at us must not.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    app.add_middleware(_Confined)
    return app


LOOPBACK = "http://127.0.0.1:* ws://127.0.0.1:* http://localhost:* ws://localhost:*"
POLICY = f"img-src 'self' data: blob:; connect-src 'self' {LOOPBACK}".encode()


class _Confined:
    """Keeps Prefect's pages from asking other machines.

    They load the logos in their catalogue of blocks, and start an analytics client whatever the
    server's settings say.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                said = (b"content-security-policy", POLICY)
                message["headers"] = [*message["headers"], said]
            await send(message)

        await self._app(scope, receive, sent)


def _write_in_turn() -> None:
    """Let the server's transactions on SQLite wait for each other.

    As it comes it begins them as readers; two that come to write at once cannot both, whatever the
    time-out: one is answered 503 and tried again by its client 2 s later (seen in 8 of 140 requests
    with two cycles at once). One that means to write from its start waits, for milliseconds.
    """
    from prefect.server.database.configurations import AioSqliteConfiguration

    begin = AioSqliteConfiguration.begin_transaction

    def at_once(self: Any, session: Any, with_for_update: bool = True) -> Any:
        return begin(self, session, with_for_update=with_for_update or True)

    AioSqliteConfiguration.begin_transaction = at_once  # type: ignore[method-assign]


def _pages(environ: Mapping[str, str]) -> Any:
    state = places.state_folder(environ)
    store = Store.open(places.store_url(state, environ.get(STORE_NAME, "")))
    return logpages.app(store, Path(environ.get(LOGS_NAME) or state / "logs"))
