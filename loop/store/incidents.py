"""Incidents as rows, and changes of one that lose nothing another process wrote meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from loop.store import schema
from loop.store.base import Rows
from loop.store.engine import writing
from loop.store.rows import dump, load, upsert
from policies.records import IncidentRecord, IncidentState


class IncidentRows(Rows):
    """The part of the store that remembers incidents."""

    def save_incident(self, incident: IncidentRecord) -> None:
        """Remember *incident*."""
        self._put(schema.incidents, _row(incident))

    def change_incident(
        self, incident: str, change: Callable[[IncidentRecord | None], IncidentRecord | None]
    ) -> IncidentRecord | None:
        """Replace *incident* by what *change* makes of it as it is now, in one transaction; give that.

        *change* must be quick; it gets None for one that is not known, and gives None to do nothing.
        """
        table = schema.incidents
        with writing(self._engine) as connection:
            query = select(table.c.record).where(table.c.id == incident).with_for_update()
            text = connection.execute(query).scalar()
            changed = change(load(IncidentRecord, text) if text else None)
            if changed is not None:
                upsert(connection, table, _row(changed))
        return changed

    def incident(self, incident: str) -> IncidentRecord | None:
        """Give one incident, or None."""
        return self._get(schema.incidents, IncidentRecord, incident)

    def incidents(
        self,
        repo: str | None = None,
        state: IncidentState | None = None,
        fingerprint: str | None = None,
        limit: int = 200,
        *,
        active: bool = False,
    ) -> list[IncidentRecord]:
        """Give the incidents that fit, last seen first; *active*: those that are not resolved."""
        table = schema.incidents
        query = select(table.c.record).order_by(table.c.last_seen.desc(), table.c.id.desc())
        for name, value in {"repo": repo, "state": state, "fingerprint": fingerprint}.items():
            if value is not None:
                query = query.where(table.c[name] == str(value))
        if active:
            query = query.where(table.c.state != IncidentState.RESOLVED.value)
        return self._all(query.limit(limit), IncidentRecord)


def _row(incident: IncidentRecord) -> dict[str, Any]:
    return {
        "id": incident.id,
        "repo": incident.repo,
        "fingerprint": incident.failure.fingerprint,
        "state": incident.state.value,
        "last_seen": incident.last_seen.isoformat(),
        "record": dump(IncidentRecord, incident),
    }
