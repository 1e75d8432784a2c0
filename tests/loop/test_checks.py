"""Checks run for real: what their end means, on whose code, and what they leave."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loop.checkenv import check_environment
from loop.checks import run_check
from loop.discovery import find_checks
from policies.checks import CheckResult, CheckState, CheckVerdict, compare
from policies.failure import FailureClass, StopReason
from policies.plan import CheckSpec
from tests.loop.repositories import git, repository, write

TEST = "def test_a():\n    assert True\n"


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH whose python3 is this one, under a name of its own (not dropped as our scripts are)."""
    tool = tmp_path / "tools" / "python3"
    write(tool.parent, {"python3": f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n'})
    tool.chmod(0o755)
    return os.pathsep.join([str(tool.parent), "/usr/bin", "/bin"])


def environment(workspace: Path, path: str, checkout: Path | None = None) -> dict[str, str]:
    environ = {"PATH": path, "HOME": str(workspace.parent), "GITHUB_TOKEN": "ghp_x", "A_B": "1"}
    env = check_environment(environ, workspace, checkout)
    return env | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # starts faster


def check(workspace: Path, path: str, *argv: str, timeout_s: float = 60) -> CheckResult:
    spec = CheckSpec(name="t", argv=argv, source="configured")
    env = environment(workspace, path)
    log = workspace.parent / "check.log"
    return run_check(spec, workspace, env=env, timeout_s=timeout_s, log_path=log)


def found(workspace: Path, path: str) -> CheckResult:
    (spec,) = find_checks(workspace)
    env = environment(workspace, path)
    log = workspace.parent / "check.log"
    return run_check(spec, workspace, env=env, timeout_s=60, log_path=log)


PYTEST = {
    "passes": (TEST, CheckState.PASSED, ""),
    "fails": ("def test_a():\n    assert 0\n", CheckState.FAILED, "exit 1: 1 failed"),
    "nothing collected": ("import pytest\n", CheckState.COULD_NOT_RUN, "pytest found no tests"),
    "not installed": (
        f"import no_such_thing\n{TEST}",
        CheckState.COULD_NOT_RUN,
        "not installed: no_such_thing",
    ),
    "its own module is broken": (f"import own.gone\n{TEST}", CheckState.FAILED, "exit 2: 1 error"),
    "closed input, CI": (
        "import os, sys\ndef test_a():\n    assert os.environ['CI'] == '1'\n"
        "    assert os.read(0, 1) == b''\n    assert not {'GITHUB_TOKEN', 'A_B'} & set(os.environ)\n",
        CheckState.PASSED,
        "",
    ),
}


@pytest.mark.parametrize("name", PYTEST)
def test_pytest(tmp_path: Path, path: str, name: str) -> None:
    source, state, reason = PYTEST[name]
    files = {"tests/test_a.py": source, "own/__init__.py": "", "pytest.ini": "[pytest]\n"}
    workspace = repository(tmp_path / "w", files)
    got = found(workspace, path)
    log = Path(got.log).read_text("utf-8")
    assert got.state is state, log
    assert got.reason.startswith(reason)
    assert log.startswith("# nightcrew cwd=")
    assert log.rstrip().rsplit("\n", 1)[-1].startswith(f"# nightcrew exit={got.exit_code} ")
    assert git(workspace, "status", "--porcelain", "-uall") == ""


def test_a_missing_module_is_the_changes_fault_when_the_change_brought_it(
    tmp_path: Path, path: str
) -> None:
    workspace = repository(tmp_path / "w", {"tests/test_a.py": TEST, "pytest.ini": "[pytest]\n"})
    base = found(workspace, path)
    write(workspace, {"tests/test_a.py": f"import no_such_thing\n{TEST}"})
    got = compare(base, found(workspace, path))
    assert got.verdict is CheckVerdict.BROKEN
    assert "no_such_thing" in got.why


def test_python_without_pytest_is_no_failure(tmp_path: Path, path: str) -> None:
    workspace = repository(tmp_path / "w", {"tests/test_a.py": TEST})
    bare = tmp_path / "tools" / "python3"
    write(tmp_path, {"tools/python3": f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n'})
    got = check(workspace, path, "python3", "-m", "pytest")
    assert bare.stat().st_mode & 0o111
    assert got.state is CheckState.COULD_NOT_RUN
    assert got.reason.startswith("pytest is not installed: install it")


UNITTEST = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        {}\n"


@pytest.mark.parametrize("package", ["", "tests/__init__.py", "tests/deep/__init__.py"])
def test_unittest_finds_the_tests(tmp_path: Path, path: str, package: str) -> None:
    files = {"code.txt": "", "mine.py": "A = 1\n"} | ({package: ""} if package else {})
    source = f"import mine\n{UNITTEST.format('self.assertEqual(mine.A, 1)')}"
    workspace = repository(tmp_path / "w", files | {"tests/test_a.py": source})
    got = found(workspace, path)
    assert got.state is CheckState.PASSED, Path(got.log).read_text("utf-8")


def test_what_is_not_installed_could_not_run(tmp_path: Path, path: str) -> None:
    got = check(repository(tmp_path / "w"), path, "no-such-tool")
    assert got.state is CheckState.COULD_NOT_RUN
    assert (got.exit_code, got.by_content) == (None, False)
    assert "no-such-tool" in got.reason


def test_its_own_clock(tmp_path: Path, path: str) -> None:
    began_s = time.monotonic()
    got = check(repository(tmp_path / "w"), path, "sleep", "60", timeout_s=0.5)
    assert time.monotonic() - began_s < 20
    assert (got.state, got.failure_class) == (CheckState.FAILED, FailureClass.TEST_TIMEOUT)
    assert got.reason == "did not end within 0.5 s"


def test_a_cancelled_check_says_nothing(tmp_path: Path, path: str) -> None:
    workspace = repository(tmp_path / "w")
    got = run_check(
        CheckSpec(name="t", argv=("sleep", "60"), source="configured"),
        workspace,
        env=environment(workspace, path),
        timeout_s=0,
        log_path=tmp_path / "log",
        is_cancelled=lambda: StopReason.CANCELLED,
    )
    assert got.state is CheckState.COULD_NOT_RUN


def test_the_tree_is_left_as_it_was(tmp_path: Path, path: str) -> None:
    workspace = repository(tmp_path / "w", {"a.txt": "a\n", "b [x].txt": "b\n", "c.txt": "c\n"})
    write(workspace, {"c.txt": "the agent's\n", "new.txt": "the agent's\n"})
    before = git(workspace, "status", "--porcelain", "-uall")
    script = (
        "echo x > 'b [x].txt'; rm a.txt; echo x >> c.txt; mkdir -p out/d; touch out/d/e .coverage"
    )
    assert check(workspace, path, "sh", "-c", script).state is CheckState.PASSED
    assert git(workspace, "status", "--porcelain", "-uall") == before
    assert not (workspace / "out").exists()
    assert (workspace / "new.txt").is_file()


def test_secrets_stay_out_of_the_log(tmp_path: Path, path: str) -> None:
    workspace = repository(tmp_path / "w")
    environ = {"PATH": path, "HOME": str(tmp_path), "PIP_INDEX_URL": "https://me:hunter22@pip.test"}
    run_check(
        CheckSpec(name="t", argv=("sh", "-c", "echo $PIP_INDEX_URL"), source="configured"),
        workspace,
        env=check_environment(environ, workspace),
        timeout_s=60,
        log_path=tmp_path / "log",
    )
    log = (tmp_path / "log").read_text("utf-8")
    assert "pip.test" in log
    assert "hunter22" not in log


LAYOUTS: dict[str, tuple[str, Callable[[Path], tuple[str, str]]]] = {
    "flat, path file": ("mine.py", lambda c: ("mine.pth", f"{c}\n")),
    "src, path file": ("src/mine.py", lambda c: ("mine.pth", f"{c}/src\n")),
    "src, finder": (
        "src/mine/__init__.py",
        lambda c: (
            "__editable___mine_finder.py",
            f"MAPPING = {{'mine': '{c}/src/mine'}}\n",
        ),
    ),
    "src, an old copy": ("src/mine.py", lambda _: ("mine.py", "WHERE = 'installed'\n")),
    "src, path file of another place": ("src/mine.py", lambda c: ("mine.pth", f"{c.parent}\n")),
    "src, url": (
        "src/mine.py",
        lambda c: (
            "mine-1.dist-info/direct_url.json",
            f'{{"url": "file://{c}", "dir_info": {{"editable": true}}}}',
        ),
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_linked_editable_install_tests_the_workspaces_code(
    tmp_path: Path, path: str, name: str
) -> None:
    module, made = LAYOUTS[name]
    asks = {"ask/ask.py": "import mine; print('code of', mine.WHERE)\n"}
    checkout = repository(tmp_path / "c", asks | {module: "WHERE = 'checkout'\n"})
    workspace = repository(tmp_path / "w", asks | {module: "WHERE = 'workspace'\n"})
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(checkout / ".venv")], check=True
    )
    (packages,) = (checkout / ".venv").glob("lib/python*/site-packages")
    write(packages, dict([made(checkout)]))
    (workspace / ".venv").symlink_to(checkout / ".venv")
    env = environment(workspace, path, checkout)
    spec = CheckSpec(name="t", argv=("python3", "ask/ask.py"), source="configured")
    got = run_check(spec, workspace, env=env, timeout_s=60, log_path=tmp_path / "log")
    assert "code of workspace" in (tmp_path / "log").read_text("utf-8"), env
    assert got.state is CheckState.PASSED


def test_without_an_environment_the_src_folder_is_imported_from(tmp_path: Path, path: str) -> None:
    workspace = repository(
        tmp_path / "w", {"src/mine.py": "", "tests/test_a.py": f"import mine\n{TEST}"}
    )
    assert found(workspace, path).state is CheckState.PASSED
