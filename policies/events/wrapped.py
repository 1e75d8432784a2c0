"""Lines that a program broke at the terminal's width, joined again."""

from __future__ import annotations

WIDTH = 80
"""Columns of a terminal that does not say how wide it is: what rich and Python assume."""
LIMIT_CHARS = 4_000
"""More of one joined line is not kept."""


class Joined:
    """One statement that may go on over several lines."""

    def __init__(self, first: str, at: int = 0, width: int = WIDTH) -> None:
        """Begin with the line *first*, number *at* of the log, on a terminal of *width* columns."""
        self.text = first
        self.at = at
        self._last = first
        self._width = width

    def add(self, line: str) -> None:
        """Take *line* into the text, wherever it was broken."""
        self.text = f"{self.text} {line}"[:LIMIT_CHARS]

    def take(self, line: str) -> bool:
        """Join *line* if it goes on from the one before: its first word did not fit there."""
        word, width = line.split(" ", 1)[0], self._width
        if not line or not width - len(word) <= len(self._last) <= width:
            return False  # a longer line was not broken at all
        broken = len(self._last) >= width and not self._last.endswith((",", ":", ";", "."))
        glue = "" if broken and "/" in self._last[-40:] and " " not in self._last[-40:] else " "
        self.text = f"{self.text}{glue}{line}"[:LIMIT_CHARS]
        self._last = line
        return True
