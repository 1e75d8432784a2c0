"""Real agent command lines for tests: installed from npm once, pointed at the stub model.

`NIGHTCREW_TEST_CACHE` names the folder that is kept between runs; else it is .cache/ of the checkout.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock

from policies.plan import AgentSpec

HERE = Path(__file__).resolve().parent
FILES = HERE / "agents"
STUB = HERE / "stub_model.py"
AGENTS = ("claude", "codex", "pi")
KEY = "test-key-of-a-person"
"""The stub takes any; it must not reach a log."""
INSTALL_TIMEOUT_S = 280
STUB_LIVES_S = 1800


def cache_folder() -> Path:
    """Give the folder that is kept between test runs."""
    named = os.environ.get("NIGHTCREW_TEST_CACHE")
    return Path(named) if named else HERE.parent / ".cache"


def missing(what: str) -> None:
    """Skip for want of *what*; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; CI must run the real agents")
    pytest.skip(what)


def bin_folder() -> Path:
    """Give the folder of the agents' programs, installed there if they are not yet."""
    content = b"".join(
        (FILES / name).read_bytes() for name in ("package.json", "package-lock.json")
    )
    place = cache_folder() / "agents" / hashlib.sha256(content).hexdigest()[:12]
    if not (place / "installed").exists():
        if shutil.which("npm") is None:
            missing("npm is not installed, so the real agents cannot be")
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(place.with_suffix(".lock"), timeout=INSTALL_TIMEOUT_S):
            _install(place)
    return place / "node_modules" / ".bin"


def _install(place: Path) -> None:
    if (place / "installed").exists():
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FILES / name, place / name)
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund"],
        cwd=place,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        missing(f"npm could not install the real agents: {done.stderr.strip()[-300:]}")
    (place / "installed").write_text("yes\n")


class Stubs:
    """One stub model a scenario, started when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, tuple[subprocess.Popen[bytes], str]] = {}

    def url(self, scenario: str) -> str:
        """Give the base address of the model that behaves as *scenario*."""
        if scenario not in self._running:
            self._running[scenario] = self._start(scenario)
        return self._running[scenario][1]

    def _start(self, scenario: str) -> tuple[subprocess.Popen[bytes], str]:
        place = self._folder / f"port-{len(self._running)}"
        words = ["--port", "0", "--port-file", str(place), "--scenario", scenario]
        child = subprocess.Popen(
            [sys.executable, str(STUB), *words, "--max-seconds", str(STUB_LIVES_S)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            with contextlib.suppress(FileNotFoundError):
                if port := place.read_text().strip():
                    return child, f"http://127.0.0.1:{port}"
            time.sleep(0.05)
        child.kill()
        raise AssertionError(f"the stub model did not start for {scenario}")

    def stop(self) -> None:
        """End all of them."""
        for child, _ in self._running.values():
            child.kill()
            child.wait()


@contextlib.contextmanager
def stubs(folder: Path) -> Iterator[Stubs]:
    """Give stub models that are gone afterwards."""
    made = Stubs(folder)
    try:
        yield made
    finally:
        made.stop()


@dataclass(frozen=True)
class AgentHome:
    """A person's machine on which one agent is set up."""

    home: Path
    environ: dict[str, str] = field(repr=False)
    """That person's environment: what Nightcrew finds when it is started there."""
    spec: AgentSpec


def make_home(agent: str, base_url: str, home: Path, programs: Path) -> AgentHome:
    """Write *agent*'s configuration into *home* so that it asks the model at *base_url*."""
    home.mkdir(parents=True, exist_ok=True)
    environ = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)]),
        "LANG": "C.UTF-8",
    }
    environ |= {"codex": _codex, "claude": _claude, "pi": _pi}[agent](home, base_url)
    allowed = agent == "pi"
    spec = AgentSpec(name=agent, adapter=agent, allow_unsandboxed=allowed)
    return AgentHome(home=home, environ=environ, spec=spec)


def _codex(home: Path, base_url: str) -> dict[str, str]:
    (home / ".codex").mkdir(exist_ok=True)
    (home / ".codex" / "config.toml").write_text(
        'model = "stub-model"\nmodel_provider = "stub"\ncheck_for_update_on_startup = false\n'
        f'[model_providers.stub]\nname = "Stub"\nbase_url = "{base_url}/v1"\n'
        'wire_api = "responses"\nenv_key = "STUB_API_KEY"\n'
    )
    return {"STUB_API_KEY": KEY}


def _claude(home: Path, base_url: str) -> dict[str, str]:
    return {"ANTHROPIC_BASE_URL": base_url, "ANTHROPIC_API_KEY": KEY}


def _pi(home: Path, base_url: str) -> dict[str, str]:
    folder = home / ".pi" / "agent"
    folder.mkdir(parents=True, exist_ok=True)
    provider = {
        "baseUrl": f"{base_url}/v1",
        "api": "openai-completions",
        "apiKey": "STUB_API_KEY",
        "models": [{"id": "stub-model"}],
    }
    (folder / "models.json").write_text(json.dumps({"providers": {"stub": provider}}))
    retry = {"maxRetries": 1, "baseDelayMs": 200, "provider": {"maxRetries": 0}}
    (folder / "settings.json").write_text(json.dumps({"retry": retry}))
    return {"STUB_API_KEY": KEY}
