"""How rows of the store are read and written, whatever they hold."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Engine, Table, select

from loop.store.engine import reading, writing
from loop.store.rows import load, upsert

T = TypeVar("T")


class Access:
    """Rows with their record as JSON; each call is one transaction. Raises StoreError."""

    def __init__(self, engine: Engine) -> None:
        """Use an *engine* that `open_engine` gave."""
        self._engine = engine

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        with writing(self._engine) as connection:
            upsert(connection, table, row)

    def _get(self, table: Table, kind: type[T], key: str) -> T | None:
        return self._one(select(table.c.record).where(table.c.id == key), kind)

    def _one(self, query: Any, kind: type[T]) -> T | None:
        return next(iter(self._all(query, kind)), None)

    def _all(self, query: Any, kind: type[T]) -> list[T]:
        with reading(self._engine) as connection:
            return [load(kind, text) for text in connection.execute(query).scalars()]
