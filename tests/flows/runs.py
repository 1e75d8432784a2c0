"""The real command on real repositories, for tests of what a person and the UI see of a run."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.flows.prefect_server import COMMAND, LATER, Served, environment
from tests.loop.repositories import repository

LIMIT_S = 180


@dataclass(frozen=True)
class Ended:
    """How the command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """What it printed with --json: exactly one document, alone on stdout."""
        return json.loads(self.out)

    @property
    def cycle(self) -> dict[str, Any]:
        """The run's only cycle."""
        (cycle,) = self.document["cycles"]
        return cycle


class Desk:
    """One person's HOME, state folder and repositories."""

    def __init__(self, home: Path, **more: str) -> None:
        """Keep everything below *home*; *more* is exported too."""
        self.home = home
        home.mkdir(exist_ok=True)
        self.env = environment(home, **(LATER | more))

    def repo(self, name: str, files: dict[str, str] | None = None) -> Path:
        """Make a repository."""
        return repository(self.home / name, files)

    def settings(self, text: str) -> None:
        """Write nightcrew.toml, where the commands run."""
        (self.home / "nightcrew.toml").write_text(text, "utf-8")

    def begin(self, *args: str | Path, **env: str) -> subprocess.Popen[str]:
        """Start the command in a session of its own, as a terminal does."""
        return subprocess.Popen(
            [*COMMAND, *map(str, args)],
            env=self.env | env,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *args: str | Path, **env: str) -> Ended:
        """Run the command to its end."""
        with self.begin(*args, **env) as process:
            out, err = process.communicate(timeout=LIMIT_S)
        return Ended(process.returncode, out, err)


class Seen:
    """What the server's API shows."""

    def __init__(self, served: Served) -> None:
        """Ask *served*."""
        self.served = served

    def flow_run(self, name: str) -> dict[str, Any]:
        """Give the flow run of that name; there is exactly one."""
        wanted = {"flow_runs": {"name": {"any_": [name]}}}
        (run,) = self.served.post("/flow_runs/filter", wanted)
        return run

    def task_runs(self, flow_run: str, at_least: int = 0) -> dict[str, dict[str, Any]]:
        """Give a flow run's task runs by name, once all have ended: they come as events."""
        runs = self.served.until(
            "/task_runs/filter",
            {"flow_runs": {"id": {"any_": [flow_run]}}},
            lambda all_: len(all_) >= at_least and all(ended(run) for run in all_),
            30,
        )
        return {run["name"]: run for run in runs}


ENDS = frozenset({"COMPLETED", "FAILED", "CANCELLED", "CRASHED"})


def ended(run: dict[str, Any]) -> bool:
    """Say whether the run's state is a final one."""
    return run["state"] is not None and run["state"]["type"] in ENDS


def state(run: dict[str, Any]) -> tuple[str, str]:
    """Give the type and the name of the run's state."""
    return run["state"]["type"], run["state"]["name"]


def processes_with(text: str) -> list[int]:
    """Give the ids of living processes that have *text* in their command line or environment."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and int(place.name) != os.getpid():
            try:
                said = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
            except OSError:
                continue
            if text.encode() in said:
                found.append(int(place.name))
    return found
