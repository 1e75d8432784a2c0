"""What an examination says: one line a thing, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from loop.errors import NightcrewError


class Level(StrEnum):
    """How bad it is: `fail` means that a run could not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    """What was found, in one line."""
    remedy: str = ""
    """What to do; never empty for warn and fail."""
    repo: str | None = None
    """The repository it is about; None: it concerns every cycle."""

    def to_json(self) -> dict[str, str | None]:
        """Give the object of `doctor --json`."""
        return {
            "level": self.level.value,
            "what": self.what,
            "remedy": self.remedy,
            "repo": self.repo,
        }


def ok(what: str, repo: str | None = None) -> Finding:
    """Give a finding that all is well."""
    return Finding(level=Level.OK, what=what, repo=repo)


def warn(what: str, remedy: str, repo: str | None = None) -> Finding:
    """Give a finding that a run can live with."""
    return Finding(level=Level.WARN, what=what, remedy=remedy, repo=repo)


def fail(what: str, remedy: str, repo: str | None = None) -> Finding:
    """Give a finding that a run could not work with."""
    return Finding(level=Level.FAIL, what=what, remedy=remedy, repo=repo)


class CannotWork(NightcrewError):
    """A run could not work, so none was started."""


def refuse(findings: list[Finding], repositories: set[str]) -> None:
    """Raise CannotWork where a finding stops every one of *repositories*.

    One broken repository of a fleet does not stop the others: its own cycle says what is wrong.
    """
    failing = [finding for finding in findings if finding.level is Level.FAIL]
    stopped = {finding.repo for finding in failing}
    if not failing or not (None in stopped or repositories <= stopped):
        return
    first = next((finding for finding in failing if finding.repo is None), failing[0])
    place = f"{first.repo}: " if first.repo else ""
    more = f" ({len(failing) - 1} more: nightcrew doctor)" if len(failing) > 1 else ""
    raise CannotWork(f"{place}{first.what}; {first.remedy}{more}")
