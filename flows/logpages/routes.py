"""The routes of the log pages, and how what goes wrong is told."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from flows.logpages.endpoints import Endpoints
from flows.logpages.guard import Guard
from flows.logpages.html import answer
from loop.errors import NightcrewError
from loop.store import Store


def app(store: Store, logs: Path) -> ASGIApp:
    """Give the app: `/logs/CYCLE` and `/logs/CYCLE/NAME`; pass logs lie in *logs* or where recorded."""
    endpoints = Endpoints(store, logs)
    pages = Starlette(
        routes=[
            Route("/logs/{cycle}", endpoints.cycle),
            Route("/logs/{cycle}/{name}", endpoints.log),
        ],
        exception_handlers={HTTPException: _refused, NightcrewError: _failed},
    )
    pages.router.redirect_slashes = False
    return Guard(pages)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    text = error.detail
    if text == "Not Found":  # no route: Starlette's own words
        text = "There is no such page. `nightcrew show` lists the cycles."
    return answer(
        "message.html.j2", error.status_code, title=HTTPStatus(error.status_code).phrase, text=text
    )


async def _failed(_: Request, error: Exception) -> Response:
    return answer("message.html.j2", 503, title="Not now", text=str(error))
