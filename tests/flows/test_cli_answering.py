"""What a person says to a real incident: kept in the store and in the ledger of a real checkout."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli.incidents import app
from policies.plan import Landing
from policies.records import IncidentRecord
from tests.loop.nights import Night
from tests.loop.repositories import commit, git, repository

HAND = "# Incidents\n\nWritten by hand.\n"


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path / "night")
    yield made
    made.close()


@pytest.fixture
def user(tmp_path: Path, night: Night, monkeypatch: pytest.MonkeyPatch) -> Path:
    repo = repository(tmp_path / "user")
    commit(repo, {"INCIDENTS.md": HAND})
    (tmp_path / "nightcrew.toml").write_text(f'[repositories.user]\npath = "{repo}"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTCREW_STATE_DIR", str(night.folder / "state"))
    return repo


def failed(night: Night, user: Path, **plan: object) -> IncidentRecord:
    night.run(night.plan(user, "sh -c 'echo error: no moon; exit 7'", **plan))
    (incident,) = night.store.incidents()
    return incident


def say(*args: str) -> Result:
    return CliRunner().invoke(app, args)


def test_an_answer_stands_in_the_ledger_and_foreign_bytes_stay(night, user):
    incident = failed(night, user)
    assert say("ack", incident.id, "--owner", "kim").exit_code == 0
    text = (user / "INCIDENTS.md").read_text()
    assert text.startswith(HAND)
    assert "kim" in text
    done = say(
        *("resolve", incident.id, "--reason", "the moon is back", "--fix", "hung it up again"),
        *("--commit", "abc1234", "--prevention-rule", "Look up."),
    )
    assert done.exit_code == 0, done.stderr
    text = (user / "INCIDENTS.md").read_text()
    assert text.startswith(HAND)
    assert text.count(incident.id) == 1, "one entry"
    for words in ("hung it up again", "abc1234", "Look up."):
        assert words in text
    assert night.store.incident(incident.id).waits_because == ""


def test_a_ledger_with_other_changes_waits_and_the_answer_is_kept(night, user):
    incident = failed(night, user, landing=Landing.COMMIT)
    with (user / "INCIDENTS.md").open("a") as ledger:
        ledger.write("a person is writing here\n")
    before = (user / "INCIDENTS.md").read_bytes()
    settings = Path("nightcrew.toml").read_text() + 'landing = "commit"\n'
    Path("nightcrew.toml").write_text(settings)
    done = say("resolve", incident.id, "--reason", "the moon is back")
    assert done.exit_code == 0, done.stderr
    assert (user / "INCIDENTS.md").read_bytes() == before
    kept = night.store.incident(incident.id)
    assert (kept.is_active, bool(kept.waits_because)) == (False, True)
    git(user, "commit", "-q", "-am", "what the person wrote")
    night.run(night.plan(user, "true", landing=Landing.COMMIT))
    assert "the moon is back" in (user / "INCIDENTS.md").read_text()
