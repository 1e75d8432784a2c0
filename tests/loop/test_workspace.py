"""The private clone: what it starts from, what it keeps, what it never touches."""

import hashlib
import os
import struct
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from repositories import commit, everything, git, repository, write

from loop.errors import GitError, LandingRefused, RepositoryRefused
from loop.workspace import Workspace
from policies.plan import RepoPlan

MESSAGE = "Improve it\n"


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user", {"a.txt": "1\n", "INCIDENTS.md": "# mine\n"})


def opened(user: Path, tmp_path: Path, **plan: object) -> Workspace:
    made = RepoPlan(name="user", path=str(user)).evolve(**plan)
    return Workspace.open(made, tmp_path / "state" / "user")


def test_a_whole_cycle_touches_only_our_branches(user, tmp_path):
    before = everything(user)
    workspace = opened(user, tmp_path)
    base = workspace.prepare()
    assert base.start == base.commit == git(user, "rev-parse", "HEAD")
    assert base.target_branch == "main"
    assert not workspace.changed()
    write(workspace.path, {"a.txt": "2\n", "new/b.txt": "b\n"})
    assert workspace.changed()
    head = workspace.commit_rest(MESSAGE)
    assert workspace.publish() == "nightcrew/work"
    assert git(user, "rev-parse", "nightcrew/work") == head
    assert git(user, "status", "--porcelain") == ""
    changed = {n for n, data in everything(user).items() if before.get(n) != data}
    assert not [
        n
        for n in changed
        if not n.startswith(
            (".git/objects", ".git/refs/heads/nightcrew", ".git/logs/refs/heads/nightcrew")
        )
    ]
    git(user, "merge", "nightcrew/work")
    assert (user / "new/b.txt").read_text() == "b\n"


def test_the_next_cycle_starts_at_the_tip_and_the_same_fix_is_nothing_to_do(user, tmp_path):
    for turn in range(2):
        workspace = opened(user, tmp_path)
        base = workspace.prepare()
        write(workspace.path, {"a.txt": "2\n"})
        assert workspace.changed() is (turn == 0)
        if turn == 0:
            head = workspace.commit_rest(MESSAGE)
            workspace.publish()
        else:
            assert base.start == head
            assert base.commit != head


def test_work_is_rebased_on_what_came_meanwhile(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"b.txt": "b\n"})
    workspace.commit_rest(MESSAGE)
    workspace.publish()
    tip = commit(user, {"c.txt": "c\n"})
    again = opened(user, tmp_path)
    base = again.prepare()
    assert base.commit == tip
    assert base.start not in (tip, workspace.head)
    assert (again.path / "b.txt").exists()
    assert (again.path / "c.txt").exists()
    again.publish()
    assert git(user, "rev-parse", "nightcrew/work~1") == tip


def test_a_persons_merge_resets_the_branch_also_a_squash(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"b.txt": "b\n"})
    workspace.commit_rest(MESSAGE)
    workspace.publish()
    git(user, "merge", "--squash", "nightcrew/work")
    git(user, "commit", "-q", "-m", "squashed")
    base = opened(user, tmp_path).prepare()
    assert base.start == base.commit == git(user, "rev-parse", "main")


def test_a_branch_that_a_person_deleted_starts_anew(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"b.txt": "b\n"})
    workspace.commit_rest(MESSAGE)
    workspace.publish()
    git(user, "branch", "-D", "nightcrew/work")
    base = opened(user, tmp_path).prepare()
    assert base.start == base.commit


def test_work_that_conflicts_is_kept_and_said(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"a.txt": "night\n"})
    night = workspace.commit_rest(MESSAGE)
    workspace.publish()
    commit(user, {"a.txt": "day\n"})
    base = opened(user, tmp_path).prepare()
    assert base.start == base.commit
    assert any("conflicts with the base" in note for note in base.notes)
    assert git(user, "rev-parse", f"nightcrew/failed/{night[:12]}-conflict") == night


def test_ledger_and_tracker_are_taken_out_of_the_work(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"INCIDENTS.md": "# mine\nadded\n", "CLONE_FEATURES.md": "- [x] done\n"})
    assert not workspace.changed()
    write(workspace.path, {"a.txt": "2\n"})
    workspace.commit_rest(MESSAGE)
    assert git(workspace.path, "diff", "--name-only", workspace.start, "HEAD") == "a.txt"
    assert workspace.taken_out["INCIDENTS.md"] == b"# mine\nadded\n"


