"""Fixtures for every floor: real agents, and the stub model that they ask."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from flows.uncollected import uncollected
from tests import agents_real

# How long an example takes says how busy the machine is; time is measured in tests/benchmarks.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


# Whatever a person prefers elsewhere: each of the workers and children would compile all modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect; the thousands of tests all stay, so nothing looks at them for garbage, now or later."""
    with uncollected():
        return (yield)


LONG = ("prefect", "agents", "slow")
"""Markers of the files that take long, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first, so that no worker is left alone with one at the end.

    Files stay whole and in their order: `--dist=loadfile --no-loadscope-reorder` hands them out so.
    """
    ranks: dict[Path, int] = {}
    for item in items:
        rank = next((n for n, name in enumerate(LONG) if item.get_closest_marker(name)), len(LONG))
        ranks[item.path] = min(rank, ranks.get(item.path, rank))
    items.sort(key=lambda item: ranks[item.path])


@pytest.fixture(scope="session")
def _stubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[agents_real.Stubs]:
    with agents_real.stubs(tmp_path_factory.mktemp("stubs")) as made:
        yield made


@pytest.fixture
def stub(_stubs: agents_real.Stubs) -> Callable[[str], str]:
    """Give a factory: scenario to the base address of a stub model that behaves so."""
    return _stubs.url


@pytest.fixture(scope="session")
def agent_bin() -> Callable[[str], Path]:
    """Give a factory: name of a real agent to its program (installed from npm, kept in a cache)."""
    return lambda name: agents_real.bin_folder() / name


@pytest.fixture
def agent_home(
    agent_bin: Callable[[str], Path], tmp_path: Path
) -> Callable[[str, str], agents_real.AgentHome]:
    """Give a factory: agent and base address to a HOME in which that agent is set up for it."""

    def make(agent: str, base_url: str) -> agents_real.AgentHome:
        programs = agent_bin(agent).parent
        return agents_real.make_home(agent, base_url, tmp_path / f"home-{agent}", programs)

    return make
