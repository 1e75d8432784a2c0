"""The lock files: in step with pyproject, with hashes, and naming no host and no path."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
RUN, DEV, PLAIN = "requirements.lock", "requirements-dev.lock", "constraints.txt"
LOCKS = (RUN, DEV, PLAIN)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(name: str) -> dict[str, list[Version]]:
    """Give every pinned version by name (one for each marker)."""
    found: dict[str, list[Version]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if pin := re.match(r"([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==([^\s;]+)", line):
            found.setdefault(canonicalize_name(pin[1]), []).append(Version(pin[2]))
    return found


def declared(*, dev: bool) -> list[Requirement]:
    lines = list(PROJECT["project"]["dependencies"])
    return [Requirement(line) for line in lines + (PROJECT["dependency-groups"]["dev"] * dev)]


@pytest.mark.parametrize("name", LOCKS)
def test_what_breaks_prefect_is_kept_out(name: str) -> None:
    locked = pins(name)
    assert locked["prefect"] == [Version("3.8.8")]
    assert all(version < Version("0.151") for version in locked["fastapi"])
    assert all(version < Version("2.1") for version in locked["sqlalchemy"])


@pytest.mark.parametrize("name", LOCKS)
def test_no_host_and_no_path_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"://|\b(?:index|find-links|trusted-host)\b|(?:^|\s)[~.]?/\w", text)


@pytest.mark.parametrize(("name", "dev"), [(RUN, False), (DEV, True), (PLAIN, False)])
def test_locks_are_in_step_with_the_project(name: str, dev: bool) -> None:
    locked = pins(name)
    for requirement in declared(dev=dev):
        versions = locked[canonicalize_name(requirement.name)]
        fitting = [version for version in versions if version in requirement.specifier]
        assert fitting == versions, f"{requirement}: {name} has {versions}; compile it again"


def test_the_locks_agree_with_each_other() -> None:
    run, dev = pins(RUN), pins(DEV)
    assert run.items() <= dev.items()
    assert run == pins(PLAIN)


@pytest.mark.parametrize("name", [RUN, DEV])
def test_every_pin_has_hashes(name: str) -> None:
    blocks = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_this_environment_is_the_locked_one() -> None:
    from importlib import metadata

    wrong = {}
    for name, versions in pins(RUN).items():
        try:
            version = Version(metadata.version(name))
        except metadata.PackageNotFoundError:
            continue  # for another platform or python
        if version not in versions:
            wrong[name] = version
    assert default_environment()["implementation_name"] == "cpython"
    assert not wrong, "start `python3 tests`, which installs what is locked"
