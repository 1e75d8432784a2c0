"""Fifty real processes write one ledger at once, twenty are killed: nothing of anybody is lost."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

from loop.ledger import foreign, own_entries
from tests.loop.crowd_writer import PEOPLE, UPDATES

ROOT = Path(__file__).resolve().parents[2]
WRITERS, KILLED = 50, 20
KILL_WITHIN_S = 0.15


def test_fifty_processes_and_twenty_kills_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    ledger = tmp_path / "repo" / "INCIDENTS.md"
    ledger.write_bytes(PEOPLE)
    argv = [sys.executable, "-B", str(Path(__file__).with_name("crowd_writer.py")), str(ledger)]
    children = {
        n: subprocess.Popen(
            [*argv, str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for n in range(1, WRITERS + 1)
    }
    for child in children.values():
        assert child.stdout and child.stdout.readline() == b"ready\n"
    for child in children.values():
        assert child.stdin
        child.stdin.write(b"go\n")
        child.stdin.flush()
    chance = random.Random(20260212)
    for n in chance.sample(sorted(children), KILLED):
        time.sleep(chance.uniform(0, KILL_WITHIN_S))
        children[n].kill()
    for child in children.values():
        child.communicate(timeout=300)

    ended = {n: child.returncode for n, child in children.items()}
    survivors = [n for n, code in ended.items() if code == 0]
    assert set(ended.values()) == {0, -9}, ended  # some were hit at work, and nobody else failed
    assert len(survivors) >= WRITERS - KILLED
    data = ledger.read_bytes()
    assert foreign(data) == PEOPLE
    ids = re.findall(rb"<!-- nightcrew:incident inc-20260212-([0-9a-f]{8}) -->", data)
    assert len(ids) == len(set(ids))  # each once; a killed one's too, if it came so far
    for n in survivors:
        said = own_entries(data)[f"inc-20260212-{n:08x}"].decode()
        assert f"- Impact: {UPDATES} failed cycles" in said and f"writer {n}\n" in said
    assert list((tmp_path / "repo" / ".git").glob("*.lock")) == []
