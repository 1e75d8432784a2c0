"""ruff, black and isort. Each is first asked which files it would look at; only tracked ones are given."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from loop.finding.files import has_section, table, toml
from loop.fixing.hooks import CONFIG
from loop.fixing.repository import Repository
from loop.fixing.tool import Bench, Codes, Result, Tool
from policies.generated import is_generated_path

_RUFF = Codes(good=(0,), could_not=(2,))
_RUFF_CHECK_HOOKS = ("ruff", "ruff-check")
_OURS = frozenset(
    {
        *("--fix", "--exit-zero", "--exit-non-zero-on-fix", "--exit-non-zero-on-format"),
        *("--force-exclude", "--no-cache", "--quiet", "-q", "--check", "--diff", "--show-fixes"),
    }
)
"""Words of a hook that say what we say ourselves, or that keep ruff from writing."""
_BLACK = Codes(good=(0, 1, 123), could_not=(2,))
_ISORT = Codes(good=(0, 1), could_not=(2,))
_WOULD_REFORMAT = re.compile(r"^would reformat (.+)$")
_WRONG_ORDER = re.compile(r"^ERROR: (.+) Imports are incorrectly sorted")


def _ruff_files(repo: Repository) -> list[str]:
    """Give the tracked files that configure ruff, nearest to the root first."""
    own = repo.named("ruff.toml")
    own += [p for p in repo.named("pyproject.toml") if "ruff" in table(toml(repo.root / p), "tool")]
    names = {"ruff.toml", ".ruff.toml", "pyproject.toml"}
    found = [p for p in own if PurePosixPath(p).name in names and not is_generated_path(p)]
    return sorted(found, key=lambda path: (path.count("/"), path))


def _ruff_table(repo: Repository, path: str) -> dict[str, object]:
    content = toml(repo.root / path)
    return table(content, "tool", "ruff") if path.endswith("pyproject.toml") else content


def ruff_check_in(repo: Repository) -> str:
    """Give the file that configures ruff's linter."""
    by_hook = CONFIG if repo.hook(*_RUFF_CHECK_HOOKS) else ""
    return next(iter(_ruff_files(repo)), by_hook)


def ruff_format_in(repo: Repository) -> str:
    """Give the file that says that ruff formats here; its linter alone says nothing of that."""
    said = (path for path in _ruff_files(repo) if "format" in _ruff_table(repo, path))
    return next(said, CONFIG if repo.hook("ruff-format") else "")


def _ruff_scope(bench: Bench, hooks: tuple[str, ...]) -> tuple[list[str], Result]:
    """Give the tracked files that ruff, its configuration and its hook all look at."""
    repo = bench.repo
    files = _ruff_files(repo)
    folders = sorted({f"./{PurePosixPath(path).parent}" for path in files}) or ["."]
    ended = bench.run("check", "--show-files", "--no-cache", *folders)
    hook = repo.hook(*hooks)
    mine = [name for name in repo.own(ended.lines) if name.endswith((".py", ".pyi", ".ipynb"))]
    return [n for n in mine if hook is None or hook.admits(n[2:])], _RUFF.read(ended)


def _ruff(bench: Bench, hooks: tuple[str, ...], *words: str) -> Result:
    files, result = _ruff_scope(bench, hooks)
    if not result.is_good:
        return result
    hook = bench.repo.hook(*hooks)
    extra = tuple(word for word in hook.args if word not in _OURS) if hook else ()
    return bench.each((*words, "--force-exclude", "--no-cache", "--quiet", *extra), files, _RUFF)


def _ruff_check(bench: Bench) -> Result:
    return _ruff(bench, _RUFF_CHECK_HOOKS, "check", "--fix", "--exit-zero")


def _ruff_format(bench: Bench) -> Result:
    return _ruff(bench, ("ruff-format",), "format")


def black_in(repo: Repository) -> str:
    """Give the file that asks for black."""
    if "black" in table(toml(repo.root / "pyproject.toml"), "tool"):
        return "pyproject.toml"
    return CONFIG if repo.hook("black", "black-jupyter") else ""


def isort_in(repo: Repository) -> str:
    """Give the file that asks for isort."""
    if "isort" in table(toml(repo.root / "pyproject.toml"), "tool"):
        return "pyproject.toml"
    if (repo.root / ".isort.cfg").is_file():
        return ".isort.cfg"
    sections = (("setup.cfg", "isort"), ("setup.cfg", "tool:isort"), ("tox.ini", "isort"))
    found = (name for name, section in sections if has_section(repo.root / name, section))
    return next(found, CONFIG if repo.hook("isort") else "")


def _listed(bench: Bench, pattern: re.Pattern[str], codes: Codes, *fix: str) -> Result:
    """Ask with `--check`-like words which files are wrong, and mend those that are tracked."""
    asked = bench.run("--check", ".")
    result = codes.read(asked)
    if not result.is_good:
        return result
    named = [match[1] for line in asked.lines if (match := pattern.match(line))]
    return bench.each(fix, bench.repo.own(named), codes)


def _black(bench: Bench) -> Result:
    return _listed(bench, _WOULD_REFORMAT, _BLACK, "--quiet")


def _isort(bench: Bench) -> Result:
    return _listed(bench, _WRONG_ORDER, _ISORT, "--filter-files", "--quiet")


TOOLS = (
    Tool(
        name="ruff check --fix",
        program="ruff",
        install="pip install ruff",
        configured=ruff_check_in,
        fix=_ruff_check,
        hooks=_RUFF_CHECK_HOOKS,
    ),
    Tool(
        name="isort",
        program="isort",
        install="pip install isort",
        configured=isort_in,
        fix=_isort,
        hooks=("isort",),
    ),
    Tool(
        name="black",
        program="black",
        install="pip install black",
        configured=black_in,
        fix=_black,
        hooks=("black", "black-jupyter"),
    ),
    Tool(
        name="ruff format",
        program="ruff",
        install="pip install ruff",
        configured=ruff_format_in,
        fix=_ruff_format,
        hooks=("ruff-format",),
    ),
)
