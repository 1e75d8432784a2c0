"""Where things are: state, logs, run ids, pass log names."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from loop import places
from loop.errors import NightcrewError

NOW = datetime(2026, 2, 12, 10, 14, 56, tzinfo=UTC)
CYCLE = "20260212-101456-secretiveX-cycle-2"


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({"NIGHTCREW_STATE_DIR": "/s", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/s"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/nightcrew"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/nightcrew"),
        ({"HOME": "/h"}, "/h/.local/state/nightcrew"),
    ],
)
def test_the_state_folder_on_linux(
    environ: dict[str, str], state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert places.state_folder(environ) == Path(state)


def test_the_state_folder_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert places.state_folder({"HOME": "/h"}) == Path("/h/Library/Application Support/nightcrew")


def test_the_state_folder_is_made_for_the_user_alone(tmp_path: Path) -> None:
    state = places.make_state(tmp_path / "deep" / "state")
    assert state.stat().st_mode & 0o077 == 0
    assert places.prefect_home(state).is_dir()
    assert places.make_state(state) == state


def test_a_state_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NightcrewError, match=r"cannot keep state here: .*NIGHTCREW_STATE_DIR"):
        places.make_state(tmp_path / "file" / "state")


def test_the_store_is_sqlite_in_the_state_folder_unless_named() -> None:
    assert places.store_url(Path("/s")) == "sqlite:////s/nightcrew.db"
    assert places.store_url(Path("/s"), "postgresql+psycopg://db/n") == "postgresql+psycopg://db/n"


def test_logs_never_dirty_a_repository_of_the_fleet(tmp_path: Path) -> None:
    repo, state = tmp_path / "repo", tmp_path / "state"
    inside = repo / "src"
    inside.mkdir(parents=True)
    assert places.logs_folder("", tmp_path, [repo], state) == tmp_path / "logs"
    assert places.logs_folder("", repo, [repo], state) == state / "logs"
    assert places.logs_folder("", inside, [repo], state) == state / "logs"
    assert places.logs_folder("l", repo, [repo], state) == repo / "l"
    assert places.logs_folder("/l", repo, [repo], state) == Path("/l")


def test_a_linked_working_folder_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "repo")
    state = tmp_path / "state"
    assert places.logs_folder("", tmp_path / "link", [tmp_path / "repo"], state) == state / "logs"


def test_a_run_id_is_utc_and_never_given_twice(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: places.new_run(logs, elsewhere), range(20)))
    expected = {"20260212-101456", *(f"20260212-101456-{n}" for n in range(2, 21))}
    assert set(runs) == expected == {path.name for path in logs.iterdir()}


def test_logs_that_cannot_be_written_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("")
    with pytest.raises(NightcrewError, match=r"cannot write logs here: .*set logs_dir"):
        places.new_run(tmp_path / "logs", NOW)


@pytest.mark.parametrize(
    ("earlier", "pass_name", "attempt", "rest"),
    [
        ([], "maintain", 1, ""),
        ([], "maintain", 2, "-attempt-2"),
        (["maintain"], "fix", 1, "-fix"),
        (["maintain", "fix"], "fix", 1, "-fix-2"),
        (["maintain", "fix", "fix"], "fix", 3, "-fix-3-attempt-3"),
        (["maintain", "fix"], "cleanup", 1, "-cleanup"),
    ],
)
def test_pass_logs_are_named_as_the_contract_says(
    earlier: list[str], pass_name: str, attempt: int, rest: str
) -> None:
    assert places.pass_log_name(CYCLE, earlier, pass_name, attempt) == f"{CYCLE}{rest}.log"


def test_two_repositories_of_one_name_have_two_hashes() -> None:
    assert places.path_hash(Path("/x/a")) != places.path_hash(Path("/y/a"))
    assert places.path_hash(Path("/x/a")) == places.path_hash(Path("/x/a"))
