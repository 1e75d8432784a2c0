"""Pass logs in the browser: a small read-only app that stands beside Prefect's own pages."""

from __future__ import annotations

from flows.logpages.routes import app
from flows.logpages.urls import cycle_url, log_url

__all__ = ["app", "cycle_url", "log_url"]
