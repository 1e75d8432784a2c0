"""`nightcrew breaker`: which breakers remember a failure, and closing one by hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flows.cli.common import Desk
    from loop.store import Store
    from loop.story import Crew
    from policies.breaker import BreakerState

app = typer.Typer(help="List breakers, close or open one by hand.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
RESETS = "breaker_reset"
"""The store remembers under this kind when and why a person closed a breaker."""


@app.callback(invoke_without_command=True)
def breaker(context: typer.Context, as_json: AsJson = False) -> None:
    """List the breakers that remember a failure; `reset` closes one."""
    if context.invoked_subcommand is None:
        list_breakers(as_json=as_json)


@app.command("list")
def list_breakers(as_json: AsJson = False) -> None:
    """List the breakers that remember a failure, open ones first."""
    from flows.cli.common import open_store
    from flows.cli.console import document, errors_told, note, table

    with errors_told():
        store = open_store(os.environ, Path.cwd())
        states = store.breakers()
        if as_json:
            document([in_full(state, store) for state in states])
        elif states:
            table(HEADINGS, [row(state) for state in states])
        else:
            note("every breaker is closed, and none remembers a failure")


@app.command("reset")
def reset_breakers(
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="A key, a repository or an agent; nothing: all."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is remembered.")] = "",
    as_json: AsJson = False,
) -> None:
    """Close breakers by hand: the next cycle starts at once."""
    from flows.cli.common import lone_hand, open_desk
    from flows.cli.console import document, errors_told, note
    from loop.errors import NightcrewError

    with errors_told():
        desk = open_desk(os.environ, Path.cwd())
        store = desk.store
        known = store.breakers()
        wanted = meant(key, [state.key for state in known])
        if key is not None and not wanted:
            raise NightcrewError(unknown(key, [state.key for state in known]))
        close(wanted, reason, lone_hand(desk, os.environ, note))
        if as_json:
            document([in_full(store.breaker(name), store) for name in wanted])
        for name in [] if as_json else wanted:
            note(f"{name}: closed")
        if not wanted and not as_json:
            note("every breaker is closed, and none remembers a failure")


@app.command("trip")
def trip_breaker(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A key, a repository or an agent.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is shown to whoever waits.")],
    hours: Annotated[float, typer.Option("--hours", min=0.01, max=24 * 31, help="How long.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Open a breaker by hand: no cycle starts until then, or until it is reset."""
    from datetime import timedelta

    from flows.cli.common import open_desk
    from flows.cli.console import document, errors_told, note
    from flows.cli.words import moment
    from loop.errors import NightcrewError
    from loop.story import utc_now
    from policies.tripping import tripped_by_hand

    with errors_told():
        desk, now = open_desk(os.environ, Path.cwd()), utc_now()
        known = all_keys(desk)
        wanted = meant(key, known)
        if not wanted:
            raise NightcrewError(unknown(key, known))
        until = now + timedelta(hours=hours)
        states = desk.store.change_breakers(
            wanted, lambda found: [tripped_by_hand(state, reason, until, now) for state in found]
        )
        if as_json:
            document([in_full(state, desk.store) for state in states])
        for state in [] if as_json else states:
            note(f"{state.key}: open until {moment(until)}")


def all_keys(desk: Desk) -> list[str]:
    """Give the keys of every breaker that a cycle of the fleet, or a remembered one, asks."""
    from policies.permit import MACHINE_KEY, agent_key, repository_key

    pairs = [(plan.name, plan.agent.name) for plan in desk.plans]
    pairs += [(cycle.repo, cycle.agent) for cycle in desk.store.cycles(limit=500)]
    keys = [MACHINE_KEY, *(agent_key(agent) for _, agent in pairs)]
    keys += [repository_key(repo, agent) for repo, agent in pairs]
    return list(dict.fromkeys([*keys, *(state.key for state in desk.store.breakers())]))


def unknown(key: str, known: Sequence[str]) -> str:
    """Give the line about a *key* that means none of the *known* ones."""
    from difflib import get_close_matches

    words = [word for each in known for word in (each, *each.partition(":")[2].split("/")) if word]
    near = get_close_matches(key, dict.fromkeys(words), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "nightcrew breaker list names them"
    return f"{key}: no such breaker; {hint}"


HEADINGS = ["breaker", "state", "class", "in a row", "next probe", "limit ends", "cause"]


def row(state: BreakerState) -> list[str]:
    """Give the breaker's row under HEADINGS."""
    from flows.cli.words import moment

    return [
        state.key,
        state.phase.value.replace("_", "-"),
        state.failure_class.value if state.failure_class else "",
        f"{state.identical} identical, {state.failed} in all",
        moment(state.until),
        moment(state.stated_end),
        state.summary,
    ]


def meant(key: str | None, names: list[str]) -> list[str]:
    """Give the keys that *key* means: itself, a repository's breakers, or an agent's. None: all."""
    if key is None:
        return names
    if key in names:
        return [key]
    return [n for n in names if n == f"agent:{key}" or n.startswith(f"repository:{key}/")]


def close(keys: Sequence[str], reason: str, crew: Crew) -> None:
    """Close the breakers *keys* in one transaction, remember when and why, and tell whom it ends."""
    from loop.outages import reset, tell
    from policies.records import stamp
    from policies.text import one_line

    if not keys:
        return
    ended = reset(crew.store, list(keys), crew.now())
    for name in keys:
        told = {"at": stamp(crew.now()), "reason": one_line(reason, 500)}
        crew.store.remember(RESETS, name, told)
    for outage in ended:
        tell(crew, outage)
    crew.notifier.close()


def in_full(state: BreakerState, store: Store) -> dict[str, Any]:
    """Give the breaker's object, and when and why a person last closed it (`reset`, or null)."""
    return state.to_json() | {"reset": store.recall(RESETS, state.key)}
