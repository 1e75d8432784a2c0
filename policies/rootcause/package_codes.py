"""The error codes of npm, yarn and pnpm, and what must be done about each."""

from __future__ import annotations

from collections.abc import Sequence

from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line

RANK = 79
_PUBLISHED = "cannot publish over "
"""The registry forbids it (E403) whoever asks: the version is not a new one."""

_CLASSES: tuple[tuple[tuple[str, ...], C], ...] = (
    (
        ("E401", "E403", "ENEEDAUTH", "EOTP", "YN0041", "ERR_PNPM_FETCH_401", "ERR_PNPM_FETCH_403"),
        C.AUTH,
    ),
    (("E429", "ERR_PNPM_FETCH_429"), C.RATE_LIMIT),
    (
        (
            "ECONN",
            "ETIMEDOUT",
            "ENOTFOUND",
            "EAI_AGAIN",
            "ERR_SOCKET",
            "ENETUNREACH",
            "EHOSTUNREACH",
            "E50",
            "UNABLE_TO",
            "SELF_SIGNED",
            "CERT_",
            "DEPTH_ZERO",
            "ERR_PNPM_META_FETCH",
            "ERR_PNPM_FETCH_5",
            "YN0081",
            "YN0035",
            "ERR_SSL",
        ),
        C.NETWORK,
    ),
    (("ENOSPC",), C.DISK_FULL),
    (("EACCES", "EPERM", "EROFS"), C.SANDBOX_PERMISSION),
    (
        (
            "EUSAGE",
            "EJSONPARSE",
            "ENOENT",
            "EOVERRIDE",
            "EUNSUPPORTEDPROTOCOL",
            "EINVALID",
            "ENOWORKSPACES",
            "EBADDEVENGINES",
            "ECONFIG",
            "ENOLOCK",
            "EPUBLISHCONFLICT",
            "ERR_PNPM_OUTDATED_LOCKFILE",
            "ERR_PNPM_NO_LOCKFILE",
            "ERR_PNPM_LOCKFILE",
            "ERR_PNPM_NO_SCRIPT",
            "ERR_PNPM_IGNORED_BUILDS",
            "ERR_PNPM_FROZEN",
            "ERR_PNPM_NO_IMPORTER",
            "ERR_PNPM_BAD_PM",
            "ERR_PNPM_JSON",
            "ERR_PNPM_UNSUPPORTED_WORKSPACE",
            "ERR_PNPM_NO_MATCHING_SCRIPT",
            "YN0028",
            "YN0057",
            "YN0014",
            "YN0056",
        ),
        C.CONFIG_ERROR,
    ),
    (
        (
            "ERESOLVE",
            "ETARGET",
            "E404",
            "EBADENGINE",
            "EBADPLATFORM",
            "EINTEGRITY",
            "ENOVERSIONS",
            "ENOTSUP",
            "ERR_PNPM_",
            "YN0082",
            "YN0016",
            "YN0018",
            "YN0010",
            "YN0001",
            "YN0027",
        ),
        C.MISSING_DEPENDENCY,
    ),
    (("YN0009",), C.COMPILE_ERROR),
)


def coded(lines: Sequence[Line], code: str, said: str) -> Finding:
    """Give the finding of an error with a *code*; *said* is what the manager says of it."""
    shown = [Line(line.number, line.text.strip()) for line in lines]
    return Finding(
        lines=tuple(shown),
        rank=RANK,
        rule="package manager",
        failure_class=_class_of(code, said),
        summary=said
        if code in said or said.startswith("error ") or code == "EUSAGE"
        else f"{code} {said}",
        identity=f"{code} {said}",
    )


def _class_of(code: str, said: str) -> C | None:
    """To who may not put a package a registry answers that there is none (E404)."""
    if _PUBLISHED in said:
        return C.CONFIG_ERROR
    return C.AUTH if code == "E404" and " - PUT " in said else class_of_code(code)


def class_of_code(code: str) -> C | None:
    """Give the class of one of the package managers' error codes; None for one that is not known."""
    return next((found for starts, found in _CLASSES if code.startswith(starts)), None)
