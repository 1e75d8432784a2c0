"""`init` and `doctor` as they are typed: through their functions, on real folders."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from config.plans import plans
from config.settings import load
from flows.cli.doctor import doctor, lines, look
from flows.cli.init import begin, init
from loop.doctor import Level
from loop.errors import NightcrewError

app = typer.Typer()
app.command()(init)
app.command()(doctor)


def made(place: Path) -> Path:
    place.mkdir(parents=True)
    for args in (
        ("init", "-q"),
        ("-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-mx"),
    ):
        subprocess.run(["git", *args], cwd=place, check=True, capture_output=True)
    return place


def environ(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "NIGHTCREW_STATE_DIR": str(home / "state"),
    }


def test_init_writes_a_fleet_that_can_be_read(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet"
    for name in ("one", "deep/two", 'qu"ote é', "other/one"):
        made(fleet / name)
    told = begin(fleet, environ(tmp_path))
    assert told[0].startswith(f"wrote {fleet / 'nightcrew.toml'}: 4 repositories, agent fixers")
    assert told[-2:] == [
        f"next: cd {fleet} && nightcrew doctor",
        f"then: cd {fleet} && nightcrew run",
    ]
    planned = plans(load(fleet, {}, {}), [], fleet)
    assert {Path(plan.path).relative_to(fleet).as_posix() for plan in planned} == {
        *("one", "deep/two", 'qu"ote é', "other/one")
    }
    assert len({plan.name for plan in planned}) == 4


def test_init_of_one_repository(tmp_path: Path) -> None:
    repo = made(tmp_path / "r")
    told = begin(repo, environ(tmp_path))
    assert any("commit it, or name it in .gitignore" in line for line in told)
    (plan,) = plans(load(repo, {}, {}), [], repo)
    assert (plan.name, plan.path) == ("r", str(repo))


def test_init_chooses_an_agent_that_could_work_and_bounds_itself(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("codex", "pi"):
        (tools / name).write_text(f"#!/bin/sh\necho {name} 1.2.3\n")
        (tools / name).chmod(0o755)
    made(tmp_path / "r")
    keys = {"CODEX_API_KEY": "k", "OPENAI_API_KEY": "k"}
    told = begin(
        tmp_path / "r", environ(tmp_path) | {"PATH": f"{tools}:{os.environ['PATH']}"} | keys
    )
    assert "agent codex" in told[0]
    assert "codex 1.2.3: installed, logged in" in told


def test_init_never_touches_an_existing_file(tmp_path: Path) -> None:
    made(tmp_path / "r")
    (tmp_path / "nightcrew.toml").write_text("mine")
    with pytest.raises(NightcrewError, match="already there; edit it"):
        begin(tmp_path, environ(tmp_path))
    assert (tmp_path / "nightcrew.toml").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "said"), [("", "no git repository in it"), ("gone", "no such folder")]
)
def test_init_where_there_is_nothing(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(NightcrewError, match=said):
        begin(tmp_path / name, environ(tmp_path))
    assert list(tmp_path.iterdir()) == []


def typed(cwd: Path, home: Path, *argv: str) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name, value in environ(home).items():
            patch.setenv(name, value)
        done = CliRunner().invoke(app, list(argv))
    return done.exit_code, done.stdout, done.stderr


def test_doctor_says_that_a_run_can_work(tmp_path: Path) -> None:
    repo = made(tmp_path / "r")
    code, out, _ = typed(repo, tmp_path, "doctor")
    assert code == 0, out
    assert out.splitlines()[-1] == "a run can work"
    assert f"ok    r: {repo}" in out or "git has no user" in out


def test_doctor_tells_broken_settings_as_a_finding(tmp_path: Path) -> None:
    repo = made(tmp_path / "r")
    (repo / "nightcrew.toml").write_text("jbs = 3\n")
    code, out, _ = typed(repo, tmp_path, "doctor", "--json")
    told = json.loads(out)
    assert (code, told["ok"]) == (1, False)
    (failing,) = [finding for finding in told["findings"] if finding["level"] == "fail"]
    assert failing["what"] == "nightcrew.toml, line 1: jbs: no such setting"
    assert failing["remedy"] == "did you mean jobs?"


def test_doctor_outside_of_any_repository_says_what_to_do(tmp_path: Path) -> None:
    code, out, _ = typed(tmp_path, tmp_path, "doctor")
    assert code == 1 and "not in a git repository" in out
    assert out.splitlines()[-1] == "a run could not work: 1 to mend"


def test_doctor_makes_nothing(tmp_path: Path) -> None:
    repo = made(tmp_path / "r")
    look([], environ(tmp_path), repo)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r"]


def test_doctor_reports_a_store_that_cannot_be_read(tmp_path: Path) -> None:
    repo = made(tmp_path / "r")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "nightcrew.db").write_text("this is no database, whatever its name is")
    found = look([], environ(tmp_path), repo)
    assert any(f.level is Level.FAIL and f.what.startswith("store: ") for f in found)
    assert "to mend" in lines(found)[-1]


def test_doctor_names_broken_signature_files(tmp_path: Path) -> None:
    repo = made(tmp_path / "fleet" / "r")
    fleet = tmp_path / "fleet"
    (fleet / "nightcrew.toml").write_text('[repositories.r]\npath = "r"\n')
    (fleet / "nightcrew-signatures.toml").write_text("[[signature]]\nname = 'x'\n")
    (repo / "nightcrew-signatures.toml").write_text("\n[[signature]\n")
    found = {f.repo: f for f in look([], environ(tmp_path), fleet) if "signatures" in f.what}
    assert (found[None].level, found["r"].level) == (Level.FAIL, Level.WARN)
    assert f"{fleet / 'nightcrew-signatures.toml'}:2: signature 'x': " in found[None].what
    assert f"{repo / 'nightcrew-signatures.toml'}:2: not a TOML file" in found["r"].what
