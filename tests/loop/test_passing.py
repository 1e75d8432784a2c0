"""The last passing log of a check: real checks on a real repository, one cycle after another."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from nights import Night
from repositories import repository

from loop.passing import passing_log
from policies.failure import CycleOutcome
from policies.plan import CheckSpec

NOISY = 'echo "fatal: telemetry host $$ is unreachable"; test ! -f broken || {}'
BREAKING = "sh -c 'echo x > broken'"


@pytest.fixture
def night(tmp_path):
    made = Night(tmp_path / "night")
    yield made
    made.close()


def noisy(fails: str) -> CheckSpec:
    argv = ("sh", "-c", NOISY.replace("{}", fails))
    return CheckSpec(name="noisy", argv=argv, source="configured")


def test_what_the_passing_log_says_too_is_not_the_cause(night, tmp_path):
    user = repository(tmp_path / "user")
    failing = noisy('{ echo "the index cannot be frobnicated"; exit 1; }')
    (cycle,) = night.run(night.plan(user, BREAKING, checks=(failing,))).cycles
    assert cycle.outcome is CycleOutcome.FAILED
    known = passing_log(night.store, "user", "noisy")
    assert known is not None
    assert "telemetry" in known.read_text()
    assert cycle.failure.summary == "the index cannot be frobnicated"


def test_it_is_done_without_when_it_is_gone_or_there_is_none(night, tmp_path):
    user = repository(tmp_path / "user")
    assert passing_log(night.store, "user", "noisy") is None
    failing = noisy("exit 1")
    night.run(night.plan(user, "true", checks=(failing,)))
    passing_log(night.store, "user", "noisy").unlink()
    (cycle,) = night.run(night.plan(user, BREAKING, checks=(failing,))).cycles
    assert cycle.outcome is CycleOutcome.FAILED
    assert "telemetry" in cycle.failure.summary


def test_a_repositorys_own_signatures_hold_for_its_checks(night, tmp_path):
    from config.shipped import SIGNATURES
    from loop.signature_files import load_signatures

    own = tmp_path / "own.toml"
    own.write_text(
        '[[signature]]\nname = "mine"\nclass = "network"\nwords = ["frobnicated"]\n'
        'pattern = "cannot be frobnicated"\n'
    )
    night.crew.own_signatures = {"user": load_signatures([own, SIGNATURES])}
    failing = noisy('{ echo "the index cannot be frobnicated"; exit 1; }')
    found = []
    for name in ("user", "other"):
        plan = night.plan(repository(tmp_path / name), BREAKING, checks=(failing,))
        found.append(night.run(plan).cycles[0].failure.signature)
    assert found == ["mine", None]
