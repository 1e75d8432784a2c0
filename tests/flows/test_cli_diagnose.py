"""`nightcrew diagnose`: one answer a log, in order, whatever else could not be read."""

from __future__ import annotations

import gzip
import json
import os
import re
import select
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from flows.cli.diagnose import diagnose
from flows.cli.diagnosing import MANY

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
    assert re.match(r"chosen  rank +\d+  [\w-]+  line 3: ", done.stderr)
    assert "\nlost    rank " in done.stderr


def test_of_several_logs_each_explanation_says_of_which_it_is(logs: Path) -> None:
    asked = [str(logs / "gcc.log"), str(logs / "quiet.log")]
    told = RUNNER.invoke(APP, [*asked, "--json", "--explain"]).stderr.splitlines()
    assert [line for line in told if not line.startswith(("chosen", "lost"))] == [
        f"{a}:" for a in asked
    ]


def test_standard_input_is_read_when_no_file_is_named() -> None:
    done = RUNNER.invoke(APP, ["--json"], input=GCC)
    assert json.loads(done.stdout)["file"] == "-"
    assert json.loads(done.stdout)["class"] == "compile_error"


def test_a_success_has_no_lines(logs: Path) -> None:
    asked = [str(logs / "quiet.log"), "--exit-code", "0", "--json", "--explain"]
    done = RUNNER.invoke(APP, asked)
    row = json.loads(done.stdout)
    assert (row["class"], row["lines"]) == ("success", [])
    assert done.stderr == "nothing in it says that it failed: no rule spoke\n"


def test_a_signal_is_given_as_a_negative_number(logs: Path) -> None:
    done = RUNNER.invoke(APP, [str(logs / "quiet.log"), "--exit-code", "-9", "--json"])
    assert json.loads(done.stdout)["class"] == "signal_crash"


