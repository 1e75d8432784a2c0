"""How a Python repository is set up and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from loop.finding.files import has_section, present, table, text, toml
from loop.finding.plugins import plugins_wanted
from policies.plan import CheckSpec, SetupSpec

VENVS = (".venv", "venv")
TEST_FILES_LIMIT = 200
"""Test files looked at."""

_GROUPS = ("test", "tests", "testing", "dev")
_FOR_ALL = ("requirements.txt", "requirements/base.txt")
_FOR_TESTS = (
    *("requirements-test.txt", "requirements-tests.txt", "requirements_test.txt"),
    *("test-requirements.txt", "requirements/test.txt", "requirements/tests.txt"),
    *("requirements/testing.txt", "tests/requirements.txt", "test_requirements.txt"),
)
_FOR_WORK = (
    *("requirements-dev.txt", "requirements_dev.txt", "dev-requirements.txt"),
    "requirements/dev.txt",
)
"""Looked at when the repository keeps none for its tests alone: they bring far more."""
_REQUIREMENTS = (*_FOR_ALL, *_FOR_TESTS, *_FOR_WORK)
_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
_TEST_NAMES = (
    "tests/**/test_*.py",
    "tests/**/*_test.py",
    "test/**/test_*.py",
    "test_*.py",
    "*_test.py",
)


def find_checks(root: Path) -> tuple[CheckSpec, ...]:
    """Give the Python check: pytest, or unittest when the tests use that alone."""
    argv = ("python3", "-m", "pytest")
    if source := _pytest_configured(root):
        return (CheckSpec(name="pytest", argv=argv, source=source),)
    tests = list(islice(_test_files(root), TEST_FILES_LIMIT))
    if not tests:
        return ()
    source = tests[0].relative_to(root).as_posix()
    if not any(_imports(path, "pytest") for path in tests) and any(
        _imports(path, "unittest") for path in tests
    ):
        return (CheckSpec(name="unittest", argv=_unittest(root, tests[0]), source=source),)
    return (CheckSpec(name="pytest", argv=argv, source=source),)


def _pytest_configured(root: Path) -> str:
    if "pytest" in table(toml(root / "pyproject.toml"), "tool"):
        return "pyproject.toml [tool.pytest]"
    for name in ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml"):
        if (root / name).is_file():
            return name
    if has_section(root / "tox.ini", "pytest"):
        return "tox.ini [pytest]"
    return "setup.cfg [tool:pytest]" if has_section(root / "setup.cfg", "tool:pytest") else ""


def _test_files(root: Path) -> Iterator[Path]:
    return (path for glob in _TEST_NAMES for path in sorted(root.glob(glob)) if path.is_file())


def _imports(path: Path, module: str) -> bool:
    return re.search(rf"^\s*(?:import|from)\s+{module}\b", text(path), re.MULTILINE) is not None


def _unittest(root: Path, first: Path) -> tuple[str, ...]:
    """Discovery with what it needs here: a folder without `__init__.py` must be named."""
    argv = ("python3", "-m", "unittest", "discover")
    folder = first.relative_to(root).parts[0]
    pattern = ("-p", "*_test.py") if first.name.endswith("_test.py") else ()
    if first.parent == root or (root / folder / "__init__.py").is_file():
        return argv + pattern
    return (*argv, "-s", folder, "-t", folder, *pattern)


def find_links(workspace: Path, checkout: Path) -> tuple[SetupSpec, ...]:
    """Give the checkout's own virtual environment to link, when it can run the check found."""
    needs_pytest = any(check.name == "pytest" for check in find_checks(workspace))
    for name in VENVS:
        venv = checkout / name
        if not (venv / "bin" / "python").exists() or not (venv / "pyvenv.cfg").is_file():
            continue
        if not needs_pytest or any(site_packages(venv, "pytest")):
            return (SetupSpec(name=f"link {name}", links=(name,)),)
    return ()


def site_packages(venv: Path, name: str = "") -> Iterator[Path]:
    """Yield the site-packages folders of *venv*, or what bears *name* in them."""
    return venv.glob(f"lib/python*/site-packages/{name}" if name else "lib/python*/site-packages")


def find_steps(
    root: Path, is_installed: Callable[[str], bool], python_has: Callable[[str], bool]
) -> tuple[SetupSpec, ...]:
    """Give the commands that make the tests able to run; none when python3 can run them already.

    *python_has* says whether the machine's python3 has a module.
    """
    checks = find_checks(root)
    if not checks:
        return ()
    if (root / "uv.lock").is_file() and is_installed("uv"):
        return (_step("uv sync", ("uv", "sync", "--frozen", *_uv_extras(root)), root, "uv.lock"),)
    if (root / "poetry.lock").is_file() and is_installed("poetry"):
        argv = ("poetry", "install", "--no-interaction")
        return (_step("poetry install", argv, root, "poetry.lock"),)
    wanted = tuple(_wanted(root))
    needed = {"pytest": "pytest"} | plugins_wanted(root) if checks[0].name == "pytest" else {}
    if not is_installed("python3") or not (wanted or not all(map(python_has, needed.values()))):
        return ()
    pip: tuple[str, ...] = (".venv/bin/python", "-m", "pip", "install")
    pip = (*pip, "--disable-pip-version-check", "--no-input", "--retries", "2", *wanted, *needed)
    inputs = _REQUIREMENTS
    return (
        SetupSpec(name="venv", argv=("python3", "-m", "venv", ".venv")),
        _step("pip install", pip, root, *inputs),
    )


def _uv_extras(root: Path) -> Iterator[str]:
    """Yield the options for what the tests need; uv itself brings the group `dev`."""
    project = toml(root / "pyproject.toml")
    for option, found in (
        ("--extra", table(project, "project", "optional-dependencies")),
        ("--group", table(project, "dependency-groups")),
    ):
        for name in _GROUPS:
            if name in found and (option, name) != ("--group", "dev"):
                yield from (option, name)


def _step(name: str, argv: tuple[str, ...], root: Path, *inputs: str) -> SetupSpec:
    return SetupSpec(name=name, argv=argv, inputs=present(root, (*inputs, *_MANIFESTS)))


def _wanted(root: Path) -> Iterator[str]:
    """Yield what pip is to install for the tests."""
    special = present(root, _FOR_TESTS) or present(root, _FOR_WORK)
    for name in (*present(root, _FOR_ALL), *special):
        yield from ("-r", name)
    project = toml(root / "pyproject.toml")
    if "project" in project or "build-system" in project or (root / "setup.py").is_file():
        extras = table(project, "project", "optional-dependencies")
        chosen = [name for name in _GROUPS if name in extras]
        if chosen or _has_needs(project, root):
            yield from ("-e", f".[{','.join(chosen)}]" if chosen else ".")
    groups = table(project, "dependency-groups")
    for name in _GROUPS:
        yield from _group(groups, name, ())


def _has_needs(project: dict[str, Any], root: Path) -> bool:
    """Whether running the tests needs the project installed: dependencies, or a src folder."""
    known = table(project, "project")
    no_needs = (
        bool(known)
        and not known.get("dependencies")
        and "dependencies" not in known.get("dynamic", ())
    )
    return not no_needs or (root / "src").is_dir()


def _group(groups: dict[str, Any], name: str, above: Iterable[str]) -> Iterator[str]:
    rows = groups.get(name)
    for row in rows if isinstance(rows, list) and name not in above else ():
        if isinstance(row, str):
            yield row
        elif isinstance(row, dict) and isinstance(row.get("include-group"), str):
            yield from _group(groups, row["include-group"], (*above, name))
