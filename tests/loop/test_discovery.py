"""Setup and checks are found from the repository's own files."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from loop.discovery import find_checks, find_setup
from tests.loop.repositories import write

PYTEST_TEST = "import pytest\n\ndef test_a():\n    assert True\n"
UNITTEST_TEST = "import unittest\n\nclass T(unittest.TestCase):\n    pass\n"
NPM_DEFAULT = 'echo "Error: no test specified" && exit 1'

CHECKS: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "nothing": ({"README.md": "# a\n"}, []),
    "pytest table": (
        {"pyproject.toml": "[tool.pytest.ini_options]\n"},
        [("python3 -m pytest", "pyproject.toml [tool.pytest]")],
    ),
    "pytest.ini": ({"pytest.ini": "[pytest]\n"}, [("python3 -m pytest", "pytest.ini")]),
    "tox.ini": ({"tox.ini": "[pytest]\n"}, [("python3 -m pytest", "tox.ini [pytest]")]),
    "tox.ini of tox alone": ({"tox.ini": "[tox]\n"}, []),
    "setup.cfg": (
        {"setup.cfg": "[tool:pytest]\n"},
        [("python3 -m pytest", "setup.cfg [tool:pytest]")],
    ),
    "a test file": (
        {"tests/test_a.py": PYTEST_TEST},
        [("python3 -m pytest", "tests/test_a.py")],
    ),
    "a test file beside the code": (
        {"a_test.py": PYTEST_TEST},
        [("python3 -m pytest", "a_test.py")],
    ),
    "unittest": (
        {"tests/test_a.py": UNITTEST_TEST},
        [("python3 -m unittest discover -s tests -t tests", "tests/test_a.py")],
    ),
    "unittest in a package": (
        {"tests/test_a.py": UNITTEST_TEST, "tests/__init__.py": ""},
        [("python3 -m unittest discover", "tests/test_a.py")],
    ),
    "npm": (
        {"package.json": json.dumps({"scripts": {"test": "node --test"}})},
        [("npm test", "package.json scripts.test")],
    ),
    "pnpm": (
        {"package.json": json.dumps({"scripts": {"test": "x"}}), "pnpm-lock.yaml": ""},
        [("pnpm test", "package.json scripts.test")],
    ),
    "npm's placeholder": ({"package.json": json.dumps({"scripts": {"test": NPM_DEFAULT}})}, []),
    "a broken package.json": ({"package.json": "{"}, []),
    "a broken pyproject.toml": ({"pyproject.toml": "["}, []),
    "cargo": ({"Cargo.toml": "[package]\n"}, [("cargo test", "Cargo.toml")]),
    "go": ({"go.mod": "module a\n"}, [("go test ./...", "go.mod")]),
    "make": ({"Makefile": "build:\n\ntest: build\n\ttrue\n"}, [("make test", "Makefile test:")]),
    "a variable named test": ({"Makefile": "test := 1\nall:\n"}, []),
    "make beside cargo": (
        {"Makefile": "test:\n\ttrue\n", "Cargo.toml": ""},
        [("cargo test", "Cargo.toml")],
    ),
}


@pytest.mark.parametrize("name", CHECKS)
def test_checks_found(tmp_path: Path, name: str) -> None:
    files, expected = CHECKS[name]
    write(tmp_path, files)
    found = [(shlex.join(check.argv), check.source) for check in find_checks(tmp_path)]
    assert found == expected


def tools(folder: Path, *names: str) -> str:
    """Give a PATH on which *names* are installed; python3 is one without pytest."""
    folder.mkdir()
    for name in names:
        tool = folder / name
        tool.write_text("#!/bin/sh\nexit 1\n", "utf-8")
        tool.chmod(0o755)
    return str(folder)


PROJECT = '[project]\nname = "a"\ndependencies = ["x"]\n'
TESTS = {"tests/test_a.py": PYTEST_TEST}
NPM = {"package.json": json.dumps({"scripts": {"test": "x"}, "devDependencies": {"a": "1"}})}

SETUPS: dict[str, tuple[dict[str, str], tuple[str, ...], list[str]]] = {
    "no tests": ({"pyproject.toml": PROJECT}, ("python3",), []),
    "uv": (
        TESTS | {"uv.lock": "", "pyproject.toml": PROJECT},
        ("uv", "python3"),
        ["uv sync --frozen"],
    ),
    "uv with an extra": (
        TESTS | {"uv.lock": "", "pyproject.toml": PROJECT + "optional-dependencies.test = []\n"},
        ("uv",),
        ["uv sync --frozen --extra test"],
    ),
    "no uv": (
        TESTS | {"uv.lock": "", "pyproject.toml": PROJECT},
        ("python3",),
        ["venv", "-e . pytest"],
    ),
    "poetry": (TESTS | {"poetry.lock": ""}, ("poetry",), ["poetry install --no-interaction"]),
    "extras": (
        TESTS | {"pyproject.toml": PROJECT + "optional-dependencies.dev = []\n"},
        ("python3",),
        ["venv", "-e '.[dev]' pytest"],
    ),
    "groups": (
        TESTS
        | {
            "pyproject.toml": '[dependency-groups]\ntest = ["p<9"]\n'
            'dev = ["q", {include-group = "test"}]\n'
        },
        ("python3",),
        ["venv", "'p<9' q 'p<9' pytest"],
    ),
    "requirements": (
        TESTS | {"requirements-dev.txt": ""},
        ("python3",),
        ["venv", "-r requirements-dev.txt pytest"],
    ),
    "requirements of the tests alone": (
        TESTS | dict.fromkeys(("requirements/tests.txt", "requirements/dev.txt"), ""),
        ("python3",),
        ["venv", "-r requirements/tests.txt pytest"],
    ),
    "only pytest": (TESTS, ("python3",), ["venv", "pytest"]),
    "unittest needs nothing": ({"test_a.py": UNITTEST_TEST}, ("python3",), []),
    "nothing installed": (TESTS | NPM, (), []),
    "npm lock": (NPM | {"package-lock.json": "{}"}, ("npm",), ["npm ci --no-audit --no-fund"]),
    "npm": (NPM, ("npm",), ["npm install --no-audit --no-fund --no-package-lock"]),
    "npm workspaces without a dependency": (
        {"package.json": json.dumps({"scripts": {"test": "x"}, "workspaces": ["p/*"]})},
        ("npm",),
        ["npm install --no-audit --no-fund --no-package-lock"],
    ),
    "npm in place of pnpm": (
        NPM | {"pnpm-lock.yaml": ""},
        ("npm",),
        ["npm install --no-audit --no-fund --no-package-lock"],
    ),
    "cargo needs nothing": ({"Cargo.toml": ""}, ("cargo",), []),
}


@pytest.mark.parametrize("name", SETUPS)
def test_setup_found(tmp_path: Path, name: str) -> None:
    files, installed, expected = SETUPS[name]
    write(tmp_path / "r", files)
    path = tools(tmp_path / "bin", *installed)
    found = [shlex.join(spec.argv) for spec in find_setup(tmp_path / "r", None, path=path)]
    pip = ".venv/bin/python -m pip install --disable-pip-version-check --no-input --retries 2 "
    whole = {"venv": "python3 -m venv .venv"}
    assert [command.removeprefix(pip) for command in found] == [whole.get(e, e) for e in expected]


def test_python3_that_has_pytest_needs_no_setup(tmp_path: Path) -> None:
    write(tmp_path / "r", TESTS)
    own = tmp_path / "bin" / "python3"
    write(tmp_path / "bin", {"python3": f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n'})
    own.chmod(0o755)
    assert find_setup(tmp_path / "r", None, path=str(own.parent)) == ()


def make_venv(checkout: Path, name: str, *, pytest_inside: bool) -> None:
    write(checkout / name, {"pyvenv.cfg": "", "bin/python": ""})
    packages = checkout / name / "lib" / "python3.11" / "site-packages"
    (packages / ("pytest" if pytest_inside else "other")).mkdir(parents=True)


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_links_what_the_checkout_has_installed(tmp_path: Path, name: str) -> None:
    workspace, checkout = tmp_path / "w", tmp_path / "c"
    write(workspace, TESTS | NPM)
    make_venv(checkout, name, pytest_inside=True)
    (checkout / "node_modules").mkdir()
    found = find_setup(workspace, checkout, path="")
    assert [spec.links for spec in found] == [(name,), ("node_modules",)]


def test_links_no_environment_that_cannot_run_the_tests(tmp_path: Path) -> None:
    write(tmp_path / "w", TESTS)
    make_venv(tmp_path / "c", ".venv", pytest_inside=False)
    assert find_setup(tmp_path / "w", tmp_path / "c", path="") == ()


def test_links_no_node_modules_that_lead_back_to_the_checkouts_own_code(tmp_path: Path) -> None:
    package = json.dumps({"scripts": {"test": "x"}, "workspaces": ["packages/*"]})
    write(tmp_path / "w", {"package.json": package})
    (tmp_path / "c" / "node_modules").mkdir(parents=True)
    assert find_setup(tmp_path / "w", tmp_path / "c", path="") == ()
