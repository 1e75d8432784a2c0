"""Writes a new file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from loop.errors import NightcrewError


def create(path: Path, text: str) -> None:
    """Write *text* to *path*, which must not exist: readers see all of it or no file.

    Raises NightcrewError when it exists already (also when it appeared meanwhile) or cannot be
    written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            os.link(name, path)  # unlike a rename, it never takes the place of a file
        finally:
            Path(name).unlink()
    except FileExistsError as problem:
        raise NightcrewError(f"{path}: already there; it was left as it is") from problem
    except OSError as problem:
        raise NightcrewError(
            f"{path}: cannot be written: {problem.strerror}; make the folder writable"
        ) from problem
