"""Records as rows: JSON text in and out, and the insert-or-replace that both databases know."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table

from policies.records import AttemptRecord


def dump(kind: Any, value: Any) -> str:
    """Give *value* as JSON text."""
    return _adapter(kind).dump_json(value).decode()


def load(kind: Any, text: str) -> Any:
    """Read back what `dump` gave. Raises pydantic's ValidationError when it is none."""
    return _adapter(kind).validate_json(text)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def attempt_row(cycle: str, attempt: AttemptRecord) -> dict[str, Any]:
    """Give the row of one of *cycle*'s attempts."""
    return {
        "cycle": cycle,
        "n": attempt.n,
        "pass_log": attempt.pass_log,
        "record": dump(AttemptRecord, attempt),
    }


def upsert(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    statement = _insert(connection.dialect.name)(table).values(**row)
    keys = [column.name for column in table.primary_key.columns]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=row))


def _insert(dialect: str) -> Any:
    """Give the insert of *dialect*; that of a database which is not used is not loaded either."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert
