"""A cycle again: the same prompt and base, or today's; told both ways, and refused when it differs."""

import pytest

from tests.flows.prefect_server import Served
from tests.flows.runs import Desk
from tests.loop.repositories import commit, git

pytestmark = [pytest.mark.prefect, pytest.mark.slow]


class Failed:
    """A cycle that failed, whose agent kept the prompt it was given."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.repo = desk.repo("repo")
        self.prompts = desk.home / "prompts"
        self.prompts.mkdir()
        copy = f"cp $NIGHTCREW_PROMPT_FILE {self.prompts}/$(date +%s%N); echo the moon is gone"
        self.env = {"NIGHTCREW_BOUNDS__UNKNOWN__ATTEMPTS": "1", "ODD_NAME": "x"}
        (desk.home / "nightcrew.toml").write_text('environment = { pass = ["ODD_*"] }\n')
        self.first = desk.call(
            "run", self.repo, "--agent", f"sh -c '{copy}; exit 7'", "--json", **self.env
        )
        assert self.first.code == 1, self.first.err
        self.base = self.first.cycle["base_commit"]
        self.prompt = self.last_prompt()
        commit(self.repo, {"new.txt": "x", "new.py": "# TODO: something else\n"}, "later")

    def last_prompt(self) -> bytes:
        return max(self.prompts.iterdir()).read_bytes()

    def again(self, *args, **env):
        return self.desk.call("rerun", *args, "--json", **self.env | env)


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    home = tmp_path_factory.mktemp("rerun")
    served = Served(home)
    yield Failed(Desk(home))
    assert served.stop() == 0


@pytest.fixture(scope="module")
def same(failed):
    return failed.again("last"), failed.last_prompt()


def test_it_has_the_same_prompt_and_base(failed, same):
    ended, prompt = same
    assert ended.code == 1, ended.err
    assert prompt == failed.prompt
    assert ended.cycle["base_commit"] == failed.base
    assert len(ended.cycle["attempts"]) == 1


def test_it_prints_the_last_cause_first(failed, same):
    old = failed.first.cycle
    cause = old["failure"]["summary"]
    assert "the moon is gone" in cause
    assert same[0].err.splitlines()[0] == f"{old['cycle']} failed: {cause} (unknown, low)"


def test_both_know_of_each_other(failed, same):
    old, new = failed.first.cycle["cycle"], same[0].cycle["cycle"]
    assert same[0].cycle["rerun_of"] == old
    assert new in failed.desk.call("show", old).out
    assert old in failed.desk.call("show", new).out


def test_with_failure_the_same_prompt_ends_with_the_cause(failed, same):
    ended = failed.again(failed.first.cycle["cycle"], "--with-failure")
    prompt = failed.last_prompt()
    assert prompt.startswith(failed.prompt.rstrip())
    assert b"the moon is gone" in prompt[len(failed.prompt) - 1 :]
    assert ended.cycle["base_commit"] == failed.base


def test_with_todays_settings_it_starts_at_todays_base(failed, same):
    before = len(list(failed.prompts.iterdir()))
    ended = failed.again(failed.first.cycle["cycle"], "--current-config")
    assert len(list(failed.prompts.iterdir())) == before + 1, "its own agent ran, no other"
    assert ended.cycle["base_commit"] == git(failed.repo, "rev-parse", "HEAD") != failed.base
    assert failed.last_prompt() != failed.prompt
    assert ended.cycle["rerun_of"] == failed.first.cycle["cycle"]


def test_where_a_name_of_the_environment_is_gone_it_is_refused_unless_anyway(failed, same):
    del failed.env["ODD_NAME"]
    before = len(list(failed.prompts.iterdir()))
    refused = failed.again(failed.first.cycle["cycle"])
    assert (refused.code, refused.out) == (2, "")
    assert "environment lacks ODD_NAME" in refused.err.splitlines()[-1]
    assert "--anyway" in refused.err.splitlines()[-1]
    assert len(list(failed.prompts.iterdir())) == before
    ended = failed.again(failed.first.cycle["cycle"], "--anyway")
    assert "not as it was: environment lacks ODD_NAME" in ended.err
    assert ended.cycle["base_commit"] == failed.base
    assert failed.last_prompt() == failed.prompt
