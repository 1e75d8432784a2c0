"""The database that a new server starts with, against the one that Prefect's own migrations make."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from flows.environment import QUIET, prefect_version
from flows.schema import SNAPSHOT, is_made, revision, snapshot, taken

pytestmark = pytest.mark.prefect


def url(database: Path) -> str:
    return f"sqlite+aiosqlite:///{database}"


def facts(statements: Iterable[str]) -> list[list[str]]:
    """Give the parts of each statement; Prefect's migrations write a table's constraints in any order."""
    return [sorted(re.split(r", (?=CONSTRAINT )", one.removesuffix(" )"))) for one in statements]


def dumped(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database that Prefect made its own way."""
    home = tmp_path_factory.mktemp("prefect")
    upgrade = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    environ = {**os.environ, **QUIET, "PREFECT_HOME": str(home)}
    environ.pop("PREFECT_API_URL", None)
    subprocess.run(upgrade, env=environ, check=True, capture_output=True)
    return home / "prefect.db"


def test_the_snapshot_is_what_prefects_migrations_leave_behind(migrated: Path) -> None:
    assert facts(taken(migrated)) == facts(SNAPSHOT.read_text().splitlines())


def test_a_new_database_is_the_snapshot(tmp_path: Path, migrated: Path) -> None:
    new = tmp_path / "new.db"

    assert is_made(url(new))

    assert list(taken(new)) == SNAPSHOT.read_text().splitlines()
    assert is_made(url(migrated)), "Prefect's own file is known too"


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "prefect.db"
    is_made(url(database))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO flow (name) VALUES ('kept')")
    before = dumped(database)

    assert is_made(url(database))

    assert dumped(database) == before


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE flow (id TEXT)",
        "CREATE TABLE alembic_version (version_num TEXT)",
        "CREATE TABLE alembic_version AS SELECT '22b7cb02e593' AS version_num",
    ],
)
def test_a_database_of_another_revision_is_left_to_prefect(tmp_path: Path, made: str) -> None:
    database = tmp_path / "prefect.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(made)
    before = dumped(database)

    assert not is_made(url(database))

    assert dumped(database) == before


@pytest.mark.parametrize(
    "elsewhere",
    [
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///file::memory:?cache=shared&uri=true",
        "postgresql+asyncpg://me@127.0.0.1/prefect",
    ],
)
def test_what_is_no_file_of_sqlite_is_left_to_prefect(elsewhere: str) -> None:
    assert not is_made(elsewhere)


def test_another_prefect_has_no_snapshot() -> None:
    assert snapshot(prefect_version())
    assert snapshot("3.8.7") == []


def test_servers_that_start_at_once_make_it_once(tmp_path: Path) -> None:
    database = url(tmp_path / "prefect.db")

    with ProcessPoolExecutor(4) as servers:
        assert all(servers.map(is_made, [database] * 8))


def test_one_that_was_killed_while_it_made_the_database_leaves_an_empty_one(tmp_path: Path) -> None:
    database = tmp_path / "prefect.db"
    script = (
        "import os, sqlite3, sys\n"
        "from flows.schema import snapshot\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "[c.execute(s) for s in snapshot(sys.argv[2])[:20]]\n"
        "os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, database, prefect_version()], check=False
    )
    assert killed.returncode == -9

    assert is_made(url(database))

    with closing(sqlite3.connect(database)) as connection:
        assert revision(connection) == snapshot(prefect_version())[-1].split("'")[1]


def test_a_file_that_is_no_database_is_not_written_over(tmp_path: Path) -> None:
    database = tmp_path / "prefect.db"
    database.write_text("my notes, and by no means a database\n" * 40)
    before = database.read_bytes()

    with pytest.raises(sqlite3.DatabaseError):
        is_made(url(database))

    assert database.read_bytes() == before
