"""Which plugins a repository's own pytest options need: without them pytest does not even start."""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from loop.finding.files import table, text, toml

PLUGINS = {
    "pytest-cov": ("pytest_cov", ("--cov", "--no-cov")),
    "pytest-xdist": ("xdist", ("-n", "--numprocesses", "--dist", "--maxprocesses")),
    "pytest-timeout": ("pytest_timeout", ("--timeout", "timeout")),
    "pytest-asyncio": ("pytest_asyncio", ("--asyncio-", "asyncio_mode")),
    "pytest-benchmark": ("pytest_benchmark", ("--benchmark-",)),
    "pytest-django": ("pytest_django", ("--ds", "--reuse-db", "DJANGO_SETTINGS_MODULE")),
    "pytest-rerunfailures": ("pytest_rerunfailures", ("--reruns",)),
    "pytest-randomly": ("pytest_randomly", ("--randomly-",)),
    "pytest-mock": ("pytest_mock", ("mock_use_standalone_module",)),
}
"""Package: its module, and the options and settings that it alone brings, by their documentation."""

_INI = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"))


def plugins_wanted(root: Path) -> dict[str, str]:
    """Give the module of each plugin package that the configured options ask for."""
    words = [word for settings in _settings(root) for word in _words(settings)]
    return {
        package: module
        for package, (module, signs) in PLUGINS.items()
        if any(_asks(word, sign) for word in words for sign in signs)
    }


def _asks(word: str, sign: str) -> bool:
    """Whether *word* is the option, one of its family (`--cov` brings `--cov-report`), or `-nauto`."""
    name = word.partition("=")[0]
    if sign.startswith("--"):
        return name == sign or name.startswith(sign.rstrip("-") + "-")
    return name == sign or (sign.startswith("-") and name in (f"{sign}auto", f"{sign}logical"))


def _settings(root: Path) -> Iterator[Mapping[str, Any]]:
    pytest = table(toml(root / "pyproject.toml"), "tool", "pytest")
    yield {**pytest, **table(pytest, "ini_options")}
    for name, section in (*_INI, ("setup.cfg", "tool:pytest")):
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[method-assign,assignment]
        try:
            parser.read_string(text(root / name))
            yield dict(parser.items(section))
        except configparser.Error:
            continue


def _words(settings: Mapping[str, Any]) -> list[str]:
    """The names of the settings, and the words of the options."""
    options = settings.get("addopts", "")
    if isinstance(options, list):
        return [*settings, *(word for word in options if isinstance(word, str))]
    try:
        return [*settings, *shlex.split(str(options), comments=True)]
    except ValueError:
        return [*settings, *str(options).split()]
