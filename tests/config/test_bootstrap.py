"""The two commands, in a copy of the checkout, with a stand-in for uv that records what it is asked."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

UV = """#!/bin/sh
if [ "$1" = --version ]; then echo "uv ${UV_SAYS:-0.13.8}"; exit 0; fi
echo "$@" >> "$CALLS"
case "$*" in *"${FAIL_ON:-nothing at all}"*) echo "error: no route to registry" >&2; exit 2;; esac
[ "$1" = venv ] && { for last; do :; done; rm -rf "$last"; mkdir -p "$last/bin"; sleep 0.3
  printf '#!/bin/sh\\necho python "$@"\\n' > "$last/bin/python"; chmod +x "$last/bin/python"; }
case "$*" in *--editable*)
  for last; do :; done
  printf '#!/bin/sh\\necho nightcrew "$@" "pp=$PYTHONPATH"\\n' > "$last/.venv/bin/nightcrew"
  chmod +x "$last/.venv/bin/nightcrew";;
esac
exit 0
"""


class Checkout:
    """A bare copy of the checkout and what is on PATH beside it."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "checkout"
        for name in (
            "config/__init__.py",
            "config/bootstrap.py",
            "config/refusals.py",
            "flows/__init__.py",
        ):
            self.copy(name)
        for name in ("flows/__main__.py", "tests/__main__.py", "pyproject.toml"):
            self.copy(name)
        self.copy("requirements.lock")
        self.copy("requirements-dev.lock")
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.calls = folder / "calls"
        (self.tools / "uv").write_text(UV)
        (self.tools / "uv").chmod(0o755)

    def copy(self, name: str) -> None:
        target = self.place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)

    def command(self, *argv: str, **env: str) -> subprocess.Popen[str]:
        environ = {
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "HOME": str(self.place),
            "CALLS": str(self.calls),
        } | env
        return subprocess.Popen(
            [sys.executable, *argv],
            cwd=self.place,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *argv: str, **env: str) -> tuple[int, str, str]:
        child = self.command(*argv, **env)
        out, err = child.communicate(timeout=60)
        return child.returncode, out, err

    def asked(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_first_start_installs_what_is_locked_and_becomes_nightcrew(checkout: Checkout) -> None:
    code, out, err = checkout.run("flows", "run", "a b", PYTHONPATH="/elsewhere")
    assert (code, out) == (0, "nightcrew run a b pp=\n")
    venv, sync, install = checkout.asked()
    assert venv.startswith("venv ") and sys.executable in venv
    assert "--require-hashes" in sync and sync.endswith("/requirements.lock")
    assert "--no-deps" in install and "--build-constraints" in install
    assert [line.split(":")[0] for line in err.splitlines()] == ["nightcrew", "nightcrew"]


def test_later_starts_ask_nothing_and_cost_little(checkout: Checkout) -> None:
    checkout.run("flows")
    before = checkout.asked()
    assert checkout.run("flows", "status") == (0, "nightcrew status pp=\n", "")
    assert checkout.asked() == before
    bare = [sys.executable, "-c", "import subprocess, json, hashlib"]
    bare_s = min(_cpu_s(lambda: subprocess.run(bare, check=True)) for _ in range(3))
    own_s = min(_cpu_s(lambda: checkout.run("flows")) for _ in range(3))
    assert own_s < 5 * bare_s, "the work of few Python starts"


def _cpu_s(work: Callable[[], object]) -> float:
    """Give what the children of *work* cost, which no other load changes."""
    before = os.times()
    work()
    after = os.times()
    return (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )


def test_the_tests_need_the_dev_lock_and_the_command_is_then_content_with_it(
    checkout: Checkout,
) -> None:
    checkout.run("flows")
    code, out, _ = checkout.run("tests", "--version")
    assert "requirements-dev.lock" in " ".join(checkout.asked()[3:])
    assert (code, out) == (
        0,
        "python -m pytest -n3 --dist=loadfile --no-loadscope-reorder --version\n",
    )
    before = checkout.asked()
    checkout.run("flows")
    assert checkout.asked() == before


@pytest.mark.parametrize("step", ["venv", "pip sync", "--editable"])
def test_an_interrupted_set_up_is_one_line_and_is_done_again(checkout: Checkout, step: str) -> None:
    code, out, err = checkout.run("flows", "run", FAIL_ON=step)
    assert (code, out) == (2, "")
    assert "no route to registry" in err.splitlines()[-1]
    assert "network" in err.splitlines()[-1]
    assert checkout.run("flows", "run")[:2] == (0, "nightcrew run pp=\n")


def test_a_changed_lock_is_installed_without_a_new_environment(checkout: Checkout) -> None:
    checkout.run("flows")
    with (checkout.place / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    checkout.run("flows")
    assert [call.split()[0] for call in checkout.asked()[3:]] == ["pip", "pip"]


def test_a_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    checkout.run("flows")
    checkout.place = checkout.place.rename(checkout.place.with_name("moved"))
    assert checkout.run("flows")[0] == 0
    assert checkout.asked()[3].startswith("venv")


def test_the_environment_of_another_checkout_is_never_cleared(checkout: Checkout) -> None:
    other = checkout.place.parent / "other"
    other.mkdir()
    (other / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (checkout.place / ".venv").symlink_to(other)
    code, out, err = checkout.run("flows", "doctor")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "is a link to" in err
    assert [path.name for path in other.iterdir()] == ["pyvenv.cfg"]
    assert not checkout.calls.exists()


def test_starts_at_the_same_time_set_up_once(checkout: Checkout) -> None:
    children = [checkout.command("flows", str(n)) for n in range(3)]
    assert sorted(child.communicate(timeout=60)[0] for child in children) == [
        f"nightcrew {n} pp=\n" for n in range(3)
    ]
    assert len(checkout.asked()) == 3


def test_an_old_uv_is_not_used_and_a_pip_that_fails_is_one_line(checkout: Checkout) -> None:
    (checkout.place / "requirements-dev.lock").write_text("ruff==0.1\n")  # names no uv
    code, _, err = checkout.run("flows", UV_SAYS="0.4.1")
    assert code == 2
    last = err.splitlines()[-1]
    assert "neither uv nor pip" in last or "names no uv" in last
    assert checkout.asked() == []


def test_a_folder_that_cannot_be_written_to_is_one_line(checkout: Checkout) -> None:
    (checkout.place / ".cache").write_text("a file where a folder must be made")
    code, _, err = checkout.run("flows")
    assert code == 2 and len(err.splitlines()) == 1
    assert err.startswith("nightcrew: cannot set up in ") and "writable" in err


def test_a_python_out_of_range_is_refused_with_what_to_do(checkout: Checkout) -> None:
    script = (
        "import sys; sys.version_info = (3, 10, 4); sys.argv = ['flows', 'run'];"
        "sys.path.insert(0, '.'); import runpy; runpy.run_path('flows', run_name='__main__')"
    )
    code, _, err = checkout.run("-c", script)
    assert code == 2 and checkout.asked() == []
    assert err == (
        "nightcrew: this is Python 3.10, and Nightcrew needs 3.11, 3.12 or 3.13; "
        "start it with one of those, for example: python3.13 flows run\n"
    )
