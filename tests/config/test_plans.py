"""From what a person typed to plans: names, paths, the fleet, agents."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.plans import plans, slug
from config.settings import load
from policies.errors import NightcrewError
from policies.failure import FailureClass
from policies.plan import AgentSpec, CheckSpec, Permissions, RepoPlan, SetupSpec


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name / ".git").mkdir(parents=True)
        (folder / name / ".git/HEAD").write_text("ref: refs/heads/main\n")
    return folder


def planned(folder: Path, *asked: str, toml: str | None = None, **arguments: Any) -> list[RepoPlan]:
    if toml is not None:
        (folder / "nightcrew.toml").write_text(toml)
    environ = {"PATH": "/usr/bin:/bin"}
    return plans(load(folder, environ, arguments), asked, folder)


FLEET = '[repositories.a]\npath = "a"\n[repositories.bee]\npath = "deep/b"\n'


def test_the_fleet_in_its_order_and_a_name_from_it(tmp_path: Path) -> None:
    made(tmp_path, "a", "deep/b")
    assert [plan.name for plan in planned(tmp_path, toml=FLEET)] == ["a", "bee"]
    assert [plan.path for plan in planned(tmp_path, "bee")] == [str(tmp_path / "deep/b")]


def test_a_path_of_the_fleet_has_the_name_it_has_there(tmp_path: Path) -> None:
    made(tmp_path, "a", "deep/b")
    assert [p.name for p in planned(tmp_path, "./deep/b", "bee", toml=FLEET)] == ["bee"]


def test_a_path_needs_no_configuration_and_may_lie_inside(tmp_path: Path) -> None:
    made(tmp_path, "My Repo (1)")
    (tmp_path / "My Repo (1)" / "src").mkdir()
    (plan,) = planned(tmp_path, "My Repo (1)/src")
    assert (plan.name, plan.path) == ("My-Repo-1", str(tmp_path / "My Repo (1)"))


def test_nothing_asked_and_no_file_is_the_repository_one_stands_in(tmp_path: Path) -> None:
    made(tmp_path, "a")
    inside = tmp_path / "a" / "src"
    inside.mkdir()
    assert [plan.path for plan in planned(inside)] == [str(tmp_path / "a")]


def test_two_of_one_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    made(tmp_path, "x/a", "y/a", "y/A")
    first, second, third = planned(tmp_path, "x/a", "y/a", "y/A")
    names = [first.name, second.name, third.name]
    assert len({name.lower() for name in names}) == 3
    assert all(name[:2].lower() == "a-" for name in names)
    assert [plan.name for plan in planned(tmp_path, "y/a", "x/a", "y/A")] == [
        second.name,
        first.name,
        third.name,
    ]


def test_a_path_never_takes_a_name_of_the_fleet(tmp_path: Path) -> None:
    made(tmp_path, "a", "deep/b", "other/a")
    (plan,) = planned(tmp_path, "other/a", toml=FLEET)
    assert plan.name.startswith("a-")


MISTAKES = {
    "empty fleet": (("jobs = 1",), (), "the fleet is empty; add [repositories.NAME]"),
    "misspelt": ((FLEET,), ("beee",), "beee: no repository of that name.*did you mean bee"),
    "no folder": ((None,), ("nope",), "nope: no repository of that name and no such folder"),
    "nowhere": ((None,), (), "not in a git repository, and no nightcrew.toml here"),
}


@pytest.mark.parametrize(("toml", "asked", "said"), MISTAKES.values(), ids=MISTAKES)
def test_what_cannot_be_planned_is_said(
    tmp_path: Path, toml: tuple[str | None], asked: tuple[str, ...], said: str
) -> None:
    said = said.replace("[", r"\[").replace("]", r"\]")
    with pytest.raises(NightcrewError, match=said):
        planned(tmp_path, *asked, toml=toml[0])


def test_every_setting_reaches_the_plan(tmp_path: Path) -> None:
    made(tmp_path, "a")
    toml = """
