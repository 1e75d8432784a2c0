"""Pauses as Prefect has them: the store says what is paused, the deployments follow.

A deployment that somebody paused in the UI stays so until `nightcrew resume`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.responses import DeploymentResponse

from flows.deployed import known
from flows.night import plan_turn
from loop import held, pauses
from loop.store import Store

OURS = "paused_in_prefect"
"""The store remembers under this kind the repositories whose deployments we paused."""


def follow(
    store: Store, names: Collection[str] | None, insist: Collection[str] | None = ()
) -> list[str]:
    """Pause and resume the deployments of *names* as the store says; give those resumed.

    *insist* names what is resumed although it was paused in the UI. None: all of them.
    """
    with get_client(sync_client=True) as client:
        there = known(client)
        cycles = [key.removeprefix("cycle/") for key in there if key.startswith("cycle/")]
        meant = [name for name in cycles if names is None or name in names]
        now = followed(client, store, meant, there, cycles if insist is None else insist)
    return [name for name in meant if _went_on(there, now, f"cycle/{name}")]


def followed(
    client: SyncPrefectClient,
    store: Store,
    names: Collection[str],
    there: Mapping[str, DeploymentResponse],
    insist: Collection[str] = (),
) -> dict[str, DeploymentResponse]:
    """Give the deployments *there* as they are once those of *names* were paused and resumed.

    What we pause is remembered, so that a `resume` while no server is up is made up for later.
    """
    now = dict(there)
    paused = set(pauses.paused(store, names))
    for name in names:
        key, is_paused = f"cycle/{name}", name in paused
        was_ours = store.recall(OURS, name) is not None
        if is_paused and not was_ours:
            store.remember(OURS, name, True)
        deployment, may = now.get(key), is_paused or was_ours or name in insist
        if deployment and may and deployment.paused is not is_paused:
            now[key] = _set(client, deployment, is_paused=is_paused)
        if was_ours and not is_paused:
            store.remember(OURS, name, None)
    return now


def _set(
    client: SyncPrefectClient, deployment: DeploymentResponse, *, is_paused: bool
) -> DeploymentResponse:
    change = client.pause_deployment if is_paused else client.resume_deployment
    change(deployment.id)
    return deployment.model_copy(update={"paused": is_paused})


def _went_on(
    before: Mapping[str, DeploymentResponse], now: Mapping[str, DeploymentResponse], key: str
) -> bool:
    return bool(before[key].paused) and not now[key].paused


def start_held(store: Store, repo: str, now: datetime) -> bool:
    """Plan the turn of *repo* that waits for a person, at once; False: the server does not know it."""
    turn = held.held(store, repo)
    with get_client(sync_client=True) as client:
        deployment = known(client).get(f"cycle/{repo}")
        if turn is None or deployment is None:
            return False
        plan_turn(client, deployment.id, turn.run, repo, now)
    held.forget(store, repo)
    return True
