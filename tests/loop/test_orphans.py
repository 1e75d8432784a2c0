"""Only what a cycle of this state folder left is ended."""

import os
import subprocess

from loop.launching import MARKER_NAME
from loop.orphans import end_orphans, marker_of

CYCLE = "20261121-020000-orphans-cycle-1"


def left_by(state, cycle=CYCLE):
    env = os.environ | {MARKER_NAME: marker_of(cycle, state) + "0a1b2c3d"}
    return subprocess.Popen(["sleep", "60"], env=env)


def test_what_the_cycle_left_is_ended_and_nobody_elses(tmp_path):
    ours = left_by(tmp_path / "ours")
    others = [left_by(tmp_path / "another"), left_by(tmp_path / "ours", f"{CYCLE}0")]
    try:
        assert end_orphans(CYCLE, tmp_path / "ours") == 1
        assert ours.wait(10) is not None
        assert [other.poll() for other in others] == [None, None]
    finally:
        for child in (ours, *others):
            child.kill()
            child.wait()
