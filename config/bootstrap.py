"""From a bare checkout to a working environment in `.venv`: standard library only, no Nightcrew.

Everything comes from the lock files with its hash: packages, uv itself when it is missing, and what
builds the editable install. A stamp makes every later start skip all of it without any network.
Runs on Python 3.8 too, only to say that it is too old.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.refusals import SetUpError, refuse_linked, refuse_python

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST_UV = (0, 8)
"""An older uv on PATH is left alone and a newer one brought: it lacks `uv venv --clear`."""

LOCK, DEV_LOCK = "requirements.lock", "requirements-dev.lock"


def start_nightcrew(checkout: Path, arguments: list[str]) -> int:
    """Become `.venv/bin/nightcrew` with *arguments*. Returns (2) only when the set-up failed."""
    return _start(checkout, False, ["nightcrew", *arguments])


def start_tests(checkout: Path, arguments: list[str]) -> int:
    """Become pytest over all tests, in the checkout. Returns (2) only when the set-up failed."""
    os.chdir(checkout)
    pytest = ["python", "-m", "pytest", "-n3", "--dist=loadfile", "--no-loadscope-reorder"]
    return _start(checkout, True, pytest + arguments)


def _start(checkout: Path, dev: bool, argv: list[str]) -> int:
    try:
        ensure(checkout, dev)
    except SetUpError as problem:
        _say(str(problem))
        return 2
    except OSError as problem:
        _say(f"cannot set up in {checkout}: {problem}; make the folder writable and try again")
        return 2
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        os.environ.pop(name, None)
    program = checkout / ".venv" / "bin" / argv[0]
    return os.execv(str(program), [str(program), *argv[1:]])


def ensure(checkout: Path, dev: bool) -> None:
    """Make `.venv` hold what the lock says, the dev tools too when *dev*.

    Raises SetUpError or OSError; a set-up that was interrupted is done again from the start.
    """
    refuse_python()
    wanted = _wanted(checkout)
    if _is_ready(checkout, wanted, dev):
        return
    refuse_linked(checkout / ".venv", is_ours=_stamp(checkout).get("place") == str(checkout))
    with _locked(checkout):
        if not _is_ready(checkout, wanted, dev):  # another start may have done it meanwhile
            _set_up(checkout, wanted, dev)


def _wanted(checkout: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    for name in (LOCK, DEV_LOCK, "pyproject.toml"):
        digest.update((checkout / name).read_bytes())
    python = "{}.{}".format(*sys.version_info[:2])
    return {"python": python, "place": str(checkout), "files": digest.hexdigest()}


def _stamp_file(checkout: Path) -> Path:
    return checkout / ".venv" / "nightcrew-stamp.json"


def _stamp(checkout: Path) -> dict[str, Any]:
    try:
        stamp = json.loads(_stamp_file(checkout).read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _is_ready(checkout: Path, wanted: dict[str, Any], dev: bool) -> bool:
    stamp = _stamp(checkout)
    has_dev = stamp.pop("dev", False)
    works = (checkout / ".venv" / "bin" / "python").exists()  # follows the link to its python
    return stamp == wanted and works and (has_dev or not dev)


@contextmanager
def _locked(checkout: Path) -> Iterator[None]:
    cache = checkout / ".cache"
    cache.mkdir(exist_ok=True)
    with (cache / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another start is setting up; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _set_up(checkout: Path, wanted: dict[str, Any], dev: bool) -> None:
    _say("first start: installing into .venv (once; about a minute)")
    began = time.monotonic()
    uv = _uv(checkout)
    venv = checkout / ".venv"
    python = str(venv / "bin" / "python")
    before = _stamp(checkout)
    same = all(before.get(name) == wanted[name] for name in ("python", "place"))
    if not (same and Path(python).exists()):
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)])
    _stamp_file(checkout).unlink(missing_ok=True)
    lock = str(checkout / (DEV_LOCK if dev or before.get("dev") else LOCK))
    quiet = ["--quiet", "--python", python]
    _run([uv, "pip", "sync", *quiet, "--require-hashes", lock])
    pins = ["--build-constraints", str(checkout / DEV_LOCK)]
    _run([uv, "pip", "install", *quiet, "--no-deps", *pins, "--editable", str(checkout)])
    stamp = dict(wanted, dev=dev or bool(before.get("dev")))
    _stamp_file(checkout).write_text(json.dumps(stamp))
    _say(f"ready after {time.monotonic() - began:.0f} s")


def _uv(checkout: Path) -> str:
    found = shutil.which("uv")
    if found and _uv_version(found) >= OLDEST_UV:
        return found
    ours = checkout / ".cache" / "uv" / "bin" / "uv"
    if not (ours.exists() and _uv_version(str(ours)) >= OLDEST_UV):
        _bring_uv(checkout)
    return str(ours)


def _uv_version(uv: str) -> Any:
    try:
        said = subprocess.run([uv, "--version"], stdout=subprocess.PIPE, check=False).stdout
    except OSError:
        return (0,)
    numbers = re.findall(rb"\d+", said)
    return tuple(int(n) for n in numbers[:2])


def _bring_uv(checkout: Path) -> None:
    """Install the locked uv beside the checkout: no venv or ensurepip needed, PEP 668 in peace."""
    cache, pip = checkout / ".cache", [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        raise SetUpError(
            f"neither uv nor pip is installed for {sys.executable}; install one of them, "
            "for example: apt install python3-pip"
        )
    block = re.search(r"^uv==(?:.*\\\n)*.*", (checkout / DEV_LOCK).read_text(), re.MULTILINE)
    if block is None:
        raise SetUpError(DEV_LOCK + " names no uv; install uv, or restore that file")
    (cache / "uv.txt").write_text(block.group() + "\n")
    shutil.rmtree(cache / "uv", ignore_errors=True)
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"]
    where = ["--target", str(cache / "uv"), "--require-hashes", "-r", str(cache / "uv.txt")]
    _run([*pip, "install", *options, *where])


def _run(argv: list[str]) -> None:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        lines = [line.strip() for line in done.stderr.decode(errors="replace").splitlines()]
        said = "; ".join([line for line in lines if line][-3:])
        raise SetUpError(
            f"installing failed (exit {done.returncode}): {said[:400]}; check the network, proxy "
            "and disk space, then start again"
        )


def _say(text: str) -> None:
    print("nightcrew: " + text, file=sys.stderr, flush=True)
