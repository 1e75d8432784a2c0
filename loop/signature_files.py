"""Catalogues of known failures as files: the shipped one, and a person's own ones, which win."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from loop.errors import NightcrewError
from loop.multisearch import engine
from policies.signatures import Signature, SignatureError, Signatures, parse

_SHIPPED = Path(__file__).resolve().parents[1] / "config" / "signatures.toml"
FILE_NAME = "nightcrew-signatures.toml"
"""A person's own: beside nightcrew.toml for the fleet, in a repository's folder for that one."""

LIMIT_BYTES = 4 << 20
"""A larger signature file is refused."""


class SignaturesRefused(NightcrewError):
    """A signature file is broken."""


def own_file(folder: Path) -> list[Path]:
    """Give the signature file in *folder* in a list, an empty one where there is none."""
    path = folder / FILE_NAME
    return [path] if os.path.lexists(path) else []


def load_signatures(paths: Iterable[Path]) -> Signatures:
    """Give the entries of all *paths*, the shipped file last: all others are a person's own and win.

    Of entries of one name only the first file's is in force. Raises SignaturesRefused, with file, line
    and reason, when a file is broken.
    """
    *own, shipped = paths
    entries: dict[str, Signature] = {}
    for path in (*own, shipped):
        for entry in _read(path):
            entries.setdefault(entry.name, replace(entry, own=path is not shipped))
    return Signatures(entries.values(), engine)


def load_unbroken(paths: Iterable[Path]) -> tuple[Signatures, list[str]]:
    """Give the entries of the right ones of *paths*, the shipped file last, and what is wrong with others."""
    told = {path: _problem(path) for path in paths}
    good = [path for path, problem in told.items() if not problem]
    return load_signatures(good), [problem for problem in told.values() if problem]


def broken(folder: Path) -> list[str]:
    """Say what is wrong with the signature file in *folder*; nothing where there is none."""
    return [problem for path in own_file(folder) if (problem := _problem(path))]


def _problem(path: Path) -> str:
    try:
        _read(path)
    except SignaturesRefused as refused:
        return str(refused)
    return ""


@cache
def _parsed(text: str, trusted: bool) -> tuple[Signature, ...]:
    return parse(tomllib.loads(text), trusted=trusted)


def _read(path: Path) -> tuple[Signature, ...]:
    text = _text(path)
    try:
        return _parsed(text, path == _SHIPPED)
    except tomllib.TOMLDecodeError as error:
        raise SignaturesRefused(
            f"{path}:{_toml_line(text, str(error))}: not a TOML file: {error}"
        ) from error
    except RecursionError as error:
        raise SignaturesRefused(f"{path}:1: not a TOML file: nested too deep") from error
    except SignatureError as error:
        raise SignaturesRefused(f"{path}:{_line_of(text, str(error))}: {error}") from error


def _text(path: Path) -> str:
    """Give what *path* holds. Raises SignaturesRefused, also for a pipe or device (a link may lead there)."""
    data = b""
    try:
        if not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode):
            raise SignaturesRefused(f"{path}: not a file: name a signature file that can be read")
        with path.open("rb") as file:
            data = file.read(LIMIT_BYTES + 1)
        if len(data) > LIMIT_BYTES:
            raise SignaturesRefused(f"{path}: larger than {LIMIT_BYTES >> 20} MiB: make it smaller")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise SignaturesRefused(
            f"{path}: {error.strerror}: name a signature file that can be read"
        ) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SignaturesRefused(f"{path}:{line}: not a TOML file: {error}") from error


def _toml_line(text: str, message: str) -> int:
    found = re.search(r"\(at line (\d+)", message)
    return int(found[1]) if found else max(1, len(text.splitlines()))


def _line_of(text: str, message: str) -> int:
    named = re.match(r"signature '(.*?)':", message)
    numbered = re.match(r"signature number (\d+):", message)
    rows = text.split("\n")
    if named:
        wanted = re.compile(rf"\s*name\s*=\s*[\"']{re.escape(named[1])}[\"']")
        return next((n for n, row in enumerate(rows, 1) if wanted.match(row)), 1)
    tables = [n for n, row in enumerate(rows, 1) if row.strip() == "[[signature]]"]
    place = int(numbered[1]) - 1 if numbered else 0
    return tables[place] if place < len(tables) else 1
