"""What the whole fleet shares: breakers, outages, and what failed where lately.

A decision that reads and changes several of them is one transaction (`together`): no other thread or
process sees or changes them in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from loop.store import schema
from loop.store.base import Rows
from loop.store.engine import writing
from loop.store.rows import dump, load, upsert
from policies.breaker import BreakerState
from policies.outage import Outage, Sighting


class FleetRows(Rows):
    """The rows that all cycles share."""

    def breaker(self, key: str) -> BreakerState:
        """Give the breaker *key*; one that never failed is closed."""
        return self._get(schema.breakers, BreakerState, key) or BreakerState(key=key)

    def breakers(self) -> list[BreakerState]:
        """Give all breakers that remember a failure, open ones first."""
        query = select(schema.breakers.c.record).order_by(
            schema.breakers.c.phase.desc(), schema.breakers.c.id
        )
        return self._all(query, BreakerState)

    def change_breakers(
        self, keys: list[str], change: Callable[[list[BreakerState]], list[BreakerState]]
    ) -> list[BreakerState]:
        """Replace the breakers *keys* by what *change* makes of them, in one transaction.

        No other process sees or changes them in between; *change* must be quick.
        """
        with self.together() as fleet:
            known = fleet.breakers(keys)
            changed = change(known)
            fleet.put_breakers([state for state in changed if state not in known])
        return changed

    @contextmanager
    def together(self) -> Iterator[Together]:
        """Give the rows for one quick decision: all that is changed is changed at once, or not at all."""
        with writing(self._engine) as connection:
            yield Together(connection)

    def save_outage(self, outage: Outage) -> None:
        """Remember *outage*."""
        with self.together() as fleet:
            fleet.put_outage(outage)

    def outages(self, *, lasting: bool = False, limit: int = 200) -> list[Outage]:
        """Give the newest outages (those that last), newest first."""
        table = schema.outages
        query = select(table.c.record).order_by(table.c.began.desc(), table.c.id.desc())
        if lasting:
            query = query.where(table.c.ended == "")
        return self._all(query.limit(limit), Outage)

    def outage(self, outage: str) -> Outage | None:
        """Give one outage, or None."""
        return self._get(schema.outages, Outage, outage)


@dataclass(frozen=True, slots=True)
class Together:
    """The fleet's rows within one transaction."""

    _connection: Connection

    def breakers(self, keys: Sequence[str]) -> list[BreakerState]:
        """Give the breakers *keys*, locked until the transaction ends."""
        table = schema.breakers
        query = select(table.c.record).where(table.c.id.in_(keys)).order_by(table.c.id)
        found = self._connection.execute(query.with_for_update()).scalars()
        known = {state.key: state for state in (load(BreakerState, text) for text in found)}
        return [known.get(key) or BreakerState(key=key) for key in keys]

    def put_breakers(self, states: Sequence[BreakerState]) -> None:
        """Remember *states*; a closed one that remembers nothing has no row."""
        table = schema.breakers
        for state in states:
            if state == BreakerState(key=state.key):
                self._connection.execute(delete(table).where(table.c.id == state.key))
            else:
                record = dump(BreakerState, state)
                row = {"id": state.key, "phase": state.phase.value, "record": record}
                upsert(self._connection, table, row)

    def sighted(self, sighting: Sighting, since: datetime) -> list[Sighting]:
        """Remember *sighting*; give all of its cause and agent since *since*. Older ones are forgotten."""
        table = schema.sightings
        row = {
            "fingerprint": sighting.fingerprint,
            "agent": sighting.agent,
            "repo": sighting.repo,
            "at": sighting.at.isoformat(),
            "record": dump(Sighting, sighting),
        }
        upsert(self._connection, table, row)
        self._connection.execute(delete(table).where(table.c.at < since.isoformat()))
        query = select(table.c.record).where(
            table.c.fingerprint == sighting.fingerprint, table.c.agent == sighting.agent
        )
        return [load(Sighting, text) for text in self._connection.execute(query).scalars()]

    def lasting(self, scope: str) -> Outage | None:
        """Give the outage of *scope* that lasts, or None."""
        table = schema.outages
        query = select(table.c.record).where(table.c.scope == scope, table.c.ended == "")
        text = self._connection.execute(query.with_for_update()).scalars().first()
        return load(Outage, text) if text else None

    def put_outage(self, outage: Outage) -> None:
        """Remember *outage*."""
        row = {
            "id": outage.id,
            "scope": outage.scope,
            "began": outage.began.isoformat(),
            "ended": outage.ended.isoformat() if outage.ended else "",
            "record": dump(Outage, outage),
        }
        upsert(self._connection, schema.outages, row)
