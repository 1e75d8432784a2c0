"""Other ways to name the cause of a failing log, to stand beside ours in one table.

Each takes the log's lines and gives the numbers of the lines it would show, best first. Those made with
packages that Nightcrew does not need are left out, with a line that says so, where they are missing.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policies.rootcause.wrapping import is_wrapper

Way = Callable[[Sequence[str]], list[int]]
SHOWN = 3
STRANGE = 0.2
"""The distance from the nearest known line that logreduce itself takes."""
VIM = ("-es", "--cmd", "set nomodeline", "-u", "NONE", "-i", "NONE", "-n", "-N", "log", "-c")
QUICKFIX = (
    "call writefile(filter(range(1, line('$')), {_, n ->"
    " get(get(getqflist({'lines': [getline(n)], 'efm': &efm}).items, 0, {}), 'valid')}), 'found')"
)
"""Gives the numbers of the lines that Vim's own error formats know."""
WORDS = re.compile(r"error|fail|fatal|exception", re.I)


def last_line(lines: Sequence[str]) -> list[int]:
    """Give the last line that is not empty."""
    return [n for n, line in enumerate(lines, 1) if line.strip()][:-2:-1]


def last_word(lines: Sequence[str]) -> list[int]:
    """Give the last lines with a word of failure."""
    return _worded(lines)[::-1][:SHOWN]


def first_word(lines: Sequence[str]) -> list[int]:
    """Give the first lines with a word of failure."""
    return _worded(lines)[:SHOWN]


def past_wrappers(lines: Sequence[str]) -> list[int]:
    """Give the last lines with a word of failure that only repeat no other one."""
    told = [n for n in _worded(lines) if not is_wrapper(lines[n - 1].lower())]
    return told[::-1][:SHOWN]


def rarest_template(lines: Sequence[str]) -> list[int]:
    """Give the lines with a word of failure whose Drain template is the rarest, later ones first."""
    from drain3 import TemplateMiner
    from drain3.template_miner_config import TemplateMinerConfig

    miner = TemplateMiner(config=TemplateMinerConfig())
    cluster = [miner.add_log_message(line[:2_000])["cluster_id"] for line in lines]
    size = {one.cluster_id: one.size for one in miner.drain.clusters}
    told = _worded(lines)
    return sorted(told, key=lambda n: (size[cluster[n - 1]], -n))[:SHOWN]


def _worded(lines: Sequence[str]) -> list[int]:
    return [n for n, line in enumerate(lines, 1) if WORDS.search(line)]


def consulted(lines: Sequence[str]) -> list[int]:
    """Give the line that Debian's buildlog-consultant calls the failure."""
    from buildlog_consultant.common import find_build_failure_description

    try:
        match, _ = find_build_failure_description([f"{line[:2_000]}\n" for line in lines])
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # its Rust part, at lines beyond it
            raise
        return []
    return [] if match is None else [match.lineno]


def anchored(lines: Sequence[str]) -> list[int]:
    """Give the anchors of the blocks of ci-log-intelligence: its best block's first, the gravest first."""
    from ci_log_intelligence import analyze_log

    logging.disable(logging.CRITICAL)  # it tells each of its stages
    blocks = analyze_log("\n".join(lines)).blocks
    anchors = [one for b in blocks for one in sorted(b.block.anchors, key=lambda a: -a.severity)]
    return list(dict.fromkeys(one.line_number for one in anchors))[:SHOWN]


def compressed(lines: Sequence[str]) -> list[int]:
    """Give where the kinds of error begin that log-ai-compressor lists, in its own order."""
    report = _run("log-ai-compressor", lines, "run", "log", "-q", "-f", "json", "-o", "found")
    return [kind["first_line"] for kind in json.loads(report)["clusters"]][:SHOWN]


def quickfix(lines: Sequence[str]) -> list[int]:
    """Give the lines to which Vim would jump, in order, by the error formats that it has by default."""
    told = _run("vim", lines, *VIM, QUICKFIX, "-c", "qa!")
    return [int(number) for number in told.split()][:SHOWN]


def _run(program: str, lines: Sequence[str], *arguments: str) -> str:
    """Run a program beside the file `log`; give what it wrote into the file `found`."""
    with tempfile.TemporaryDirectory() as place:
        Path(place, "log").write_text("\n".join(lines), errors="replace")
        subprocess.run([_found(program) or program, *arguments], cwd=place, capture_output=True)
        return Path(place, "found").read_text()


def _found(need: str) -> str | None:
    """Give a package when it can be imported, or where a program lies: beside this Python, on the path."""
    if need.isidentifier() and find_spec(need):
        return need
    return shutil.which(need, path=str(Path(sys.executable).parent)) or shutil.which(need)


WAYS: dict[str, tuple[Way, str, str]] = {
    "last line": (last_line, "", ""),
    "last error line": (last_word, "", ""),
    "first error line": (first_word, "", ""),
    "past wrappers": (past_wrappers, "", ""),
    "drain3, rarest": (rarest_template, "drain3", "pip install drain3"),
    "buildlog-consultant": (consulted, "buildlog_consultant", "pip install buildlog-consultant"),
    "ci-log-intelligence": (anchored, "ci_log_intelligence", "pip install ci-log-intelligence"),
    "log-ai-compressor": (compressed, "log-ai-compressor", "pip install log-ai-compressor"),
    "vim's quickfix": (quickfix, "vim", "apt-get install vim"),
}
"""By name: the way, the package or program that it needs, and how to have it."""


def at_hand() -> dict[str, Way]:
    """Give the ways that work here; say which do not."""
    there = {name: way for name, (way, need, _) in WAYS.items() if not need or _found(need)}
    for name, (_, _, how) in WAYS.items():
        if name not in there:
            print(f"left out: {name}: `{how}` by hand to have it in the table")
    return there


def anomalies(passing: Path, failing: Path) -> list[int]:
    """Give the lines of *failing* that logreduce, having learnt *passing*, finds strange, last first."""
    from logreduce.models import models

    model = models["hashing_nn"]()
    known = {_tokens(line) for line in passing.read_text(errors="replace").splitlines()}
    model.train(sorted(known | {""}))
    lines = failing.read_text(errors="replace").splitlines()
    told = {n: tokens for n, line in enumerate(lines, 1) if (tokens := _tokens(line))}
    far = model.test(list(told.values())) if told else []
    return [n for n, (distance,) in zip(told, far, strict=True) if distance >= STRANGE][::-1]


def _tokens(line: str) -> str:
    from logreduce.tokenizer import Tokenizer

    return str(Tokenizer.process(line))
