"""Opening the store's database: its schema, and transactions that many processes can share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from loop.errors import StoreError
from loop.store import schema

BUSY_TIMEOUT_S = 60
"""How long a writer waits for another process's transaction; each lasts milliseconds."""

READS = "nightcrew_reads"
"""Execution option of a connection that only reads."""


def open_engine(url: str) -> Engine:
    """Give an engine whose database has today's tables.

    Raises StoreError when it cannot be opened or was written by a newer Nightcrew.
    """
    try:
        _make_folder(url)
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            _tame_sqlite(engine)
        with engine.begin() as connection:
            _upgrade(connection, url)
    except (SQLAlchemyError, OSError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise StoreError(
            f"store {url}: cannot be opened: {reason}; check state_url, or move the file away"
        ) from error
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that is committed at the end. Raises StoreError in one line."""
    with _told(engine), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that takes no lock and waits for nobody. Raises StoreError in one line."""
    with _told(engine), engine.connect().execution_options(**{READS: True}) as connection:
        yield connection


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        place = engine.url.render_as_string()
        raise StoreError(f"store {place}: {reason}; see that it can be written") from error


def _make_folder(url: str) -> None:
    place = make_url(url)
    if place.drivername.startswith("sqlite") and place.database not in (None, "", ":memory:"):
        Path(str(place.database)).parent.mkdir(parents=True, exist_ok=True)


def _tame_sqlite(engine: Engine) -> None:
    """Take the write lock when a transaction begins: a later upgrade fails at once with "locked"."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(READS):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: Connection, url: str) -> None:
    schema.metadata.create_all(connection)
    is_schema = schema.meta.c.name == "schema"
    row = connection.execute(select(schema.meta.c.value).where(is_schema))
    version = row.scalar()
    if version is None:
        connection.execute(insert(schema.meta).values(name="schema", value=str(schema.SCHEMA)))
        return
    if int(version) > schema.SCHEMA:
        raise StoreError(
            f"store {url}: written by a newer Nightcrew (schema {version}, this one knows "
            f"{schema.SCHEMA}); upgrade Nightcrew"
        )
    for step in range(int(version), schema.SCHEMA):
        schema.MIGRATIONS[step](connection)
    if int(version) < schema.SCHEMA:
        connection.execute(update(schema.meta).values(value=str(schema.SCHEMA)).where(is_schema))
