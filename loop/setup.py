"""Makes checks able to run in the workspace: links to what the checkout has, or the found commands.

Done once for the bytes of the lock files and manifests, and for the tool that reads them. A failed
setup leaves no half-made folder behind, so that the machine's own tools can still be tried.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from loop.finding.files import text
from loop.leftovers import Leftovers, hide, is_tracked, remove
from loop.logged import find_program, run_logged
from loop.process import Exit, never
from policies.check_reading import short
from policies.failure import StopReason
from policies.plan import SetupSpec
from policies.setup_end import cause, is_own_script

MADE_BY = {
    **dict.fromkeys(("uv", "poetry", "python", "python3"), ".venv"),
    **dict.fromkeys(("npm", "pnpm", "yarn"), "node_modules"),
}
"""The folder that a tool's setup fills; without it the setup is done again."""

DONE_KEY = "nightcrew-setup"
"""File in the workspace's .git: the key of what is done there. It goes when the workspace goes."""


class SetupState(StrEnum):
    """How a setup ended."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupResult:
    """What came of a setup."""

    state: SetupState
    key: str
    """Hash of what decided it; empty when it failed."""
    reason: str = ""
    """Why it failed, in one line."""
    log: str = ""
    """Path of its log; empty when no command ran."""

    @property
    def failed(self) -> bool:
        """Whether the checks lack something."""
        return self.state is SetupState.FAILED


def run_setup(
    specs: Sequence[SetupSpec],
    workspace: Path,
    checkout: Path | None,
    *,
    env: Mapping[str, str],
    timeout_s: float,
    log_path: Path,
    is_cancelled: Callable[[], StopReason | None] = never,
    done_key: str | None = None,
) -> SetupResult:
    """Do *specs* in their order, each within *timeout_s*, unless that was done for the same key.

    *done_key* is the key of what is done; None: the one that the workspace itself remembers.
    """
    key = setup_key(specs, workspace, checkout, env)
    memory = workspace / ".git" / DONE_KEY
    if key == (text(memory) if done_key is None else done_key) and all(
        _is_there(spec, workspace) for spec in specs
    ):
        return SetupResult(state=SetupState.SKIPPED, key=key)
    log = ""
    memory.unlink(missing_ok=True)
    for spec in specs:
        _link(spec, workspace, checkout)
        if not spec.argv:
            continue
        log = str(log_path if not log else log_path.with_stem(f"{log_path.stem}-{_slug(spec)}"))
        reason = _run(spec, workspace, env, timeout_s, Path(log), is_cancelled)
        if reason:
            return SetupResult(state=SetupState.FAILED, key="", reason=reason, log=log)
    if memory.parent.is_dir():
        memory.write_text(key, "utf-8")
    return SetupResult(state=SetupState.DONE, key=key, log=log)


def setup_key(
    specs: Sequence[SetupSpec], workspace: Path, checkout: Path | None, env: Mapping[str, str]
) -> str:
    """Give a hash of the commands, their inputs' bytes, and which build of each tool runs them."""
    rows = [
        [list(spec.argv), list(spec.links), str(checkout) if spec.links else "", _build(spec, env)]
        + [[name, _digest(workspace / name)] for name in spec.inputs]
        for spec in specs
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _build(spec: SetupSpec, env: Mapping[str, str]) -> list[object]:
    """Path, size and time of the tool's file; the workspace's own are made by an earlier step."""
    if not spec.argv or "/" in spec.argv[0]:
        return []
    theirs = dict(env) | {"PATH": _without_made(env.get("PATH", ""))}
    path = Path(os.path.realpath(find_program(spec.argv[0], Path(), theirs)))
    try:
        known = path.stat()
    except OSError:
        return []
    return [str(path), known.st_size, known.st_mtime_ns]


def _without_made(path: str) -> str:
    """A PATH without virtual environments: they come and go with the setup itself."""
    parts = [part for part in path.split(os.pathsep) if part]
    return os.pathsep.join(p for p in parts if not (Path(p).parent / "pyvenv.cfg").is_file())


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _is_there(spec: SetupSpec, workspace: Path) -> bool:
    made = _made(spec)
    return all((workspace / name).is_dir() for name in (*spec.links, *([made] if made else [])))


def _made(spec: SetupSpec) -> str | None:
    return MADE_BY.get(Path(spec.argv[0]).name) if spec.argv else None


def _link(spec: SetupSpec, workspace: Path, checkout: Path | None) -> None:
    for name in spec.links if checkout else ():
        link, target = workspace / name, (checkout or workspace) / name
        if is_tracked(workspace, name):
            continue
        remove(link)
        link.symlink_to(target.absolute(), target_is_directory=True)
        hide(workspace, [name])


def _run(
    spec: SetupSpec,
    workspace: Path,
    env: Mapping[str, str],
    timeout_s: float,
    log_path: Path,
    is_cancelled: Callable[[], StopReason | None],
) -> str:
    """Run one command; give why it failed, or nothing."""
    if made := _made(spec):
        if (workspace / made).is_symlink():
            (workspace / made).unlink()
        hide(workspace, [made])
    lines: deque[str] = deque(maxlen=400)
    with Leftovers(workspace, hide_new=True):
        end = run_logged(
            spec.argv,
            workspace,
            env=dict(env) | {"PATH": _without_made(env.get("PATH", ""))},
            timeout_s=timeout_s,
            log_path=log_path,
            on_line=lines.append,
            is_cancelled=is_cancelled,
        )
    if end.exit_code == 0 and not end.stopped_because:
        return ""
    if made and (end.stopped_because or not is_own_script(lines, str(workspace))):
        _take_away(workspace / made)
    return _why(spec, end, lines)


def _why(spec: SetupSpec, end: Exit, lines: Sequence[str]) -> str:
    if end.stopped_because:
        return f"{spec.name}: stopped ({end.stopped_because.value})"
    return short(f"{spec.name} ended with {end.exit_code}: {end.error or cause(lines)}")


def _take_away(made: Path) -> None:
    if made.is_dir() and not made.is_symlink():
        shutil.rmtree(made, ignore_errors=True)


def _slug(spec: SetupSpec) -> str:
    return "".join(c if c.isalnum() else "-" for c in spec.name)
