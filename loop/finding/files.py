"""Reads of a repository that give nothing, rather than fail, when a file is absent or broken."""

from __future__ import annotations

import configparser
import json
import tomllib
from pathlib import Path
from typing import Any

READ_LIMIT_BYTES = 4 * 1024 * 1024
"""A larger manifest is not read."""


def text(path: Path) -> str:
    """Give the file's text; empty when it is absent, not readable or too large."""
    try:
        if not path.is_file() or path.stat().st_size > READ_LIMIT_BYTES:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def toml(path: Path) -> dict[str, Any]:
    """Give the TOML file's tables; none when it is absent or broken."""
    try:
        return tomllib.loads(text(path))
    except tomllib.TOMLDecodeError:
        return {}


def json_object(path: Path) -> dict[str, Any]:
    """Give the JSON file's object; empty when it is absent, broken or no object."""
    try:
        value = json.loads(text(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def has_section(path: Path, section: str) -> bool:
    """Say whether the ini file has *section*."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text(path))
    except configparser.Error:
        return False
    return parser.has_section(section)


def table(value: Any, *names: str) -> dict[str, Any]:
    """Give the table at *names* inside *value*; empty when a step is missing or no table."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def present(root: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """Give those of *names* that are files in *root*."""
    return tuple(name for name in names if (root / name).is_file())
