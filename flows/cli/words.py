"""The words of the command line: those of policies/words, and one for our own bugs."""

from __future__ import annotations

import traceback

from policies.text import one_line
from policies.words import clock as clock
from policies.words import count as count
from policies.words import duration as duration
from policies.words import gist as gist
from policies.words import label as label
from policies.words import moment as moment
from policies.words import outcome_word as outcome_word


def unplanned(error: Exception) -> str:
    """Give one line about an *error* that is a bug of ours: what, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return one_line(f"crashed: {type(error).__name__}: {error}{where}", 400)
