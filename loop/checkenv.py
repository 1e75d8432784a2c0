"""The environment of setup and checks: made, not inherited, and such that the workspace's code is tested.

A linked virtual environment may hold an editable install of the checkout: its `import` would test the
user's files instead of the work. PYTHONPATH puts the workspace's copy of each such folder first.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlparse

from loop.agents.environment import agent_environment
from loop.finding.files import text
from loop.finding.python import VENVS, site_packages

PACKAGE_MANAGERS = (
    *("PIP_*", "UV_*", "POETRY_*", "npm_config_*", "NPM_CONFIG_*", "YARN_*", "PNPM_HOME"),
    *("COREPACK_*", "GOPROXY", "GOPRIVATE", "GOFLAGS", "GONOSUMDB", "CARGO_*", "PYENV_*", "ASDF_*"),
    "NODE_OPTIONS",
)
"""What a package manager needs to reach the person's index, beside what an agent gets."""

CHECKS_SET = {
    "CI": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "POETRY_VIRTUALENVS_IN_PROJECT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
_NOT_FOR_CHECKS = ("NO_COLOR", "TERM")
"""Set for agents; tests of terminal programs must see neither."""

_QUOTED = re.compile(r"'([^'\n]+)'|\"([^\"\n]+)\"")
_FINDERS_KEPT_CHARS = 200_000


def check_environment(
    environ: Mapping[str, str],
    workspace: Path,
    checkout: Path | None = None,
    *,
    passed: Iterable[str] = (),
) -> dict[str, str]:
    """Give what setup and checks run with, from our *environ* and the globs *passed* of further names.

    The workspace's `.venv/bin` and `node_modules/.bin` come first on PATH, so that `python3` is the
    repository's own where it has one.
    """
    made = agent_environment(environ, own=(*PACKAGE_MANAGERS, *passed))
    for name in _NOT_FOR_CHECKS:
        made.pop(name, None)
    made |= CHECKS_SET
    if term := environ.get("TERM"):
        made["TERM"] = term
    made["PATH"] = os.pathsep.join([*map(str, own_programs(workspace)), made["PATH"]])
    if paths := import_paths(workspace, checkout):
        made["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    return made


def own_programs(workspace: Path) -> list[Path]:
    """Give the folders of programs that the repository itself brings, best first."""
    folders = [workspace / name / "bin" for name in VENVS] + [workspace / "node_modules" / ".bin"]
    return [folder for folder in folders if folder.is_dir()]


def import_paths(workspace: Path, checkout: Path | None) -> list[Path]:
    """Give the folders that Python must import from before its site-packages."""
    src = [workspace / "src"] if (workspace / "src").is_dir() else []
    venv = next((workspace / name for name in VENVS if (workspace / name).is_dir()), None)
    if venv is None:
        return src
    if not venv.is_symlink() or checkout is None:
        return []
    found = dict.fromkeys(
        path for path in _editable(venv, checkout.resolve()) if path.parts[:1] != (venv.name,)
    )
    # The link may also hold an old copy of the project, or lead where the checkout once was.
    mapped = dict.fromkeys([*src, *(workspace / path for path in found)])
    return [path for path in mapped if path.is_dir()]


def _editable(venv: Path, checkout: Path) -> Iterator[Path]:
    """Yield the folders, relative to *checkout*, from which *venv* imports the checkout's own code."""
    for packages in site_packages(venv):
        for pth in packages.glob("*.pth"):
            for line in text(pth).splitlines():
                yield from _inside(line.strip(), checkout)
        for finder in packages.glob("__editable__*.py"):
            words = _QUOTED.findall(text(finder)[:_FINDERS_KEPT_CHARS])
            for one, other in words:
                yield from (path.parent for path in _inside(one or other, checkout))
        for url in packages.glob("*.dist-info/direct_url.json"):
            yield from _inside(_editable_url(url), checkout)


def _inside(word: str, checkout: Path) -> Iterator[Path]:
    if not word.startswith("/"):
        return
    path = Path(word).resolve()
    if path.is_relative_to(checkout):
        yield path.relative_to(checkout)


def _editable_url(path: Path) -> str:
    try:
        known = json.loads(text(path) or "{}")
        is_editable = known.get("dir_info", {}).get("editable", False)
        return unquote(urlparse(known["url"]).path) if is_editable else ""
    except (ValueError, KeyError, AttributeError):
        return ""
