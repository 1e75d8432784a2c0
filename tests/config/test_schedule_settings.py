"""The schedule in the settings: short and long, the fleet's and a repository's, and every mistake."""

import re
from pathlib import Path

import pytest

from config.plans import plans
from config.settings import load
from policies.errors import NightcrewError
from policies.plan import RepoPlan
from policies.schedule import Missed, Schedule

ROOT = Path(__file__).resolve().parents[2]


def planned(folder: Path, toml: str, environ: dict[str, str] | None = None) -> dict[str, RepoPlan]:
    (folder / "nightcrew.toml").write_text(toml)
    settings = load(folder, {"PATH": "/usr/bin:/bin", **(environ or {})}, {})
    return {plan.name: plan for plan in plans(settings, [], folder)}


A = '[repositories.a]\npath = "a"\n'
NIGHTLY = Schedule(cron="0 2 * * *")


def schedule(folder: Path, toml: str, environ: dict[str, str] | None = None) -> Schedule | None:
    return planned(folder, toml, environ)["a"].schedule


@pytest.mark.parametrize(
    "toml",
    [
        'schedule = "nightly at 02:00"\n' + A,
        '[schedule]\nat = "daily at 2am"\n' + A,
        'schedule.at = "0 2 * * *"\n' + A,
        A + 'schedule = "nightly at 02:00"\n',
        A + 'schedule = { at = "nightly at 02:00" }\n',
        'schedule = "hourly"\n' + A + 'schedule = "nightly at 02:00"\n',
    ],
)
def test_short_and_long_mean_the_same(tmp_path, toml):
    assert schedule(tmp_path, toml) == NIGHTLY


def test_all_of_it(tmp_path):
    toml = """
[schedule]
at = "weekdays at 23:30"
timezone = "Asia/Kolkata"
window_hours = 1.5
missed = "hold"
stagger_minutes = 0
"""
    assert schedule(tmp_path, toml + A) == Schedule(
        cron="30 23 * * 1-5",
        timezone="Asia/Kolkata",
        window_s=5400,
        missed=Missed.HOLD,
        stagger_minutes=0,
    )


def test_a_repositorys_own_lies_over_the_fleets(tmp_path):
    toml = 'schedule = { at = "nightly at 02:00", timezone = "Asia/Kolkata" }\n' + A
    there = NIGHTLY.evolve(timezone="Asia/Kolkata")
    assert schedule(tmp_path, toml) == there
    assert schedule(tmp_path, toml + 'schedule = "hourly"') == there.evolve(cron="0 * * * *")
    own = schedule(tmp_path, toml + 'schedule = { missed = "skip" }')
    assert own == there.evolve(missed=Missed.SKIP)


@pytest.mark.parametrize("off", ["", "never", "Off"])
def test_a_repository_can_be_left_out(tmp_path, off):
    toml = (
        'schedule = "nightly at 02:00"\n' + A + f'schedule = "{off}"\n[repositories.b]\npath = "b"'
    )
    made = planned(tmp_path, toml)
    assert (made["a"].schedule, made["b"].schedule) == (None, NIGHTLY)


def test_nothing_is_scheduled_by_default(tmp_path):
    assert schedule(tmp_path, A) is None
    assert schedule(tmp_path, '[schedule]\ntimezone = "Europe/Berlin"\n' + A) is None


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"": "nightly at 02:00"}, NIGHTLY),
        ({"": "0 2 * * *"}, NIGHTLY),
        ({"__AT": "nightly at 02:00"}, NIGHTLY),
        ({"": "hourly", "__AT": "nightly at 02:00"}, NIGHTLY),
        ({"": '{"at": "nightly at 02:00"}'}, NIGHTLY),
        ({"": "nightly at 02:00", "__TIMEZONE": "UTC"}, NIGHTLY.evolve(timezone="UTC")),
        ({"__WINDOW_HOURS": "1"}, Schedule(cron="0 * * * *", window_s=3600)),
        ({"": "off"}, None),
        ({"": ""}, None),
    ],
)
def test_the_environment_lies_over_all(tmp_path, environ, wanted):
    named = {f"NIGHTCREW_SCHEDULE{name}": text for name, text in environ.items()}
    assert schedule(tmp_path, A + 'schedule = "hourly"', named) == wanted


