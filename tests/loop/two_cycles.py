"""A real process that runs a cycle of each of two repositories at once, until it is told to go on."""

import subprocess
import sys
from pathlib import Path

from loop.store import Store
from tests.loop.repositories import repository
from tests.waiting import LIMIT_S, until

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("a", "b")

RUN = """
import sys
from pathlib import Path
from tests.loop.nights import Night

folder, names = Path(sys.argv[1]), sys.argv[2:]
night = Night(folder)
agent = f"sh -c 'echo began; while [ ! -e {folder}/go ]; do sleep 0.1; done'"
night.run(*(night.plan(folder / name, agent, checks=()) for name in names), jobs=2)
night.close()
"""


class TwoCycles:
    """The process, its store, and the cycles' ids."""

    def __init__(self, folder: Path) -> None:
        """Keep everything below *folder*."""
        for name in NAMES:
            repository(folder / name)
        (folder / "state").mkdir()
        self.folder = folder
        self.url = f"sqlite:///{folder}/state/nightcrew.db"
        self.store = Store.open(self.url)
        self.first, self.second = (f"20261121-000001-{name}-cycle-1" for name in NAMES)
        argv = [sys.executable, "-c", RUN, str(folder), *NAMES]
        self.process = subprocess.Popen(argv, cwd=ROOT)

    def begun(self) -> "TwoCycles":
        """Wait until both agents run."""
        logs = [self.log(cycle) for cycle in (self.first, self.second)]
        until(lambda: all(log.exists() and "began" in log.read_text() for log in logs))
        return self

    def log(self, cycle: str) -> Path:
        """Give the cycle's pass log."""
        return self.folder / "logs" / f"{cycle}.log"

    def outcome(self, cycle: str) -> str:
        """Give how the cycle is recorded now."""
        record = self.store.cycle(cycle)
        return record.outcome.value if record else "unknown"

    def ended(self) -> int:
        """Let the agents end, and give the process's exit code."""
        (self.folder / "go").touch()
        return self.process.wait(LIMIT_S)

    def close(self) -> None:
        """End what is left."""
        self.process.kill()
        self.process.wait()
        self.store.close()
