"""What goes into a repository names no person and no machine: the home folder is `~`."""

from __future__ import annotations

import re

NAMES_NOBODY = frozenset(
    [
        "root",
        "user",
        "admin",
        "administrator",
        "test",
        "runner",
        "ubuntu",
        "debian",
        "nobody",
        "git",
        "build",
        "builder",
        "ci",
        "node",
        "app",
        "vscode",
        "codespace",
        "localhost",
        "host",
    ]
)
"""Account and host names that are the same everywhere; to replace them would only spoil sentences."""


def mask(text: str, *, home: str, user: str, host: str) -> str:
    """Give *text* with *home* as `~`, *user* as `user`, and *host* (long or short) as `host`.

    Only whole words are replaced. An empty value is not looked for.
    """
    folder = home.rstrip("/\\")
    if folder:
        text = re.sub(rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])", "~", text)
    for name in sorted({host, host.partition(".")[0]}, key=len, reverse=True):
        text = _without(text, name, "host")
    return _without(text, user, "user")


def _without(text: str, name: str, instead: str) -> str:
    if len(name) < 2 or name.lower() in NAMES_NOBODY:
        return text
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", instead, text)
