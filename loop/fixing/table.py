"""All tools, in the order in which they run."""

from __future__ import annotations

from loop.fixing import compiled_tools, precommit, python_tools, web_tools, whitespace
from loop.fixing.tool import Tool

TOOLS: tuple[Tool, ...] = (
    *precommit.TOOLS,
    *python_tools.TOOLS,
    *web_tools.TOOLS,
    *compiled_tools.TOOLS,
    *whitespace.TOOLS,
)
"""pre-commit first, since it spares others; linters before formatters, who lay out anew what those mend."""
