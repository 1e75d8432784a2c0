"""The log of a child: private, bounded also while it is written, and its last words."""

import os

import pytest

from loop.childlog import LIMIT_BYTES, bound, last_words, open_log


def test_each_start_appends_after_a_line_of_ours(tmp_path):
    log = tmp_path / "new" / "worker.log"
    for word in (b"first\n", b"second\n"):
        handle = open_log(log, "starts prefect")
        os.write(handle, word)
        os.close(handle)
    mark = "# nightcrew starts prefect\n"
    assert log.read_text() == f"{mark}first\n{mark}second\n"
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_long_log_is_turned_over_at_the_start(tmp_path):
    log = tmp_path / "worker.log"
    log.write_bytes(b"x" * (LIMIT_BYTES + 1))
    os.close(open_log(log, "starts"))
    assert log.read_text() == "# nightcrew starts\n"
    assert (tmp_path / "worker.log.1").stat().st_size == LIMIT_BYTES + 1


def test_it_is_bounded_while_it_is_written(tmp_path):
    log = tmp_path / "worker.log"
    handle = open_log(log, "starts")
    for number in range(100):
        os.write(handle, b"%03d " % number + b"x" * 95 + b"\n")
        bound(log, 1000)
        assert log.stat().st_size <= 1100
    os.close(handle)
    assert log.read_bytes().startswith(b"09")
    assert (tmp_path / "worker.log.1").read_bytes().startswith(b"0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["worker.log", "worker.log.1"]


def test_a_log_that_cannot_be_kept_is_let_go(tmp_path):
    log = tmp_path / "worker.log"
    (tmp_path / "worker.log.1").mkdir()
    log.write_bytes(b"x" * 11)
    bound(log, 10)
    assert log.read_bytes() == b""
    bound(tmp_path / "nothere")


SAID_NOTHING = "it said nothing"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", SAID_NOTHING),
        (b"# nightcrew starts prefect\n", SAID_NOTHING),
        (b"before\n# nightcrew starts prefect\n\n", SAID_NOTHING),
        (b"# nightcrew starts prefect\nTraceback\n  bad pool  \n\n", "bad pool"),
        (b"\x1b[31mred\x1b[0m \xff\n", "red \N{REPLACEMENT CHARACTER}"),
        (b"get https://me:hunter2hunter2@host/x", "get https://me:[redacted]@host/x"),
        (b"x" * 100_000, "x" * 199 + "…"),
    ],
)
def test_last_words(tmp_path, text, words):
    log = tmp_path / "log"
    log.write_bytes(text)
    assert last_words(log) == words


def test_no_log_no_words(tmp_path):
    assert last_words(tmp_path / "nothere") == SAID_NOTHING
