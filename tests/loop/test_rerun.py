"""What a rerun restores, and what it refuses: a commit that is gone, an agent of another version."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from nights import Night
from repositories import git, repository

from loop import rerun
from loop.errors import ContextDiffers, NightcrewError
from loop.workspace import workspace_folder
from policies.failure import CycleOutcome
from policies.plan import AgentSpec


@pytest.fixture
def night(tmp_path):
    made = Night(tmp_path / "night")
    yield made
    made.close()


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user")


def again(night, cycle, **how):
    night.crew._known.clear()  # a new process asks the agent for its version anew
    order = {"with_failure": False, "anyway": False} | how
    return rerun.same_context(night.crew, cycle, "20261122-000001", **order)


def test_last_is_the_newest_that_did_not_succeed(night, user):
    night.run(night.plan(user, 'sh -c "exit 7"'))
    night.run(night.plan(user, "true"))
    assert rerun.wanted(night.store, "last").outcome is CycleOutcome.FAILED
    with pytest.raises(NightcrewError, match="no such cycle"):
        rerun.wanted(night.store, "unknown")


def test_the_order_bears_what_was_frozen(night, user):
    (cycle,) = night.run(night.plan(user, 'sh -c "exit 7"')).cycles
    order = again(night, cycle, with_failure=True)
    assert (order.rerun_of, order.trigger, order.insist) == (cycle.cycle, "rerun", True)
    assert order.context["start_commit"] == git(user, "rev-parse", "HEAD")
    assert order.last_failure == cycle.failure
    assert order.plan == night.plan(user, 'sh -c "exit 7"')


def test_a_commit_that_is_gone_is_refused_whatever_is_said(night, user):
    plan = night.plan(user, 'sh -c "exit 7"')
    (cycle,) = night.run(plan).cycles
    shutil.rmtree(workspace_folder(plan, night.crew.places.workspaces))
    shutil.rmtree(user / ".git")
    repository(user, {"other.txt": "another history\n"})
    for anyway in (False, True):
        with pytest.raises(ContextDiffers, match="is gone; use --current-config"):
            again(night, cycle, anyway=anyway)


def an_agent(folder: Path, version: str) -> Path:
    program = folder / "pi"
    script = f'[ "$1" = --version ] && {{ echo {version}; exit 0; }}; echo no; exit 7'
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_another_version_of_the_agent_is_refused_unless_anyway(night, user, tmp_path):
    program = an_agent(tmp_path, "1.2.3")
    (tmp_path / "night/.pi/agent").mkdir(parents=True)
    night.crew.environ = night.crew.environ | {
        "HOME": str(tmp_path / "night"),
        "OPENAI_API_KEY": "a-key-of-a-person",
        "ANTHROPIC_API_KEY": "a-key-of-a-person",
    }
    spec = AgentSpec(name="pi", adapter="pi", command=(str(program),), allow_unsandboxed=True)
    (cycle,) = night.run(night.plan(user, spec)).cycles
    assert again(night, cycle).context["agent_version"] == "1.2.3"
    an_agent(tmp_path, "1.3.0")
    with pytest.raises(ContextDiffers, match=r"agent version was 1\.2\.3, is 1\.3\.0"):
        again(night, cycle)
    assert again(night, cycle, anyway=True).rerun_of == cycle.cycle
