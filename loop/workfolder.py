"""Where an attempt's agent works, as far as the attempt needs to know."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class WorkFolder(Protocol):
    """A workspace, or the canary's empty folder."""

    @property
    def path(self) -> Path:
        """The folder."""
        ...

    def changed(self) -> bool:
        """Say whether the agent changed anything that counts."""
        ...
