"""The pages that Prefect's UI shows as artifacts: Markdown and rows of tables, bounded and inert."""

from __future__ import annotations

from policies.pages.attempts import attempt_rows
from policies.pages.bounded import PAGE_LIMIT_BYTES
from policies.pages.cycle import cycle_page
from policies.pages.incident import incident_page
from policies.pages.night import night_summary, night_table

__all__ = [
    "PAGE_LIMIT_BYTES",
    "attempt_rows",
    "cycle_page",
    "incident_page",
    "night_summary",
    "night_table",
]
