"""Plain help with the verbs in groups."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What the parser raises for words it cannot use; typer exports only a child of it."""


class Grouped(TyperGroup):
    """Lists the verbs under their groups' headings, in the order they were added."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one block a group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is None or command.hidden:
                continue
            group = getattr(command, "rich_help_panel", None) or "Commands"
            groups.setdefault(str(group), []).append((name, command.get_short_help_str(68)))
        for group, rows in groups.items():
            with formatter.section(group):
                formatter.write_dl(rows)
