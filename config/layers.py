"""Where settings come from, lowest first: shipped defaults, nightcrew.toml, environment, arguments."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_settings import EnvSettingsSource

from config.model import Model
from config.schedule import KEY, Bare, tabled
from policies.errors import NightcrewError

FILE_NAME = "nightcrew.toml"

PREFIX = "NIGHTCREW_"

SCHEDULE = PREFIX + KEY.upper()

NOT_SETTINGS = frozenset(
    {
        "NIGHTCREW_PROMPT_FILE",  # set by us for children
        "NIGHTCREW_MARKER",  # set by us for children
        "NIGHTCREW_STATE_DIR",  # a place, read before any setting
        "NIGHTCREW_TEST_CACHE",  # for our own tests
        "NIGHTCREW_CONFIG",  # set by serve for its worker's processes
    }
)
"""Names in the environment that begin like settings and are none."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings."""

    kind: str
    """`defaults`, `file`, `environment` or `arguments`."""
    values: dict[str, Any]
    name: str = ""
    """Of a file: its path, as people know it."""
    text: str = ""
    """Of a file: its text, for line numbers."""


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Give *below* with *above* laid over it, table by table."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(old, value) if both and old is not None else value
    return merged


def defaults() -> Layer:
    """Give the shipped defaults."""
    path = Path(__file__).with_name("defaults.toml")
    text = path.read_text(encoding="utf-8")
    return Layer("defaults", tomllib.loads(text), path.name, text)


def from_file(cwd: Path, file: Path | None) -> Layer | None:
    """Give the settings of *file*, or of nightcrew.toml in *cwd*; None when there is none there.

    Raises NightcrewError when a named file is missing, or the file is unreadable or no TOML.
    """
    path = cwd / (file or FILE_NAME)
    if file is None and not path.exists():
        return None
    shown = str(file or FILE_NAME)
    try:
        text = path.read_text(encoding="utf-8-sig")
        return Layer("file", tabled(tomllib.loads(text)), shown, text)
    except tomllib.TOMLDecodeError as problem:
        raise NightcrewError(f"{shown}: not valid TOML: {problem}; correct that line") from problem
    except UnicodeDecodeError as problem:
        raise NightcrewError(f"{shown}: not UTF-8 text; save it as UTF-8") from problem
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise NightcrewError(
            f"{shown}: {why}; name an existing file, or write one with `nightcrew init`"
        ) from problem


class _Environment(EnvSettingsSource):
    """Reads the mapping that it is given, never the process's own environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._given = {name.lower(): value for name, value in environ.items()}
        super().__init__(Model)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._given


def from_environment(environ: Mapping[str, str]) -> Layer:
    """Give what the NIGHTCREW_ names of *environ* set; lists are JSON."""
    named = {name: text for name, text in environ.items() if _is_setting(name)}
    bare = named.get(SCHEDULE, "{").strip()
    if not bare.startswith("{"):
        del named[SCHEDULE]  # its words are no JSON
    try:
        values = {**_unknown(named), **_Environment(named)()}
    except ValueError as problem:  # a list or table that is no JSON
        raise NightcrewError(
            f"environment: {problem}; lists are written as JSON, as in "
            """NIGHTCREW_CHECKS='["pytest -q"]'"""
        ) from problem
    if not bare.startswith("{"):
        values = merge({KEY: {"at": Bare(bare)}}, values)
    return Layer("environment", values)


def _is_setting(name: str) -> bool:
    return name.startswith(PREFIX) and name not in NOT_SETTINGS


def _unknown(named: Mapping[str, str]) -> dict[str, str]:
    """Give the names that mean no setting, which the environment source would pass over."""
    keys = {name.removeprefix(PREFIX).lower().split("__")[0]: name for name in named}
    return {key: named[name] for key, name in keys.items() if key not in Model.model_fields}


def from_arguments(arguments: Mapping[str, Any]) -> Layer:
    """Give what the command line set; an option that was not given is None."""
    return Layer("arguments", {name: v for name, v in arguments.items() if v is not None})