def test_a_reason_that_does_not_exist_is_refused(logs: Path) -> None:
    done = RUNNER.invoke(APP, [str(logs / "gcc.log"), "--stopped-because", "boredom"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "use one of total, silence" in done.stderr


BAD = {
    "missing": lambda path: path.unlink(missing_ok=True),
    "folder": lambda path: path.mkdir(),
    "broken gzip": lambda path: path.write_bytes(b"\x1f\x8b\x08\x00broken"),
    "forbidden": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_is_one_line_and_the_others_are_answered(logs: Path, kind: str) -> None:
    BAD[kind](logs / "bad.log")
    done = RUNNER.invoke(APP, [str(logs / "bad.log"), str(logs / "gcc.log"), "--json"])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"nightcrew: {logs / 'bad.log'}: ")
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stdout)["class"] == "compile_error"


@pytest.mark.parametrize("data", [b"", bytes(range(256)) * 400], ids=["empty", "binary"])
def test_what_says_nothing_is_still_answered(logs: Path, data: bytes) -> None:
    (logs / "odd.log").write_bytes(data)
    done = RUNNER.invoke(APP, [str(logs / "odd.log"), "--exit-code", "3", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["summary"].startswith("exit 3")


def test_a_passing_log_that_cannot_be_read_is_told_and_done_without(logs: Path) -> None:
    asked = [str(logs / "gcc.log"), "--passing-log", str(logs / "gone"), "--json"]
    done = RUNNER.invoke(APP, asked)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stdout)["class"] == "compile_error"


def test_a_log_that_is_named_as_its_own_passing_log_is_told_and_the_others_are_answered(
    logs: Path,
) -> None:
    (logs / "alias.log").symlink_to(logs / "gcc.log")
    (logs / "other.log").write_text(GCC.replace("'x'", "'y'"))
    asked = [str(logs / "alias.log"), str(logs / "other.log")]
    done = RUNNER.invoke(APP, [*asked, "--passing-log", str(logs / "gcc.log"), "--json"])
    assert done.exit_code == 2
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == asked[1:]
    assert done.stderr.splitlines() == [
        f"nightcrew: {asked[0]}: is the passing log itself: name the log of a run that passed"
    ]


def test_signatures_of_the_working_folder_win_and_a_broken_file_is_told(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(logs)
    own = logs / "nightcrew-signatures.toml"
    entry = """[[signature]]
name = "mine"
class = "config_error"
words = ["undeclared"]
pattern = "undeclared"
"""
    own.write_text(entry)
    done = RUNNER.invoke(APP, ["gcc.log", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["signature"]) == (0, "mine")
    own.write_text("\n" + entry.replace('"undeclared"\n', '"(undeclared"\n'))
    done = RUNNER.invoke(APP, ["gcc.log", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["signature"]) == (2, "c-error")
    assert done.stderr.startswith("nightcrew: nightcrew-signatures.toml:3: signature 'mine': ")


def test_the_page_has_colours_on_a_terminal_only(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = str(logs / "gcc.log")
    assert "\x1b[" not in RUNNER.invoke(APP, [log]).stdout
    leader, follower = os.openpty()
    with os.fdopen(follower, "w") as terminal:
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setattr(sys, "stdout", terminal)
        diagnose([log])
    shown = os.read(leader, 65_536).decode()
    os.close(leader)
    assert "\x1b[" in shown
    assert "undeclared" in shown


def test_many_files_are_answered_in_order_whoever_reads_them(logs: Path) -> None:
    names = [str(logs / f"{n}.log") for n in range(MANY + 9)]
    for n, name in enumerate(names):
        if n != 5:
            Path(name).write_text(f"src/a.c:{n + 1}:5: error: no such thing\n")
    done = RUNNER.invoke(APP, [*names, "--json"])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 2
    assert [row["file"] for row in rows] == [name for n, name in enumerate(names) if n != 5]
    assert done.stderr.count("\n") == 1


def test_whose_log_it_is_can_be_said(logs: Path) -> None:
    def asked(*more: str) -> dict[str, str]:
        done = RUNNER.invoke(APP, [str(logs / "quiet.log"), "--exit-code", "0", "--json", *more])
        return dict(json.loads(done.stdout))

    assert asked()["class"] == "success"
    assert asked("--agent", "pi")["summary"] == "exit 0 and no output"


PROGRAM = "import sys; from flows.cli import main; sys.argv[0] = 'nightcrew'; main()"


def asked_of_the_program(redirected: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the real program by a shell, so that what it is given as streams is as *redirected*."""
    argv = shlex.join([sys.executable, "-c", PROGRAM, "diagnose", *words])
    return subprocess.run(
        ["sh", "-c", f"{argv} {redirected}"], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("how", ["<&-", "0>{logs}/any", "<{logs}/cut.gz"])
def test_standard_input_that_cannot_be_read_is_one_line_and_the_others_are_answered(
    logs: Path, how: str
) -> None:
    (logs / "cut.gz").write_bytes(gzip.compress(GCC.encode() * 99)[:-9])
    done = asked_of_the_program(how.format(logs=logs), "-", str(logs / "gcc.log"), "--json")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("nightcrew: -: ")
    assert json.loads(done.stdout)["class"] == "compile_error"


@pytest.mark.parametrize("how", ["--json", "--explain"])
def test_an_answer_that_cannot_be_written_is_one_line(logs: Path, how: str) -> None:
    done = asked_of_the_program(">/dev/full", str(logs / "gcc.log"), how)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("nightcrew: standard output: No space left on device: ")


def test_a_stream_that_is_closed_takes_nothing_and_spoils_nothing(logs: Path) -> None:
    log, none = str(logs / "gcc.log"), str(logs / "none")
    assert asked_of_the_program(">&-", log).stderr == ""
    silent = asked_of_the_program("2>&-", none, log, "--json")
    assert (silent.returncode, json.loads(silent.stdout)["file"]) == (2, log)


def shown_on(terminal: int) -> str:
    """Give what stands next on *terminal*, "" when there is no more."""
    ready, _, _ = select.select([terminal], [], [], 0)
    return os.read(terminal, 65_536).decode() if ready else ""


def test_a_terminal_of_another_encoding_shows_what_it_can(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (logs / "odd.log").write_text("src/a.c:3:5: error: ‘日本’ undeclared\n")
    leader, follower = os.openpty()
    with os.fdopen(follower, "w", encoding="ascii") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        diagnose([str(logs / "odd.log")])
        shown = "".join(iter(lambda: shown_on(leader), ""))
    os.close(leader)
    assert "error: ???? undeclared" in shown


def test_a_files_name_adds_no_line_to_the_page(logs: Path) -> None:
    log = logs / "a\nb.log: success: ended well"
    log.write_text(GCC)
    page = RUNNER.invoke(APP, [str(log)]).stdout.splitlines()
    assert page[0].endswith("/a b.log: success: ended well: compile_error (high confidence)")
