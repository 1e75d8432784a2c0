"""A repository whose configuration names a program for everything that git can start."""

from pathlib import Path

from repositories import git

HOOKS = """
    applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg
    commit-msg post-commit pre-rebase post-checkout post-merge pre-push reference-transaction
    pre-auto-gc post-rewrite post-index-change fsmonitor-watchman pre-receive update post-receive
    post-update push-to-checkout proc-receive
"""

PROGRAMS = {
    "core.fsmonitor": "fsmonitor",
    "core.editor": "editor",
    "sequence.editor": "sequence-editor",
    "core.pager": "pager",
    "pager.status": "pager",
    "core.askPass": "askpass",
    "core.sshCommand": "ssh",
    "core.gitProxy": "git-proxy",
    "core.alternateRefsCommand": "alternate-refs",
    "credential.helper": "credential",
    "credential.https://localhost.helper": "credential",
    "uploadpack.packObjectsHook": "pack-objects",
    "gpg.program": "gpg",
    "gpg.ssh.program": "gpg-ssh",
    "gpg.ssh.defaultKeyCommand": "gpg-key",
    "gpg.x509.program": "gpg-x509",
    "diff.external": "diff-external",
    "diff.evil.command": "diff-command",
    "diff.evil.textconv": "textconv",
    "merge.evil.driver": "merge-driver",
    "filter.evil.clean": "clean",
    "filter.evil.smudge": "smudge",
    "filter.long.process": "process",
    "remote.origin.uploadpack": "upload-pack",
    "remote.origin.receivepack": "receive-pack",
    "interactive.diffFilter": "diff-filter",
}

SETTINGS = {
    "commit.gpgSign": "true",
    "tag.gpgSign": "true",
    "log.showSignature": "true",
    "merge.verifySignatures": "false",
    "filter.evil.required": "true",
    "filter.long.required": "true",
    "rebase.autoSquash": "true",
    "rebase.autoStash": "true",
    "submodule.recurse": "true",
    "fetch.recurseSubmodules": "true",
    "gc.auto": "1",
    "protocol.ext.allow": "always",
    "trace2.eventTarget": "",
}

ATTRIBUTES = "*.txt filter=evil diff=evil merge=evil\n*.bin filter=long\nc diff=evil\n"


class Hostile:
    """Counts which of its programs ran."""

    def __init__(self, folder: Path) -> None:
        """Keep programs and their traces in *folder*."""
        self.programs = folder / "programs"
        self.traces = folder / "traces"
        self.programs.mkdir(parents=True)
        self.traces.mkdir()

    def program(self, name: str) -> Path:
        """Give a program that leaves a trace and does no harm beyond."""
        place = self.programs / name
        place.write_text(f'#!/bin/sh\ntouch "{self.traces}/{name}"\nexit 1\n')
        place.chmod(0o755)
        return place

    def arm(self, git_dir: Path) -> None:
        """Make every hook and setting of the repository at *git_dir* name a program of ours."""
        hooks = self.programs / "hooks"
        for folder in (hooks, git_dir / "hooks"):
            folder.mkdir(exist_ok=True)
            for name in HOOKS.split():
                hook = folder / name
                hook.write_text(f'#!/bin/sh\ntouch "{self.traces}/hook-{name}"\n')
                hook.chmod(0o755)
        included = self.programs / "included"
        for key, name in PROGRAMS.items():
            git(git_dir, "config", "--file", str(included), key, str(self.program(name)))
        for key, value in SETTINGS.items():
            git(git_dir, "config", "--file", str(included), key, value)
        git(git_dir, "config", "--file", str(included), "core.hooksPath", str(hooks))
        with (git_dir / "config").open("a") as file:
            file.write(f'[include]\n\tpath = "{included}"\n')
        (git_dir / "info").mkdir(exist_ok=True)
        (git_dir / "info" / "attributes").write_text(ATTRIBUTES)

    def ran(self) -> list[str]:
        """Give the names of the programs that ran."""
        return sorted(path.name for path in self.traces.iterdir())

    def forget(self) -> None:
        """Forget what ran so far."""
        for trace in self.traces.iterdir():
            trace.unlink()
