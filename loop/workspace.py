"""The private clone in which agents and checks work: own refs, configuration and hooks.

Objects are copied, so nothing that an agent does can damage the user's repository. Its .git is
settled anew for each cycle: what an agent wrote into its configuration or hooks is gone then.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from loop.errors import GitError, LandingRefused
from loop.git import Git
from loop.git_config import private_config
from loop.places import path_hash
from loop.source import Source
from policies.plan import RepoPlan

WORK = "nightcrew/work"
FAILED = "nightcrew/failed/"
FAILED_KEPT = 10
BASE_REF = "refs/nightcrew/base"
USER_WORK_REF = "refs/nightcrew/user-work"
KEPT_FOLDERS = (".venv", "venv", "node_modules", "target", ".tox", ".gradle", "vendor/bundle")
"""Ignored folders that setup made and that survive the cleaning between attempts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Where a cycle starts."""

    commit: str
    """The base branch's commit."""
    target_branch: str | None
    """None: HEAD is detached."""
    start: str
    """What the agent sees: the base with the work on it that is not merged yet."""
    notes: tuple[str, ...] = ()
    """What a person should know, one line each."""


def workspace_folder(plan: RepoPlan, workspaces: Path) -> Path:
    """Give the folder of *plan*'s workspace; two repositories of one name have two."""
    return workspaces / f"{plan.name}-{path_hash(Path(plan.path))}"


