"""The addresses of the log pages, for whoever links to them."""

from __future__ import annotations

from urllib.parse import quote


def cycle_url(base: str, cycle: str) -> str:
    """Give the address of the page of *cycle*; *base* is where the app is mounted."""
    return f"{base.rstrip('/')}/logs/{_quoted(cycle)}"


def log_url(base: str, cycle: str, name: str) -> str:
    """Give the address of the log *name* (a file name) of *cycle*; add `?at=cause` to open it there."""
    return f"{cycle_url(base, cycle)}/{_quoted(name)}"


def from_logs(cycle: str, name: str = "") -> str:
    """Give the same address as a link on a page of `/logs/…`, which needs no base."""
    here = f"./{_quoted(cycle)}"
    return f"{here}/{_quoted(name)}" if name else here


def _quoted(part: str) -> str:
    return quote(part, safe="", errors="replace")
