"""State between runs: runs, cycles, attempts, breakers, incidents, contexts."""

from loop.store.store import Store

__all__ = ["Store"]
