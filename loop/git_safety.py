"""What keeps git from running any program that a repository's configuration names.

Decided from the configuration as git itself reads it (includes and worktree configuration too) and
given to each call as GIT_CONFIG_* variables, which rank above every file. Programs named by the
person's own global configuration stay where they are needed to reach a remote (ssh, credentials).
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """One setting as git reads it."""

    scope: str
    """`system`, `global`, `local`, `worktree` or `command`."""
    key: str
    value: str


OWN_SCOPES = ("system", "global")
"""Scopes that only the person writes, never a repository."""

SSH = "ssh -oBatchMode=yes -oConnectTimeout=30"
"""No prompt; an unknown host key is refused (what ssh_config says of host keys stays decisive)."""

NOTHING_RUNS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.editor": ":",
    "sequence.editor": ":",
    "core.pager": "cat",
    "core.askPass": "",
    "core.gitProxy": "",
    "core.alternateRefsCommand": "true",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "log.showSignature": "false",
    "merge.verifySignatures": "false",
    "gpg.program": "false",
    "gpg.openpgp.program": "false",
    "gpg.x509.program": "false",
    "gpg.ssh.program": "false",
    "gpg.ssh.defaultKeyCommand": "false",
    "diff.external": "",
    "diff.ignoreSubmodules": "all",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "rebase.autoSquash": "false",
    "rebase.autoStash": "false",
    "rebase.updateRefs": "false",
    "merge.autoStash": "false",
    "rerere.enabled": "false",
    "core.quotePath": "false",
    "advice.detachedHead": "false",
    "protocol.version": "2",
    "protocol.ext.allow": "never",
}

REMOTE_PROTOCOLS = ("ssh", "git", "http", "https", "ftp", "ftps", "ext")

_DRIVERS = (
    (re.compile(r"filter\..+\.(clean|smudge|process)\Z", re.DOTALL), ""),
    (re.compile(r"filter\..+\.required\Z", re.DOTALL), "false"),
    # An empty driver would succeed and keep one side: a failing one leaves an honest conflict.
    (re.compile(r"merge\..+\.driver\Z", re.DOTALL), "false"),
    (re.compile(r"diff\..+\.(command|textconv)\Z", re.DOTALL), "false"),
    (re.compile(r"gpg\..+\.program\Z", re.DOTALL), "false"),
    (re.compile(r"core\.gitproxy\Z"), ""),
)
_HELPER = re.compile(r"credential\.(.+\.)?helper\Z", re.DOTALL)


def parse_config(text: str) -> list[Entry]:
    """Read the output of `git config --list -z --show-scope`."""
    fields = text.split("\0")
    pairs = zip(fields[0::2], fields[1::2], strict=False)
    return [Entry(scope, *_halves(setting)) for scope, setting in pairs]


def settings_for(entries: Iterable[Entry], *, local_only: bool) -> list[tuple[str, str]]:
    """Give the settings that rank above *entries*; with *local_only* no other machine is reached."""
    entries = list(entries)
    settings = list(NOTHING_RUNS.items())
    settings += [
        (entry.key, value)
        for entry in entries
        for pattern, value in _DRIVERS
        if pattern.match(entry.key)
    ]
    settings += _credential_helpers(entries)
    if local_only:
        settings += [("protocol.allow", "never"), ("protocol.file.allow", "always")]
        settings += [(f"protocol.{name}.allow", "never") for name in REMOTE_PROTOCOLS]
    return settings


def ssh_command(entries: Iterable[Entry], environ: Mapping[str, str]) -> str:
    """Give the person's own ssh command in batch mode, or SSH."""
    own = [e.value for e in entries if e.key == "core.sshcommand" and e.scope in OWN_SCOPES]
    command = environ.get("GIT_SSH_COMMAND") or (own[-1] if own else "")
    if not command:
        return SSH
    first = command.split(maxsplit=1)[0]
    return f"{command} -oBatchMode=yes" if first.rsplit("/", 1)[-1] == "ssh" else command


def as_environment(settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give *settings* as the variables that git (2.31 and newer) ranks above every file."""
    variables: dict[str, str] = {}
    count = 0
    for key, value in settings:
        variables[f"GIT_CONFIG_KEY_{count}"] = key
        variables[f"GIT_CONFIG_VALUE_{count}"] = value
        count += 1
    return variables | {"GIT_CONFIG_COUNT": str(count)}


def upload_pack_command(settings: Iterable[tuple[str, str]]) -> str:
    """Give the other side's command of a local fetch: git takes our settings from its environment."""
    variables = as_environment(settings) | {"GIT_NO_LAZY_FETCH": "1"}
    words = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    return " ".join([*words, "git", "upload-pack"])


def _credential_helpers(entries: list[Entry]) -> list[tuple[str, str]]:
    helpers = [e for e in entries if _HELPER.match(e.key)]
    emptied = [("credential.helper", "")]
    emptied += [(key, "") for key in dict.fromkeys(e.key for e in helpers)]
    return emptied + [(e.key, e.value) for e in helpers if e.scope in OWN_SCOPES]


def _halves(setting: str) -> tuple[str, str]:
    key, _, value = setting.partition("\n")
    return key, value
