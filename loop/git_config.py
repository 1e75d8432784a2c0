"""The workspace's own configuration, and who a commit is by."""

from __future__ import annotations

from collections.abc import Iterable

from loop.git import Git
from loop.git_safety import Entry

NOBODY = ("Nightcrew", "nightcrew@localhost")
"""Author where the person has no git identity."""

FOLLOWED = ("core.autocrlf", "core.eol", "core.symlinks", "core.fileMode", "core.ignoreCase")
"""Settings of the user's repository that decide what its files look like."""


def private_config(users: Iterable[Entry], object_format: str) -> str:
    """Give the workspace's whole configuration: no remote, no push URL, the person's identity.

    *users* is the configuration of the user's repository. The cache of untracked files is off:
    an agent could fill it with what is not so.
    """
    users = tuple(users)
    is_new = object_format != "sha1"
    rows = ["[core]", f"\trepositoryformatversion = {int(is_new)}"]
    rows += ["\tbare = false", "\tlogallrefupdates = true", "\tuntrackedCache = false"]
    known = {entry.key.lower(): entry.value for entry in users}
    rows += [
        f"\t{key.removeprefix('core.')} = {_quoted(known[key.lower()])}"
        for key in FOLLOWED
        if key.lower() in known
    ]
    if is_new:
        rows += ["[extensions]", f"\tobjectFormat = {object_format}"]
    name, email = identity(users)
    rows += ["[gc]", "\tauto = 0", "[user]", f"\tname = {_quoted(name)}"]
    return "\n".join([*rows, f"\temail = {_quoted(email)}", ""])


def identity(entries: Iterable[Entry]) -> tuple[str, str]:
    """Give the person's name and address as git knows them there, else NOBODY."""
    known = {entry.key: entry.value for entry in entries}
    name, email = known.get("user.name"), known.get("user.email")
    return (name, email) if name and email else NOBODY


def identity_variables(user: Git) -> dict[str, str]:
    """Give the identity as the environment of `git commit-tree`."""
    name, email = identity(user.config())
    return {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", email))
    }


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
