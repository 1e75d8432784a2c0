"""Scores `diagnose` on the labelled logs that lie beside the checkout, side by side with simpler ways.

Run it by hand; --without and --only take sources (the part of a log's id before the first dash). Tools of
others that are missing are left out with a line that says so; docs/benchmarks.md tells which were tried.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from baselines import WAYS, Way, anomalies, at_hand  # noqa: E402

from loop.diagnose import diagnose_file  # noqa: E402
from loop.signature_files import load_signatures  # noqa: E402
from policies.failure import StopReason  # noqa: E402
from policies.rootcause import Hints, shape  # noqa: E402
from policies.rootcause.clean import clean  # noqa: E402
from policies.signatures import Signatures  # noqa: E402

Row = dict[str, Any]
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
WANTED = {"high": 0.97, "medium": 0.85, "low": 0.0}
"""The share of answers of one confidence that must be right (issue 4)."""
FIGURES = ("hit@1", "hit@3", "line_precision", "class_strict", "class_lenient", "macro_f1")


def predict(row: Row, folder: Path, signatures: Signatures) -> Row:
    """Give the scorer's row for one labelled log."""
    hints = Hints(
        exit_code=row.get("exit_code"),
        stopped_because=StopReason.TOTAL if row.get("timed_out") else None,
        now=NOW,
    )
    return {"id": row["id"]} | diagnose_file(folder / row["file"], hints, signatures).to_json()


def score(folder: Path, rows: list[Row], signatures: Signatures, asked: Any) -> None:
    """Print all that is known of our answers for *rows*, and the table of all ways."""
    scorer = _scorer()
    for row in rows:  # a success has no cause, so nothing to group by
        row["group"] = None if row["class"] == "success" else row["group"]
    began = time.perf_counter()
    made = [predict(row, folder, signatures) for row in rows]
    print(f"\n== {folder.name}: {len(rows)} logs in {time.perf_counter() - began:.1f} s")
    figures, told = scorer.score(rows, made, str(folder))
    table = {"nightcrew": figures} | ({} if asked.alone else _others(scorer, folder, rows))
    _table(table)
    _by_source(told)
    _calibration(told, made)
    _misses(told, asked.misses)
    _false_verdicts(rows, made)


