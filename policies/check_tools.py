"""How each tool says that it could not check anything: one reader a tool."""

from __future__ import annotations

import re
from collections.abc import Callable

from policies.check_reading import Ended, Reading, content, could_not, first, not_installed
from policies.checks import CheckState


def _read_pytest(ended: Ended) -> Reading | None:
    if ended.exit_code == 1 and first(ended.lines, re.compile(r": No module named pytest$")):
        return could_not("pytest is not installed: install it in the repository's .venv")
    if ended.exit_code == 5:
        return content("pytest found no tests")
    if missing := _missing_in_pytest(ended):
        return not_installed(missing)
    if ended.exit_code == 4:
        faults = re.compile(r"^ERROR(?!: usage)|error:|^E  ")
        said = first(ended.lines, faults) or first(ended.lines, _USAGE) or "usage error"
        return content(f"pytest did not start: {said}; a plugin of its options may be missing")
    return None


_USAGE = re.compile(r"^ERROR")
_PYTEST_ERROR = re.compile(r"^(?:E\s+)?([A-Za-z_.]*(?:Error|Exception))\b(.*)")
_NO_MODULE = re.compile(r"No module named '?([A-Za-z0-9_]+)")


def _missing_in_pytest(ended: Ended) -> frozenset[str]:
    """Modules without which nothing was collected; empty when any other error stands beside them."""
    if ended.exit_code not in (2, 3, 4) and not first(ended.lines, _PLUGIN):
        return frozenset()
    errors = [m for line in ended.lines if (m := _PYTEST_ERROR.match(line.strip()))]
    return _only_foreign([m.group(0) for m in errors if not m.group(1).startswith("Import")], ended)


_PLUGIN = re.compile(r"Error importing plugin|ImportError while loading conftest")


def _only_foreign(errors: list[str], ended: Ended) -> frozenset[str]:
    names = [m.group(1) if (m := _NO_MODULE.search(error)) else "" for error in errors]
    foreign = bool(names) and all(name and name not in ended.own_modules for name in names)
    return frozenset(names) if foreign else frozenset()


def _read_unittest(ended: Ended) -> Reading | None:
    if ended.exit_code == 5 or first(ended.lines, re.compile(r"^Ran 0 tests\b")):
        return content("unittest found no tests")
    failed = first(ended.lines, re.compile(r"^FAILED \("))
    if not failed or "failures=" in failed:
        return None
    modules = [line for line in ended.lines if line.startswith("ModuleNotFoundError")]
    imports = [line for line in ended.lines if "Failed to import test module" in line]
    if f"errors={len(modules)}" in failed and len(imports) == len(modules):
        missing = _only_foreign(modules, ended)
        return not_installed(missing) if missing else None
    return None


_NO_NODE_TESTS = re.compile(
    r"^(?:Error: )?No test files? found|^No tests found, exiting|Couldn.t find any files to test"
)
"""mocha and vitest, jest, ava."""


def _read_npm(ended: Ended) -> Reading | None:
    if ended.exit_code and first(ended.lines, re.compile(r"[Mm]issing script")):
        return content("package.json has no such script")
    if ended.exit_code and (said := first(ended.lines, _NO_NODE_TESTS)):
        return content(said)
    module = re.compile(r"Cannot find (?:module|package) '([^'./][^']*)'")
    for line in ended.lines if ended.exit_code else ():
        if found := module.search(line):
            name = found.group(1)
            return Reading(
                state=CheckState.COULD_NOT_RUN,
                reason=f"not installed: {name}; run the package manager's install",
                by_content=True,
                missing=frozenset({name}),
            )
    return None


_UNFETCHED = re.compile(
    r"failed to (?:get|download|fetch|load source for)|Unable to update|[Cc]ould not resolve host"
    r"|dial tcp|no matching package named|is not installed|could not choose a version"
)


def _read_cargo(ended: Ended) -> Reading | None:
    said = first(ended.lines, re.compile(r"could not compile")) if ended.exit_code else None
    fault = first(ended.lines, _UNFETCHED) if ended.exit_code else None
    return content(f"dependencies are not there: {fault}") if fault and not said else None


def _read_go(ended: Ended) -> Reading | None:
    if ended.exit_code and (fault := first(ended.lines, _UNFETCHED)):
        return content(f"dependencies are not there: {fault}")
    if any(re.match(r"(ok|FAIL|---)\b", line) for line in ended.lines):
        return None
    none = re.compile(r"\[no test files\]|no packages to test|matched no packages")
    return content("go found no test files") if first(ended.lines, none) else None


def _read_make(ended: Ended) -> Reading | None:
    if ended.exit_code and (said := first(ended.lines, re.compile(r"No rule to make target"))):
        return content(said)
    return None


READERS: dict[str, Callable[[Ended], Reading | None]] = {
    "pytest": _read_pytest,
    "unittest": _read_unittest,
    "npm": _read_npm,
    "pnpm": _read_npm,
    "yarn": _read_npm,
    "cargo": _read_cargo,
    "go": _read_go,
    "make": _read_make,
}
"""None: the tool says nothing of its own, the exit code decides."""
