"""Runs the real command over packages that nobody here wrote, and prints how each ends.

Run by hand: `python tests/benchmarks/show_packages.py [--without-ruff] [--keep DIR] [pypi:NAME==VERSION |
npm:NAME@VERSION | PATH]...`. Needs pip and npm with their registries. It asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
PACKAGES = (
    "pypi:humanize==4.17.0",
    "pypi:itsdangerous==2.2.0",
    "pypi:sqlparse==0.6.1",
    "npm:fast-json-stable-stringify@2.1.0",
    "npm:fastq@1.20.3",
    "npm:object.assign@4.1.0",
)
IDENTITY = ("-c", "user.name=show", "-c", "user.email=show@example.invalid")
LIMIT_S = 3000


def told(argv: list[str], cwd: Path, env: dict[str, str] | None = None) -> str:
    """Give what *argv* prints to stdout; raise CalledProcessError when it fails."""
    return subprocess.run(
        argv, cwd=cwd, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=LIMIT_S
    ).stdout


def fetched(package: str, folder: Path) -> Path:
    """Download *package* into *folder* with its own client; give the archive."""
    kind, _, name = package.partition(":")
    folder.mkdir(parents=True)
    if kind == "pypi":
        alone = ["--no-deps", "--no-binary", name.partition("==")[0]]
        python = shutil.which("python3", path=without_ours(os.environ["PATH"])) or "python3"
        told([python, "-m", "pip", "download", "-q", *alone, "-d", ".", name], folder)
    else:
        told(["npm", "pack", "--silent", name], folder)
    return next(folder.glob("*.t*gz"))


def without_ours(path: str) -> str:
    """Give *path* without the folder of our own programs, as a person's PATH is."""
    return os.pathsep.join(p for p in path.split(os.pathsep) if Path(p) != PROGRAMS)


def repository(package: str, folder: Path) -> Path:
    """Give a repository of one commit with the files of *package*."""
    name = package.partition(":")[2].partition("==")[0].rpartition("@")
    target = folder / (name[0] or name[2]).replace("/", "-")
    if ":" not in package:
        target = folder / Path(package).name
        shutil.copytree(package, target, symlinks=True)
    else:
        archive = fetched(package, folder / "archives" / target.name)
        with tarfile.open(archive) as content:
            content.extractall(folder / "unpacked" / target.name, filter="data")
        next((folder / "unpacked" / target.name).iterdir()).rename(target)
    if not (target / ".git").exists():
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "as released"]):
            told(["git", *IDENTITY, *words], target)
    return target


def environment(folder: Path, *, with_ruff: bool) -> dict[str, str]:
    """Give a person's environment with an empty home: their registries, a git identity, maybe ruff."""
    home, tools = folder / "home", folder / "tools"
    home.mkdir()
    tools.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = A Person\n\temail = me@example.invalid\n")
    for name in (".npmrc", ".config/pip", ".config/uv"):
        if (mine := Path.home() / name).exists():
            (home / name).parent.mkdir(exist_ok=True)
            (home / name).symlink_to(mine)
    if with_ruff:
        (tools / "ruff").symlink_to(PROGRAMS / "ruff")
    path = os.pathsep.join([str(tools), without_ours(os.environ["PATH"])])
    return {
        **os.environ,
        "HOME": str(home),
        "PATH": path,
        "NIGHTCREW_STATE_DIR": str(folder / "state"),
    }


def ran(repositories: list[Path], folder: Path, env: dict[str, str]) -> tuple[Any, str]:
    """Run one cycle of each repository, two at a time; give the run's document, and what it said."""
    work = folder / "work"
    work.mkdir()
    argv = [str(PROGRAMS / "nightcrew"), "run", *map(str, repositories), "--jobs", "2", "--json"]
    done = subprocess.run(argv, cwd=work, env=env, capture_output=True, text=True, check=False)
    print(done.stderr, f"nightcrew run: exit {done.returncode}", sep="\n", file=sys.stderr)
    return json.loads(done.stdout), done.stderr


