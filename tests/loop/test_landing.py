"""Landing: what is fast-forwarded, what is refused, and that nothing of a person's is lost."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from repositories import commit, everything, git, repository, write

from loop.errors import LandingRefused
from loop.landing import commit_ledger, land, merge_command
from loop.ledger import EntryContext, upsert
from loop.workspace import Base, Workspace
from policies.failure import Confidence, Failure, FailureClass
from policies.plan import Landing, RepoPlan
from policies.records import IncidentRecord

SEEN = datetime(2026, 2, 12, 20, 0, tzinfo=UTC)
INCIDENT = IncidentRecord(
    id="inc-20260212-00000001",
    repo="user",
    agent="codex",
    pass_name="maintain",
    failure=Failure(
        failure_class=FailureClass.UNKNOWN,
        summary="it broke",
        fingerprint="f00d",
        confidence=Confidence.LOW,
        lines=("it broke",),
    ),
    first_seen=SEEN,
    last_seen=SEEN,
    cycles=("20260212-200000-user-cycle-1",),
    logs=("20260212-200000-user-cycle-1.log",),
)
FILES = {"a.txt": "1\n", "b.txt": "1\n", "INCIDENTS.md": "# mine\n", ".gitignore": "*.local\n"}


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user", FILES)


def worked(
    user: Path, tmp_path: Path, files: dict[str, str] | None = None, **plan: object
) -> tuple[RepoPlan, Workspace, Base]:
    """Do a night's work and publish it."""
    made = RepoPlan(name="user", path=str(user), landing=Landing.COMMIT).evolve(**plan)
    workspace = Workspace.open(made, tmp_path / "state" / "user")
    base = workspace.prepare()
    write(workspace.path, files or {"a.txt": "2\n"})
    workspace.commit_rest("Improve it\n")
    workspace.publish()
    return made, workspace, base


def refused(user: Path, work: tuple[RepoPlan, Workspace, Base], said: str) -> None:
    """Landing is refused in one line, and no file and no branch is another."""
    before = everything(user)
    with pytest.raises(LandingRefused, match=said) as caught:
        land(*work)
    assert "\n" not in str(caught.value)
    after = everything(user)
    kept = {name for name in before if not name.startswith(".git/index")}
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}


def test_a_clean_checkout_of_the_branch_is_brought_forward(user, tmp_path):
    work = worked(user, tmp_path)
    write(user, {"untracked": "mine\n"})
    landed = land(*work)
    assert git(user, "rev-parse", "main") == git(user, "rev-parse", "nightcrew/work") == landed
    assert (user / "a.txt").read_text() == "2\n"
    assert git(user, "status", "--porcelain") == "?? untracked"


def test_a_branch_that_nobody_has_checked_out_is_moved(user, tmp_path):
    git(user, "checkout", "-q", "-b", "other")
    write(user, {"a.txt": "in work\n"})
    landed = land(*worked(user, tmp_path, branch="main"))
    assert git(user, "rev-parse", "main") == landed
    assert git(user, "symbolic-ref", "--short", "HEAD") == "other"
    assert (user / "a.txt").read_text() == "in work\n"


def test_a_branch_in_another_work_tree_is_refused(user, tmp_path):
    git(user, "checkout", "-q", "-b", "other")
    git(user, "worktree", "add", "-q", str(tmp_path / "linked"), "main")
    refused(user, worked(user, tmp_path, branch="main"), "checked out in another work tree")


def test_a_target_that_moved_is_refused(user, tmp_path):
    work = worked(user, tmp_path)
    commit(user, {"b.txt": "2\n"})
    refused(user, work, "main moved meanwhile; the work is on nightcrew/work")


@pytest.mark.parametrize("how", ["changed", "staged", "deleted", "renamed", "ledger deleted"])
def test_a_dirty_checkout_is_refused(user, tmp_path, how):
    work = worked(user, tmp_path)
    if how in ("changed", "staged"):
        write(user, {"b.txt": "mine\n"})
    if how == "staged":
        git(user, "add", "b.txt")
    if how == "renamed":
        git(user, "mv", "b.txt", "c.txt")
    if how.endswith("deleted"):
        (user / ("INCIDENTS.md" if how.startswith("ledger") else "b.txt")).unlink()
    refused(user, work, "has uncommitted changes; commit or stash them, then: git -C")


@pytest.mark.parametrize("name", ["new.txt", "key.local"])
def test_a_persons_file_in_the_way_is_not_overwritten(user, tmp_path, name):
    work = worked(user, tmp_path, {name: "the agent's\n", ".gitignore": ""})
    write(user, {name: "mine\n"})
    refused(user, work, f"overwritten by merge: {name}; the work is on nightcrew/work")
    assert (user / name).read_text() == "mine\n"


def test_our_own_entry_makes_no_checkout_dirty_but_a_persons_line_does(user, tmp_path):
    work = worked(user, tmp_path)
    head = (user / "INCIDENTS.md").read_bytes()
    (user / "INCIDENTS.md").write_bytes(head + b"a person's line\n")
    refused(user, work, "has uncommitted changes")
    (user / "INCIDENTS.md").write_bytes(upsert(head, INCIDENT, EntryContext()))
    landed = land(*work)
    assert git(user, "rev-parse", "main") == landed
    assert git(user, "status", "--porcelain") == "M INCIDENTS.md"


def test_a_detached_head_is_refused(user, tmp_path):
    git(user, "checkout", "-q", "--detach")
    refused(user, worked(user, tmp_path), "HEAD is detached")


@pytest.mark.parametrize("branch", [None, "main"])
def test_a_bare_repository_is_landed_in(user, tmp_path, branch):
    git(tmp_path, "clone", "-q", "--bare", str(user), "bare.git")
    work = worked(tmp_path / "bare.git", tmp_path, branch=branch)
    landed = land(*work)
    assert git(tmp_path / "bare.git", "rev-parse", "main") == landed


