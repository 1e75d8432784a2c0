"""What the doctor finds, on real repositories and folders."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from loop.doctor import CannotWork, Finding, Level, examine, fail, ok, refuse, warn
from loop.doctor import agents as agents_room
from loop.doctor.machine import (
    BREAKS_FROM,
    DISK_FAIL_MIB,
    DISK_WARN_MIB,
    PREFECT,
    _room,
    folder,
    git,
    python,
)
from loop.doctor.repositories import repository
from policies.plan import AgentSpec, Landing, RepoPlan

ROOT = Path(__file__).resolve().parents[2]
ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nowhere"}


def call(place: Path, *args: str) -> None:
    name = ("-c", "user.name=A", "-c", "user.email=a@b")
    subprocess.run(["git", *name, *args], cwd=place, check=True, capture_output=True)


def made(place: Path, *, commit: bool = True) -> RepoPlan:
    place.mkdir()
    call(place, "init", "-q", "-b", "main")
    call(place, "config", "user.name", "A")
    call(place, "config", "user.email", "a@b")
    if commit:
        (place / "a").write_text("a\n")
        call(place, "add", "a")
        call(place, "commit", "-qm", "a")
    return RepoPlan(name="r", path=str(place))


def bad(plan: RepoPlan) -> list[tuple[Level, str, str]]:
    found = repository(plan)
    return [(f.level, f.what, f.remedy) for f in found if f.level is not Level.OK]


def test_the_pins_are_those_of_the_project() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    declared = {line.split("=")[0]: line for line in tomllib.loads(text)["project"]["dependencies"]}
    assert f"prefect=={PREFECT}" in declared["prefect"]
    for name, first_bad in BREAKS_FROM.items():
        limit = "<" + ".".join(map(str, first_bad))
        assert any(line.startswith(name) and line.endswith(limit) for line in declared.values())
    assert [finding.level for finding in python()] == [Level.OK]


def test_a_healthy_repository_is_well(tmp_path: Path) -> None:
    assert bad(made(tmp_path / "r")) == []


def test_what_is_no_repository_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    ((level, what, remedy),) = bad(RepoPlan(name="r", path=str(tmp_path / "plain")))
    assert (level, "not a git repository" in what, "git init" in remedy) == (Level.FAIL, True, True)
    ((level, what, _),) = bad(RepoPlan(name="r", path=str(tmp_path / "gone")))
    assert (level, "no such folder" in what) == (Level.FAIL, True)


def test_a_repository_without_a_commit_or_the_branch_is_refused(tmp_path: Path) -> None:
    assert [
        (level, "no commit yet" in what)
        for level, what, _ in bad(made(tmp_path / "e", commit=False))
    ] == [(Level.FAIL, True)]
    ((level, what, _),) = bad(made(tmp_path / "r").evolve(branch="dev"))
    assert (level, what) == (Level.FAIL, "no branch dev")


def test_no_identity_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    plan = made(tmp_path / "r")
    call(tmp_path / "r", "config", "--unset", "user.email")
    ((level, what, remedy),) = bad(plan)
    assert (level, remedy) == (Level.WARN, "git config --global user.email …")
    assert "user.email" in what


def test_commit_landing_warns_of_a_dirty_checkout(tmp_path: Path) -> None:
    plan = made(tmp_path / "r").evolve(landing=Landing.COMMIT)
    assert bad(plan) == []
    (tmp_path / "r" / "a").write_text("b\n")
    ((level, what, _),) = bad(plan)
    assert level is Level.WARN and "uncommitted changes" in what


def test_upstream_must_be_there_and_readable_without_a_person(tmp_path: Path) -> None:
    plan = made(tmp_path / "r").evolve(base="upstream")
    ((level, what, _),) = bad(plan)
    assert level is Level.FAIL and "has none" in what
    made(tmp_path / "origin")
    call(tmp_path / "r", "remote", "add", "origin", str(tmp_path / "origin"))
    call(tmp_path / "r", "config", "branch.main.remote", "origin")
    assert bad(plan) == []
    call(tmp_path / "r", "remote", "set-url", "origin", str(tmp_path / "gone"))
    ((level, what, remedy),) = bad(plan)
    assert level is Level.FAIL and "remote origin cannot be read" in what
    assert "without a prompt" in remedy


def test_git_is_there_or_its_absence_is_said(tmp_path: Path) -> None:
    assert [finding.level for finding in git(ENVIRON)] == [Level.OK]
    assert [f.what for f in git({"PATH": str(tmp_path)})] == ["git is not installed"]


def test_a_folder_is_looked_at_without_being_made(tmp_path: Path) -> None:
    (finding,) = folder("logs", tmp_path / "not" / "yet")
    assert "MiB free" in finding.what and not (tmp_path / "not").exists()
    (tmp_path / "file").write_text("")
    (finding,) = folder("logs", tmp_path / "file" / "logs")
    assert (finding.level, "is a file" in finding.what) == (Level.FAIL, True)


@pytest.mark.parametrize(
    ("free_mib", "level"),
    [
        (0, Level.FAIL),
        (DISK_FAIL_MIB - 1, Level.FAIL),
        (DISK_FAIL_MIB, Level.WARN),
        (DISK_WARN_MIB - 1, Level.WARN),
        (DISK_WARN_MIB, Level.OK),
    ],
)
def test_room_on_the_disk(free_mib: int, level: Level) -> None:
    assert _room("logs", Path("/logs"), free_mib).level is level


def agent_findings(tmp_path: Path, spec: AgentSpec) -> list[Finding]:
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    return agents_room.examined([RepoPlan(name="r", path="/r", agent=spec)] * 2, environ)


def test_fixers_are_always_ready(tmp_path: Path) -> None:
    assert [finding.level for finding in agent_findings(tmp_path, AgentSpec())] == [Level.OK]


def test_an_agent_that_is_not_installed_is_said_once_with_its_remedy(tmp_path: Path) -> None:
    (finding,) = agent_findings(
        tmp_path, AgentSpec(name="codex", adapter="codex", command=("codex-that-is-not",))
    )
    assert (finding.level, finding.repo) == (Level.FAIL, None)
    assert "not installed" in finding.what and "npm install" in finding.remedy


def test_an_agent_without_a_sandbox_is_named(tmp_path: Path) -> None:
    spec = AgentSpec(name="mine", adapter="command", command=("sh",))
    *_, last = agent_findings(tmp_path, spec)
    assert (last.level, "allow_unsandboxed = true" in last.remedy) == (Level.FAIL, True)
    allowed = AgentSpec(name="mine", adapter="command", command=("sh",), allow_unsandboxed=True)
    *_, last = agent_findings(tmp_path, allowed)
    assert (last.level, "no sandbox" in last.what) == (Level.WARN, True)


def test_an_installed_agent_without_login_fails(tmp_path: Path) -> None:
    (tmp_path / "pi").write_text("#!/bin/sh\necho 1.2.3\n")
    (tmp_path / "pi").chmod(0o755)
    (finding,) = agent_findings(tmp_path, AgentSpec(name="pi", adapter="pi"))
    assert (finding.level, "not logged in" in finding.what) == (Level.FAIL, True)


def test_a_fallback_that_cannot_work_stops_no_run(tmp_path: Path) -> None:
    spare = AgentSpec(name="codex", adapter="codex", command=("codex-that-is-not",))
    plan = RepoPlan(name="r", path="/r", agent=AgentSpec(), fallback=spare)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    first, second = agents_room.examined([plan, plan], environ)
    assert (first.level, second.level) == (Level.OK, Level.WARN)
    assert second.what.startswith("fallback agent codex: ")
    assert "npm install" in second.remedy


def test_every_known_agent_is_asked(tmp_path: Path) -> None:
    told = agents_room.found_agents({"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert {"claude", "codex", "pi"} <= set(told)
    assert not any(readiness.ready for readiness in told.values())


def test_an_examination_changes_nothing(tmp_path: Path) -> None:
    plan = made(tmp_path / "r")
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    known = warn("x", "y", "r")
    found = examine([plan], ENVIRON, tmp_path / "state", tmp_path / "logs", [known])
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before
    assert found[-1] is known
    assert all(finding.level is not Level.FAIL for finding in found)
    assert all(finding.remedy for finding in found if finding.level is not Level.OK)


MACHINE, ONE, TWO = fail("m", "r"), fail("one", "r", "a"), fail("two", "r", "b")


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([MACHINE], "m; r"),
        ([ONE, TWO], "a: one; r (1 more: nightcrew doctor)"),
        ([ONE, MACHINE], "m; r (1 more: nightcrew doctor)"),
    ],
)
def test_a_run_that_could_not_work_is_refused(findings: list[Finding], said: str) -> None:
    with pytest.raises(CannotWork) as told:
        refuse(findings, {"a", "b"})
    assert (str(told.value), told.value.exit_code) == (said, 2)


def test_one_broken_repository_does_not_stop_a_fleet() -> None:
    refuse([ok("x"), ONE, warn("w", "r")], {"a", "b"})
