"""Moments as other programs read them."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(moment: datetime | None) -> str | None:
    """Give *moment* as UTC, ISO 8601 with Z and whole seconds; None stays None."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
