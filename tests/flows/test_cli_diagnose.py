"""`nightcrew diagnose`: one answer a log, in order, whatever else could not be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from flows.cli.diagnose import diagnose

APP = typer.Typer()
APP.command()(diagnose)
RUNNER = CliRunner()
GCC = "one\ntwo\nsrc/a.c:3:5: error: 'x' undeclared\nfour\nfive\nsix\nmake: *** [a.o] Error 1\n"
FIELDS = [
    "file", "summary", "lines", "line_numbers", "class", "fingerprint", "confidence", "signature",
    "replay", "remediation",
]  # fmt: skip


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "gcc.log").write_text(GCC)
    (tmp_path / "quiet.log").write_text("")
    return tmp_path


def test_json_is_one_object_a_line_in_the_order_asked(logs: Path) -> None:
    asked = [str(logs / "quiet.log"), str(logs / "none.log"), str(logs / "gcc.log")]
    done = RUNNER.invoke(APP, [*asked, "--exit-code", "2", "--json"])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 2
    assert [list(row) for row in rows] == [FIELDS, FIELDS]
    assert [row["file"] for row in rows] == [asked[0], asked[2]]
    assert rows[1]["class"] == "compile_error"
    assert rows[1]["line_numbers"] == [3]
    assert done.stderr.count("\n") == 1
    assert asked[1] in done.stderr


def test_the_page_shows_the_cause_in_its_context(logs: Path) -> None:
    done = RUNNER.invoke(APP, [str(logs / "gcc.log"), "--explain"])
    assert done.exit_code == 0
    shown = [line for line in done.stdout.splitlines() if line[4:11].strip().isdigit()]
    assert [line.split()[-1] for line in shown] == ["one", "two", "undeclared", "four", "five"]
    assert [line[2] for line in shown] == [" ", " ", ">", " ", " "]
    assert done.stderr.startswith("chosen  rank  77  c-error  line 3")


def test_standard_input_is_read_when_no_file_is_named() -> None:
    done = RUNNER.invoke(APP, ["--json"], input=GCC)
    assert json.loads(done.stdout)["file"] == "-"
    assert json.loads(done.stdout)["class"] == "compile_error"


def test_a_success_has_no_lines(logs: Path) -> None:
    done = RUNNER.invoke(APP, [str(logs / "quiet.log"), "--exit-code", "0", "--json"])
    row = json.loads(done.stdout)
    assert (row["class"], row["lines"]) == ("success", [])


def test_a_signal_is_given_as_a_negative_number(logs: Path) -> None:
    done = RUNNER.invoke(APP, [str(logs / "quiet.log"), "--exit-code", "-9", "--json"])
    assert json.loads(done.stdout)["class"] == "signal_crash"


def test_a_reason_that_does_not_exist_is_refused(logs: Path) -> None:
    done = RUNNER.invoke(APP, [str(logs / "gcc.log"), "--stopped-because", "boredom"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "use one of total, silence" in done.stderr
