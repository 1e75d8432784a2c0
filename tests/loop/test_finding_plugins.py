"""The plugins that a repository's own pytest options need are found."""

from pathlib import Path

import pytest

from loop.discovery import find_setup
from loop.finding.plugins import PLUGINS, plugins_wanted
from tests.loop.repositories import write

INI = "[tool.pytest.ini_options]\n"
WANTED: dict[str, tuple[dict[str, str], set[str]]] = {
    "nothing": ({}, set()),
    "own options of pytest": ({"pytest.ini": "[pytest]\naddopts = -ra -q --strict\n"}, set()),
    "a family of options": (
        {"pyproject.toml": f'{INI}addopts = "--cov=a --cov-report=xml"\n'},
        {"pytest-cov"},
    ),
    "a list, and settings": (
        {"pyproject.toml": f'{INI}addopts = ["-n", "auto"]\nasyncio_mode = "auto"\n'},
        {"pytest-xdist", "pytest-asyncio"},
    ),
    "native toml": (
        {"pyproject.toml": '[tool.pytest]\naddopts = ["--timeout=5"]\n'},
        {"pytest-timeout"},
    ),
    "setup.cfg": ({"setup.cfg": "[tool:pytest]\naddopts =\n  -nauto\n"}, {"pytest-xdist"}),
    "tox.ini": (
        {"tox.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = a.b\ntimeout = 3\n"},
        {"pytest-django", "pytest-timeout"},
    ),
    "a quote that does not end": (
        {"pytest.ini": "[pytest]\naddopts = -k 'x --no-cov\n"},
        {"pytest-cov"},
    ),
    "broken files": ({"pyproject.toml": "[", "pytest.ini": "addopts"}, set()),
    "options of another tool": ({"tox.ini": "[tox]\naddopts = --cov\n"}, set()),
}


@pytest.mark.parametrize("name", WANTED)
def test_plugins_wanted(tmp_path: Path, name: str) -> None:
    files, expected = WANTED[name]
    write(tmp_path, files)
    assert plugins_wanted(tmp_path) == {package: PLUGINS[package][0] for package in expected}


def test_a_missing_plugin_is_set_up_beside_an_installed_pytest(tmp_path: Path) -> None:
    write(tmp_path / "r", {"pytest.ini": "[pytest]\naddopts = --cov\n"})
    has_all_but_cov = '#!/bin/sh\ncase "$*" in *pytest_cov*) exit 1;; esac\n'
    write(tmp_path / "bin", {"python3": has_all_but_cov})
    (tmp_path / "bin" / "python3").chmod(0o755)
    _, install = find_setup(tmp_path / "r", None, path=str(tmp_path / "bin"))
    assert install.argv[-2:] == ("pytest", "pytest-cov")