@dataclass(slots=True)
class Workspace:
    """One repository's private clone."""

    plan: RepoPlan
    path: Path
    source: Source
    git: Git
    start: str = ""
    seen_work: str | None = None
    """Tip of the user's nightcrew/work when the cycle began."""
    includes_work: bool = True
    """The start holds that tip's changes."""
    taken_out: dict[str, bytes] = field(default_factory=dict)
    """The agent's own versions of ledger and tracker."""
    committed: str = ""
    """The commit that we made of the agent's work."""

    @classmethod
    def open(cls, plan: RepoPlan, folder: Path) -> Workspace:
        """Open or make the workspace. Raises RepositoryRefused for what cannot be worked on."""
        source = Source.open(plan)
        workspace = cls(plan, folder, source, Git(folder, plan.timeouts.git_s))
        workspace._settle()
        return workspace

    def prepare(self, at: str | None = None) -> Base:
        """Give the cycle's start, checked out and clean. *at*: exactly this commit (a rerun)."""
        notes = list(self.source.notes())
        target, refspec = self.source.base()
        self._fetch(refspec)
        base = self._commit(BASE_REF)
        self.seen_work = self._commit(USER_WORK_REF) if self._has(USER_WORK_REF) else None
        self.start = at or self._with_work(base, notes)
        self.includes_work = at is None
        if at and not self._has(at):
            raise GitError(f"{self.plan.path}: commit {at[:12]} is not there any more")
        self.restart()
        return Base(commit=base, target_branch=target, start=self.start, notes=tuple(notes))

    def restart(self) -> None:
        """Bring the folder back to the start; ignored folders that setup made are kept."""
        self._settle()
        self.git.run("symbolic-ref", "HEAD", f"refs/heads/{WORK}")
        self.git.run("reset", "-q", "--hard", self.start)
        keep = [word for name in KEPT_FOLDERS for word in ("-e", f"/{name}")]
        self.git.run("clean", "-ffdxq", *keep)
        self.taken_out, self.committed = {}, ""

    def head(self) -> str:
        """Give the commit that the folder is at."""
        return self._commit("HEAD")

    def changed(self) -> bool:
        """Say whether files or commits differ from the start, ledger and tracker left out."""
        others = self._others()
        if not self._has("HEAD") or self.git.run(
            "status", "--porcelain", "-z", "--untracked-files=all", "--", *others
        ):
            return True
        return not self.git.succeeds(
            "diff", "--quiet", "--no-ext-diff", self.start, "HEAD", "--", *others
        )

    def commit_rest(self, message: str) -> str:
        """Commit what the agent left; its own commits stay. Give the head."""
        self._onto_start()
        self.git.run("add", "-A")
        self._take_out_own_files()
        self._drop_nested_repositories()
        if not self.git.succeeds("diff", "--cached", "--quiet", "--no-ext-diff", "HEAD"):
            self._commit_index(message)
        return self.head()

    def reword(self, message: str) -> None:
        """Give the commit that we made another *message*; an agent's own commits keep theirs."""
        if self.committed and self.committed == self.head():
            self._commit_index(message, "--amend")

    def keep_failed(self, cycle: str, message: str) -> str | None:
        """Keep the work on a branch of its own, in the user's repository too; None: there is none."""
        if not self.changed():
            return None
        self.commit_rest(message)
        branch = f"{FAILED}{cycle}"
        self.source.take(self.path, f"+HEAD:refs/heads/{branch}")
        self.source.prune(FAILED, FAILED_KEPT)
        return branch

    def publish(self) -> str:
        """Bring the work to the user's `nightcrew/work` and give that name.

        Raises LandingRefused when a person moved or checked out that branch meanwhile.
        """
        if self.seen_work and not self.includes_work:
            self._rebase_onto(self.seen_work)
        self.source.move_branch(WORK, self.path, old=self.seen_work, new=self.head())
        self.seen_work = self.head()
        return WORK

    def checkout(self) -> Path | None:
        """Give the user's work tree, or None for a bare repository."""
        return None if self.source.is_bare else Path(self.plan.path)

    def _settle(self) -> None:
        """Make the repository if it is missing, and its configuration as it must be."""
        self.path.mkdir(parents=True, exist_ok=True)
        inside = self.path / ".git"
        if not (inside / "HEAD").is_file() or inside.is_symlink():
            _move_aside(inside)
            object_format = self.source.object_format()
            self.git.run("init", "-q", "--template=", f"--object-format={object_format}")
        shutil.rmtree(inside / "hooks", ignore_errors=True)
        for left in ("index.lock", "HEAD.lock", "config.lock", "MERGE_HEAD", "CHERRY_PICK_HEAD"):
            (inside / left).unlink(missing_ok=True)
        for left in ("rebase-merge", "rebase-apply", "sequencer"):
            shutil.rmtree(inside / left, ignore_errors=True)
        (inside / "config").write_text(private_config(self.source.git), "utf-8")

    def _fetch(self, base: str) -> None:
        for ref in (BASE_REF, USER_WORK_REF):
            self.git.run("update-ref", "-d", ref)
        refs = [f"+{base}:{BASE_REF}", "+refs/tags/*:refs/tags/*"]
        if self.source.has_branch(WORK):
            refs.append(f"+refs/heads/{WORK}:{USER_WORK_REF}")
        self.source.give(self.git, *refs)

    def _with_work(self, base: str, notes: list[str]) -> str:
        """Give the start: the work that is not merged yet, rebased on the base."""
        tip = self.seen_work
        if tip is None or self._is_ancestor(tip, base):
            return base
        if self._is_ancestor(base, tip):
            return base if self._same_tree(base, tip) else tip
        self.git.run("checkout", "-q", "-f", "--detach", tip)
        try:
            self._rebase_onto(base, tip)
        except LandingRefused:
            kept = f"{FAILED}{tip[:12]}-conflict"
            self.source.move_branch(kept, self.path, old=None, new=tip, force=True)
            notes.append(f"{WORK} conflicts with the base: kept as {kept}, started anew")
            return base
        head = self.head()
        return base if self._same_tree(base, head) else head

    def _rebase_onto(self, onto: str, tip: str | None = None) -> None:
        since = self.git.run("merge-base", onto, tip or self.head()) if tip else self.start
        try:
            self.git.run("rebase", "-q", "--onto", onto, since, tip or "HEAD")
        except GitError as error:
            self.git.call("rebase", "--abort", ok_codes=(0, 1, 128))
            raise LandingRefused(
                f"{self.plan.name}: the work conflicts with {onto[:12]}: {error}"
            ) from error

    def _onto_start(self) -> None:
        """Put the agent's tree on top of the start, where its own commits are not (it reset, switched)."""
        if not self._is_ancestor(self.start, "HEAD"):
            self.git.run("add", "-A")
            self.git.run("reset", "-q", "--soft", self.start)
        self._settle()

    def _take_out_own_files(self) -> None:
        for name in self._own_files():
            place = self.path / name
            if place.is_file() and not place.is_symlink():
                self.taken_out[name] = place.read_bytes()
            if self._has(f"{self.start}:{name}"):
                self.git.run("checkout", "-q", self.start, "--", name)
            else:
                self.git.run("rm", "-q", "-r", "-f", "--cached", "--ignore-unmatch", "--", name)

    def _drop_nested_repositories(self) -> None:
        """A repository that the agent made inside would be added as a submodule without a source."""
        rows = self.git.run(
            "diff",
            "--cached",
            "--raw",
            "-z",
            "--no-renames",
            "--ignore-submodules=none",
            self.start,
        ).split("\0")
        for row, name in zip(rows[0::2], rows[1::2], strict=False):
            if row.split()[1] == "160000" and row.split()[0] == ":000000":
                self.git.run("rm", "-q", "-f", "--cached", "--", name)

    def _commit_index(self, message: str, *flags: str) -> None:
        text = message.encode("utf-8", "surrogateescape")
        self.git.run("commit", "-q", "--no-verify", "--allow-empty", *flags, "-F", "-", stdin=text)
        self.committed = self.head()

    def _own_files(self) -> tuple[str, str]:
        return self.plan.ledger_file, self.plan.tracker_file

    def _others(self) -> list[str]:
        return [".", *(f":(exclude,top,literal){name}" for name in self._own_files())]

    def _commit(self, name: str) -> str:
        return self.git.run("rev-parse", "--verify", "-q", f"{name}^{{commit}}")

    def _has(self, name: str) -> bool:
        return self.git.call("cat-file", "-e", name, ok_codes=(0, 1, 128))[0] == 0

    def _is_ancestor(self, older: str, newer: str) -> bool:
        """Also False where one of them is not there (an agent deleted its branch)."""
        call = ("merge-base", "--is-ancestor", older, newer)
        return self.git.call(*call, ok_codes=(0, 1, 128))[0] == 0

    def _same_tree(self, one: str, other: str) -> bool:
        return self.git.succeeds("diff", "--quiet", "--no-ext-diff", one, other)


def _move_aside(place: Path) -> None:
    """Keep what an agent made of .git, out of the way."""
    if place.is_symlink() or place.exists():
        with contextlib.suppress(OSError):
            place.rename(place.with_name(".git-broken"))
