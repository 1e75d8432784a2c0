"""Layers and mistakes: what wins, and how each mistake is told in one line."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.layers import merge
from config.problems import line_of
from config.settings import Settings, load
from policies.bounds import ANY_CAUSE_OPENS_AFTER, DEFAULT_BOUNDS
from policies.errors import NightcrewError
from policies.plan import RepoPlan
from policies.schedule import Schedule
from policies.severity import ResponseTargets
from policies.timeouts import Timeouts

ROOT = Path(__file__).resolve().parents[2]


def settings(
    folder: Path,
    toml: str | None = None,
    environ: dict[str, str] | None = None,
    **arguments: Any,
) -> Settings:
    if toml is not None:
        (folder / "nightcrew.toml").write_text(toml)
    return load(folder, environ or {}, arguments)


def mistake(folder: Path, *layers: Any, **arguments: Any) -> str:
    with pytest.raises(NightcrewError) as told:
        settings(folder, *layers, **arguments)
    assert told.value.exit_code == 2
    assert "\n" not in str(told.value)
    return str(told.value)


def test_shipped_defaults_are_the_policies_own_numbers() -> None:
    shipped = tomllib.loads((ROOT / "config" / "defaults.toml").read_text())
    plan = RepoPlan(name="a", path="/a")
    timeouts = Timeouts()
    assert shipped["timeouts"] == {n: getattr(timeouts, n) for n in Timeouts.__dataclass_fields__}
    assert shipped["bounds"] == {
        c.value: {
            "attempts": b.attempts,
            "wait_from_s": b.wait_from_s,
            "wait_to_s": b.wait_to_s,
            "opens_after": b.opens_after,
            "scope": b.scope.value,
        }
        for c, b in DEFAULT_BOUNDS.items()
    }
    assert shipped["breaker"] == {
        "cool_down_s": plan.cool_down_s,
        "cool_down_to_s": plan.cool_down_to_s,
        "any_cause_opens_after": ANY_CAUSE_OPENS_AFTER,
    }
    assert shipped["retry"]["longest_wait_s"] == plan.longest_wait_s
    for name, value in shipped["incidents"].items():
        assert value == getattr(plan, name)
    assert plan.response_targets == ResponseTargets()
    schedule = Schedule(cron="0 2 * * *")
    assert shipped["schedule"] == {
        "at": "",
        "timezone": schedule.timezone,
        "window_hours": schedule.window_s / 3600,
        "missed": schedule.missed.value,
        "stagger_minutes": schedule.stagger_minutes,
    }
    for name in ("landing", "ledger", "ledger_file", "tracker_file", "base", "log_limit_mib"):
        assert shipped[name] == getattr(plan, name)


def test_arguments_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    toml = "jobs = 3\ncycles = 3\nmax_hours = 4\n"
    environ = {"NIGHTCREW_JOBS": "5", "NIGHTCREW_CYCLES": "5"}
    model = settings(tmp_path, toml, environ, jobs=7, cycles=None).model
    assert (model.jobs, model.cycles, model.max_hours, model.logs_dir) == (7, 5, 4, "")


def test_tables_are_merged_key_by_key(tmp_path: Path) -> None:
    toml = "[timeouts]\ntotal_s = 60\n[bounds.network]\nattempts = 2\n"
    environ = {"NIGHTCREW_TIMEOUTS__SILENCE_S": "30", "NIGHTCREW_BOUNDS__AUTH__OPENS_AFTER": "4"}
    work = settings(tmp_path, toml, environ).work()
    assert (work.timeouts.total_s, work.timeouts.silence_s, work.timeouts.tool_s) == (60, 30, 1800)
    shown = {c.value: (b.attempts, b.opens_after) for c, b in work.bounds.items()}
    assert (shown["network"], shown["auth"], shown["unknown"]) == ((2, 4), (1, 4), (3, 3))


def test_a_repositorys_table_lies_between_file_and_environment(tmp_path: Path) -> None:
    toml = 'landing = "commit"\n[repositories.a]\npath = "a"\nlanding = "branch"\nbranch = "dev"\n'
    told = settings(tmp_path, toml, {"NIGHTCREW_BRANCH": "main"})
    assert [told.work(name).landing for name in (None, "a")] == ["commit", "branch"]
    assert told.work("a").branch == "main"


def test_lists_in_the_environment_are_json(tmp_path: Path) -> None:
    environ = {"NIGHTCREW_CHECKS": '["make test"]', "NIGHTCREW_ENVIRONMENT__PASS": '["A_*"]'}
    work = settings(tmp_path, environ=environ).work()
    assert work.checks == ["make test"]
    assert work.environment.passed == ["A_*"]


def test_names_that_the_program_sets_for_children_are_no_settings(tmp_path: Path) -> None:
    names = ("PROMPT_FILE", "MARKER", "STATE_DIR", "TEST_CACHE")
    environ = {f"NIGHTCREW_{name}": "x" for name in names} | {"OTHER": "x"}
    assert settings(tmp_path, environ=environ).layers[-2].values == {}


def test_the_file_is_the_one_of_the_folder_or_the_one_named(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "other.toml").write_text("jobs = 9")
    settings(tmp_path, "jobs = 8")
    assert load(inner, {}, {}).file is None
    assert load(inner, {}, {}, Path("../other.toml")).model.jobs == 9
    assert load(tmp_path, {}, {}).file == (tmp_path / "nightcrew.toml").resolve()


MISTAKES = {
    "misspelt": ("jbs = 2", "nightcrew.toml, line 1: jbs: no such setting; did you mean jobs?"),
    "misspelt in a table": (
        "[timeouts]\n\ntotal = 3",
        "nightcrew.toml, line 3: timeouts.total: no such setting; did you mean total_s?",
    ),
    "misspelt for one repository": (
        '[repositories.a]\npath = "a"\n[repositories.a.timeouts]\ntotl_s = 3',
        "nightcrew.toml, line 4: repositories.a.timeouts.totl_s: no such setting; "
        "did you mean total_s?",
    ),
    "misspelt agent key": (
        "[agents.x]\nadaptor = 'codex'",
        "nightcrew.toml, line 2: agents.x.adaptor: no such setting; did you mean adapter?",
    ),
    "misspelt check": (
        "checks = [{name = 'a', comand = 'b'}]",
        "nightcrew.toml, line 1: checks.0.comand: no such setting; did you mean command?",
    ),
    "unit in the value": (
        '[timeouts]\ntotal_s = "1h"',
        "nightcrew.toml, line 2: timeouts.total_s: '1h' does not fit; "
        "write a number of seconds, 0 or more, as in total_s = 3600",
    ),
    "negative": ("[timeouts]\ngit_s = -1", "line 2: timeouts.git_s: -1 does not fit"),
    "not a number": ("[timeouts]\ngit_s = nan", "timeouts.git_s: nan does not fit"),
    "no jobs": ("jobs = 0", "line 1: jobs: 0 does not fit; write a number from 1"),
    "half a job": ("jobs = 1.5", "jobs: 1.5 does not fit; write a whole number"),
    "no night": ("max_hours = 0", "max_hours: 0 does not fit; write more than 0"),
    "megabytes": ("log_limit_mib = '32MB'", "log_limit_mib: '32MB' does not fit; write a number"),
    "landing": ("landing = 'pusch'", "'pusch' does not fit; write one of 'branch' or 'commit'"),
    "base": ("base = 'main'", "base: 'main' does not fit; write one of 'head' or 'upstream'"),
    "class": ("[bounds.netwrk]\nattempts = 2", "bounds.netwrk: no such name; did you mean network"),
    "class without bounds": ("bounds.success.attempts = 3", "bounds.success: no such name"),
    "bool": ("allow_unsandboxed = 'maybe'", "write true or false"),
    "checks": ("checks = 'pytest'", 'write "find", or a list of commands'),
    "outside": ("ledger_file = '../x'", "must be a path inside the repository"),
    "no path": ("[repositories.a]\n", "line 1: repositories.a: path is missing; add it"),
    "name": ("[repositories.'a b']\npath = 'x'", "repositories.a b: a name has letters"),
    "dots": ("[repositories.'a..b']\npath = 'x'", "no '..'"),
    "table": ("timeouts = 3", "timeouts: 3 does not fit; write a table, as in [timeouts]"),
    "list": ("[environment]\npass = 'A'", "environment.pass: 'A' does not fit; write a list"),
    "toml": ("jobs = = 3", "nightcrew.toml: not valid TOML: Invalid value (at line 1, column 8)"),
}


@pytest.mark.parametrize(("toml", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_with_place_and_remedy(tmp_path: Path, toml: str, said: str) -> None:
    assert said in mistake(tmp_path, toml)


ENVIRONMENTS = {
    "NIGHTCREW_JOBZ": ("2", "environment NIGHTCREW_JOBZ: no such setting; did you mean jobs?"),
    "NIGHTCREW_TIMEOUTS__TOTL_S": ("2", "NIGHTCREW_TIMEOUTS__TOTL_S: no such setting"),
    "NIGHTCREW_JOBS": ("four", "environment NIGHTCREW_JOBS: 'four' does not fit"),
    "NIGHTCREW_ENVIRONMENT__PASS": ("[x", "environment NIGHTCREW_ENVIRONMENT__PASS: '[x'"),
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_mistake_in_the_environment_is_named_as_it_stands_there(
    tmp_path: Path, name: str
) -> None:
    value, said = ENVIRONMENTS[name]
    assert said in mistake(tmp_path, None, {name: value})


def test_a_mistake_in_an_argument_names_the_option(tmp_path: Path) -> None:
    said = mistake(tmp_path, "jobs = 3", None, max_hours=-1)
    assert said == "--max-hours: -1 does not fit; write more than 0"


def test_further_mistakes_are_counted(tmp_path: Path) -> None:
    assert mistake(tmp_path, "jobs = 0\ncycles = 0").endswith("(and 1 more)")


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NightcrewError, match=r"^nope\.toml: No such file .*; name an existing"):
        load(tmp_path, {}, {}, Path("nope.toml"))
    (tmp_path / "nightcrew.toml").write_bytes(b"agent = '\xff'")
    with pytest.raises(NightcrewError, match=r"not UTF-8"):
        load(tmp_path, {}, {})
    (tmp_path / "nightcrew.toml").unlink()
    (tmp_path / "nightcrew.toml").mkdir()
    with pytest.raises(NightcrewError, match=r"^nightcrew\.toml: Is a directory"):
        load(tmp_path, {}, {})


def test_the_example_is_right(tmp_path: Path) -> None:
    told = settings(tmp_path, (ROOT / "config" / "example.toml").read_text())
    assert set(told.model.repositories) == {"website", "firmware"}


LINES = {
    ("jobs",): 1,
    ("timeouts", "total_s"): 4,
    ("timeouts",): 3,
    ("repositories", "a", "path"): 6,
    ("repositories", "a", "timeouts", "git_s"): 7,
    ("breaker", "cool_down_s"): 2,
    ("nowhere",): None,
}


@pytest.mark.parametrize("path", LINES, ids=".".join)
def test_the_line_of_a_key_is_found(path: tuple[str, ...]) -> None:
    text = (
        "jobs = 2\nbreaker.cool_down_s = 3\n[timeouts]\ntotal_s = 4 # jobs = 5\n"
        '[repositories."a"]\npath = "jobs"\ntimeouts = { git_s = 3 }\n'
    )
    assert line_of(text, path) == LINES[path]


TREES = st.recursive(
    st.integers(), lambda deeper: st.dictionaries(st.sampled_from("abc"), deeper), max_leaves=8
)
TABLES = st.dictionaries(st.sampled_from("abc"), TREES)


@given(TABLES, TABLES)
def test_merge_keeps_what_is_above_and_loses_nothing_below(
    below: dict[str, Any], above: dict[str, Any]
) -> None:
    merged = merge(below, above)
    assert merge(merged, above) == merged
    assert merge({}, above) == above and merge(below, {}) == below
    assert set(merged) == set(below) | set(above)
    assert all(merged[key] == below[key] for key in below.keys() - above.keys())