landing = "commit"
setup = ["uv sync", { name = "links", links = [".venv"], inputs = ["uv.lock"] }]
checks = ["pytest -q 'a b'", { name = "lint", command = ["ruff", "check"] }]
log_limit_mib = 1
ledger = "state"
ledger_file = "docs/INCIDENTS.md"
[environment]
pass = ["X_*"]
[retry]
longest_wait_s = 5
[breaker]
cool_down_s = 1
any_cause_opens_after = 9
[incidents]
reopen_days = 2
[repositories.a]
path = "a"
branch = "dev"
base = "upstream"
timeouts = { total_s = 7 }
bounds = { auth = { opens_after = 3, scope = "repository" } }
"""
    (plan,) = planned(tmp_path, "a", toml=toml)
    assert (plan.landing, plan.ledger, plan.ledger_file) == ("commit", "state", "docs/INCIDENTS.md")
    assert (plan.branch, plan.base, plan.log_limit_mib) == ("dev", "upstream", 1)
    assert plan.setup == (
        SetupSpec(name="uv sync", argv=("uv", "sync")),
        SetupSpec(name="links", links=(".venv",), inputs=("uv.lock",)),
    )
    assert plan.checks == (
        CheckSpec(name="pytest -q 'a b'", argv=("pytest", "-q", "a b"), source="configured"),
        CheckSpec(name="lint", argv=("ruff", "check"), source="configured"),
    )
    assert (plan.environment_pass, plan.longest_wait_s) == (("X_*",), 5)
    assert (plan.cool_down_s, plan.cool_down_to_s, plan.any_cause_opens_after) == (1, 86400, 9)
    assert (plan.reopen_days, plan.timeouts.total_s, plan.timeouts.git_s) == (2, 7, 600)
    auth = plan.bounds[FailureClass.AUTH]
    assert (auth.opens_after, auth.scope, auth.attempts) == (3, "repository", 1)
    assert RepoPlan.from_state(plan.to_state()) == plan


def test_without_settings_a_plan_is_the_default_plan(tmp_path: Path) -> None:
    made(tmp_path, "a")
    assert planned(tmp_path, "a") == [RepoPlan(name="a", path=str(tmp_path / "a"))]


def test_no_checks_wanted_is_not_the_same_as_find_them(tmp_path: Path) -> None:
    made(tmp_path, "a")
    assert planned(tmp_path, "a", toml="checks = []\nsetup = []")[0].checks == ()
    assert planned(tmp_path, "a", toml='checks = "find"')[0].checks is None


AGENTS = """
agent = "mine"
permissions = "edits"
[agents.mine]
adapter = "codex"
model = "m"
args = ["-c", "x=1"]
[agents.loose]
command = "sh -c 'exit 7'"
allow_unsandboxed = true
permissions = "full"
[agents.empty]
"""


def agent(folder: Path, toml: str | None, **arguments: Any) -> AgentSpec:
    made(folder, "a")
    return planned(folder, "a", toml=toml, **arguments)[0].agent


def test_an_agent_of_the_settings(tmp_path: Path) -> None:
    assert agent(tmp_path, AGENTS) == AgentSpec(
        name="mine",
        adapter="codex",
        model="m",
        args=("-c", "x=1"),
        permissions=Permissions.EDITS,
    )


def test_an_agent_with_a_command_of_the_settings(tmp_path: Path) -> None:
    spec = agent(tmp_path, AGENTS, agent="loose")
    assert (spec.adapter, spec.command) == ("command", ("sh", "-c", "exit 7"))
    assert (spec.permissions, spec.allow_unsandboxed) == (Permissions.FULL, True)


def test_a_known_agent_needs_no_table(tmp_path: Path) -> None:
    assert agent(tmp_path, None, agent="pi") == AgentSpec(name="pi", adapter="pi")


def test_a_command_line_typed_by_a_person_is_their_own_choice(tmp_path: Path) -> None:
    spec = agent(tmp_path, None, agent='sh -c "exit 7"')
    assert spec == AgentSpec(
        name='sh -c "exit 7"',
        adapter="command",
        command=("sh", "-c", "exit 7"),
        allow_unsandboxed=True,
    )


def test_a_command_line_of_the_settings_is_not(tmp_path: Path) -> None:
    assert not agent(tmp_path, "agent = 'sh -x'").allow_unsandboxed


def test_a_command_of_one_word_must_be_on_path(tmp_path: Path) -> None:
    assert agent(tmp_path, None, agent="true").command == ("true",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("codx", "agent 'codx': no such agent, and no command on PATH; did you mean codex?"),
        ("zzz", "known are claude, codex, empty, fixers, loose, mine, pi"),
        ("sh -c 'x", 'agent: "sh -c \'x": No closing quotation; close the quotes'),
        ("empty", "agents.empty: no adapter and no command"),
        ("", "agent: empty"),
    ],
)
def test_an_agent_that_is_none_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(NightcrewError) as told:
        agent(tmp_path, AGENTS, agent=text)
    assert said in str(told.value)


@given(st.text())
def test_a_slug_is_a_name_that_the_settings_take(name: str) -> None:
    made_of = slug(name)
    assert made_of and ".." not in made_of
    assert set(made_of) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert slug(made_of) in (made_of, made_of.removesuffix(".git"), "git")


def test_a_fallback_is_an_agent_like_any_but_never_behind_one_named_by_hand(tmp_path: Path) -> None:
    made(tmp_path, "a", "deep/b")
    toml = 'agent = "codex"\nfallback = "claude"\njobs = 5\n' + FLEET + 'fallback = "fixers"\n'
    first, second = planned(tmp_path, toml=toml)
    assert [plan.fallback.name for plan in (first, second) if plan.fallback] == ["claude", "fixers"]
    assert (first.jobs, first.agent.name) == (5, "codex")
    assert RepoPlan.from_state(first.to_state()) == first
    assert [plan.fallback for plan in planned(tmp_path, agent="pi")] == [None, None]
    assert [plan.fallback for plan in planned(tmp_path, toml=FLEET)] == [None, None]
    with pytest.raises(NightcrewError, match="no such agent"):
        planned(tmp_path, toml='fallback = "claud"\n' + FLEET)


def test_when_the_same_cause_is_an_outage_is_a_setting(tmp_path: Path) -> None:
    made(tmp_path, "a", "deep/b")
    (plan, _) = planned(tmp_path, toml="canary = false\n[outage]\nrepositories = 5\n" + FLEET)
    assert (plan.outage.repositories, plan.outage.window_s, plan.canary) == (5, 1800, False)
    with pytest.raises(NightcrewError, match=r"outage\.repositories"):
        planned(tmp_path, toml="[outage]\nrepositories = 1\n" + FLEET)
