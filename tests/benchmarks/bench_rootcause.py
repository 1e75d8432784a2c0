"""Scores `diagnose` on the labelled logs that lie beside the checkout, and prints the scorer's table.

Run it by hand; --without and --only take sources (the part of a log's id before the first dash).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
sys.path.insert(0, str(ROOT))

from loop.diagnose import diagnose_file, load_signatures  # noqa: E402
from policies.failure import StopReason  # noqa: E402
from policies.rootcause import Hints  # noqa: E402
from policies.signatures import Signatures  # noqa: E402

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def predict(row: dict[str, Any], folder: Path, signatures: Signatures) -> dict[str, Any]:
    """Give the scorer's row for one labelled log."""
    hints = Hints(
        exit_code=row.get("exit_code"),
        stopped_because=StopReason.TOTAL if row.get("timed_out") else None,
        now=NOW,
    )
    return {"id": row["id"]} | diagnose_file(folder / row["file"], hints, signatures).to_json()


def score(folder: Path, rows: list[dict[str, Any]], signatures: Signatures, misses: int) -> None:
    """Print the scorer's table for *rows*."""
    began = time.perf_counter()
    predictions = [predict(row, folder, signatures) for row in rows]
    print(f"== {folder.name}: {len(rows)} logs in {time.perf_counter() - began:.1f} s", flush=True)
    with tempfile.TemporaryDirectory() as place:
        for row in rows:  # a success has no cause, so nothing to group by
            row["group"] = None if row["class"] == "success" else row["group"]
        made, labels = Path(place, "predictions.jsonl"), Path(place, "labels.jsonl")
        made.write_text("".join(json.dumps(row) + "\n" for row in predictions))
        labels.write_text("".join(json.dumps(row) + "\n" for row in rows))
        Path(place, "files").symlink_to(folder / "files")
        scorer = CORPUS / "score_extract.py"
        asked = [sys.executable, str(scorer), "--labels", str(labels), str(made)]
        subprocess.run([*asked, "--misses", str(misses)], check=False)
    _false_verdicts(rows, predictions)


def _false_verdicts(rows: list[dict[str, Any]], predictions: list[dict[str, Any]]) -> None:
    for row, made in zip(rows, predictions, strict=True):
        right = {row["class"], *(row.get("also_right") or []), *(row.get("class_ok") or [])}
        if ("success" in (made["class"], row["class"])) and made["class"] not in right:
            print(
                f"  VERDICT {row['id']}: {row['class']} <- {made['class']} | {made['summary'][:90]}"
            )


def main() -> int:
    """Score both sets; 2 when the corpus is not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--without", default="", help="sources (id prefixes) to leave out")
    parser.add_argument("--only", default="", help="sources (id prefixes) to score")
    parser.add_argument("--set", default="logs-dev,agents-dev")
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
            score(CORPUS / name, rows, signatures, asked.misses)
    return 0


if __name__ == "__main__":
    sys.exit(main())
