"""What Prefect is told before it is imported: its home, and to keep to this machine.

Nothing here imports Prefect; the settings and their effects were measured (docs/prefect.md).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from importlib.metadata import version
from pathlib import Path

from flows.announcement import SERVED, announced

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

LOGS_NAME = "NIGHTCREW_LOGS_DIR"
STORE_NAME = "NIGHTCREW_STATE_URL"
IDLE_NAME = "NIGHTCREW_SERVER_IDLE_S"
"""Settings, all three; whoever starts a server exports to it what they came to."""


CONFIG_NAME = "NIGHTCREW_CONFIG"
"""The settings file that `serve` was started with, for the processes of its worker."""

WORKER_ENVIRON = {
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    "PREFECT_WORKER_PREFETCH_SECONDS": "1",
}
SCHEDULING = {
    # A yearly turn too must have its scheduled run; the server's own limit is 100 days.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME": "P400D",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # else the file only grows
}


def told_places(store_url: str, logs: Path, idle_s: float) -> dict[str, str]:
    """Give the environment that tells a server of ours where store and logs are, and how long it stays."""
    return {STORE_NAME: store_url, LOGS_NAME: str(logs), IDLE_NAME: str(idle_s)}


def confined(api: str) -> dict[str, str]:
    """Give the settings by which only the pages of the server at *api* may speak to it."""
    root = api.removesuffix("/api")
    return {
        "PREFECT_SERVER_UI_API_URL": api,  # its pages ask port 4200 whatever port was given
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{root},{root.replace('127.0.0.1', 'localhost')}",
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
    # Ours knows no such token; asking for one would cost each client a request.
    environ.setdefault("PREFECT_CLIENT_CSRF_SUPPORT_ENABLED", "false")
    prefect_home.mkdir(parents=True, exist_ok=True)
    served = served_at(prefect_home)
    if served:
        environ["PREFECT_API_URL"] = served
    return served


def served_at(prefect_home: Path) -> str | None:
    """Give the API address of the `nightcrew serve` that is alive on *prefect_home*, or None."""
    told = announced(prefect_home / SERVED)
    return told.api if told else None


def prefect_version() -> str:
    """Give the version of Prefect that is installed here."""
    return version("prefect")
