"""What the log pages refuse: other files, other names of the machine, anything but reading."""

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.flows.logsite import CYCLE, HEADERS, RUN, SCRIPT, Site, links, running, site

__all__ = ["running", "site"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/logs/nothing", 404, "no such cycle"),
        ("/logs/nothing/x.log", 404, "no such cycle"),
        (f"/logs/{CYCLE}/nothing.log", 404, "has no such log"),
        (f"/logs/{CYCLE}/{SCRIPT}", 404, "no such page"),
        (f"/logs/{CYCLE}/%3Cscript%3E", 404, "has no such log"),
        ("/", 404, "no such page"),
        ("/logs", 404, "no such page"),
        (f"/logs/{CYCLE}/", 404, "no such page"),
        (f"/logs/{CYCLE}/a/b", 404, "no such page"),
        (f"/logs/{CYCLE}/{CYCLE}.log?line=x", 400, "number of a line"),
        (f"/logs/{CYCLE}/{CYCLE}.log?line=-1", 400, "number of a line"),
        (f"/logs/{CYCLE}/{CYCLE}.log?line={'9' * 5000}", 400, "number of a line"),
    ],
)
def test_what_is_not_there_is_said_plainly(site: Site, path: str, status: int, said: str) -> None:
    reply = site.ask(path)
    assert (reply.status, said in reply.text) == (status, True)
    assert "<script" not in reply.text
    assert HEADERS.items() <= reply.headers.items()


def test_a_log_that_was_deleted_is_said(site: Site) -> None:
    (site.logs / f"{CYCLE}.log").unlink()
    reply = site.ask(f"/logs/{CYCLE}/{CYCLE}.log")
    assert (reply.status, f"{CYCLE}.log was deleted." in reply.text) == (404, True)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "..",
            ".",
            "%2e%2e",
            "..%2f..%2fsecret",
            "../../secret",
            "..%5csecret",
            "%2fetc%2fpasswd",
        ),
        *(
            "secret",
            f"{RUN}%2fsecret.log",
            f"{CYCLE}.log%00",
            f"{CYCLE}.log%0a",
            "%ff%fe",
            "x" * 5000,
        ),
        *("another-cycle-1.log", f"{CYCLE}-link.log", f"{CYCLE}-folder.log", f"{CYCLE}-pipe.log"),
        *(f"{CYCLE}.log.tail", "nightcrew.db", "..%2fnightcrew.db"),
    ],
)
def test_nothing_but_the_cycles_own_logs_is_given(site: Site, name: str) -> None:
    for place in (site.folder / "secret", site.logs / "secret", site.logs / "another-cycle-1.log"):
        place.write_text("SECRET")
    site.write(f"{RUN}/secret.log", "SECRET")
    site.write(f"{CYCLE}.log.tail", "SECRET")
    (site.logs / f"{CYCLE}-link.log").symlink_to(site.folder / "secret")
    (site.logs / f"{CYCLE}-folder.log").mkdir()
    os.mkfifo(site.logs / f"{CYCLE}-pipe.log")
    for query in ("", "?raw=1"):
        reply = site.ask(f"/logs/{CYCLE}/{name}{query}")
        assert reply.status in (400, 404)
        assert "SECRET" not in reply.text
    listed = {Path(link.partition("?")[0]).name for link in links(site.ask(f"/logs/{CYCLE}"))}
    assert {name for name in listed if "log" in name} == {f"{CYCLE}.log", f"{CYCLE}-attempt-2.log"}


def test_a_link_put_in_the_place_of_a_recorded_log_is_not_followed(site: Site) -> None:
    (site.folder / "secret").write_text("SECRET")
    (site.logs / f"{CYCLE}.log").unlink()
    (site.logs / f"{CYCLE}.log").symlink_to(site.folder / "secret")
    for query in ("", "?raw=1", "?at=cause"):
        reply = site.ask(f"/logs/{CYCLE}/{CYCLE}.log{query}")
        assert (reply.status, "SECRET" in reply.text) == (404, False)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:1", "localhost", "LOCALHOST:4200", "[::1]", "[::1]:4200"]
)
def test_a_name_of_this_machine_is_answered(site: Site, host: str) -> None:
    assert site.ask(f"/logs/{CYCLE}", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:4200", "127.0.0.1.evil.example", "localhost.evil.example"),
        *("127.0.0.1@evil.example", "[::1].evil.example", "0.0.0.0", "192.168.1.1", "::1", "[::2]"),
        *("127.0.0.1:", "127.0.0.1:x", "127.0.0.1, evil.example", " "),
    ],
)
def test_any_other_name_is_refused(site: Site, host: str) -> None:
    reply = site.ask(f"/logs/{CYCLE}", host=host)
    assert reply.status in (400, 403)
    assert CYCLE not in reply.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_pages_can_only_be_read(site: Site, method: str) -> None:
    reply = site.ask(f"/logs/{CYCLE}", method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")
    assert HEADERS.items() <= reply.headers.items()


def test_a_head_has_no_body(site: Site) -> None:
    reply = site.ask(f"/logs/{CYCLE}", method="HEAD")
    assert (reply.status, reply.raw) == (200, b"")
    assert HEADERS.items() <= reply.headers.items()


@pytest.mark.parametrize(
    ("path", "host"),
    [
        (f"/logs/{CYCLE}", None),
        (f"/logs/{CYCLE}/{CYCLE}.log", None),
        (f"/logs/{CYCLE}/{CYCLE}.log?raw=1", None),
        (f"/logs/{CYCLE}", "evil.example"),
    ],
)
def test_a_browser_may_do_nothing_with_an_answer_but_show_it(
    site: Site, path: str, host: str | None
) -> None:
    reply = site.ask(path, host=host)
    assert HEADERS.items() <= reply.headers.items()
    if reply.headers["content-type"].startswith("text/html"):
        assert not re.search(r"<script|\bsrc=|<link|@import|url\(|https?://", reply.text)


def test_a_socket_is_refused(site: Site) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    headers = [(b"host", b"127.0.0.1")]
    scope = {"type": "websocket", "path": f"/logs/{CYCLE}", "headers": headers}
    asyncio.run(site.pages(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_store_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    broken = Site(tmp_path)
    broken.store.close()
    for path in tmp_path.glob("nightcrew.db*"):
        path.unlink()
    (tmp_path / "nightcrew.db").write_bytes(b"no database at all" * 1000)
    reply = broken.ask(f"/logs/{CYCLE}")
    broken.close()
    assert (reply.status, "nightcrew.db" in reply.text) == (503, True)
    assert HEADERS.items() <= reply.headers.items()
