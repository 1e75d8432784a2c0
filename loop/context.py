"""The frozen context of a cycle: all that decides what an attempt does, so that it can be run again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loop.errors import ContextDiffers
from loop.store import Store
from policies.plan import RepoPlan

VERSION = 1


def freeze(
    store: Store,
    cycle: str,
    *,
    plan: RepoPlan,
    prompt: bytes,
    start_commit: str,
    base_commit: str,
    agent_version: str | None,
    environment: Mapping[str, str],
) -> str:
    """Remember the context under the cycle's id, and give that id.

    Of the environment only the names are kept: values may be secrets.
    """
    record = {
        "version": VERSION,
        "plan": plan.to_state(),
        "prompt": prompt.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode(),
        "start_commit": start_commit,
        "base_commit": base_commit,
        "agent_version": agent_version,
        "environment": sorted(environment),
    }
    store.save_context(cycle, record)
    return cycle


def load(store: Store, context: str) -> dict[str, Any]:
    """Give a frozen context. Raises ContextDiffers when there is none, or of another version."""
    record = store.context(context)
    if record is None:
        raise ContextDiffers(
            f"{context}: no context was frozen (the cycle ended before its first attempt); "
            f"use --current-config"
        )
    if record.get("version") != VERSION:
        raise ContextDiffers(
            f"{context}: its context has version {record.get('version')}, this Nightcrew knows "
            f"{VERSION}; use --current-config"
        )
    return record


def plan_of(context: Mapping[str, Any], cycle: str) -> RepoPlan:
    """Give the plan as it was frozen. Raises ContextDiffers when a setting no longer exists."""
    try:
        return RepoPlan.from_state(dict(context["plan"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ContextDiffers(
            f"{cycle}: a setting of its context is unknown today ({error}); use --current-config"
        ) from error


def differences(
    context: Mapping[str, Any], *, agent_version: str | None, environment: Mapping[str, str]
) -> list[str]:
    """Say what of the context is not as it was: one line each, empty when all is the same."""
    told = []
    if context["agent_version"] != agent_version:
        told.append(f"agent version was {context['agent_version']}, is {agent_version}")
    missing = sorted(set(context["environment"]) - set(environment))
    if missing:
        told.append(f"environment lacks {', '.join(missing)}")
    return told
