"""How many git processes a cycle starts, its children's children too: few, and no more each year."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from nights import Night
from repositories import commit, git, repository

from policies.failure import CycleOutcome


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """Give the file to which each git process that is found on PATH adds a line."""
    folder, told = tmp_path / "bin", tmp_path / "calls"
    folder.mkdir()
    told.touch()
    real = shutil.which("git")
    (folder / "git").write_text(f'#!/bin/sh\necho "$*" >> "{told}"\nexec {real} "$@"\n')
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return told


@pytest.fixture
def night(tmp_path):
    made = Night(tmp_path)
    yield made
    made.close()


def counted(calls: Path, night: Night, repo: Path, agent: str) -> tuple[int, CycleOutcome]:
    calls.write_text("")
    (cycle,) = night.run(night.plan(repo, agent)).cycles
    return len(calls.read_text().splitlines()), cycle.outcome


def test_a_cycle_with_nothing_to_do(tmp_path, night, calls):
    repo = repository(tmp_path / "repo", {f"f{n}": f"{n}\n" for n in range(20)})
    git(repo, "tag", "v1")
    counted(calls, night, repo, "true")
    n, outcome = counted(calls, night, repo, "true")
    assert (outcome, n <= 16) == (CycleOutcome.NOTHING_TO_DO, True), calls.read_text()
    assert "fetch" not in calls.read_text()


def test_a_cycle_after_a_persons_commit(tmp_path, night, calls):
    repo = repository(tmp_path / "repo")
    counted(calls, night, repo, "true")
    commit(repo, {"new": "x\n"})
    git(repo, "tag", "v2")
    n, outcome = counted(calls, night, repo, "true")
    assert (outcome, n <= 24) == (CycleOutcome.NOTHING_TO_DO, True), calls.read_text()
    (workspace,) = (tmp_path / "state" / "workspaces").iterdir()
    assert git(workspace, "rev-parse", "v2") == git(repo, "rev-parse", "HEAD")


def test_a_cycle_that_brings_a_change_and_the_next(tmp_path, night, calls):
    repo = repository(tmp_path / "repo")
    counted(calls, night, repo, "true")
    n, outcome = counted(calls, night, repo, "sh -c 'echo x > new'")
    assert (outcome, n <= 60) == (CycleOutcome.SUCCEEDED, True), calls.read_text()
    n, outcome = counted(calls, night, repo, "true")
    assert (outcome, n <= 20) == (CycleOutcome.NOTHING_TO_DO, True), calls.read_text()
    assert "fetch" not in calls.read_text()