def merged(path: Path, cycle: dict[str, Any], said: str, env: dict[str, str]) -> str:
    """Merge with the very command that the run printed; say how that went."""
    printed = re.search(rf"^to merge {re.escape(path.name)}: (.+)$", said, re.MULTILINE)
    if not printed:
        return "nothing to merge" if not cycle["branch"] else f"NO COMMAND for {cycle['branch']}"
    done = subprocess.run(
        printed[1], shell=True, env=env, check=False, stdout=subprocess.DEVNULL, cwd=path.parent
    )
    changed = told(["git", "diff", "--name-only", cycle["base_commit"], "HEAD"], path).splitlines()
    how = "merged" if done.returncode == 0 else f"MERGE ENDED WITH {done.returncode}"
    return f"{how}: {', '.join(changed[:8])}"


def ends(cycle: str, kind: str, folder: Path) -> str:
    """Give how each setup or check on the base ended, from the foot of its log."""
    found = []
    for log in sorted((folder / "work" / "logs").glob(f"*/{cycle}-{kind}*.log")):
        foot = re.search(r"exit=(\S+) .*duration_s=(\S+)", lines_of(log)[-1])
        name = log.stem.removeprefix(f"{cycle}-")
        found.append(f"{name}: exit {foot[1]}, {float(foot[2]):.0f} s" if foot else name)
    return "; ".join(found) or "none"


def page(cycle: dict[str, Any], path: Path, folder: Path, said: str, env: dict[str, str]) -> str:
    """Give what is to be known of one cycle."""
    shown = told([str(PROGRAMS / "nightcrew"), "show", cycle["cycle"]], folder / "work", env)
    kept = [line for line in shown.splitlines() if re.match(r"outcome|reason|took|branch", line)]
    unable = re.findall(rf"^\S+ ({re.escape(path.name)}: .*could not run.*)$", said, re.MULTILINE)
    logs = [line for a in cycle["attempts"] for line in lines_of(Path(a["pass_log"]))[1:-1]]
    rows = {
        "setup": ends(cycle["cycle"], "setup", folder),
        "checks": ends(cycle["cycle"], "check", folder),
        "unable": "; ".join(unable) or "none",
        "fixers": "\n            ".join(logs),
        "merge": merged(path, cycle, said, env),
        "incident": cycle["incident"] or "none",
        "left in the checkout": told(["git", "status", "--porcelain"], path).strip() or "nothing",
    }
    return "\n".join([f"## {path.name}", *kept, *(f"{k:<11} {v}" for k, v in rows.items())])


def lines_of(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", nargs="*", default=PACKAGES)
    parser.add_argument("--without-ruff", action="store_true")
    parser.add_argument("--keep", type=Path, help="an absent folder to work in, which stays")
    said = parser.parse_args()
    folder = said.keep or Path(tempfile.mkdtemp(prefix="nightcrew-show-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        show(list(said.packages), folder.resolve(), with_ruff=not said.without_ruff)
    finally:
        if not said.keep:
            shutil.rmtree(folder, ignore_errors=True)


def show(packages: list[str], folder: Path, *, with_ruff: bool) -> None:
    """Print a page for each of *packages*, then what is open in the whole run."""
    paths = [repository(package, folder) for package in packages]
    env = environment(folder, with_ruff=with_ruff)
    document, told_people = ran(paths, folder, env)
    by_name = {path.name: path for path in paths}
    for cycle in document["cycles"]:
        print(page(cycle, by_name[cycle["repo"]], folder, told_people, env), end="\n\n")
    breakers = told(
        [str(PROGRAMS / "nightcrew"), "breaker", "list", "--json"], folder / "work", env
    )
    print("breakers:", breakers.strip())
    print("incidents:", json.dumps(document["incidents"]))


if __name__ == "__main__":
    main()
