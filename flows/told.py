"""The story in Prefect's log channel: tens of lines a run, never an agent's output."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any, cast

from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger

from flows.cli.plain import PlainObserver
from loop.observer import Observer, Silent


class RunLog(PlainObserver):
    """Tells the flow or task run in whose context it is called."""

    def _print(self, text: str) -> None:
        # Beside a run, and with a server that is gone, there is nobody to tell.
        with suppress(MissingContextError, Exception):
            get_run_logger().info("%s", text)


def tell_failures_once() -> None:
    """Keep one line of Prefect's two about a step that ends Failed: the other says `NoneType: None`."""
    logging.getLogger("prefect.task_runs").addFilter(_is_told_once)


def _is_told_once(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Task run failed with state:")


def both(first: Observer, second: Observer) -> Observer:
    """Give an observer that tells *first*, then *second*."""
    told = type("Both", (), {name: _told(name, first, second) for name in CALLS})
    return cast(Observer, told())


CALLS = [name for name in vars(Silent) if not name.startswith("_")]


def _told(name: str, *observers: Observer) -> staticmethod[..., None]:
    calls = [getattr(observer, name) for observer in observers]

    def tell(*args: Any) -> None:
        for call in calls:
            call(*args)

    return staticmethod(tell)
