"""What a run is given: a person's own signatures, for the fleet and for one repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from flows.wiring import Wired, wire
from loop.observer import Silent
from loop.signature_files import FILE_NAME, SignaturesRefused

ENTRY = """[[signature]]
name = "{0}"
class = "config_error"
words = ["{0}"]
pattern = "{0}"
"""


class Heard(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def said(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    place = tmp_path / "fleet"
    for name in ("one", "two"):
        subprocess.run(["git", "init", "-q", str(place / name)], check=True)
    rows = (f'[repositories.{name}]\npath = "{name}"\n' for name in ("one", "two"))
    (place / "nightcrew.toml").write_text("".join(rows))
    return place


def wired(fleet: Path, observer: Silent | None = None) -> Wired:
    home = str(fleet.parent)
    environ = {"PATH": os.environ["PATH"], "HOME": home, "NIGHTCREW_STATE_DIR": home + "/state"}
    return wire(fleet, environ, {}, [], observer=observer)


def knows(made: Wired, repo: str) -> set[str]:
    signatures = made.crew.signatures_of(repo)
    return {name for name in ("fleets", "ones", "c-error") if signatures.named(name)}


def test_the_fleets_hold_for_all_and_a_repositorys_own_for_it_alone(fleet: Path) -> None:
    (fleet / FILE_NAME).write_text(ENTRY.format("fleets"))
    (fleet / "one" / FILE_NAME).write_text(ENTRY.format("ones"))
    made = wired(fleet)
    assert knows(made, "one") == {"fleets", "ones", "c-error"}
    assert knows(made, "two") == {"fleets", "c-error"}
    made.store.close()


def test_a_broken_file_of_the_fleet_starts_nothing(fleet: Path) -> None:
    (fleet / FILE_NAME).write_text(ENTRY.format("fleets").replace("config_error", "odd"))
    with pytest.raises(
        SignaturesRefused,
        match=rf"{FILE_NAME}:2: signature 'fleets': no class of failures is called 'odd'",
    ):
        wired(fleet)


def test_a_broken_file_of_one_repository_is_said_and_left_out(fleet: Path) -> None:
    (fleet / FILE_NAME).write_text(ENTRY.format("fleets"))
    (fleet / "one" / FILE_NAME).write_text("[[signature]]\n")
    heard = Heard()
    made = wired(fleet, heard)
    assert knows(made, "one") == {"fleets", "c-error"}
    assert [line.split(":")[:2] for line in heard.lines] == [["one", " signatures left out"]]
    made.store.close()
