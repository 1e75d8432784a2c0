"""How a Node repository is set up and checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from loop.finding.files import json_object, table
from policies.plan import CheckSpec, SetupSpec

_LOCKS = {
    "pnpm-lock.yaml": ("pnpm", "install", "--frozen-lockfile"),
    "yarn.lock": ("yarn", "install", "--frozen-lockfile"),
    "package-lock.json": ("npm", "ci", "--no-audit", "--no-fund"),
    "npm-shrinkwrap.json": ("npm", "ci", "--no-audit", "--no-fund"),
}
_UNLOCKED = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
_DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def find_checks(root: Path) -> tuple[CheckSpec, ...]:
    """Give the package's test script, unless it is the placeholder that `npm init` writes."""
    script = table(json_object(root / "package.json"), "scripts").get("test")
    if not isinstance(script, str) or not script.strip() or "no test specified" in script:
        return ()
    argv = (_manager(root), "test")
    return (CheckSpec(name=" ".join(argv), argv=argv, source="package.json scripts.test"),)


def _manager(root: Path) -> str:
    return next((argv[0] for lock, argv in _LOCKS.items() if (root / lock).is_file()), "npm")


def find_links(workspace: Path, checkout: Path) -> tuple[SetupSpec, ...]:
    """Give the checkout's node_modules to link; not of a workspace, whose links lead to its own code."""
    package = json_object(workspace / "package.json")
    modules = checkout / "node_modules"
    if not package or not find_checks(workspace) or not modules.is_dir():
        return ()
    if is_workspace(workspace):
        return ()
    return (SetupSpec(name="link node_modules", links=("node_modules",)),)


def is_workspace(root: Path) -> bool:
    """Say whether node_modules leads to packages of the repository itself."""
    declared = "workspaces" in json_object(root / "package.json")
    return declared or (root / "pnpm-workspace.yaml").is_file()


def find_steps(root: Path, is_installed: Callable[[str], bool]) -> tuple[SetupSpec, ...]:
    """Give the install that the lock file asks for; none when the package needs no other."""
    package = json_object(root / "package.json")
    if not find_checks(root) or not (is_workspace(root) or any(map(package.get, _DEPENDENCIES))):
        return ()
    for lock, argv in _LOCKS.items():
        if (root / lock).is_file() and is_installed(argv[0]):
            return (_step(argv, lock, "package.json"),)
    return (_step(_UNLOCKED, "package.json"),) if is_installed("npm") else ()


def _step(argv: tuple[str, ...], *inputs: str) -> SetupSpec:
    return SetupSpec(name=" ".join(argv[:2]), argv=argv, inputs=inputs)
