"""A child's end is waited for, and no longer than was asked."""

import subprocess

import pytest

from loop.child_end import has_ended


def cat() -> subprocess.Popen[bytes]:
    """Give a child that lives until its input is closed."""
    return subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("wait_s", [0, 0.05])
def test_a_living_child_has_not_ended(wait_s):
    with cat() as child:
        assert not has_ended(child, wait_s)
        assert child.returncode is None


@pytest.mark.parametrize("wait_s", [None, 60])
def test_the_end_is_seen_and_its_code_kept(wait_s):
    child = subprocess.Popen(["sh", "-c", "sleep 0.05; exit 7"])
    assert has_ended(child, wait_s)
    assert child.returncode == 7
    assert has_ended(child, 0)


def test_the_end_is_seen_where_the_system_cannot_tell_it(monkeypatch):
    monkeypatch.delattr("os.pidfd_open", raising=False)
    child = subprocess.Popen(["sh", "-c", "exit 7"])
    assert has_ended(child, 60)
    with cat() as living:
        assert not has_ended(living, 0.05)
