"""Scores `diagnose`, without and with a passing log, beside logreduce on pairs of logs that it makes itself.

Each pair (pairs.toml) is a small project whose tool runs twice: as it is, and with one change that breaks
it. A tool that is neither on the path nor in a folder given leaves its pairs out. Run it by hand, with a
Python that has Nightcrew's packages, and logreduce where that is to be scored too.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from baselines import anomalies  # noqa: E402

from config.shipped import SIGNATURES  # noqa: E402
from loop.diagnose import diagnose_file  # noqa: E402
from loop.signature_files import load_signatures  # noqa: E402
from policies.rootcause import Hints  # noqa: E402
from policies.rootcause.clean import clean  # noqa: E402

Pair = dict[str, Any]
Way = Callable[[Path, Path, int], list[int]]
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TOLD = {"name", "command", "change", "cause"}
"""What is no file of a pair's project."""


def ways() -> dict[str, Way]:
    """Give what each way shows of a failing log, best first: given the passing one, and the exit code."""
    signatures = load_signatures([SIGNATURES])

    def alone(_: Path, failing: Path, code: int) -> list[int]:
        told = diagnose_file(failing, Hints(exit_code=code, now=NOW), signatures)
        return list(told.to_json()["line_numbers"])

    def beside(passing: Path, failing: Path, code: int) -> list[int]:
        hints = Hints(exit_code=code, now=NOW)
        told = diagnose_file(failing, hints, signatures, passing_log=passing)
        return list(told.to_json()["line_numbers"])

    found: dict[str, Way] = {"nightcrew": alone, "nightcrew --passing-log": beside}
    if find_spec("logreduce"):
        return found | {
            "logreduce, from the end": lambda passing, failing, _: anomalies(passing, failing),
            "logreduce, from the start": lambda passing, failing, _: anomalies(passing, failing)[
                ::-1
            ],
        }
    print("left out: logreduce: `pip install logreduce` by hand to have it in the table")
    return found


def run(pair: Pair, place: Path, *, breaks: bool) -> tuple[Path, int]:
    """Give the log and the exit code of the pair's tool; both runs are in one and the same folder."""
    project = place / "project"
    shutil.rmtree(project, ignore_errors=True)
    for name in pair.keys() - TOLD:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pair[name])
    if breaks:
        name, old, new = pair["change"]
        (project / name).write_text(pair[name].replace(old, new))
    log = place / ("failing.log" if breaks else "passing.log")
    with log.open("wb") as out:
        done = subprocess.run(
            pair["command"].split(), cwd=project, stdout=out, stderr=subprocess.STDOUT, timeout=120
        )
    return log, done.returncode


def scored(pair: Pair, place: Path, by: dict[str, Way]) -> dict[str, list[str]] | None:
    """Give what each way shows of one pair; none when the tool is not there or the pair is none."""
    name = pair["name"]
    program = pair["command"].split()[0]
    if not shutil.which(program):
        print(f"  {name:30} left out: no {program} here")
        return None
    passing, code = run(pair, place, breaks=False)
    failing, broken = run(pair, place, breaks=True)
    lines = failing.read_text().splitlines()
    stated = [line for line in lines if _states(pair, line)]
    if code != 0 or broken == 0 or not stated:
        print(f"  {name:30} left out: exit {code}, {broken}, {len(stated)} lines state the cause")
        return None
    shown = {name: way(passing, failing, broken) for name, way in by.items()}
    return {name: [lines[number - 1] for number in numbers] for name, numbers in shown.items()}


def _states(pair: Pair, line: str) -> bool:
    return re.search(pair["cause"], clean(line)) is not None


def tell(told: list[tuple[Pair, int, dict[str, list[str]]]]) -> None:
    """Print the table: how often the first line, or any, states the cause, and how many are shown."""
    total = sum(lines for _, lines, _ in told)
    print(f"\n{len(told)} pairs; the failing logs have {total} lines")
    print(f"{'':26}{'hit@1':>8}{'hit@3':>8}{'anywhere':>10}{'lines shown':>13}{'of all':>8}")
    for name in told[0][2]:
        hits = [[_states(pair, line) for line in shown[name]] for pair, _, shown in told]
        cells = [sum(any(hit[:first]) for hit in hits) / len(told) for first in (1, 3, None)]
        shown = sum(len(hit) for hit in hits)
        print(
            f"{name:26}{cells[0]:8.3f}{cells[1]:8.3f}{cells[2]:10.3f}"
            f"{shown / len(told):13.1f}{shown / total:8.1%}"
        )


def main() -> int:
    """Make the pairs, score them; 2 when none can be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="where more tools are looked for")
    parser.add_argument("--verbose", action="store_true", help="what each way shows first")
    asked = parser.parse_args()
    folders = [str(Path(folder).resolve()) for folder in [*asked.folders, ROOT / ".venv" / "bin"]]
    os.environ["PATH"] = os.pathsep.join([*folders, os.environ["PATH"]])
    os.environ |= {"LC_ALL": "C.UTF-8", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    os.environ.pop("PYTHONPATH", None)
    by, told = ways(), []
    for pair in tomllib.loads(Path(__file__).with_name("pairs.toml").read_text())["pair"]:
        with tempfile.TemporaryDirectory() as place:
            shown = scored(pair, Path(place), by)
            if shown is None:
                continue
            lines = len((Path(place) / "failing.log").read_text().splitlines())
        told.append((pair, lines, shown))
        marks = "".join("x" if s and _states(pair, s[0]) else "." for s in shown.values())
        print(f"  {pair['name']:30} {lines:4} lines  {marks}")
        if asked.verbose:
            print("".join(f"      {name}: {s[0] if s else '-'}\n" for name, s in shown.items()))
    if told:
        tell(told)
    return 0 if told else 2


if __name__ == "__main__":
    sys.exit(main())
