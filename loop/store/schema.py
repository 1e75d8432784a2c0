"""The store's tables. Each row bears what is asked for by column, and the whole record as JSON.

Records may gain fields without a new schema; a changed column or meaning needs a new SCHEMA and a
step in MIGRATIONS.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Column, Connection, Index, Integer, MetaData, String, Table, Text

SCHEMA = 2
"""Version of the tables that this program writes.

2: incidents can be `acknowledged`, which a program that knows 1 cannot read; no table differs.
"""


def _nothing_to_change(connection: Connection) -> None:
    """Records of the older version are read as they are: their new fields have defaults."""


MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _nothing_to_change}
"""Step from the version named by the key to the next. New tables are made before the first step."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("started", String(40), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("record", Text, nullable=False),
)

cycles = Table(
    "cycles",
    metadata,
    Column("id", String(300), primary_key=True),
    Column("run", String(80), nullable=False),
    Column("repo", String(200), nullable=False),
    Column("started", String(40), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("rerun_of", String(300)),
    Column("record", Text, nullable=False),
    Index("cycles_by_repo", "repo", "started"),
    Index("cycles_by_run", "run"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("cycle", String(300), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("pass_log", Text, nullable=False),
    Column("record", Text, nullable=False),
)

breakers = Table(
    "breakers",
    metadata,
    Column("id", String(400), primary_key=True),
    Column("phase", String(20), nullable=False),
    Column("record", Text, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("repo", String(200), nullable=False),
    Column("fingerprint", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("last_seen", String(40), nullable=False),
    Column("record", Text, nullable=False),
    Index("incidents_by_repo", "repo", "fingerprint"),
)

outages = Table(
    "outages",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("scope", String(400), nullable=False),
    Column("began", String(40), nullable=False),
    Column("ended", String(40), nullable=False),
    Column("record", Text, nullable=False),
    Index("outages_by_scope", "scope", "ended"),
)
"""`ended` is empty while one lasts."""

sightings = Table(
    "sightings",
    metadata,
    Column("fingerprint", String(80), primary_key=True),
    Column("agent", String(400), primary_key=True),
    Column("repo", String(200), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("record", Text, nullable=False),
)
"""What failed where within the outage rule's window, one row a cause, agent and repository."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("action", String(20), nullable=False),
    Column("repo", String(200), nullable=False),
    Column("channel", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("about", String(400), nullable=False),
    Column("state", String(20), nullable=False),
    Column("made", String(40), nullable=False),
    Column("due", String(40), nullable=False),
    Column("sent", String(40), nullable=False),
    Column("record", Text, nullable=False),
    Index("deliveries_by_state", "state", "due"),
    Index("deliveries_by_about", "about", "kind", "channel"),
    Index("deliveries_by_sent", "action", "repo", "sent"),
)
"""What leaves the machine: to whom, about what; `sent` is empty until it has left."""

contexts = Table(
    "contexts",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("record", Text, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("name", String(400), primary_key=True),
    Column("record", Text, nullable=False),
)
"""Small things worth remembering: setup done, checks on a base, who runs a cycle."""
