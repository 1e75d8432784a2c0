"""What a set-up refuses before it touches anything; runs on Python 3.8 too, to say that it is too old."""

from __future__ import annotations

import sys
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
"""The pythons that the locked packages work with."""


class SetUpError(Exception):
    """Says in one line what is wrong and what to do."""


def refuse_python() -> None:
    """Raise SetUpError on a python that the locked packages do not work with."""
    here = sys.version_info[:2]
    if OLDEST <= here <= NEWEST:
        return
    raise SetUpError(
        "this is Python {}.{}, and Nightcrew needs 3.11, 3.12 or 3.13; start it with one of "
        "those, for example: python3.13 {}".format(*here, " ".join(sys.argv))
    )


def refuse_linked(venv: Path, *, is_ours: bool) -> None:
    """Raise SetUpError where *venv* leads to an environment of something else: a set-up would clear it."""
    if venv.is_symlink() and (venv / "pyvenv.cfg").exists() and not is_ours:
        raise SetUpError(
            f"{venv} is a link to {venv.resolve()}, an environment of something else; "
            "remove the link and start again"
        )
