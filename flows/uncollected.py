"""Work without garbage collection: imports, whose million objects all stay, and the reading of logs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

COLLECT_AFTER = 100_000
"""Objects more than before; Python's own number is 700."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nothing be collected meanwhile; what is there afterwards is not looked at again.

    A fifth of what `import prefect` costs is looking for garbage that cannot be there.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for garbage seldom meanwhile: reading logs makes many small objects and no cycles of them."""
    before = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
