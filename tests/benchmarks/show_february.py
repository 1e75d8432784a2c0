"""Replays the night of February 12 through the real command line, and prints what it came to.

Two repositories with real ledgers, cut before their first "Codex execution failure", the real codex
and a model whose usage limit is used up. Run it by hand; it ends with 1 when a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LEDGERS = ROOT.parent / "shared" / "corpus" / "ledgers-dev"
sys.path.insert(0, str(ROOT))

from tests import agents_real  # noqa: E402

NAMES = ("secretiveX", "MDEASM")
OLD_FAILURE = b"| Codex execution failure"
ENTRY = "<!-- nightcrew:incident "
AS_PERSON = ("-c", "user.name=A Person", "-c", "user.email=person@example.com")


@dataclass
class Night:
    """The place of one replay, and what was seen there."""

    folder: Path
    environ: dict[str, str]
    before: dict[str, bytes] = field(default_factory=dict)
    old_entries: dict[str, int] = field(default_factory=dict)

    def repository(self, name: str) -> None:
        """Make the repository *name* with the ledger as it was before that night."""
        repo = self.folder / name
        repo.mkdir()
        lines = (LEDGERS / f"{name}.md").read_bytes().splitlines(keepends=True)
        first = next(n for n, line in enumerate(lines) if OLD_FAILURE in line)
        self.before[name] = b"".join(lines[:first])
        self.old_entries[name] = sum(OLD_FAILURE in line for line in lines)
        (repo / "INCIDENTS.md").write_bytes(self.before[name])
        (repo / "README.md").write_text(f"# {name}\n")
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
            subprocess.run(["git", *AS_PERSON, *words], cwd=repo, env=self.environ, check=True)

    def ledger(self, name: str) -> bytes:
        """Give the ledger of *name* as it is now."""
        return (self.folder / name / "INCIDENTS.md").read_bytes()

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run nightcrew as the person."""
        program = str(Path(sys.executable).with_name("nightcrew"))
        return subprocess.run(
            [program, *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def broken_promises(night: Night, run: dict[str, Any], jobs: int) -> list[str]:
    """Give what did not hold; nothing is the good end."""
    ran = {cycle["repo"] for cycle in run["cycles"] if cycle["attempts"]}
    wrong = []
    if run["agent_starts"] != len(ran) or not 1 <= len(ran) <= jobs:
        wrong.append(f"{run['agent_starts']} agent starts with {jobs} jobs")
    for name in NAMES:
        now = night.ledger(name)
        if not now.startswith(night.before[name]):
            wrong.append(f"{name}: hand-written bytes changed")
        if now.decode().count(ENTRY) != (name in ran):
            wrong.append(f"{name}: {now.decode().count(ENTRY)} entries")
    for incident in run["incidents"]:
        if incident["class"] != "usage_limit":
            wrong.append(f"{incident['repo']}: {incident['class']}")
    return wrong


def table(night: Night, run: dict[str, Any]) -> list[str]:
    """Give the figures, a row a repository."""
    rows = ["repository   cycles  starts  entries: that night, now   outcomes"]
    for name in NAMES:
        cycles = [cycle for cycle in run["cycles"] if cycle["repo"] == name]
        starts = sum(len(cycle["attempts"]) for cycle in cycles)
        entries = night.ledger(name).decode().count(ENTRY)
        outcomes = ", ".join(f"{c['outcome']} {c['until'] or ''}".strip() for c in cycles)
        old = night.old_entries[name]
        rows.append(f"{name:12} {len(cycles):6}  {starts:6}  {old:19} {entries:4}   {outcomes}")
    return rows


def looked_at(night: Night, run: dict[str, Any]) -> list[str]:
    """Give what a person sees afterwards: pages of the verbs, and the entries."""
    failed = next(cycle for cycle in run["cycles"] if cycle["attempts"])
    log = failed["attempts"][0]["pass_log"]
    out = []
    for words in (
        ("status",),
        ("show", failed["cycle"]),
        ("incidents", "list"),
        ("incidents", "show", failed["incident"]),
        ("breaker", "list"),
        ("diagnose", log),
    ):
        done = night.call(*words)
        out += ["", f"$ nightcrew {' '.join(words)}", done.stdout.rstrip(), done.stderr.rstrip()]
    for name in NAMES:
        new = night.ledger(name)[len(night.before[name]) :].decode()
        out += ["", f"new in the ledger of {name}:", new.rstrip() or "(nothing)"]
    return out


def replay(folder: Path, jobs: int, *, show: bool) -> list[str]:
    """Run the night in *folder*, print it, and give the broken promises."""
    with agents_real.stubs(folder) as stubs:
        url, programs = stubs.url("usage-limit"), agents_real.bin_folder()
        machine = agents_real.make_home("codex", url, folder / "home", programs)
        # One question before the run would spare even the one entry (show_outage.py).
        night = Night(folder, {**machine.environ, "NIGHTCREW_CANARY": "false"})
        for name in NAMES:
            night.repository(name)
        began_s = time.monotonic()
        words = ("run", *NAMES, "--agent", "codex", "--cycles", "20", "--jobs", str(jobs), "--json")
        done = night.call(*words)
        took_s = time.monotonic() - began_s
        print(
            f"$ nightcrew {' '.join(words)}\n{done.stderr}exit {done.returncode}, {took_s:.1f} s\n"
        )
        run = json.loads(done.stdout)
        print("\n".join(table(night, run)))
        print("\n".join(looked_at(night, run)) if show else "")
        return broken_promises(night, run, jobs)


def main() -> int:
    """Replay with two jobs and with one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--show", action="store_true", help="print the pages of the other verbs")
    show = options.parse_args().show
    if not LEDGERS.exists():
        print(f"the real ledgers are not here: {LEDGERS}")
        return 2
    wrong = []
    for jobs in (2, 1):
        with tempfile.TemporaryDirectory() as place:
            wrong += replay(Path(place), jobs, show=show and jobs == 2)
    print("\n".join(wrong) or "every promise held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
