"""Finds what a repository itself uses: its checks, and the setup that makes them able to run.

Found in configuration files, or by test files of their usual name; nothing is run here.
"""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loop.python_setup import python_setup
from policies.plan import CheckSpec, SetupSpec

TESTS_LOOKED_AT = 200
"""Files that are looked at to tell which runner the tests are written for."""

_PYTEST = re.compile(r"^\s*(?:import|from)\s+pytest\b|^(?:async )?def test_", re.MULTILINE)
_MAKE_TEST = re.compile(r"^test\s*:(?!=)", re.MULTILINE)
_NPM_DEFAULT = "no test specified"
_SKIPPED = frozenset({".venv", "venv", "node_modules", ".tox", ".git", "build", "dist", "target"})


def find_checks(workspace: Path) -> tuple[CheckSpec, ...]:
    """Give the checks of the repository, most specific first; empty when none is found."""
    found = [*_python(workspace), *_npm(workspace), *_compiled(workspace)]
    return tuple(found or _make(workspace))


def find_setup(workspace: Path, checkout: Path | None) -> tuple[SetupSpec, ...]:
    """Give what must be done before the checks can run: links to the checkout's folders first."""
    names = {check.name for check in find_checks(workspace)}
    found: list[SetupSpec] = []
    if names & {"pytest", "unittest"} or (names & {"make test"} and _is_python(workspace)):
        found += _linked(checkout, (".venv", "venv")) or python_setup(workspace)
    if "npm test" in names:
        found += _linked(checkout, ("node_modules",)) or _npm_setup(workspace)
    return tuple(found)


def _python(workspace: Path) -> Iterator[CheckSpec]:
    if source := _pytest_configured(workspace):
        yield CheckSpec(name="pytest", argv=("python3", "-m", "pytest", "-q"), source=source)
        return
    tests = _python_tests(workspace)
    if not tests:
        return
    source = str(tests[0].relative_to(workspace))
    if any(_PYTEST.search(_text(test)) for test in tests):
        yield CheckSpec(name="pytest", argv=("python3", "-m", "pytest", "-q"), source=source)
        return
    start = str(tests[0].relative_to(workspace).parent)
    argv = ("python3", "-m", "unittest", "discover", "-s", start, "-p", _pattern(tests[0]))
    yield CheckSpec(name="unittest", argv=(*argv, "-t", "."), source=source)


def _pytest_configured(workspace: Path) -> str:
    if "pytest" in read_toml(workspace / "pyproject.toml").get("tool", {}):
        return "pyproject.toml [tool.pytest]"
    if (workspace / "pytest.ini").is_file():
        return "pytest.ini"
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if section in _sections(workspace / name):
            return f"{name} [{section}]"
    return ""


def _python_tests(workspace: Path) -> list[Path]:
    patterns = ("tests/**/test_*.py", "tests/**/*_test.py", "test/**/test_*.py", "test_*.py")
    further = ("*/test_*.py", "*/tests/test_*.py", "src/*/tests/test_*.py", "*_test.py")
    for pattern in (*patterns, *further):
        found = [path for path in sorted(workspace.glob(pattern)) if _is_own(path, workspace)]
        if found:
            return found[:TESTS_LOOKED_AT]
    return []


def _is_own(path: Path, workspace: Path) -> bool:
    return path.is_file() and not _SKIPPED & set(path.relative_to(workspace).parts)


def _pattern(test: Path) -> str:
    return "*_test.py" if test.name.endswith("_test.py") else "test_*.py"


def _npm(workspace: Path) -> Iterator[CheckSpec]:
    script = read_json(workspace / "package.json").get("scripts", {}).get("test", "")
    if isinstance(script, str) and script.strip() and _NPM_DEFAULT not in script:
        argv = (_package_manager(workspace), "test")
        yield CheckSpec(name="npm test", argv=argv, source="package.json scripts.test")


def _package_manager(workspace: Path) -> str:
    locks = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn"}
    return next((tool for lock, tool in locks.items() if (workspace / lock).is_file()), "npm")


def _npm_setup(workspace: Path) -> list[SetupSpec]:
    package = read_json(workspace / "package.json")
    if not any(package.get(key) for key in ("dependencies", "devDependencies", "workspaces")):
        return []
    tool = _package_manager(workspace)
    locks = {"npm": "package-lock.json", "pnpm": "pnpm-lock.yaml", "yarn": "yarn.lock"}
    has_lock = (workspace / locks[tool]).is_file()
    argv = {
        "npm": ("npm", "ci" if has_lock else "install", "--no-audit", "--no-fund"),
        "pnpm": ("pnpm", "install", "--frozen-lockfile"),
        "yarn": ("yarn", "install", "--frozen-lockfile"),
    }[tool]
    if tool == "npm" and not has_lock:
        argv += ("--no-package-lock",)
    return [SetupSpec(name=" ".join(argv[:2]), argv=argv, inputs=("package.json", locks[tool]))]


def _compiled(workspace: Path) -> Iterator[CheckSpec]:
    if (workspace / "Cargo.toml").is_file():
        yield CheckSpec(name="cargo test", argv=("cargo", "test"), source="Cargo.toml")
    if (workspace / "go.mod").is_file():
        yield CheckSpec(name="go test", argv=("go", "test", "./..."), source="go.mod")


def _make(workspace: Path) -> Iterator[CheckSpec]:
    for name in ("GNUmakefile", "Makefile", "makefile"):
        if _MAKE_TEST.search(_text(workspace / name)):
            yield CheckSpec(name="make test", argv=("make", "test"), source=f"{name} test:")
            return


def _linked(checkout: Path | None, names: tuple[str, ...]) -> list[SetupSpec]:
    there = [name for name in names if checkout and (checkout / name).is_dir()][:1]
    return [SetupSpec(name=f"link {name}", links=(name,)) for name in there]


def _is_python(workspace: Path) -> bool:
    return any((workspace / name).is_file() for name in ("pyproject.toml", "setup.py"))


def read_toml(path: Path) -> dict[str, Any]:
    """Give a TOML file's content; empty where it is missing or broken."""
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError:
        return {}


def read_json(path: Path) -> dict[str, Any]:
    """Give a JSON object's content; empty where it is missing, broken or none."""
    try:
        data = json.loads(_text(path) or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _sections(path: Path) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(_text(path))
    except configparser.Error:
        return []
    return parser.sections()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace") if path.is_file() else ""
    except OSError:
        return ""
