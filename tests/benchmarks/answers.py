"""Writes what `diagnose` says of every labelled log, as one JSON line each: to compare two checkouts.

Run it by hand in each of them, then compare the files: `cmp` says nothing when all answers are the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from config.shipped import SIGNATURES  # noqa: E402
from flows.cli.diagnosispage import explanation, styled  # noqa: E402
from loop.diagnose import Passing, diagnosis_of  # noqa: E402
from loop.signature_files import load_signatures  # noqa: E402
from policies.rootcause import Hints  # noqa: E402
from policies.signatures import Signatures  # noqa: E402

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def answers(log: Path, signatures: Signatures) -> list[str]:
    """Give the answers for *log* without an exit code, and with those of a success and of a failure."""
    told = []
    for code in (None, 0, 2):
        hints = Hints(exit_code=code, now=NOW)
        failure, diagnosis = diagnosis_of(log, hints, signatures, Passing())
        page = [text for text, _ in styled(log.name, failure, diagnosis)]
        why = list(explanation(diagnosis.considered))
        told.append(json.dumps([log.name, code, failure.to_json(), page, why], default=str))
    return told


def main() -> int:
    """Print the answers for every log in the named folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="they and their folder files/")
    parser.add_argument("--without", nargs="*", default=[], metavar="SOURCE")
    asked = parser.parse_args()
    left_out = tuple(f"{source}-" for source in asked.without)
    signatures = load_signatures([SIGNATURES])
    for folder in asked.folders:
        logs = [*folder.glob("*.log*"), *folder.glob("files/*.log*")]
        for log in sorted(logs):
            if not log.name.startswith(left_out):
                print("\n".join(answers(log, signatures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
