"""The UI's Cancel button, heard by the process that runs the flow itself.

Prefect's worker hears it too, but not once it was restarted, and nobody hears it for a run that a person
started at a terminal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType

POLL_S = 2.0
ASKED = FlowRunFilterState(
    type=FlowRunFilterStateType(any_=[StateType.CANCELLING, StateType.CANCELLED])
)


class Cancellations:
    """Looks every POLL_S whether one of this process's flow runs is to be cancelled."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, flow_run_id: str, cancel: Callable[[], None]) -> None:
        """Call *cancel*, once and from another thread, when that flow run is to be cancelled."""
        with self._lock:
            self._waiting[UUID(flow_run_id)] = cancel
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="cancel", daemon=True)
                self._thread.start()

    def forget(self, flow_run_id: str) -> None:
        """The flow run has ended."""
        with self._lock:
            self._waiting.pop(UUID(flow_run_id), None)

    def close(self) -> None:
        """Look no more."""
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(POLL_S):
            # A server that is gone is asked again: a run outlives it.
            with suppress(Exception), get_client(sync_client=True) as client:
                self._ask(client)

    def _ask(self, client: SyncPrefectClient) -> None:
        while not self._ended.is_set():
            with self._lock:
                ids = list(self._waiting)
            if ids:
                wanted = FlowRunFilter(id=FlowRunFilterId(any_=ids), state=ASKED)
                for run in client.read_flow_runs(flow_run_filter=wanted):
                    self._cancel(run.id)
            self._ended.wait(POLL_S)

    def _cancel(self, flow_run: UUID) -> None:
        with self._lock:
            cancel = self._waiting.pop(flow_run, None)
        if cancel:
            cancel()
