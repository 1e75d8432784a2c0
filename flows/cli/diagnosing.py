"""What `nightcrew diagnose` does: read each log, answer in order, show the cause in its context."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from errno import EBADF
from pathlib import Path

from config.shipped import SIGNATURES
from flows.cli.console import json_lines, note
from flows.cli.diagnosispage import Styled, explanation, show, styled
from loop.diagnose import Passing, diagnosis_of
from loop.logblocks import ByteStream, LogUnreadable
from loop.signature_files import load_unbroken, own_file
from policies.errors import NightcrewError
from policies.failure import StopReason
from policies.rootcause import Hints
from policies.signatures import Signatures
from policies.text import one_line


class UnknownReason(NightcrewError):
    """--stopped-because names no reason."""


MANY, WORKERS = 64, 4
"""From so many files on, so many processes at most (and no more than there are cores) read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said of one log."""

    problem: str = ""
    """Why it could not be read; nothing else is said then."""
    page: list[Styled] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about every log."""

    hints: Hints
    signatures: Signatures
    passing: Passing
    passing_log: Path | None
    """Where *passing* was read."""
    explain: bool
    as_json: bool
    many: bool = False
    """Several logs are asked about: each explanation says of which it is."""
    problems: tuple[str, ...] = ()
    """What is wrong with files that were asked for beside the logs; the answers do without them."""


def asked(
    exit_code: int | None,
    stopped_because: str | None,
    passing_log: Path | None,
    *,
    agent: str | None = None,
    explain: bool,
    as_json: bool,
) -> Question:
    """Give the question that the options ask. Raises UnknownReason."""
    known = [reason.value for reason in StopReason]
    if stopped_because is not None and stopped_because not in known:
        raise UnknownReason(
            f"--stopped-because {stopped_because}: no such reason: use one of {', '.join(known)}"
        )
    now = datetime.now(UTC).astimezone()
    hints = Hints(
        agent=agent,
        exit_code=exit_code,
        stopped_because=StopReason(stopped_because) if stopped_because else None,
        now=now,
        local_zone=now.tzinfo or UTC,
    )
    signatures, problems = load_unbroken([*own_file(Path()), SIGNATURES])
    try:
        passing = Passing.read(passing_log)
    except NightcrewError as error:
        passing = Passing()
        problems.append(str(error))
    return Question(
        hints=hints,
        signatures=signatures,
        passing=passing,
        passing_log=passing_log,
        explain=explain,
        as_json=as_json,
        problems=tuple(problems),
    )


def diagnose_all(files: Sequence[str], question: Question) -> bool:
    """Answer for every file, in order; False when one could not be read (the others are answered)."""
    for problem in question.problems:
        note(f"nightcrew: {one_line(problem, 2000)}")
    is_all_read = not question.problems
    question = replace(question, many=len(files) > 1)
    for answer in in_order(files, question):
        is_all_read = is_all_read and not answer.problem
        _tell(answer, question)
    return is_all_read


def answer_for(name: str, question: Question) -> Answer:
    """Give what is said of one file (`-`: standard input)."""
    if _is_same(Path(name), question.passing_log):
        return Answer(
            problem=f"{name}: is the passing log itself: name the log of a run that passed"
        )
    try:
        with _standard_input() if name == "-" else nullcontext(Path(name)) as log:
            failure, diagnosis = diagnosis_of(
                log, question.hints, question.signatures, question.passing, must_rest=True
            )
    except NightcrewError as error:
        return Answer(problem=str(error))
    if question.as_json:
        page = [(json.dumps({"file": name} | failure.to_json()), "")]
    else:
        page = list(styled(name, failure, diagnosis))
    why = list(explanation(diagnosis.considered)) if question.explain else []
    return Answer(
        page=page, explained=[one_line(f"{name}:", 2000), *why] if why and question.many else why
    )


def _is_same(log: Path, passing_log: Path | None) -> bool:
    """Say whether both are one file: all of a log's lines stand in itself, so it would have no cause."""
    with suppress(OSError, ValueError):
        return passing_log is not None and log.samefile(passing_log)
    return False


@contextmanager
def _standard_input() -> Iterator[ByteStream]:
    """Give what is read from stdin. Raises LogUnreadable where it is closed, broken or no log."""
    try:
        if sys.stdin is None:
            raise OSError(EBADF, "it is closed")
        yield sys.stdin.buffer
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise LogUnreadable(f"-: {reason}: name a log file that can be read") from error


def _tell(answer: Answer, question: Question) -> None:
    if answer.problem:
        note(f"nightcrew: {one_line(answer.problem, 2000)}")
    elif question.as_json:
        json_lines(line for line, _ in answer.page)
    else:
        show(answer.page)
    for line in answer.explained:
        note(line)


def in_order(files: Sequence[str], question: Question) -> Iterator[Answer]:
    """Yield the answers in the order of *files*; many are read by several processes at once."""
    global _asked
    _asked = question
    workers = min(WORKERS, os.cpu_count() or 1)
    if len(files) < MANY or "-" in files or workers < 2 or sys.platform != "linux":
        yield from map(_ask, files)
        return
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from pool.imap(_ask, files, chunksize=8)


_asked: Question | None = None
"""Set before processes are forked, so that patterns need not be compiled again in each."""


def _ask(name: str) -> Answer:
    assert _asked is not None
    return answer_for(name, _asked)
