"""The store as the stories use it: whole records in, whole records out; each call is one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from loop.store import schema
from loop.store.deliveries import DeliveryRows
from loop.store.engine import open_engine, reading, writing
from loop.store.fleet_rows import FleetRows
from loop.store.incidents import IncidentRows
from loop.store.rows import attempt_row, dump, load, upsert
from policies.records import CycleRecord, RunRecord


class Store(FleetRows, IncidentRows, DeliveryRows):
    """Remembers across runs and processes. Safe to share between threads."""

    @classmethod
    def open(cls, url: str) -> Store:
        """Open or create the store at *url*. Raises StoreError."""
        return cls(open_engine(url))

    def save_run(self, run: RunRecord) -> None:
        """Remember *run*; its cycles and incidents have rows of their own."""
        bare = replace(run, cycles=(), incidents=())
        self._put(
            schema.runs,
            {
                "id": run.run,
                "started": run.started.isoformat(),
                "outcome": run.outcome.value,
                "record": dump(RunRecord, bare),
            },
        )

    def run(self, run: str) -> RunRecord | None:
        """Give one run without its cycles and incidents, or None."""
        return self._get(schema.runs, RunRecord, run)

    def runs(self, limit: int = 50, outcome: str | None = None) -> list[RunRecord]:
        """Give the newest runs (that ended so), newest first."""
        query = select(schema.runs.c.record).order_by(schema.runs.c.started.desc())
        if outcome is not None:
            query = query.where(schema.runs.c.outcome == outcome)
        return self._all(query.limit(limit), RunRecord)

    def save_cycle(self, cycle: CycleRecord) -> None:
        """Remember *cycle* and its attempts."""
        with writing(self._engine) as connection:
            upsert(
                connection,
                schema.cycles,
                {
                    "id": cycle.cycle,
                    "run": cycle.run,
                    "repo": cycle.repo,
                    "started": cycle.started.isoformat(),
                    "outcome": cycle.outcome.value,
                    "rerun_of": cycle.rerun_of,
                    "record": dump(CycleRecord, cycle),
                },
            )
            for attempt in cycle.attempts:
                upsert(connection, schema.attempts, attempt_row(cycle.cycle, attempt))

    def cycle(self, cycle: str) -> CycleRecord | None:
        """Give one cycle, or None."""
        return self._get(schema.cycles, CycleRecord, cycle)

    def cycles(
        self,
        repo: str | None = None,
        run: str | None = None,
        rerun_of: str | None = None,
        outcome: str | None = None,
        limit: int = 50,
    ) -> list[CycleRecord]:
        """Give the newest cycles that fit, newest first."""
        table = schema.cycles
        wanted = {"repo": repo, "run": run, "rerun_of": rerun_of, "outcome": outcome}
        query = select(table.c.record).order_by(table.c.started.desc(), table.c.id.desc())
        for name, value in wanted.items():
            if value is not None:
                query = query.where(table.c[name] == value)
        return self._all(query.limit(limit), CycleRecord)

    def save_context(self, context: str, record: dict[str, Any]) -> None:
        """Remember a frozen context under its id."""
        self._put(schema.contexts, {"id": context, "record": dump(dict, record)})

    def context(self, context: str) -> dict[str, Any] | None:
        """Give a frozen context, or None."""
        return self._get(schema.contexts, dict[str, Any], context)

    def remember(self, kind: str, name: str, value: Any) -> None:
        """Remember a JSON *value*; None forgets it."""
        table = schema.facts
        if value is None:
            with writing(self._engine) as connection:
                connection.execute(delete(table).where(table.c.kind == kind, table.c.name == name))
            return
        self._put(table, {"kind": kind, "name": name, "record": dump(Any, value)})

    def claim(self, kind: str, name: str, value: Any) -> Any:
        """Remember *value* where nothing is remembered yet and give None; else give what is."""
        table = schema.facts
        query = select(table.c.record).where(table.c.kind == kind, table.c.name == name)
        with writing(self._engine) as connection:
            text = connection.execute(query).scalar()
            if text is None:
                row = {"kind": kind, "name": name, "record": dump(Any, value)}
                upsert(connection, table, row)
        return None if text is None else load(Any, text)

    def remembered(self, kind: str) -> dict[str, Any]:
        """Give all that is remembered under *kind*, by name."""
        table = schema.facts
        query = select(table.c.name, table.c.record).where(table.c.kind == kind)
        with reading(self._engine) as connection:
            return {name: load(Any, text) for name, text in connection.execute(query)}

    def recall(self, kind: str, name: str) -> Any:
        """Give what was remembered, or None."""
        table = schema.facts
        query = select(table.c.record).where(table.c.kind == kind, table.c.name == name)
        return self._one(query, Any)
