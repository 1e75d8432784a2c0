"""cargo fmt, cargo clippy and gofmt."""

from __future__ import annotations

import re
import tempfile

from loop.finding.files import table, text, toml
from loop.fixing.repository import Repository
from loop.fixing.tool import Bench, Codes, Result, Tool
from policies.generated import is_generated_path, is_generated_text

_FMT = Codes(good=(0, 1), could_not=(1, 101))
_CLIPPY = Codes(good=(0,), could_not=(1, 101))
_GOFMT = Codes(good=(0, 2))
_CLIPPY_LIMIT_S = 900
"""It compiles the crate and all that it needs."""
_SCRIPTS = re.compile(
    r"(?:\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.travis\.yml|\.cirrus\.yml"
    r"|\.circleci/config\.yml|(?:GNUm|m|M)akefile|\.?[jJ]ustfile|Makefile\.toml|\.cargo/config\.toml)"
)
_SAYS_FMT = re.compile(r"cargo(?: \+\S+)? fmt|\brustfmt\b")
_SAYS_CLIPPY = re.compile(r"cargo(?: \+\S+)? clippy|\bclippy\b")


def _said_in(repo: Repository, names: tuple[str, ...], pattern: re.Pattern[str]) -> str:
    """Give the configuration file among *names*, else the script of the repository that calls the tool."""
    if not (repo.root / "Cargo.toml").is_file():
        return ""
    if own := next((name for name in names if (repo.root / name).is_file()), ""):
        return own
    scripts = (path for path in repo.tracked if _SCRIPTS.fullmatch(path))
    return next((path for path in scripts if pattern.search(text(repo.root / path))), "")


def cargo_fmt_in(repo: Repository) -> str:
    """Give the file that asks for cargo fmt."""
    return _said_in(repo, ("rustfmt.toml", ".rustfmt.toml"), _SAYS_FMT)


def clippy_in(repo: Repository) -> str:
    """Give the file that asks for clippy."""
    manifest = toml(repo.root / "Cargo.toml")
    lints = table(manifest, "lints", "clippy") or table(manifest, "workspace", "lints", "clippy")
    found = _said_in(repo, ("clippy.toml", ".clippy.toml"), _SAYS_CLIPPY)
    return "Cargo.toml" if lints else found


def gofmt_in(repo: Repository) -> str:
    """Give go.mod: every Go repository is laid out by gofmt."""
    return next((p for p in repo.named("go.mod") if p.rpartition("/")[2] == "go.mod"), "")


def _cargo_fmt(bench: Bench) -> Result:
    asked = bench.run("fmt", "--", "--check", "-l")
    wrong = [line for line in asked.lines if line.endswith(".rs")]
    if asked.exit_code == 1 and not wrong:
        return Codes(good=(), could_not=(1,)).read(asked)
    result = _FMT.read(asked)
    if not result.is_good or not wrong:
        return result
    if len(bench.repo.own(wrong)) < len(set(wrong)):
        return Result(why_not="it would write files that git does not track")
    return _FMT.read(bench.run("fmt"))


def _clippy(bench: Bench) -> Result:
    """Let clippy mend what it can; builds outside the repository, makes no lock file."""
    lock = bench.repo.root / "Cargo.lock"
    had_lock = lock.exists()
    locked = ("--locked",) if "Cargo.lock" in bench.repo.tracked else ()
    with tempfile.TemporaryDirectory(prefix="nightcrew-clippy-") as target:
        apart = bench.with_environ({"CARGO_TARGET_DIR": target})
        words = ("--fix", "--allow-dirty", "--allow-staged", "--offline", *locked)
        ended = apart.run("clippy", *words)
    if not had_lock:
        lock.unlink(missing_ok=True)
    return _CLIPPY.read(ended)


def _gofmt(bench: Bench) -> Result:
    repo = bench.repo
    mine = [path for path in repo.named(".go") if not is_generated_path(path)]
    files = [p for p in mine if not is_generated_text(text(repo.root / p))]
    return bench.each(("-l", "-w"), repo.own(files), _GOFMT)


TOOLS = (
    Tool(
        name="cargo clippy --fix",
        program="cargo-clippy",
        install="rustup component add clippy",
        configured=clippy_in,
        fix=_clippy,
        hooks=("clippy",),
        limit_s=_CLIPPY_LIMIT_S,
    ),
    Tool(
        name="cargo fmt",
        program="cargo-fmt",
        install="rustup component add rustfmt",
        configured=cargo_fmt_in,
        fix=_cargo_fmt,
        hooks=("fmt", "cargo-fmt"),
    ),
    Tool(
        name="gofmt",
        program="gofmt",
        install="install Go",
        configured=gofmt_in,
        fix=_gofmt,
        hooks=("go-fmt", "gofmt"),
    ),
)
