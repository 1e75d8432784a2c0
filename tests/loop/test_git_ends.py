"""Git calls end in time and ask nobody, whatever stands behind them."""

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from repositories import git, repository

from loop.errors import GitError
from loop.git import Git
from tests.waiting import until_gone


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user")


class Locked(BaseHTTPRequestHandler):
    """A forge that wants a password for everything."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="private"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def forge():
    server = HTTPServer(("127.0.0.1", 0), Locked)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/private.git"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_private_remote_is_an_error_and_no_question(user, forge, monkeypatch):
    asked = user.parent / "asked"
    helper = user.parent / "askpass"
    helper.write_text(f'#!/bin/sh\ntouch "{asked}"\necho secret\n')
    helper.chmod(0o755)
    monkeypatch.setenv("GIT_ASKPASS", str(helper))
    monkeypatch.setenv("SSH_ASKPASS", str(helper))
    git(user, "config", "core.askPass", str(helper))
    git(user, "ls-remote", forge, check=False)
    assert asked.exists()
    asked.unlink()
    begun = time.monotonic()
    with pytest.raises(GitError, match=r"could not read Username|prompts disabled"):
        Git(user, timeout_s=30).fetch_remote(forge, "main")
    assert time.monotonic() - begun < 10
    assert not asked.exists()


def test_a_git_whose_grandchild_holds_the_pipe_is_ended(user, tmp_path, monkeypatch):
    Git(user).run("status")  # what is asked of git once in a process is known now
    folder = tmp_path / "bin"
    folder.mkdir()
    pids = tmp_path / "pids"
    (folder / "git").write_text(
        f"#!/bin/sh\ntrap '' TERM\n(trap '' TERM; sleep 301) &\necho $! $$ > {pids}\nsleep 302\n"
    )
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{Path('/usr/bin')}:{Path('/bin')}")
    begun = time.monotonic()
    with pytest.raises(GitError, match="did not end within 1 s"):
        Git(user, timeout_s=1).run("status")
    assert time.monotonic() - begun < 8
    until_gone(*map(int, pids.read_text().split()))


def test_a_path_is_taken_as_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(repository(tmp_path / "here"))
    for name in ("$HOME", "~", "-dash", "${x} y", "ünï"):
        made = repository(tmp_path / name)
        assert Git(made).run("rev-parse", "--show-toplevel") == str(made)


def test_ctrl_c_ends_no_git_that_has_not_left_our_session_yet(user, monkeypatch):
    # The shell that stands for git has the signals that git would have from its first moment on.
    shim = user.parent / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text('#!/bin/sh\nkill -INT $$\necho "git version 2.50.0"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(shim.parent), prepend=":")
    assert Git(user).run("version").strip() == "git version 2.50.0"