@pytest.mark.parametrize("by", ["the repository", "the agent", "the person alone"])
def test_what_goes_through_a_filter_is_refused(user, tmp_path, by):
    files = {"a.txt": "2\n"}
    if by == "the repository":
        commit(user, {".gitattributes": "a.txt filter=any\n"})
    if by == "the agent":
        files[".gitattributes"] = "a.txt filter=any\n"
    if by == "the person alone":
        (user / ".git/info/attributes").write_text("a.txt filter=any\n")
    refused(user, worked(user, tmp_path, files), "a.txt goes through a filter")


def test_a_persons_merge_options_do_not_count(user, tmp_path):
    git(user, "config", "branch.main.mergeOptions", "--squash")
    landed = land(*worked(user, tmp_path))
    assert git(user, "rev-parse", "main") == landed
    assert git(user, "status", "--porcelain") == ""


def test_the_ledger_alone_is_committed(user):
    plan = RepoPlan(name="user", path=str(user))
    write(user, {"a.txt": "staged\n", "b.txt": "changed\n", "INCIDENTS.md": "# mine\nentry\n"})
    git(user, "add", "a.txt")
    made = commit_ledger(plan, "Record it\n")
    assert made == git(user, "rev-parse", "main")
    assert git(user, "show", "--format=%s", "--name-only", "main").split() == [
        *("Record", "it"),
        "INCIDENTS.md",
    ]
    assert git(user, "status", "--porcelain").splitlines() == ["M  a.txt", " M b.txt"]
    assert commit_ledger(plan, "Again\n") is None


def test_a_new_ledger_is_committed_and_an_executable_one_stays_so(user):
    plan = RepoPlan(name="user", path=str(user), ledger_file="docs/NEW.md")
    write(user, {"docs/NEW.md": "# new\n"})
    commit_ledger(plan, "Record it\n")
    assert git(user, "status", "--porcelain") == ""
    git(user, "update-index", "--chmod=+x", "docs/NEW.md")
    (user / "docs/NEW.md").chmod(0o755)
    git(user, "commit", "-q", "-m", "executable")
    write(user, {"docs/NEW.md": "# new\nentry\n"})
    commit_ledger(plan, "Record it\n")
    assert git(user, "ls-tree", "main", "docs/NEW.md").startswith("100755")
    assert git(user, "status", "--porcelain") == ""


def test_line_ends_are_kept_as_git_keeps_them(user):
    git(user, "config", "core.autocrlf", "true")
    plan = RepoPlan(name="user", path=str(user))
    (user / "INCIDENTS.md").write_bytes(b"# mine\r\n")
    assert commit_ledger(plan, "Nothing\n") is None
    (user / "INCIDENTS.md").write_bytes(b"# mine\r\nentry\r\n")
    commit_ledger(plan, "Record it\n")
    assert git(user, "show", "--numstat", "--format=").split()[:2] == ["1", "0"]
    assert git(user, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (["checkout", "-q", "--detach"], "a branch is not checked out"),
        (["checkout", "-q", "-b", "other"], "main is not checked out"),
    ],
)
def test_a_ledger_on_no_branch_of_the_plan_waits(user, make, said):
    git(user, *make)
    write(user, {"INCIDENTS.md": "# mine\nentry\n"})
    plan = RepoPlan(name="user", path=str(user))
    with pytest.raises(LandingRefused, match=said):
        commit_ledger(plan.evolve(branch="main" if "other" in make else None), "Record it\n")


def test_a_ledger_that_is_a_link_is_not_committed(user, tmp_path):
    (tmp_path / "elsewhere").write_text("secret\n")
    (user / "INCIDENTS.md").unlink()
    (user / "INCIDENTS.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LandingRefused, match="is no plain file"):
        commit_ledger(RepoPlan(name="user", path=str(user)), "Record it\n")


def test_what_a_person_staged_of_the_ledger_stays_staged(user):
    write(user, {"INCIDENTS.md": "# Mine\n"})
    git(user, "add", "INCIDENTS.md")
    write(user, {"INCIDENTS.md": "# Theirs\n"})
    plan = RepoPlan(name="user", path=str(user))
    assert commit_ledger(plan, "Record it\n") == git(user, "rev-parse", "main")
    assert git(user, "show", ":INCIDENTS.md") == "# Mine"
    assert git(user, "show", "main:INCIDENTS.md") == "# Theirs"


def test_an_index_that_is_in_use_leaves_the_branch_alone(user):
    write(user, {"INCIDENTS.md": "# mine\nentry\n"})
    (user / ".git/index.lock").touch()
    before = git(user, "rev-parse", "main")
    with pytest.raises(Exception, match=r"index\.lock"):
        commit_ledger(RepoPlan(name="user", path=str(user)), "Record it\n")
    assert git(user, "rev-parse", "main") == before


@pytest.mark.parametrize("name", ["plain", "with space", 'it\'s "quoted" $HOME', "-dash", "ünï"])
@pytest.mark.parametrize("kind", ["checkout", "other branch", "bare"])
def test_the_merge_command_works_as_printed(user, tmp_path, name, kind):
    place = tmp_path / name
    git(tmp_path, "clone", "-q", *(["--bare"] if kind == "bare" else []), "--", str(user), name)
    if kind == "other branch":
        git(place, "checkout", "-q", "-b", "other")
    branch = "main" if kind == "other branch" else None
    plan, workspace, _ = worked(place, tmp_path, branch=branch)
    said = subprocess.run(
        ["sh", "-c", merge_command(plan)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert git(place, "rev-parse", "main") == workspace.head()
