"""Setup run for real: links and commands, done once for what decides them."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from loop.checkenv import check_environment
from loop.setup import SetupResult, SetupState, run_setup
from policies.plan import SetupSpec
from tests.loop.repositories import git, repository, write

INSTALL = SetupSpec(name="npm ci", argv=("npm", "ci"), inputs=("package-lock.json", "package.json"))
LINK = SetupSpec(name="link node_modules", links=("node_modules",))
MAKES = 'mkdir -p node_modules; echo "made" >> node_modules/log; echo "$CI" > node_modules/ci\n'


class Place:
    """A workspace, a checkout, and a machine with one tool."""

    def __init__(self, root: Path) -> None:
        files = {"package.json": "{}", "package-lock.json": "{}"}
        self.workspace = repository(root / "w", files)
        self.checkout = repository(root / "c", files)
        self.bin = root / "bin"
        self.root = root

    def tool(self, name: str, script: str) -> None:
        write(self.bin, {name: f"#!/bin/sh\n{script}"})
        (self.bin / name).chmod(0o755)

    def setup(
        self, *specs: SetupSpec, done_key: str | None = None, timeout_s: float = 60
    ) -> SetupResult:
        path = os.pathsep.join([str(self.bin), "/usr/bin", "/bin"])
        environ = {"PATH": path, "HOME": str(self.root)}
        return run_setup(
            specs,
            self.workspace,
            self.checkout,
            done_key=done_key,
            env=check_environment(environ, self.workspace, self.checkout),
            timeout_s=timeout_s,
            log_path=self.root / "setup.log",
        )

    def times_made(self) -> int:
        return (self.workspace / "node_modules" / "log").read_text("utf-8").count("made")

    def status(self) -> str:
        return git(self.workspace, "status", "--porcelain", "-uall")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.tool("npm", MAKES)
    return made


def test_a_command_is_run_once_for_its_inputs(place: Place) -> None:
    first = place.setup(INSTALL)
    assert (first.state, first.failed, first.reason) == (SetupState.DONE, False, "")
    assert "# nightcrew exit=0 " in Path(first.log).read_text("utf-8")
    assert (place.workspace / "node_modules" / "ci").read_text("utf-8") == "1\n"
    assert place.status() == ""
    again = place.setup(INSTALL, done_key=first.key)
    assert (again.state, again.key, again.log) == (SetupState.SKIPPED, first.key, "")
    assert place.setup(INSTALL).state is SetupState.SKIPPED  # the workspace remembers it too
    assert place.times_made() == 1


def test_it_is_done_again_when_a_lock_file_changes(place: Place) -> None:
    first = place.setup(INSTALL)
    write(place.workspace, {"package-lock.json": '{"a": 1}'})
    again = place.setup(INSTALL)
    assert again.state is SetupState.DONE
    assert again.key != first.key
    assert place.times_made() == 2


def test_it_is_done_again_when_its_folder_is_gone(place: Place) -> None:
    place.setup(INSTALL)
    (place.workspace / "node_modules").rename(place.root / "gone")
    assert place.setup(INSTALL).state is SetupState.DONE


def test_it_is_done_again_with_another_tool(place: Place) -> None:
    place.setup(INSTALL)
    place.tool("npm", f"# newer\n{MAKES}")
    assert place.setup(INSTALL).state is SetupState.DONE


def test_a_failure_says_why_and_leaves_nothing_half_made(place: Place) -> None:
    place.tool("npm", f"{MAKES}echo noise; echo 'npm error network ENOTFOUND'; echo end; exit 1")
    failed = place.setup(INSTALL)
    assert (failed.state, failed.failed, failed.key) == (SetupState.FAILED, True, "")
    assert failed.reason == "npm ci ended with 1: npm error network ENOTFOUND"
    assert not (place.workspace / "node_modules").exists()
    place.tool("npm", MAKES)
    assert place.setup(INSTALL).state is SetupState.DONE


def test_what_is_installed_stays_when_the_repositorys_own_script_fails(place: Place) -> None:
    said = "echo npm error path $(pwd); echo npm error command failed"
    last = "echo npm error command sh -c build; exit 1"
    place.tool("npm", f"{MAKES}{said}; {last}")
    failed = place.setup(INSTALL)
    assert failed.reason == "npm ci ended with 1: npm error command sh -c build"
    assert (place.workspace / "node_modules").is_dir()


def test_a_tool_that_is_not_there_is_said(place: Place) -> None:
    failed = place.setup(SetupSpec(name="bring", argv=("no-such-tool",)))
    assert failed.failed
    assert "no-such-tool" in failed.reason


def test_its_own_clock(place: Place) -> None:
    failed = place.setup(SetupSpec(name="wait", argv=("sleep", "60")), timeout_s=0.3)
    assert failed.reason == "wait: stopped (total)"


def test_a_later_step_is_not_run_after_a_failure(place: Place) -> None:
    place.setup(SetupSpec(name="first", argv=("false",)), INSTALL)
    assert not (place.workspace / "node_modules").exists()


def test_what_it_writes_is_not_the_agents_work(place: Place) -> None:
    script = (
        "mkdir 'my pkg.egg-info'; echo x > 'my pkg.egg-info/a'; echo changed > package-lock.json"
    )
    place.setup(SetupSpec(name="build", argv=("sh", "-c", script)))
    assert place.status() == ""
    assert (place.workspace / "my pkg.egg-info" / "a").is_file()
    assert (place.workspace / "package-lock.json").read_text("utf-8") == "{}"


def test_links_lead_to_the_checkout_and_stay_out_of_git(place: Place) -> None:
    write(place.checkout, {"node_modules/a/index.js": ""})
    first = place.setup(LINK)
    assert first.state is SetupState.DONE
    assert (place.workspace / "node_modules").resolve() == place.checkout / "node_modules"
    assert place.status() == ""
    assert place.setup(LINK).state is SetupState.SKIPPED


def test_a_link_takes_the_place_of_what_an_earlier_setup_made(place: Place) -> None:
    place.setup(INSTALL)
    write(place.checkout, {"node_modules/a/index.js": ""})
    place.setup(LINK)
    assert (place.workspace / "node_modules" / "a").is_dir()


def test_an_install_never_writes_through_a_link_into_the_checkout(place: Place) -> None:
    write(place.checkout, {"node_modules/a/index.js": ""})
    place.setup(LINK)
    place.setup(INSTALL)
    assert place.times_made() == 1
    assert [p.name for p in (place.checkout / "node_modules").iterdir()] == ["a"]


def test_tracked_folders_are_never_linked_away(place: Place) -> None:
    write(place.workspace, {"node_modules/own.js": ""})
    git(place.workspace, "add", "-A")
    write(place.checkout, {"node_modules/a/index.js": ""})
    place.setup(LINK)
    assert (place.workspace / "node_modules" / "own.js").is_file()


def test_an_environment_is_made_by_the_machines_python_also_the_second_time(place: Place) -> None:
    base = shlex.quote(str(Path(sys.base_prefix) / "bin" / "python3"))
    place.tool("python3", f'exec {base} "$@"\n')
    argv = ("python3", "-m", "venv", "--without-pip", ".venv")
    spec = SetupSpec(name="venv", argv=argv, inputs=("package-lock.json",))
    own = SetupSpec(name="own", argv=(".venv/bin/python", "-c", "import sys; print(sys.prefix)"))
    assert place.setup(spec, own).state is SetupState.DONE
    write(place.workspace, {"package-lock.json": "{ }"})
    again = place.setup(spec, own)
    assert again.state is SetupState.DONE, again.reason
    home = (place.workspace / ".venv" / "pyvenv.cfg").read_text("utf-8")
    assert f"home = {place.workspace}" not in home
    assert str(place.workspace / ".venv") in Path(again.log).read_text("utf-8")