def _scorer() -> Any:
    spec = importlib.util.spec_from_file_location("score_extract", CORPUS / "score_extract.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _others(scorer: Any, folder: Path, rows: list[Row]) -> dict[str, Any]:
    ways = at_hand()
    found: dict[str, list[Row]] = {name: [] for name in ways}
    for row in rows:
        lines = _lines(folder / row["file"])
        for name, way in ways.items():
            found[name].append(_answer(row, lines, way))
    table = {name: scorer.score(rows, made, str(folder))[0] for name, made in found.items()}
    return table | _logreduce(scorer, folder, rows)


def _logreduce(scorer: Any, folder: Path, rows: list[Row]) -> dict[str, Any]:
    """A row names its passing twin as `passing`; where none does, there is nothing to compare with."""
    twins = [row for row in rows if row.get("passing")]
    if not twins or importlib.util.find_spec("logreduce") is None:
        why = (
            "`pip install logreduce` by hand" if twins else "no log of this set has a passing twin"
        )
        print(f"left out: logreduce: {why}")
        return {}
    made = [
        {"id": row["id"], "lines": anomalies(folder / row["passing"], folder / row["file"])}
        for row in twins
    ]
    return {f"logreduce ({len(twins)} logs)": scorer.score(twins, made, str(folder))[0]}


def _lines(path: Path) -> list[str]:
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    return [clean(line) for line in data.decode("utf-8", "replace").split("\n")]


def _answer(row: Row, lines: Sequence[str], way: Way) -> Row:
    numbers = way(lines)
    first = lines[numbers[0] - 1].strip() if numbers else ""
    return {"id": row["id"], "summary": first, "lines": numbers, "fingerprint": shape(first)}


def _table(table: dict[str, Any]) -> None:
    heads = (*FIGURES, "group P", "group R", "brier")
    print(f"{'':22}" + "".join(f"{head:>15}" for head in heads))
    for name, figures in table.items():
        group = figures["grouping"]
        cells = [figures[head] for head in FIGURES]
        cells += [group["pair_precision"], group["pair_recall"], figures["brier"]]
        shown = "".join(f"{'-' if cell is None else f'{cell:.3f}':>15}" for cell in cells)
        print(f"{name:22}{shown}")


def _by_source(told: list[Row]) -> None:
    for kind in sorted({row["kind"] for row in told}):
        own = [row for row in told if row["kind"] == kind]
        shares = (sum(row[key] for row in own) / len(own) for key in ("hit1", "hit3", "lenient"))
        hit1, hit3, lenient = shares
        print(
            f"  {kind:10} n {len(own):4}  hit@1 {hit1:.3f}  hit@3 {hit3:.3f}  class {lenient:.3f}"
        )


def _calibration(told: list[Row], made: list[Row]) -> None:
    said = {row["id"]: row["confidence"] for row in made}
    print("calibration: how many answers of each confidence were right (hit@1)")
    for grade, wanted in WANTED.items():
        own = [row["hit1"] for row in told if not row["silent"] and said[row["id"]] == grade]
        if own:
            share = sum(own) / len(own)
            verdict = "" if share >= wanted else f"  below {wanted}"
            print(f"  {grade:7} {sum(own):4} of {len(own):4}  {share:.3f}{verdict}")


def _misses(told: list[Row], shown: int) -> None:
    missed = [r for r in told if not (r["hit1"] or r["silent"]) or not r["lenient"]]
    for row in missed[:shown]:
        mark = "hit " if row["hit1"] else "MISS"
        said = f"{row['true']} <- {row['raw']}  | {row['summary'][:100]}"
        print(f"  {row['id']:34} {mark} class {said}")


def _false_verdicts(rows: list[Row], made: list[Row]) -> None:
    for row, answer in zip(rows, made, strict=True):
        right = {row["class"], *(row.get("also_right") or []), *(row.get("class_ok") or [])}
        verdicts = (answer["class"], row["class"])
        if "success" in verdicts and answer["class"] not in right:
            said = f"{row['class']} <- {answer['class']} | {answer['summary'][:90]}"
            print(f"  VERDICT {row['id']}: {said}")


def _beside() -> str:
    named = [f"{name} (`{how}`)" if how else name for name, (_, _, how) in WAYS.items()]
    return (
        f"Beside ours: {', '.join(named)}; logreduce (`pip install logreduce`), see bench_pairs.py."
    )


def main() -> int:
    """Score both sets; 2 when the corpus is not there."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=_beside())
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--without", default="", help="sources (id prefixes) to leave out")
    parser.add_argument("--only", default="", help="sources (id prefixes) to score")
    parser.add_argument("--set", default="logs-dev,agents-dev")
    parser.add_argument("--alone", action="store_true", help="our own figures only")
    asked = parser.parse_args()
    if not CORPUS.is_dir():
        print(f"no corpus at {CORPUS}: nothing to score", file=sys.stderr)
        return 2
    signatures = load_signatures([ROOT / "config" / "signatures.toml"])
    left_out, only = set(asked.without.split(",")), set(filter(None, asked.only.split(",")))
    for name in asked.set.split(","):
        text = (CORPUS / name / "labels.jsonl").read_text()
        rows = [json.loads(line) for line in text.splitlines()]
        source = {row["id"]: row["id"].split("-")[0] for row in rows}
        rows = [r for r in rows if source[r["id"]] not in left_out]
        rows = [r for r in rows if not only or source[r["id"]] in only]
        if rows:
            score(CORPUS / name, rows, signatures, asked)
    return 0


if __name__ == "__main__":
    sys.exit(main())
