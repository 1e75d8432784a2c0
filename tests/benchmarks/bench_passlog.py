"""Compares child -> redaction -> pass log with `cat > file`, and tells the peak memory above idle.

Run by hand: `python tests/benchmarks/bench_passlog.py [MEGABYTES]`. It asserts nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from loop.passlog import PassLog  # noqa: E402  (a script finds the project first)
from loop.process import Launch, run  # noqa: E402
from policies.redaction import Redactor  # noqa: E402
from policies.timeouts import Timeouts  # noqa: E402

LINES = {
    "plain": b"2026-02-12 10:14:56 INFO compiling module number 17 of 240, nothing to say here\n",
    "events": b'{"type":"item.completed","item":{"id":"item_3","type":"command_execution","command":'
    b'"bash -lc ls","aggregated_output":"README.md\\nsrc\\n"},"usage":{"input_tokens":1234}}\n',
    "secrets": b"POST https://api.example.com/v1?token=abcd1234 Authorization: Bearer abcd1234efgh\n",
    "endless": b"x" * 100,
}


def peak_mib() -> float:
    """Give this process's peak resident memory; 0 where /proc does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    return next(int(row.split()[1]) for row in status.open() if row.startswith("VmHWM")) / 1024


def through_cat(source: Path, target: Path) -> float:
    began_s = time.perf_counter()
    with target.open("wb") as out:
        subprocess.run(["cat", source], stdout=out, check=True)
    return time.perf_counter() - began_s


def through_log(source: Path, target: Path, *, listens: bool) -> float:
    lines = 0

    def on_line(line: str) -> None:
        nonlocal lines
        lines += 1

    began_s = time.perf_counter()
    log = PassLog(
        target,
        head="head",
        limit_bytes=32 << 20,
        redactor=Redactor(["a-known-value-of-the-environment"]),
        on_line=on_line if listens else None,
    )
    child = Launch(("cat", str(source)), source.parent, dict(os.environ))
    end = run(child, Timeouts(), sink=log.write)
    log.close("foot")
    if end.exit_code != 0:
        raise SystemExit(f"cat ended with {end}")
    return time.perf_counter() - began_s


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    idle_mib = peak_mib()
    print(f"{megabytes} MB of each; idle {idle_mib:.0f} MiB")
    with tempfile.TemporaryDirectory() as place:
        source, target = Path(place) / "source", Path(place) / "target"
        for name, line in LINES.items():
            block = line * (1_000_000 // len(line))
            with source.open("wb") as out:
                for _ in range(megabytes):
                    out.write(block)
            cat_s = through_cat(source, target)
            for listens in (False, True):
                log_s = through_log(source, target, listens=listens)
                print(
                    f"{name:8} {'log + lines' if listens else 'log':12} {megabytes / log_s:6.0f} MB/s,"
                    f" {log_s / cat_s:6.1f} x cat ({megabytes / cat_s:.0f} MB/s),"
                    f" peak {peak_mib() - idle_mib:+.0f} MiB"
                )


if __name__ == "__main__":
    main()
