"""Records of loggers that lay their lines out in columns: what hangs below a warning is a warning too.

Rich's logging handler writes `WARNING  the message` and wraps it below the message's first column.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line

_RECORD = expression(
    r"^(?:\W{0,4}(?:\[?[\d:/., -]{5,30}\]? {1,9})?)(?P<level>[A-Z]{4,8}) {1,6}(?=\S)"
)
_ONLY_NOTES = frozenset({"DEBUG", "INFO", "WARNING"})
_COLUMN = 6
"""Less indentation is no column."""


def hanging_notes(lines: Sequence[Line]) -> list[int]:
    """Give the lines that go on with a record that is no error."""
    found: list[int] = []
    column = 0
    for line in lines:
        if record := _RECORD.match(line.text):
            column = record.end() if record["level"] in _ONLY_NOTES else 0
        elif column >= _COLUMN and len(line.text) - len(line.text.lstrip()) == column:
            found.append(line.number)
        else:
            column = 0
    return found
