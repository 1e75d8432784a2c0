"""Many questions in one call: what is there, what is not, and contents of any bytes."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from repositories import git, repository

from loop.errors import GitError
from loop.git import Git
from loop.git_facts import blobs_of, ids_of, same_files

FILES = {"a.txt": "1\n", "empty": "", "with space": "no end", "folder/b": "b\n"}


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user", FILES)


def test_each_name_has_its_answer(user):
    names = ("HEAD", "refs/heads/gone", "HEAD:a.txt", "HEAD:no such 12", "HEAD^{tree}", "0" * 40)
    head, gone, blob, missing, tree, nobody = ids_of(Git(user), *names)
    assert (gone, missing, nobody) == (None, None, None)
    assert [head, blob, tree] == git(user, "rev-parse", names[0], names[2], names[4]).split()


def test_contents_come_back_as_they_are(user):
    (user / "bytes").write_bytes(b"\xff\x00\r\n\nHEAD missing\n")
    git(user, "add", "-A")
    git(user, "commit", "-q", "-m", "bytes")
    names = (
        "HEAD:bytes",
        "HEAD:gone",
        "HEAD:empty",
        "HEAD:folder",
        "HEAD:with space",
        "HEAD:a.txt",
    )
    assert blobs_of(Git(user), *names) == [
        b"\xff\x00\r\n\nHEAD missing\n",
        None,
        b"",
        None,
        b"no end",
        b"1\n",
    ]


def test_a_name_with_a_line_break_is_refused(user):
    with pytest.raises(GitError, match="line break"):
        ids_of(Git(user), "HEAD:a\nHEAD")


def test_what_is_not_there_has_no_files_in_common(user):
    assert same_files(Git(user), "HEAD", "main")
    assert not same_files(Git(user), "gone", "gone")
