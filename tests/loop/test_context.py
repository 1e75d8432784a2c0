"""A frozen context comes back whole, and says what is not as it was."""

import pytest

from loop import context
from loop.errors import ContextDiffers
from loop.store import Store
from policies.plan import AgentSpec, CheckSpec, Landing, RepoPlan, SetupSpec

PLAN = RepoPlan(
    name="repo",
    path="/somewhere/repo",
    landing=Landing.COMMIT,
    agent=AgentSpec(name="codex", adapter="codex", args=("-x",)),
    checks=(CheckSpec(name="t", argv=("pytest", "-q"), source="configured"),),
    setup=(SetupSpec(name="s", argv=("uv", "sync"), inputs=("uv.lock",)),),
)


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path}/n.db")
    yield opened
    opened.close()


def frozen(store, **changes):
    parts = {
        "plan": PLAN,
        "prompt": "do “this”\n".encode(),
        "start_commit": "a" * 40,
        "base_commit": "b" * 40,
        "agent_version": "1.2",
        "environment": {"HOME": "/h", "KEY": "secret"},
    }
    context.freeze(store, "c", **parts | changes)
    return context.load(store, "c")


def test_plan_and_prompt_come_back(store):
    known = frozen(store)
    assert context.plan_of(known, "c") == PLAN
    assert known["prompt"].encode() == "do “this”\n".encode()


def test_values_of_the_environment_are_not_kept(store):
    assert "secret" not in str(frozen(store))


def test_what_differs_is_named(store):
    known = frozen(store)
    same = {"HOME": "/other", "KEY": "new", "MORE": "x"}
    assert context.differences(known, agent_version="1.2", environment=same) == []
    told = context.differences(known, agent_version="1.3", environment={"HOME": "/h"})
    assert told == ["agent version was 1.2, is 1.3", "environment lacks KEY"]


def test_no_context_is_one_clear_line(store):
    with pytest.raises(ContextDiffers, match="use --current-config"):
        context.load(store, "unknown")


def test_a_setting_that_no_longer_exists_is_refused(store):
    known = frozen(store)
    known["plan"]["gone"] = 1
    with pytest.raises(ContextDiffers, match="unknown today"):
        context.plan_of(known, "c")
