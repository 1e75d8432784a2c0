"""All tools, in the order in which they run."""

from __future__ import annotations

from loop.fixing import python_tools, whitespace
from loop.fixing.tool import Tool

TOOLS: tuple[Tool, ...] = (*python_tools.TOOLS, *whitespace.TOOLS)
"""Linters before formatters: what a linter mends, a formatter may have to lay out again."""