def test_an_agents_own_commits_are_kept_and_its_edits_of_the_ledger_undone(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    commit(workspace.path, {"a.txt": "2\n", "INCIDENTS.md": "rewritten\n"}, "by the agent")
    assert workspace.changed()
    workspace.commit_rest(MESSAGE)
    assert "by the agent" in git(workspace.path, "log", "--format=%s")
    assert git(workspace.path, "diff", "--name-only", workspace.start, "HEAD") == "a.txt"
    touched = git(workspace.path, "log", "--format=", "--name-only", f"{workspace.start}..HEAD")
    assert touched.split() == ["a.txt"]  # not even in between: a later rebase goes commit by commit
    assert git(workspace.path, "status", "--porcelain") == ""


def test_an_agent_that_went_back_to_an_older_commit_undoes_nothing(user, tmp_path):
    commit(user, {"b.txt": "b\n"})
    workspace = opened(user, tmp_path)
    workspace.prepare()
    git(workspace.path, "checkout", "-q", "HEAD~1")
    assert not workspace.changed()
    write(workspace.path, {"c.txt": "c\n"})
    assert workspace.changed()
    workspace.commit_rest(MESSAGE)
    assert git(workspace.path, "diff", "--name-only", workspace.start, "HEAD") == "c.txt"


def test_an_agent_that_takes_back_a_commit_to_make_it_anew_loses_nothing(user, tmp_path):
    commit(user, {"b.txt": "b\n"})
    workspace = opened(user, tmp_path)
    workspace.prepare()
    git(workspace.path, "reset", "-q", "--soft", "HEAD~1")
    assert not workspace.changed()
    write(workspace.path, {"b.txt": "better\n"})
    workspace.commit_rest(MESSAGE)
    assert git(workspace.path, "rev-parse", "HEAD~1") == workspace.start
    assert git(workspace.path, "show", "HEAD:b.txt") == "better"


def test_a_merge_left_in_conflict_is_an_error_and_is_kept(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    git(workspace.path, "checkout", "-q", "-b", "one")
    commit(workspace.path, {"a.txt": "one\n"})
    git(workspace.path, "checkout", "-q", "-b", "two", "HEAD~1")
    commit(workspace.path, {"a.txt": "two\n"})
    git(workspace.path, "merge", "one", check=False)
    with pytest.raises(GitError, match=r"merge in conflict in a\.txt"):
        workspace.commit_rest(MESSAGE)
    assert workspace.keep_failed("c", MESSAGE) == "nightcrew/failed/c"
    assert "<<<<<<<" in git(user, "show", "nightcrew/failed/c:a.txt")


@pytest.mark.parametrize("kind", ["mode", "delete", "rename", "outside", "binary", "name"])
def test_every_kind_of_change_is_one(user, tmp_path, kind):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    place = workspace.path / "a.txt"
    match kind:
        case "mode":
            place.chmod(0o755)
        case "delete":
            place.unlink()
        case "rename":
            place.rename(workspace.path / "z.txt")
        case "outside":
            (workspace.path / "out").symlink_to("/nowhere/outside")
        case "binary":
            (workspace.path / "bin").write_bytes(bytes(range(256)))
        case "name":
            Path(os.fsdecode(os.fsencode(workspace.path) + b"/\xff \n:*?")).write_text("x")
    assert workspace.changed()
    workspace.commit_rest(MESSAGE)
    workspace.publish()
    again = opened(user, tmp_path)
    again.prepare()
    assert not again.changed()
    assert git(user, "rev-list", "--count", "main..nightcrew/work") == "1"
    git(user, "merge", "-q", "nightcrew/work")
    assert git(user, "status", "--porcelain") == ""


def test_junk_is_no_work(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"p/__pycache__/x.pyc": "", ".aider.chat.history.md": "x"})
    assert not workspace.changed()
    write(workspace.path, {"target/new.rs": "x\n"})
    assert workspace.changed()
    workspace.restart()
    assert not workspace.changed()


@pytest.mark.parametrize(
    "deed",
    [
        ["checkout", "-q", "--orphan", "other"],
        ["checkout", "-q", "--detach"],
        ["branch", "-m", "renamed"],
        ["config", "core.hooksPath", "/nowhere"],
        ["update-ref", "-d", "HEAD"],
    ],
)
def test_whatever_the_agent_did_to_git_its_files_are_kept(user, tmp_path, deed):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    git(workspace.path, *deed)
    write(workspace.path, {"a.txt": "2\n"})
    assert workspace.changed()
    workspace.commit_rest(MESSAGE)
    workspace.publish()
    assert git(user, "show", "nightcrew/work:a.txt") == "2"
    assert git(user, "merge-base", "main", "nightcrew/work") == git(user, "rev-parse", "main")


def test_a_nested_repository_counts_as_plain_files(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    repository(workspace.path / "nested")
    repository(workspace.path / "nested/deeper")
    (workspace.path / "empty").mkdir()
    git(workspace.path / "empty", "init", "-q")
    write(workspace.path, {"a.txt": "2\n", "empty/x": "x\n"})
    assert workspace.changed()
    workspace.commit_rest(MESSAGE)
    changed = git(workspace.path, "diff", "--name-only", workspace.start, "HEAD").split()
    assert changed == ["a.txt", "empty/x", "nested/README.md", "nested/deeper/README.md"]


def test_a_forged_cache_of_untracked_files_hides_nothing(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    git(workspace.path, "config", "core.untrackedCache", "true")
    git(workspace.path, "update-index", "--force-untracked-cache")
    git(workspace.path, "status")
    before = as_cached(workspace.path)
    write(workspace.path, {"new.txt": "x\n"})
    place = workspace.path / ".git/index"
    index = place.read_bytes()[:-20]
    assert before in index
    index = index.replace(before, as_cached(workspace.path))
    place.write_bytes(index + hashlib.sha1(index).digest())
    later = workspace.path.stat().st_mtime + 10  # a cache as old as the folder is not believed
    os.utime(place, (later, later))
    assert git(workspace.path, "status", "--porcelain") == ""
    assert workspace.changed()


def as_cached(folder: Path) -> bytes:
    """Give a folder's times and numbers as git's index holds them."""
    at = folder.stat()
    times = (part for ns in (at.st_ctime_ns, at.st_mtime_ns) for part in divmod(ns, 10**9))
    rest = (at.st_dev, at.st_ino, at.st_uid, at.st_gid, at.st_size)
    return struct.pack(">9I", *(number & 0xFFFFFFFF for number in (*times, *rest)))


def test_an_empty_folder_is_no_work_and_is_gone_the_next_time(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    (workspace.path / "build/deep").mkdir(parents=True)
    assert not workspace.changed()
    opened(user, tmp_path).prepare()
    assert not (workspace.path / "build").exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("venv/lib/a.pyc", True),
        ("venv/a.py", True),
        ("target/a.o", True),
        ("a.pyc", False),
        ("sub/target/a.o", False),
        ("vendor/a", False),
        ("vendor/bundle/a", True),
    ],
)
def test_what_setup_made_survives_as_a_whole(user, tmp_path, name, kept):
    commit(user, {".gitignore": "target/\n*.pyc\nvendor/\n"})
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {name: "x\n"})
    workspace.restart()
    assert (workspace.path / name).exists() is kept


def test_a_workspace_that_is_prepared_again_sees_what_came_meanwhile(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    tip = commit(user, {"b.txt": "b\n"})
    git(user, "tag", "v1")
    assert workspace.prepare().commit == tip
    git(user, "tag", "-f", "v1", "HEAD~1")
    workspace.prepare()
    assert git(workspace.path, "rev-parse", "v1") == git(user, "rev-parse", "v1")


def no_objects(inside: Path) -> None:
    (inside / "objects").rename(inside.parent.parent / "gone")
    (inside / "objects").mkdir()


def lost_head(inside: Path) -> None:
    (inside / "refs/heads/nightcrew/work").write_text(f"{'1' * 40}\n")


def lost_start(inside: Path) -> None:
    (inside / "refs/nightcrew/start").write_text(f"{'1' * 40}\n")


@pytest.mark.parametrize("damage", [no_objects, lost_head, lost_start])
def test_a_clone_that_lost_objects_is_given_them_again(user, tmp_path, damage):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    damage(workspace.path / ".git")
    again = opened(user, tmp_path)
    assert again.prepare().start == git(user, "rev-parse", "HEAD")
    assert not again.changed()
    git(again.path, "rev-list", "--objects", "--all")  # all is there


def test_attempts_start_from_the_same_files_and_setup_survives(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"a.txt": "x", "junk": "x", ".venv/pyvenv.cfg": "x"})
    workspace.restart()
    assert (workspace.path / "a.txt").read_text() == "1\n"
    assert not (workspace.path / "junk").exists()
    assert (workspace.path / ".venv/pyvenv.cfg").exists()


def test_failed_work_is_kept_ten_times(user, tmp_path):
    workspace = opened(user, tmp_path)
    for n in range(12):
        workspace.prepare()
        write(workspace.path, {"a.txt": f"failed {n}\n"})
        assert workspace.keep_failed(f"r-user-cycle-{n}", MESSAGE) == (
            f"nightcrew/failed/r-user-cycle-{n}"
        )
    kept = git(user, "branch", "--list", "nightcrew/failed/*").split()
    assert len(kept) == 10
    assert git(user, "branch", "--list", "nightcrew/work") == ""


def test_nothing_to_keep_is_no_branch(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    assert workspace.keep_failed("c", MESSAGE) is None


def test_a_rerun_starts_at_its_commit_and_lands_on_top(user, tmp_path):
    workspace = opened(user, tmp_path)
    first = workspace.prepare().start
    write(workspace.path, {"b.txt": "b\n"})
    workspace.commit_rest(MESSAGE)
    workspace.publish()
    again = opened(user, tmp_path)
    assert again.prepare(at=first).start == first
    assert not (again.path / "b.txt").exists()
    write(again.path, {"c.txt": "c\n"})
    again.commit_rest(MESSAGE)
    again.publish()
    assert git(user, "ls-tree", "--name-only", "nightcrew/work").split() == [
        "INCIDENTS.md",
        "a.txt",
        "b.txt",
        "c.txt",
    ]


def test_a_branch_that_moved_meanwhile_is_not_overwritten(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    git(user, "branch", "nightcrew/work", "main")
    write(workspace.path, {"b.txt": "b\n"})
    workspace.commit_rest(MESSAGE)
    with pytest.raises(LandingRefused, match="moved meanwhile"):
        workspace.publish()


def test_our_branch_checked_out_by_a_person_is_refused_before_an_agent_is_paid(user, tmp_path):
    git(user, "checkout", "-q", "-b", "nightcrew/work")
    workspace = opened(user, tmp_path, branch="main")
    with pytest.raises(RepositoryRefused, match="is checked out"):
        workspace.prepare()


def test_our_branch_checked_out_meanwhile_is_left_alone(user, tmp_path):
    workspace = opened(user, tmp_path, branch="main")
    workspace.prepare()
    git(user, "checkout", "-q", "-b", "nightcrew/work")
    write(workspace.path, {"b.txt": "b\n"})
    head = workspace.commit_rest(MESSAGE)
    with pytest.raises(LandingRefused, match="checked out"):
        workspace.publish()
    git(user, "checkout", "-q", "main")
    base = opened(user, tmp_path).prepare()
    (note,) = base.notes
    branch = note.rsplit(" ", 1)[1]
    assert git(user, "rev-parse", branch) == head


def test_bare_shallow_detached_and_linked_repositories_work(user, tmp_path):
    commit(user, {"a.txt": "2\n"})
    git(tmp_path, "clone", "-q", "--bare", str(user), "bare.git")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{user}", "shallow")
    git(user, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    git(user, "checkout", "-q", "--detach", "HEAD~1")
    for name in ("bare.git", "shallow", "linked", "user"):
        workspace = Workspace.open(
            RepoPlan(name=name, path=str(tmp_path / name)), tmp_path / "state" / name
        )
        base = workspace.prepare()
        assert (base.target_branch is None) is (name == "user")
        write(workspace.path, {"b.txt": "b\n"})
        workspace.commit_rest(MESSAGE)
        workspace.publish()
        assert git(tmp_path / name, "show", "nightcrew/work:b.txt") == "b"
        assert (workspace.checkout() is None) is (name == "bare.git")
        if name == "linked":
            git(user, "branch", "-D", "nightcrew/work")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: None, "no such folder"),
        (lambda path: path.mkdir(), "not a git repository"),
        (lambda path: (path.mkdir(), git(path, "init", "-q")), "no commit yet"),
        (lambda path: path.write_text("x"), "no such folder"),
    ],
)
def test_what_cannot_be_worked_on_is_refused_in_one_line(tmp_path, make, said):
    make(tmp_path / "user")
    with pytest.raises(RepositoryRefused, match=said) as caught:
        opened(tmp_path / "user", tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_branch_is_refused(user, tmp_path):
    with pytest.raises(RepositoryRefused, match="no branch gone"):
        opened(user, tmp_path, branch="gone").prepare()


def test_uncommitted_work_is_not_included_and_said(user, tmp_path):
    write(user, {"a.txt": "not committed\n"})
    workspace = opened(user, tmp_path)
    base = workspace.prepare()
    assert any("uncommitted work" in note for note in base.notes)
    assert (workspace.path / "a.txt").read_text() == "1\n"


def test_an_upstream_is_fetched_first(user, tmp_path):
    git(tmp_path, "clone", "-q", str(user), "clone")
    tip = commit(user, {"a.txt": "newer\n"})
    workspace = Workspace.open(
        RepoPlan(name="clone", path=str(tmp_path / "clone"), base="upstream"), tmp_path / "w"
    )
    assert workspace.prepare().commit == tip


def test_a_workspace_without_its_git_folder_is_made_anew(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    (workspace.path / ".git").rename(tmp_path / "gone")
    again = opened(user, tmp_path)
    again.prepare()
    assert not again.changed()


def gone(workspace: Workspace, user: Path) -> None:
    (workspace.path / ".git").rename(workspace.path.parent / "gone")


def gitfile(workspace: Workspace, user: Path) -> None:
    gone(workspace, user)
    (workspace.path / ".git").write_text(f"gitdir: {user}/.git\n")


def link(workspace: Workspace, user: Path) -> None:
    gone(workspace, user)
    (workspace.path / ".git").symlink_to(user / ".git")


def common(workspace: Workspace, user: Path) -> None:
    (workspace.path / ".git/commondir").write_text(f"{user}/.git\n")


def elsewhere(workspace: Workspace, user: Path) -> None:
    git(workspace.path, "config", "core.worktree", str(user))


def linked_refs(workspace: Workspace, user: Path) -> None:
    heads = workspace.path / ".git/refs/heads"
    heads.rename(workspace.path.parent / "heads")
    heads.symlink_to(user / ".git/refs/heads")


def hard_linked_config(workspace: Workspace, user: Path) -> None:
    (workspace.path / ".git/config").unlink()
    (workspace.path / ".git/config").hardlink_to(user / ".git/config")


def overlooked(workspace: Workspace, user: Path) -> None:
    git(workspace.path, "update-index", "--assume-unchanged", "a.txt")


def broken_index(workspace: Workspace, user: Path) -> None:
    (workspace.path / ".git/index").write_bytes(b"no index")


def locked(workspace: Workspace, user: Path) -> None:
    (workspace.path / ".git/index.lock").write_bytes(b"")
    (workspace.path / ".git/refs/heads/nightcrew/work.lock").write_bytes(b"")


@pytest.mark.parametrize(
    "trick",
    [
        gone,
        gitfile,
        link,
        common,
        elsewhere,
        linked_refs,
        hard_linked_config,
        overlooked,
        broken_index,
        locked,
    ],
)
def test_no_trick_with_its_git_folder_reaches_the_users_repository(user, tmp_path, trick):
    write(user, {"mine": "not committed\n"})
    before = everything(user)
    workspace = opened(user, tmp_path)
    workspace.prepare()
    trick(workspace, user)
    write(workspace.path, {"a.txt": "2\n", "b.txt": "b\n"})
    assert workspace.changed()
    workspace.commit_rest(MESSAGE)
    workspace.publish()
    assert git(user, "diff", "--name-only", "main", "nightcrew/work").split() == ["a.txt", "b.txt"]
    workspace.restart()
    after = everything(user)
    assert {n: after[n] for n in before} == before