MISTAKES = {
    'schedule = "nihgtly at 02:00"': "line 1: schedule: 'nihgtly at 02:00' does not fit; "
    "write nightly at 02:00, weekdays at 23:30,",
    'schedule = "nightly"': "line 1: schedule: 'nightly' does not fit; write its time too, as in "
    "nightly at 02:00",
    'schedule = "0 25 * * *"': "line 1: schedule: '0 25 * * *' does not fit; '25' is no hour; "
    "use 0 to 23",
    'schedule = "0 2 * *"': "line 1: schedule: '0 2 * *' does not fit; cron has five fields",
    "schedule = 5": "line 1: schedule: 5 does not fit; write text, as in schedule = "
    '"nightly at 02:00", or a table [schedule]',
    '[schedule]\nat = "every 5 hours"': "line 2: schedule.at: 'every 5 hours' does not fit; "
    "5 hours do not divide a day",
    "[schedule]\nat = 2": 'line 2: schedule.at: 2 does not fit; write text, as in at = "…"',
    '[schedule]\ntimezone = "Europe/Berln"': "line 2: schedule.timezone: 'Europe/Berln' does not "
    "fit; no such time zone; did you mean Europe/Berlin?",
    '[schedule]\ntimezone = "+02:00"': "schedule.timezone: '+02:00' does not fit; "
    "no such time zone; write one as in Europe/Berlin",
    '[schedule]\ntimezone = "../zone"': "schedule.timezone: '../zone' does not fit; no such time zone",
    "[schedule]\nwindow_hours = 0": "line 2: schedule.window_hours: 0 does not fit; "
    "write more than 0",
    "[schedule]\nwindow_hours = 200": "schedule.window_hours: 200 does not fit; "
    "write a number up to 168",
    "[schedule]\nwindow_hours = '6h'": "schedule.window_hours: '6h' does not fit; write a number",
    "[schedule]\nstagger_minutes = 60": "schedule.stagger_minutes: 60 does not fit; "
    "write a number up to 59",
    "[schedule]\nstagger_minutes = -1": "schedule.stagger_minutes: -1 does not fit; "
    "write a number from 0",
    "[schedule]\nmissed = 'twice'": "schedule.missed: 'twice' does not fit; "
    "write one of 'once', 'skip' or 'hold'",
    "[schedule]\nzone = 'UTC'": "line 2: schedule.zone: no such setting; did you mean timezone?",
    A + 'schedule = "often"': "line 3: repositories.a.schedule: 'often' does not fit; write",
    A + 'schedule = { timezone = "Mars" }': "line 3: repositories.a.schedule.timezone: 'Mars'",
    "repositories = 3": "line 1: repositories: 3 does not fit",
}


@pytest.mark.parametrize("toml", MISTAKES)
def test_a_mistake_is_one_line_with_place_and_remedy(tmp_path, toml):
    with pytest.raises(NightcrewError) as told:
        planned(tmp_path, toml)
    assert told.value.exit_code == 2
    assert str(told.value).startswith("nightcrew.toml, line ")
    assert MISTAKES[toml] in str(told.value)
    assert "\n" not in str(told.value)


ENVIRONMENTS = {
    "SCHEDULE": ("often", "environment NIGHTCREW_SCHEDULE: 'often' does not fit; write nightly"),
    "SCHEDULE__AT": ("often", "environment NIGHTCREW_SCHEDULE__AT: 'often' does not fit; write"),
    "SCHEDULE__TIMEZONE": ("Mars", "environment NIGHTCREW_SCHEDULE__TIMEZONE: 'Mars' does not fit"),
    "SCHEDULE__ZONE": ("UTC", "environment NIGHTCREW_SCHEDULE__ZONE: no such setting"),
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_mistake_in_the_environment_is_named_as_it_stands_there(tmp_path, name):
    value, said = ENVIRONMENTS[name]
    with pytest.raises(NightcrewError) as told:
        planned(tmp_path, A, {f"NIGHTCREW_{name}": value})
    assert said in str(told.value)


def test_what_the_page_shows_is_right(tmp_path):
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    section = page.partition("### Schedule")[2].partition("### Clocks")[0]
    (example,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    made = planned(tmp_path, example)
    assert {name: plan.schedule for name, plan in made.items()} == {
        "website": Schedule(cron="0 3 * * 0"),
        "archive": None,
        "firmware": NIGHTLY.evolve(timezone="Asia/Kolkata"),
    }
    rows = re.findall(r"^\| (`[^|]*) \| (`[^|]*) \|$", section, re.MULTILINE)
    assert len(rows) == 4
    for row in rows:
        words, crons = (re.findall("`(.+?)`", cell) for cell in row)
        found = [schedule(tmp_path, f'schedule = "{text}"\n' + A) for text in words]
        assert {each.cron for each in found if each} == set(crons)


def test_the_example_has_schedules(tmp_path):
    made = planned(tmp_path, (ROOT / "config" / "example.toml").read_text())
    assert made["firmware"].schedule == NIGHTLY.evolve(timezone="Europe/Berlin")
    website = made["website"].schedule
    assert website == Schedule(cron="0 3 * * 0", timezone="Europe/Berlin")
