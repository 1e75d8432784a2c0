"""A `serve` over repositories whose agents do known things, and one night of theirs to be looked at."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.flows.nightly import LIMIT_S, Fleet
from tests.flows.prefect_server import BLOCKS
from tests.loop.repositories import repository

NEXT = datetime.now(UTC) + timedelta(days=60)
"""The day of the next turn: none comes up by itself while a test runs."""
ZONE = "Europe/Berlin"
CAUSE = "error: the moon is gone"
CHECK = "readme"
LIMIT = "You have hit your usage limit. Try again in 5 hours."

HEAD = f"""
allow_unsandboxed = true
setup = []
checks = [{{ name = "{CHECK}", command = "test -s README.md" }}]
[schedule]
at = "0 3 {NEXT.day} {NEXT.month} *"
timezone = "{ZONE}"
stagger_minutes = 0
[bounds.unknown]
attempts = 1
opens_after = 1
"""
AGENT = """[agents.{name}]
adapter = "command"
command = '''sh -c "{words}"'''
allow_unsandboxed = true
"""
FAIL = f"echo '{CAUSE}' >&2; exit 7"
AGENTS = {
    "works": "echo more >> notes.txt",
    "rests": "true",
    "breaks": f"seq 3000; {FAIL}",
    "metered": f"echo '{LIMIT}' >&2; exit 1",
    "flaky": f"if test -e {{home}}/tried; then echo y > new.txt; else touch {{home}}/tried; {FAIL}; fi",
    "slow": "echo half > half.txt; touch {home}/going; sleep 300; true",
}
REPOS = {
    "good": "works",
    "still": "rests",
    "bad": "breaks",
    "limited": "metered",
    "wobbly": "flaky",
    "long": "slow",
}
NIGHT = ("good", "still", "bad", "limited")


def settings(home: Path) -> str:
    """Give the nightcrew.toml."""
    text = HEAD
    for name, words in AGENTS.items():
        text += AGENT.format(name=name, words=words.format(home=home))
    for name, agent in REPOS.items():
        text += f'[repositories.{name}]\npath = "{home / name}"\nagent = "{agent}"\n'
    return text


class SeenNight:
    """What is served, and the night that was."""

    def __init__(self, home: Path) -> None:
        """Start it below *home* and run one night."""
        self.going = home / "going"
        self.repos = {name: repository(home / name) for name in REPOS}
        self.fleet = Fleet(home, settings(home), **{BLOCKS: "true"})  # a page shows them all
        self.root = self.fleet.served.api.removesuffix("/api")
        done = self.fleet.desk.call("run", *NIGHT, "--cycles", "2", "--json")
        assert done.code == 1, done.err
        self.night: dict[str, Any] = done.document

    def cycle(self, repo: str, n: int = 1) -> dict[str, Any]:
        """Give the n-th cycle that *repo* had in the night."""
        return next(c for c in self.night["cycles"] if (c["repo"], c["n"]) == (repo, n))

    def artifact(self, flow_run: str, key: str) -> str:
        """Give the id of the artifact *key* of a flow run; it is sent in the background."""
        (found,) = self.fleet.served.until(
            "/artifacts/filter",
            {
                "artifacts": {
                    "flow_run_id": {"any_": [flow_run]},
                    "key": {"any_": [key]},
                }
            },
            bool,
        )
        return str(found["id"])

    def tallies(self, tag: str) -> dict[str, int]:
        """Give how many flow runs with *tag* the API knows, by the type of their state."""
        found = self.fleet.served.post(
            "/flow_runs/filter", {"flow_runs": {"tags": {"all_": [tag]}}}
        )
        kinds = [run["state"]["type"] for run in found]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

    def await_agent(self) -> None:
        """Wait until the slow agent has changed something."""
        end = time.monotonic() + LIMIT_S
        while not self.going.exists():
            assert time.monotonic() < end, self.fleet.worker_log()[-3000:]
            time.sleep(0.1)
