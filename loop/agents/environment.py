"""The agent's environment: made, not inherited (design rule 8).

An allow list, the agent's own names, what the settings pass; never a forge token, an ssh agent,
or what would make the agent's tools run in our own Python.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

PROMPT_FILE = "NIGHTCREW_PROMPT_FILE"

ALLOWED = (
    *("HOME", "PATH", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("USER", "LOGNAME", "SHELL", "XDG_*", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
    *("NVM_DIR", "NVM_BIN", "VOLTA_HOME", "FNM_DIR", "CARGO_HOME", "RUSTUP_HOME", "GOPATH"),
    *("GOCACHE", "GOMODCACHE", "GOROOT", "JAVA_HOME", "NPM_CONFIG_PREFIX"),
    *("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"),
)
"""Globs of names that every agent gets, if we have them."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")
"""Given in both cases, as they are found."""

NEVER = (
    *("GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_*TOKEN*", "GITLAB_*", "GL_TOKEN"),
    *("CI_JOB_TOKEN", "BITBUCKET_*", "GITEA_*", "FORGEJO_*", "SSH_AUTH_SOCK", "SSH_AGENT_PID"),
    *("SSH_ASKPASS", "GIT_ASKPASS", "PREFECT_*", "PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH"),
    *("VIRTUAL_ENV", "VIRTUAL_ENV_*", "NIGHTCREW_*", "LD_PRELOAD", "GIT_DIR", "GIT_WORK_TREE"),
    *("GIT_INDEX_FILE", "GIT_CONFIG*", "GIT_EXEC_PATH"),
)
"""Globs that win over everything, also over `environment.pass`: only the program acts outward."""

SET = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
}
"""Set for every agent: nothing may wait for a person."""

_SECRET_NAME = re.compile(
    r"token|secret|passw(?:or)?d|passphrase|credential|cookie|api_?key|access_?key|private_?key"
    r"|(?:^|[_-])(?:key|auth|pat|pwd)$|^auth",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"://[^\s/:@]*:([^\s/@]+)@")
_SHORTEST_SECRET_CHARS = 6


def agent_environment(
    environ: Mapping[str, str],
    *,
    own: Iterable[str] = (),
    passed: Iterable[str] = (),
    additions: Mapping[str, str] | None = None,
    home: Path | None = None,
    prompt_file: Path | None = None,
) -> dict[str, str]:
    """Give the agent's environment, from our *environ*.

    *own* are the adapter's globs, *passed* the settings' (`environment.pass`), *additions* what the
    adapter sets; *home* replaces HOME.
    """
    globs = (*ALLOWED, *own, *passed)
    made = {"LANG": "C.UTF-8"}
    made |= {
        name: value
        for name, value in environ.items()
        if name.lower() in PROXIES or (_matches(name, globs) and not _matches(name, NEVER))
    }
    made["PATH"] = path_without_ours(environ.get("PATH") or os.defpath)
    if home is not None:
        made["HOME"] = str(home)
    made |= SET | dict(additions or {})
    return made | ({PROMPT_FILE: str(prompt_file)} if prompt_file else {})


def path_without_ours(path: str) -> str:
    """Give *path* without the scripts of our own virtual environment: an agent's `python` is not ours."""
    if sys.prefix == sys.base_prefix:
        return path
    ours = {os.path.realpath(Path(sys.prefix) / name) for name in ("bin", "Scripts")}
    parts = (part for part in path.split(os.pathsep) if part)
    return os.pathsep.join(part for part in parts if os.path.realpath(part) not in ours)


def secret_values(env: Mapping[str, str], names: Iterable[str] = ()) -> tuple[str, ...]:
    """Give the values in *env* that must not reach a disk, longest first.

    Those whose name looks secret or matches one of the globs *names*, and passwords in URLs.
    """
    globs = tuple(names)
    found: set[str] = set()
    for name, value in env.items():
        if looks_secret(name) or _matches(name, globs):
            found.add(value)
        found.update(_URL_PASSWORD.findall(value))
    kept = (v for v in found if len(v) >= _SHORTEST_SECRET_CHARS and not v.isdecimal())
    return tuple(sorted(kept, key=lambda value: (-len(value), value)))


def looks_secret(name: str) -> bool:
    """Say whether what bears *name* is a secret by its name."""
    return bool(_SECRET_NAME.search(name))


def shown(argv: Iterable[str]) -> tuple[str, ...]:
    """Give *argv* for logs, with values of options that look secret masked."""
    out: list[str] = []
    for word in argv:
        flag, sign, _ = word.partition("=")
        if out and out[-1].startswith("-") and "=" not in out[-1] and looks_secret(out[-1]):
            out.append("***")
        elif sign and looks_secret(flag.lstrip("-")):
            out.append(f"{flag}=***")
        else:
            out.append(word)
    return tuple(out)


def _matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
