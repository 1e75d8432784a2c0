"""prettier and eslint, called as package.json's own scripts call them."""

from __future__ import annotations

from loop.fixing.repository import Repository
from loop.fixing.scripts import options, package_table, words_of
from loop.fixing.tool import Bench, Codes, Result, Tool
from policies.generated import is_generated_path

_PRETTIER_MODES = frozenset(
    {"--check", "-c", "--write", "-w", "--list-different", "-l", "-u", "--ignore-unknown"}
)
_PRETTIER_VALUES = frozenset(
    {"--config", "--ignore-path", "--plugin", "--parser", "--log-level", "--loglevel"}
)
"""Options whose value may be the next word."""
_PRETTIER = Codes(good=(0, 1), could_not=(2,))
_ESLINT_MODES = frozenset({"--fix", "--fix-dry-run", "--cache", "--quiet", "--max-warnings=0"})
_ESLINT = Codes(good=(0, 1), could_not=(2,))
_ENDINGS = ("", ".json", ".json5", ".yaml", ".yml", ".toml", ".js", ".cjs", ".mjs", ".ts")
_FOREIGN_LIMIT = 500
"""More untracked names than this do not fit beside the rest on a command line."""


def prettier_in(repo: Repository) -> str:
    """Give the file at the root that configures prettier."""
    stems = (".prettierrc", "prettier.config")
    names = {stem + ending for stem in stems for ending in _ENDINGS} - {"prettier.config"}
    by_key = "package.json" if package_table(repo, "prettier") else ""
    return next((name for name in sorted(names) if name in repo.tracked), by_key)


def eslint_in(repo: Repository) -> str:
    """Give the file at the root that configures eslint."""
    names = {"eslint.config" + ending for ending in _ENDINGS[1:]}
    names |= {".eslintrc" + ending for ending in _ENDINGS}
    by_key = "package.json" if package_table(repo, "eslintConfig") else ""
    return next((name for name in sorted(names) if name in repo.tracked), by_key)


def _prettier(bench: Bench) -> Result:
    """List the files that differ, then write those that are tracked and nobody generated."""
    words = words_of(bench.repo, "prettier", _PRETTIER_MODES) or (".",)
    asked = bench.run(*words, "--list-different", "--ignore-unknown")
    result = _PRETTIER.read(asked)
    named = [p for p in bench.repo.own(asked.lines) if not is_generated_path(p[2:])]
    if not named and not result.is_good:
        return result  # with some named, one file with a syntax error does not stop the others
    words = options(words, _PRETTIER_VALUES)
    return bench.each((*words, "--write", "--ignore-unknown"), named, _PRETTIER)


def _eslint(bench: Bench) -> Result:
    """Mend what its own script covers, kept off every file that git does not track."""
    words = words_of(bench.repo, "eslint", _ESLINT_MODES) or (".",)
    foreign = bench.repo.foreign
    if len(foreign) > _FOREIGN_LIMIT:
        return Result(why_not=f"{len(foreign)} untracked files stand here: add them to .gitignore")
    kept_off = (f"--ignore-pattern={_literal(name)}" for name in foreign)
    return _ESLINT.read(bench.run(*words, "--fix", *kept_off))


def _literal(name: str) -> str:
    """Give *name* for a pattern in which it means itself."""
    return "".join(f"\\{sign}" if sign in "*?[]{}!()\\#" else sign for sign in name)


TOOLS = (
    Tool(
        name="eslint --fix",
        program="eslint",
        install="npm install",
        configured=eslint_in,
        fix=_eslint,
        hooks=("eslint",),
    ),
    Tool(
        name="prettier --write",
        program="prettier",
        install="npm install",
        configured=prettier_in,
        fix=_prettier,
        hooks=("prettier",),
    ),
)
