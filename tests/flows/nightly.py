"""A real `nightcrew serve` over a fleet, and what a person does at its API as the UI does it."""

import json
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.sweeping import EVERY_S
from loop.store import Store
from tests.flows.prefect_server import Served
from tests.flows.runs import Desk, Seen, ended

LIMIT_S = 120


def hours_ago(hours: int) -> str:
    """Give a cron that fired so many hours ago, once that day, in UTC."""
    at = datetime.now(UTC) - timedelta(hours=hours)
    return f"{at.minute} {at.hour} * * *"


class Fleet:
    """Repositories, their nightcrew.toml and the `serve` that is up on them."""

    def __init__(
        self, home: Path, toml: str, *repos: str, by_hand: Sequence[str] = (), **env: str
    ) -> None:
        """*toml* is the head of the settings; each of *repos*, and of those *by_hand*, gets a table."""
        self.desk = Desk(home, TZ="UTC", **env)
        self.home = home
        self.repos = {name: self.desk.repo(name) for name in (*repos, *by_hand)}
        tables = {n: f'[repositories.{n}]\npath = "{p}"\n' for n, p in self.repos.items()}
        for name in by_hand:
            tables[name] += 'schedule = "never"\n'
        self.served = Served(home, toml + "".join(tables.values()), TZ="UTC", **env)
        assert self.served.said.startswith("serving"), self.served.lines
        self.seen = Seen(self.served)

    @property
    def store(self) -> Store:
        """The store; to be closed by whoever asks."""
        return Store.open(f"sqlite:///{self.home}/state/nightcrew.db")

    def get(self, path: str) -> Any:
        """Give what the API answers."""
        with urllib.request.urlopen(f"{self.served.api}{path}", timeout=60) as answer:
            return json.load(answer)

    def deployment(self, name: str) -> dict[str, Any]:
        """Give a deployment by `flow/name`."""
        return self.get(f"/deployments/name/{name}")

    def begin(self, name: str, **parameters: object) -> str:
        """Start a custom run of the deployment *name*; give its flow run's id."""
        made = self.served.post(
            f"/deployments/{self.deployment(name)['id']}/create_flow_run",
            {"parameters": parameters, "state": {"type": "SCHEDULED"}},
        )
        return str(made["id"])

    def set_state(self, flow_run: str, kind: str, name: str) -> None:
        """Do what the buttons of the UI do."""
        answer = self.served.post(
            f"/flow_runs/{flow_run}/set_state", {"state": {"type": kind, "name": name}}
        )
        assert answer["status"] == "ACCEPT", answer

    def retry(self, flow_run: str) -> dict[str, Any]:
        """Press Retry, and wait for the end."""
        self.set_state(flow_run, "SCHEDULED", "AwaitingRetry")
        return self.until(flow_run, ended)

    def until(
        self, flow_run: str, wanted: Callable[[dict[str, Any]], bool], limit_s: float = LIMIT_S
    ) -> dict[str, Any]:
        """Ask for a flow run until *wanted* is true of it."""
        end = time.monotonic() + limit_s
        while not wanted(run := self.get(f"/flow_runs/{flow_run}")):
            assert time.monotonic() < end, (run["name"], run["state"], self.worker_log()[-3000:])
            time.sleep(0.2)
        return run

    def until_up(self, flow_run: str) -> dict[str, Any]:
        """As `until` a final state, over a server that is away in between.

        Where it comes back after the cycle's end (a busy machine), the next sweep tells that end.
        """
        end = time.monotonic() + LIMIT_S + EVERY_S
        while time.monotonic() < end:
            with suppress(OSError):
                if ended(run := self.get(f"/flow_runs/{flow_run}")):
                    return run
            time.sleep(0.5)
        raise AssertionError(self.worker_log()[-3000:])

    def worker_log(self) -> str:
        """Give what the worker and its processes printed."""
        return (self.home / "state" / "prefect" / "worker.log").read_text("utf-8", "replace")

    def cycles(self, repo: str) -> list[Any]:
        """Give a repository's cycles, newest first."""
        store = self.store
        try:
            return store.cycles(repo=repo)
        finally:
            store.close()
