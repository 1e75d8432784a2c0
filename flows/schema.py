"""Makes the database of a new Prefect server at once, and spares its migrations where none is due.

Prefect makes a new SQLite file by 114 migrations, 9 s of CPU, and looks for further ones at each
start, 1.5 s. `prefect_schema.sql` is what they leave behind, a statement a line; a test makes one by
Prefect's own way and compares. After a change of Prefect: `prefect server database upgrade -y` in an empty
PREFECT_HOME, then `python -m flows.schema PREFECT_HOME/prefect.db > flows/prefect_schema.sql`.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from flows.environment import prefect_version

SNAPSHOT = Path(__file__).with_name("prefect_schema.sql")
OF = "-- prefect "
"""The snapshot's first line, before the version it was taken from."""
SQLITE = "sqlite+aiosqlite:///"
WAIT_S = 60.0
REVISION = "SELECT version_num FROM alembic_version"


def spare_migrations() -> None:
    """Let Prefect's server, in this process, migrate only a database that the snapshot does not know."""
    from prefect.server.database.interface import PrefectDBInterface

    migrate = PrefectDBInterface.create_db

    async def create_db(self: Any) -> None:
        if not is_made(self.database_config.connection_url):
            await migrate(self)

    PrefectDBInterface.create_db = create_db  # type: ignore[method-assign]


def is_made(url: str) -> bool:
    """Say whether the database at *url* stands where the snapshot does; an empty or new file is filled first.

    False where Prefect's own migrations have to look: another version of Prefect, PostgreSQL, a
    database in memory, one that an older or newer Prefect made. A kill in between leaves it empty.
    """
    statements = snapshot(prefect_version())
    file = sqlite_file(url)
    if not statements or not file:
        return False
    with closing(sqlite3.connect(file, timeout=WAIT_S, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        if not _has_tables(connection):
            for statement in statements:
                connection.execute(statement)
        standing = revision(connection)
        connection.execute("COMMIT")
    return standing is not None and f"'{standing}'" in statements[-1]


def sqlite_file(url: str) -> str:
    """Give the path of the SQLite file at *url*; empty for another database, in memory, or with options."""
    named = url.removeprefix(SQLITE) if url.startswith(SQLITE) else ""
    is_plain = named != ":memory:" and not named.startswith("file:") and "?" not in named
    return named if is_plain else ""


def snapshot(version: str) -> list[str]:
    """Give the statements that make the database of Prefect *version*, the revision last; none for others."""
    head, *statements = SNAPSHOT.read_text().splitlines()
    return statements if head == f"{OF}{version}" else []


def revision(connection: sqlite3.Connection) -> str | None:
    """Give the migration at which the database stands, or None where it has had none."""
    try:
        row = connection.execute(REVISION).fetchone()
    except sqlite3.OperationalError:
        return None
    return row[0] if row else None


def taken(database: Path) -> Iterator[str]:
    """Give the lines of a snapshot of *database*, which must hold nothing but its revision."""
    yield OF + prefect_version()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        # Tables before their indexes; what SQLite makes by itself has no statement.
        made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type != 'table', name"
        for (statement,) in connection.execute(made):
            yield re.sub(r"\s+", " ", statement)
        yield f"INSERT INTO alembic_version VALUES('{revision(connection)}')"


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


if __name__ == "__main__":
    print("\n".join(taken(Path(sys.argv[1]))))
