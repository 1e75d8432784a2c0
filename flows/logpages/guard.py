"""Stands before the pages: who may ask, for what, and what a browser may do with the answer."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_LOOPBACK = re.compile(rb"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)


class Guard:
    """Lets requests to *app* through that read, and that came by a name of this machine.

    A web page can point a name of its own at 127.0.0.1 and have a browser ask for it; the Host header
    then tells the name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on; every answer has HEADERS."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _refusal(scope) or self._app
        await answer(scope, receive, _with_headers(send))


def _refusal(scope: Scope) -> PlainTextResponse | None:
    hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
    if len(hosts) != 1 or not _LOOPBACK.fullmatch(hosts[0]):
        return PlainTextResponse(
            "Refused: these pages answer under 127.0.0.1, localhost and [::1] only.\n", 403
        )
    if scope["method"] not in METHODS:
        return PlainTextResponse(
            "Refused: these pages can only be read.\n", 405, {"Allow": ", ".join(METHODS)}
        )
    return None


def _with_headers(send: Send) -> Send:
    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return add
