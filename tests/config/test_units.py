"""The service files are what their systems can read, call what there is, and install as documented."""

import os
import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from config.units import FILES, FOLDER, render_unit
from flows.cli import app
from policies.errors import NightcrewError

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/serving.md").read_text(encoding="utf-8")
COMMAND, FLEET, HOME = Path("/opt/a b/nightcrew"), Path("/srv/my fleet"), Path("/home/me")

awkward = st.text(st.characters(codec="utf-8"), max_size=30).map(lambda name: f"/{name}")


def plist(command: Path = COMMAND, folder: Path = FLEET, home: Path = HOME) -> dict:
    return plistlib.loads(render_unit(command, folder, "launchd", home=home).encode())


def verified(tmp_path: Path, unit: str) -> str:
    """Give what systemd has to say against *unit*: nothing, when all is well."""
    if not shutil.which("systemd-analyze"):
        missing = "systemd-analyze is not here, so the unit was not verified"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    place = tmp_path / FILES["systemd"]
    place.write_text(unit, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(place)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stderr + ("" if done.returncode == 0 else f"exit code {done.returncode}")


def program(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("#!/bin/sh\n")
    place.chmod(0o755)
    return place


# --- systemd -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain", "a b", "100%h of $HOME", "ä;#='"])
def test_systemd_takes_the_unit(tmp_path, name):
    command = program(tmp_path / name.replace("'", "") / "nightcrew")
    folder = tmp_path / "fleets" / name
    folder.mkdir(parents=True)
    assert verified(tmp_path, render_unit(command, folder, "systemd")) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("KillMode=mixed", "KillMode=mixd", "Failed to parse kill mode"),
        ("OOMPolicy", "OOMPolice", "Unknown key"),
        ('"@COMMAND@"', "/nothere", "not executable"),
    ],
)
def test_systemd_would_tell_of_a_mistake(tmp_path, right, wrong, why):
    command = program(tmp_path / "nightcrew")
    shipped = (FOLDER / FILES["systemd"]).read_text(encoding="utf-8")
    unit = render_unit(command, tmp_path, "systemd")
    mistaken = unit.replace(right.replace("@COMMAND@", str(command)), wrong)
    assert right in shipped
    assert why in verified(tmp_path, mistaken)


def test_the_unit_calls_a_verb_that_there_is():
    unit = render_unit(COMMAND, FLEET, "systemd")
    assert re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE) == [f'"{COMMAND}" serve']
    assert re.findall(r"^WorkingDirectory=(.*)$", unit, re.MULTILINE) == [str(FLEET)]
    assert "serve" in typer.main.get_command(app).commands


def test_the_unit_tells_term_to_serve_alone_and_leaves_agents_time():
    unit = render_unit(COMMAND, FLEET, "systemd").splitlines()
    assert "KillMode=mixed" in unit
    assert "TimeoutStopSec=60" in unit
    assert f"RestartPreventExitStatus={NightcrewError.exit_code}" in unit


# --- launchd -------------------------------------------------------------------------------------


def test_the_agent_calls_a_verb_that_there_is():
    told = plist()
    assert told["ProgramArguments"] == [str(COMMAND), "serve"]
    assert told["WorkingDirectory"] == str(FLEET)
    assert f"{told['Label']}.plist" == FILES["launchd"]
    assert told["StandardErrorPath"] == f"{HOME}/Library/Logs/nightcrew.log"
    assert told["KeepAlive"] == {"SuccessfulExit": False}
    assert told["ExitTimeOut"] == 60


def fits(path: str) -> bool:
    """Say what a file can hold: visible characters, and no end that its reader would take away."""
    return path.isprintable() and not re.search(r"\s$|\\$", str(Path(path)))


@given(awkward, awkward)
def test_launchd_gets_every_path_as_it_is_or_it_is_refused(command, folder):
    try:
        told = plist(Path(command), Path(folder))
    except NightcrewError:
        assert not all(map(fits, (command, folder)))
        return
    assert told["ProgramArguments"][0] == str(Path(command))
    assert told["WorkingDirectory"] == str(Path(folder))


# --- both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_no_mark_is_left(kind):
    assert "@" not in render_unit(COMMAND, FLEET, kind)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("path", ["fleet", "/a\nExecStart=/bin/evil", "/a ", "/a\\", "/\udcff"])
def test_a_path_that_no_file_can_hold_is_refused(kind, path):
    with pytest.raises(NightcrewError, match="path"):
        render_unit(COMMAND, Path(path), kind)
    with pytest.raises(NightcrewError, match="path"):
        render_unit(Path(path), FLEET, kind)


def test_a_kind_that_is_none_is_refused():
    with pytest.raises(NightcrewError, match="write systemd or launchd"):
        render_unit(COMMAND, FLEET, "cron")


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_the_page_installs_what_is_rendered(tmp_path, kind):
    home = tmp_path / "home"
    command = program(home / ".local/bin/nightcrew")
    (block,) = [b for b in re.findall(r"```\n(.*?)```", PAGE, re.DOTALL) if FILES[kind] in b]
    steps = [line for line in block.splitlines() if line.startswith(("mkdir", "sed"))]
    assert len(steps) == 2
    subprocess.run(
        ["sh", "-euc", "\n".join(steps)],
        cwd=ROOT,
        env={"HOME": str(home), "PATH": f"{command.parent}:{os.environ['PATH']}"},
        check=True,
        timeout=60,
    )
    (written,) = list(home.rglob(FILES[kind]))
    expected = render_unit(command, home / "fleet", kind, home=home)
    assert written.read_text(encoding="utf-8") == expected


def test_the_page_tries_the_path_that_the_unit_gives():
    (tried,) = re.findall(r'PATH="\$HOME(\S+)" nightcrew doctor', PAGE)
    unit = render_unit(COMMAND, FLEET, "systemd")
    assert f'Environment="PATH=%h{tried}"\n' in unit
