"""The shipped service files for `nightcrew serve`, filled in for one person's machine."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from policies.errors import NightcrewError

FOLDER = Path(__file__).with_name("units")
"""Where they lie."""

FILES = {"systemd": "nightcrew.service", "launchd": "com.nightcrew.serve.plist"}
"""Kind to the name under which the system wants it."""


def render_unit(command: Path, folder: Path, kind: str, *, home: Path | None = None) -> str:
    """Give the service file of *kind* that runs *command* `serve` in *folder*, as it is to be installed.

    Raises NightcrewError for a kind that is none, and for a path that such a file cannot hold.
    """
    if kind not in FILES:
        raise NightcrewError(f"{kind}: no such kind of service; write {' or '.join(FILES)}")
    written = _for_systemd if kind == "systemd" else escape
    text = (FOLDER / FILES[kind]).read_text("utf-8")
    for mark, place in (
        ("@COMMAND@", _fit(command, refused="\\\"'" if kind == "systemd" else "")),
        ("@FOLDER@", _fit(folder)),
        ("@HOME@", _fit(home or Path.home())),
    ):
        text = text.replace(mark, written(place))
    return text


def _fit(place: Path, refused: str = "") -> str:
    text = str(place)
    if not place.is_absolute():
        raise NightcrewError(f"{text}: a service needs the whole path, from / on")
    holds = text.isprintable() and text == text.strip() and not text.endswith("\\")
    if not holds or set(text) & set(refused):
        raise NightcrewError(f"{text!r}: no service file can hold this path; use another one")
    return text


def _for_systemd(text: str) -> str:
    return text.replace("%", "%%")
