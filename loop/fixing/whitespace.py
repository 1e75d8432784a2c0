"""Our own fixer: blanks at line ends and the newline at a file's end, where the repository asks for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from loop.finding.files import text
from loop.fixing import editorconfig
from loop.fixing.hooks import CONFIG
from loop.fixing.repository import Repository
from loop.fixing.tool import Bench, Result, Tool
from policies.generated import is_generated_path, is_generated_text

LIMIT_BYTES = 1024 * 1024
"""A larger file is left alone."""
SAMPLES = frozenset(
    {"__fixtures__", "golden", "goldens", "snapshots", "test-data", "test_data", "testfiles"}
)
"""Folders of tests' samples, beside those of policies.generated: every byte there may be meant."""
MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".rmd", ".qmd")
"""Two blanks at the end of a line are a line break there."""

_ASKS = re.compile(
    r"^\s*(?:trim_trailing_whitespace|insert_final_newline)\s*=\s*true",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one file is to be rid of, or to get."""

    trim: bool = False
    newline: bool = False
    """A last newline, if it is not empty."""
    single: bool = False
    """Not more than one newline at the end."""


def configured(repo: Repository) -> str:
    """Give the file that asks for it."""
    if repo.hook("trailing-whitespace") or repo.hook("end-of-file-fixer"):
        return CONFIG
    own = (p for p in repo.named(editorconfig.NAME) if PurePosixPath(p).name == editorconfig.NAME)
    return next((path for path in own if _ASKS.search(text(repo.root / path))), "")


def fix(bench: Bench) -> Result:
    """Mend every tracked text file whose rules ask for it."""
    repo = bench.repo
    for path in _texts(repo):
        wish = wish_for(repo, path)
        place = repo.root / path
        if wish == Wish() or place.stat().st_size > LIMIT_BYTES:
            continue
        old = place.read_bytes()
        if not _is_left_alone(old) and (new := mend(old, wish, is_markdown(path))) != old:
            place.write_bytes(new)
    return Result()


def wish_for(repo: Repository, path: str) -> Wish:
    """Give what the repository asks for in *path*: .editorconfig's word, and its hooks'."""
    folders = PurePosixPath(path).parts[:-1]
    if is_generated_path(path) or not SAMPLES.isdisjoint(folders):
        return Wish()
    said = editorconfig.rules(repo.root, path)
    blanks, end = repo.hook("trailing-whitespace"), repo.hook("end-of-file-fixer")
    by_hook = bool(end and end.admits(path))
    return Wish(
        trim=_wants(said.get("trim_trailing_whitespace"), bool(blanks and blanks.admits(path))),
        newline=_wants(said.get("insert_final_newline"), by_hook),
        single=by_hook,
    )


def mend(data: bytes, wish: Wish, markdown: bool) -> bytes:
    """Give *data* as the *wish* asks; every line keeps its own kind of line end."""
    if wish.trim:
        data = b"\n".join(_trimmed(line, markdown) for line in data.split(b"\n"))
    bare = data.rstrip(b"\r\n")
    if wish.single and bare:
        rest = data[len(bare) :]
        data = bare + (b"\r\n" if rest.startswith(b"\r\n") else rest[:1])
    if wish.newline and data and not data.endswith(b"\n"):
        data += b"\r\n" if b"\r\n" in data else b"\n"
    return data


def is_markdown(path: str) -> bool:
    """Say whether *path* names Markdown."""
    return path.lower().endswith(MARKDOWN)


def _wants(said: str | None, by_hook: bool) -> bool:
    """An explicit false of .editorconfig wins over a hook: somebody meant it."""
    return said == "true" or (by_hook and said != "false")


def _trimmed(line: bytes, markdown: bool) -> bytes:
    end = b"\r" if line.endswith(b"\r") else b""
    body = line.removesuffix(b"\r")
    bare = body.rstrip(b" \t")
    if markdown and bare and body.endswith(b"  "):
        return line
    return bare + end


def _is_left_alone(data: bytes) -> bool:
    """Say whether *data* is no text, has the line ends of old Macs, or was made by a tool."""
    if b"\0" in data or (b"\r" in data and b"\n" not in data):
        return True
    return is_generated_text(data.decode("utf-8", "replace"))


def _texts(repo: Repository) -> list[str]:
    """Give the tracked paths that git takes for text, by content and by .gitattributes."""
    found = []
    for entry in repo.git.run("ls-files", "--eol", "-z").split("\0"):
        head, _, path = entry.partition("\t")
        if path and "-text" not in head:
            found.append(path)
    return repo.only_own(found)


TOOLS = (Tool(name="whitespace", configured=configured, fix=fix),)
