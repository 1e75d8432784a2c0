"""What the system tells of processes, also of those with strange names."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from loop.descendants import Descendants
from loop.launching import MARKER_NAME
from loop.process_table import HAS_PROC, environment_of, process_table, row_of


@pytest.mark.parametrize("name", ["sleep", "a) S 1 1 (b", "x y"])
def test_a_row_tells_parent_and_session(tmp_path, name):
    program = tmp_path / name
    shutil.copy(shutil.which("sleep") or "", program)
    child = subprocess.Popen(
        [program, "60"], env={"MARK": "a=b", "PATH": os.defpath}, start_new_session=True
    )
    try:
        row = process_table()[child.pid]
        assert (row.parent, row.session) == (os.getpid(), child.pid)
        mine = row_of(os.getpid())
        assert mine
        assert mine.began <= row.began
        assert b"MARK=a=b" in environment_of(child.pid)
    finally:
        child.kill()
        child.wait()
    assert row_of(child.pid) is None
    assert environment_of(child.pid) == []


def sleeper(marker: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, MARKER_NAME: marker}
    return subprocess.Popen(["sleep", "60"], env=env, start_new_session=True)


def test_an_older_bearer_of_the_marker_is_found_unless_the_marker_is_fresh():
    older, child = sleeper("shared"), sleeper("shared")
    while HAS_PROC and row_of(child.pid).began == row_of(older.pid).began:
        child.kill()
        child.wait()
        child = sleeper("shared")
    try:
        fresh = {process.pid for process in Descendants(child, "shared", is_fresh=True).alive()}
        every = {process.pid for process in Descendants(child, "shared").alive()}
        assert every == {older.pid, child.pid}
        assert fresh == ({child.pid} if HAS_PROC else every)
    finally:
        for one in (older, child):
            one.kill()
            one.wait()
