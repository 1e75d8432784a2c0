"""Help is plain, grouped and cheap: nothing heavy is imported before a verb is called."""

import subprocess
import sys

import pytest

HEAVY = (
    "prefect",
    "rich",
    "sqlalchemy",
    "git",
    "jinja2",
    "psutil",
    "tenacity",
)  # typer needs pydantic
VERBS = ("init", "doctor", "run", "rerun", "status", "show", "stop", "pause", "resume", "serve")


def nightcrew(*words: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; sys.argv[0] = 'nightcrew'\n"
        "from flows.cli import main\n"
        "try: main()\n"
        f"finally: print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60
    )


def test_the_daily_verbs_come_first_and_nothing_heavy_is_imported():
    ended = nightcrew("--help")
    assert ended.returncode == 0
    groups = ended.stdout.split("When something is wrong:")
    assert len(groups) == 2
    daily = groups[0].split("Every day:")[1]
    assert [line.split()[0] for line in daily.splitlines() if line.strip()] == list(VERBS)
    assert [verb in groups[1] for verb in ("diagnose", "incidents", "breaker", "ledger")] == [
        True
    ] * 4
    assert ended.stderr.strip() == "[]"


@pytest.mark.parametrize("verb", [*VERBS, "diagnose", "incidents", "breaker", "ledger"])
def test_every_verb_explains_itself_without_heavy_imports(verb):
    ended = nightcrew(verb, "--help")
    assert (ended.returncode, ended.stderr.strip()) == (0, "[]")
    assert f"nightcrew {verb}" in ended.stdout


def test_no_words_are_a_wish_for_help():
    assert nightcrew().stdout == nightcrew("--help").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["run", "--bogus"], "No such option: --bogus"),
        (["run", "--jobs", "0"], "--jobs"),
        (["rerun"], "Missing argument"),
    ],
)
def test_words_that_cannot_be_used_are_one_line_and_exit_2(words, said):
    ended = nightcrew(*words)
    line, imported = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout, imported) == (2, "", "[]")
    assert line.startswith("nightcrew")
    assert said in line
    assert "--help" in line
