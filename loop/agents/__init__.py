"""Agents: one file each. A file of this folder that names its class ADAPTER is an agent."""

from __future__ import annotations

import importlib
import pkgutil

from loop.agents.base import Adapter
from loop.errors import AgentNotReady
from policies.plan import AgentSpec


def adapter_for(spec: AgentSpec) -> Adapter:
    """Give the adapter that *spec* names, bound to it. Raises AgentNotReady when there is none."""
    if spec.adapter not in _files():
        raise AgentNotReady(
            f"agent {spec.name}: there is no adapter {spec.adapter}; use one of {', '.join(adapters())}"
        )
    make = getattr(importlib.import_module(f"{__name__}.{spec.adapter}"), "ADAPTER", None)
    if make is None:
        raise AgentNotReady(
            f"agent {spec.name}: {spec.adapter} is no adapter; use one of {', '.join(adapters())}"
        )
    adapter: Adapter = make(spec)
    return adapter


def adapters() -> tuple[str, ...]:
    """Give the names of all adapters, sorted."""
    modules = ((name, importlib.import_module(f"{__name__}.{name}")) for name in _files())
    return tuple(sorted(name for name, module in modules if hasattr(module, "ADAPTER")))


def _files() -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(__path__))
