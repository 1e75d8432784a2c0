"""State between runs: runs, cycles, attempts, breakers, outages, incidents, contexts."""

from loop.store.store import Store

__all__ = ["Store"]
