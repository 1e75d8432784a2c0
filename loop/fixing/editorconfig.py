"""Reads .editorconfig: whether a file's blanks at line ends go, and whether it ends with a newline.

The format is that of the EditorConfig specification 0.17: sections are globs, a later one wins, a file
nearer to the edited one wins, `root = true` ends the way up, `unset` means as if never said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from loop.finding.files import text

NAME = ".editorconfig"
_SECTION = re.compile(r"^\[(.+)\]$")
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")


@dataclass(frozen=True, slots=True)
class Config:
    """One file: whether it ends the way up, and its sections in order."""

    is_root: bool
    sections: tuple[tuple[re.Pattern[str], dict[str, str]], ...]


def rules(root: Path, path: str) -> dict[str, str]:
    """Give the properties (lower case) that hold for *path* in the repository at *root*."""
    found: dict[str, str] = {}
    for folder in _chain(root, path):
        inside = path[len(folder) + 1 :] if folder else path
        for pattern, properties in read(root / folder / NAME).sections:
            if pattern.fullmatch(inside):
                found |= properties
    return {name: value for name, value in found.items() if value != "unset"}


def _chain(root: Path, path: str) -> list[str]:
    """Give the folders whose file counts, the farthest first."""
    folders = []
    for parent in PurePosixPath(path).parents:
        folder = "" if str(parent) == "." else str(parent)
        folders.append(folder)
        if read(root / folder / NAME).is_root:
            break
    return folders[::-1]


@cache
def read(path: Path) -> Config:
    """Give the file's content; nothing when it is absent. A section whose glob is broken is left out."""
    is_root = False
    sections: list[tuple[re.Pattern[str], dict[str, str]]] = []
    properties: dict[str, str] | None = None
    for raw in text(path).lstrip("\ufeff").splitlines():
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if head := _SECTION.match(line):
            properties = {}
            if pattern := _compile(head[1]):
                sections.append((pattern, properties))
            continue
        name, sign, value = line.partition("=")
        key, value = name.strip().lower(), value.strip().lower()
        if sign and properties is None:
            is_root = is_root or (key == "root" and value == "true")
        elif sign and properties is not None:
            properties[key] = value
    return Config(is_root, tuple(sections))


def _compile(glob: str) -> re.Pattern[str] | None:
    body = glob.removeprefix("/")
    start = "" if "/" in glob else "(?:.*/)?"
    try:
        return re.compile(start + translate(body), re.DOTALL)
    except re.error:
        return None


def translate(glob: str) -> str:
    """Give the regular expression of a glob: `*`, `**`, `?`, `[a]`, `[!a]`, `{a,b}`, `{1..3}`."""
    out = ""
    at = 0
    while at < len(glob):
        piece, at = _piece(glob, at)
        out += piece
    return out


def _piece(glob: str, at: int) -> tuple[str, int]:
    """Give the expression of what begins at *at*, and where the next thing begins."""
    if glob[at] == "\\" and at + 1 < len(glob):
        return re.escape(glob[at + 1]), at + 2
    if glob.startswith("**/", at):
        return "(?:.*/)?", at + 3
    if glob.startswith("**", at):
        return ".*", at + 2
    if glob[at] == "[" and "]" in glob[at + 2 :] and "/" not in glob[at : glob.index("]", at + 2)]:
        end = glob.index("]", at + 2)
        inside = glob[at + 1 : end]
        sign = "^" if inside[0] in "!^" else ""
        return f"[{sign}{re.escape(inside[len(sign) :]).replace(chr(92) + '-', '-')}]", end + 1
    if glob[at] == "{" and (end := _closing(glob, at)):
        return _braces(glob[at + 1 : end]), end + 1
    return {"*": "[^/]*", "?": "[^/]"}.get(glob[at], re.escape(glob[at])), at + 1


def _closing(glob: str, at: int) -> int:
    """Give where the brace that opens at *at* closes; 0: nowhere."""
    depth = 0
    for index in range(at, len(glob)):
        depth += {"{": 1, "}": -1}.get(glob[index], 0)
        if not depth:
            return index
    return 0


def _braces(inside: str) -> str:
    if numbers := _RANGE.fullmatch(inside):
        low, high = sorted((int(numbers[1]), int(numbers[2])))
        if high - low < 1000:
            return f"(?:{'|'.join(map(str, range(low, high + 1)))})"
    choices = _split(inside)
    if len(choices) == 1:
        return re.escape("{") + translate(inside) + re.escape("}")
    return f"(?:{'|'.join(translate(choice) for choice in choices)})"


def _split(inside: str) -> list[str]:
    """Give the choices between the commas of one level."""
    depth, choices = 0, [""]
    for sign in inside:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if sign == "," and not depth:
            choices.append("")
        else:
            choices[-1] += sign
    return choices
