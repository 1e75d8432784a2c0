"""What Prefect is told before it is imported: its home, and to keep to this machine.

Nothing here imports Prefect; the settings and their effects were measured (docs/prefect.md).
"""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping
from pathlib import Path

import psutil

SERVER_FILE = "nightcrew-server.json"
"""In PREFECT_HOME: where `nightcrew serve` runs now."""

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # The story is told by our own observer; Prefect's lines stay in its own log channel.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FLOW_RUNS_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_TASK_RUNS_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}


def settle(environ: MutableMapping[str, str], prefect_home: Path) -> str | None:
    """Set what Prefect reads at import, and give the address of the server to use, if one is known.

    An exported PREFECT_API_URL is used as it is; else a `nightcrew serve` on the same state folder;
    else None: a server of our own is needed. A name that the person has set is left alone.
    """
    for name, value in QUIET.items():
        environ.setdefault(name, value)
    exported = environ.get("PREFECT_API_URL")
    if exported:
        return exported
    environ.pop("PREFECT_API_URL", None)
    environ["PREFECT_HOME"] = str(prefect_home)
    prefect_home.mkdir(parents=True, exist_ok=True)
    served = served_at(prefect_home)
    if served:
        environ["PREFECT_API_URL"] = served
    return served


def served_at(prefect_home: Path) -> str | None:
    """Give the API address of the `nightcrew serve` that is alive on *prefect_home*, or None."""
    try:
        told = json.loads((prefect_home / SERVER_FILE).read_text())
        process = psutil.Process(told["pid"])
        alive = abs(process.create_time() - told["started"]) < 1 and process.is_running()
        return str(told["api"]) if alive else None
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None


def announce(prefect_home: Path, api: str) -> Path:
    """Write where this process serves; give the file, which its caller removes at the end."""
    place = prefect_home / SERVER_FILE
    process = psutil.Process(os.getpid())
    told = {"api": api, "pid": process.pid, "started": process.create_time()}
    place.write_text(json.dumps(told))
    return place
