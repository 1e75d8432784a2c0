"""Pages in the UI about cycles, incidents and nights, sent by a thread that no cycle waits for."""

from __future__ import annotations

import hashlib
import json
import queue
import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
)

from flows.logpages import cycle_url, log_url
from loop.store import Store
from policies.failure import CycleOutcome
from policies.pages import attempt_rows, cycle_page, incident_page, night_summary, night_table
from policies.records import CycleRecord, IncidentRecord, RunRecord
from policies.words import outcome_word

CLOSE_S = 3.0
"""For what still waits to be sent when a run ends."""

Send = Callable[[SyncPrefectClient], object]


class Artifacts:
    """Sends pages in the background, in order; a server that is gone loses pages, never a cycle."""

    def __init__(self, store: Store, logs_root: str | None) -> None:
        """*logs_root* is where pass logs are served; None: they are not, and nothing links to them."""
        self._store = store
        self._root = logs_root
        self._queue: queue.SimpleQueue[Send | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="artifacts", daemon=True)
        self._thread.start()

    def also(self, work: Send) -> None:
        """Do *work* with the thread's client when its turn comes."""
        self._queue.put(work)

    def cycle(self, record: CycleRecord) -> None:
        """Show how a cycle ended, its attempts, and its repository's incident."""
        self._queue.put(lambda client: self._cycle(client, record))

    def night(self, run: RunRecord, cycles: Sequence[CycleRecord], flow_run_id: str | None) -> None:
        """Show the table of a run."""
        rows = night_table(run, cycles, self._cycle_link)
        made = _artifact(
            f"night-{run.run}", "table", json.dumps(rows), night_summary(run, cycles), flow_run_id
        )
        self._queue.put(lambda client: client.create_artifact(made))

    def close(self, limit_s: float = CLOSE_S) -> None:
        """Send what waits, for *limit_s* seconds at most."""
        self._queue.put(None)
        self._thread.join(limit_s)

    def _cycle(self, client: SyncPrefectClient, record: CycleRecord) -> None:
        run, repo = record.flow_run_id, record.repo
        title = f"{record.cycle}: {outcome_word(record.outcome)}"
        made = [_artifact(_page_name(record), "markdown", self._page(record), title, run)]
        if len(record.attempts) > 1:  # the page has a table of its own
            rows = json.dumps(attempt_rows(record, lambda log: self._log_link(record, log)))
            title = f"attempts of {record.cycle}"
            made.append(_artifact(f"attempts-{repo}", "table", rows, title, run))
        for incident in self._changed(record):
            page = incident_page(incident)
            title = f"{incident.id}: {incident.state.value}"
            made.append(_artifact(f"incident-{repo}", "markdown", page, title, run))
        for each in made:
            client.create_artifact(each)
        earlier = self._store.cycle(record.rerun_of) if record.rerun_of else None
        if earlier and earlier.flow_run_id:
            self._renew(client, earlier, earlier.flow_run_id)

    def _renew(self, client: SyncPrefectClient, record: CycleRecord, flow_run_id: str) -> None:
        """Let the page of a cycle name what it was run again as."""
        wanted = ArtifactFilter(
            flow_run_id=ArtifactFilterFlowRunId(any_=[UUID(flow_run_id)]),
            key=ArtifactFilterKey(any_=[key_of(_page_name(record))]),
        )
        for known in client.read_artifacts(artifact_filter=wanted):
            client.update_artifact(known.id, ArtifactUpdate(data=self._page(record)))

    def _page(self, record: CycleRecord) -> str:
        return cycle_page(
            record,
            incident=self._incident(record),
            reruns=[each.cycle for each in self._store.cycles(rerun_of=record.cycle)],
            link=lambda log: self._log_link(record, log),
            logs_page=self._cycle_link(record),
        )

    def _incident(self, record: CycleRecord) -> IncidentRecord | None:
        return self._store.incident(record.incident) if record.incident else None

    def _changed(self, record: CycleRecord) -> list[IncidentRecord]:
        """Those that this cycle opened, joined or cured; the newest last."""
        if record.outcome is not CycleOutcome.SUCCEEDED:
            return [incident] if (incident := self._incident(record)) else []
        known = self._store.incidents(repo=record.repo)
        return [each for each in reversed(known) if each.recovered_by == record.cycle]

    def _cycle_link(self, record: CycleRecord) -> str | None:
        return cycle_url(self._root, record.cycle) if self._root else None

    def _log_link(self, record: CycleRecord, log: str) -> str | None:
        if not self._root:
            return None
        told = [attempt.failure for attempt in record.attempts if attempt.pass_log == log]
        at_cause = "?at=cause" if any(each and each.line_numbers for each in told) else ""
        return log_url(self._root, record.cycle, Path(log).name) + at_cause

    def _work(self) -> None:
        while (send := self._queue.get()) is not None:
            with suppress(Exception), get_client(sync_client=True) as client:
                send(client)
                while (send := self._queue.get()) is not None:
                    send(client)
                return
            time.sleep(0)  # this page is lost; the next one gets a new connection


def _page_name(record: CycleRecord) -> str:
    return f"cycle-{record.repo}"


def key_of(name: str) -> str:
    """Give the artifact key that *name* has: Prefect takes small letters, digits and dashes only."""
    key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    same = key == name
    return key if same else f"{key}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _artifact(name: str, kind: str, data: str, description: str, flow_run: str | None) -> Any:
    return ArtifactCreate(
        key=key_of(name),
        type=kind,
        data=data,
        description=description,
        flow_run_id=UUID(flow_run) if flow_run else None,
    )
