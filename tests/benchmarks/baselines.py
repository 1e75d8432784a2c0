"""Other ways to name the cause of a failing log, to stand beside ours in one table.

Each takes the log's lines and gives the numbers of the lines it would show, best first. Those made with
packages that Nightcrew does not need are left out, with a line that says so, where they are missing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from policies.rootcause.wrapping import is_wrapper

Way = Callable[[Sequence[str]], list[int]]
SHOWN = 3
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


WAYS: dict[str, tuple[Way, str]] = {
    "last line": (last_line, ""),
    "last error line": (last_word, ""),
    "first error line": (first_word, ""),
    "past wrappers": (past_wrappers, ""),
    "drain3, rarest": (rarest_template, "drain3"),
}
"""By name: the way, and the package that it needs."""


def at_hand() -> dict[str, Way]:
    """Give the ways that work here; say which do not."""
    for name, (_, package) in WAYS.items():
        if package and find_spec(package) is None:
            print(f"left out: {name}: `pip install {package}` by hand to have it in the table")
    return {name: way for name, (way, package) in WAYS.items() if not package or find_spec(package)}


def anomalies(passing: Path, failing: Path) -> list[int]:
    """Give the lines of *failing* that logreduce, having learnt *passing*, finds strange."""
    from logreduce.models import Model

    model = Model("hashing_nn")
    model.train([_tokens(line) for line in passing.read_text(errors="replace").splitlines()])
    lines = failing.read_text(errors="replace").splitlines()
    far = model.test([_tokens(line) for line in lines])
    strange = [n for n, distance in enumerate(far, 1) if distance > 0.2]
    return strange[::-1]


def _tokens(line: str) -> str:
    from logreduce.tokenizer import Tokenizer

    return str(Tokenizer.process(line))
