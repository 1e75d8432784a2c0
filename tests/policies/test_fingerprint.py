"""What varies from run to run leaves a fingerprint as it is; what names the cause changes it."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.failure import FailureClass
from policies.fingerprint import FINGERPRINT_CHARS, fingerprint, normalise

CAUSES = (
    "error: {} while reading the index",
    "connection to upstream lost ({}) in worker",
    "FAILED tests/test_inv.py::test_total - saw {} here",
)
_hex = st.text("0123456789abcdef", min_size=12, max_size=12).filter(
    lambda text: any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
)
_moment = st.integers(0, 2**32).map(lambda second: datetime.fromtimestamp(second, UTC))
_name = st.text(string.ascii_letters, min_size=1, max_size=12)
VARYING = {
    "iso time": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    "clock": st.times().map(lambda time: time.strftime("%H:%M:%S")),
    "compact time": _moment.map("{:%Y%m%dT%H%M%SZ}".format),
    "C's time": _moment.map("{:%a %b %d %H:%M:%S %Y}".format),
    "mail's time": _moment.map("{:%a, %d %b %Y %H:%M:%S GMT}".format),
    "web server's time": _moment.map("[{:%d/%b/%Y:%H:%M:%S} +0000]".format),
    "uuid": st.uuids().map(str),
    "hash": _hex,
    "address": st.integers(0, 2**48).map(hex),
    "pid": st.integers(1, 4_194_304).map("pid {}".format),
    "port": st.integers(1024, 65535).map("127.0.0.1:{}".format),
    "duration": st.integers(0, 99_999).map("{}ms".format),
    "seconds": st.floats(0, 9_999).map("{:.2f}s".format),
    "counter": st.integers(0, 10**9).map(str),
    "cycle": st.integers(1, 999).map("20260212-101456-inventory-cycle-{}".format),
    "cycle number": st.integers(1, 999).map("cycle={}".format),
    "request": _hex.map("request id: req_{}".format),
    "path": st.lists(_name, min_size=1, max_size=5).map(
        lambda parts: "/" + "/".join(parts) + "/src/inv.py"
    ),
    "temporary name": _hex.map("tmp{}".format),
    "clock and random": st.text(
        string.ascii_lowercase + string.digits, min_size=8, max_size=13
    ).map("x-1795814507455-{}.json".format),
}


@pytest.mark.parametrize("kind", VARYING)
def test_what_varies_leaves_the_fingerprint_unchanged(kind: str) -> None:
    values = VARYING[kind]

    @given(first=values, second=values, cause=st.sampled_from(CAUSES))
    def holds(first: str, second: str, cause: str) -> None:
        assert normalise(cause.format(first)) == normalise(cause.format(second))

    holds()


@pytest.mark.parametrize(
    "cause",
    [
        "slurmstepd: error: *** JOB {0} ON n{0} CANCELLED AT 2026-05-10T22:50:05 ***",
        "srun: error: gpu{0}: task 3: Out Of Memory",
    ],
)
def test_the_node_that_a_cluster_chose_is_no_cause(cause: str) -> None:
    assert normalise(cause.format("0042")) == normalise(cause.format("97"))


def test_a_hash_that_begins_with_a_letter_is_one_all_the_same() -> None:
    assert normalise("at a00000000000") == normalise("at 00000000000a") == "at <hex>"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FAILED tests/test_a.py::test_x", "FAILED tests/test_a.py::test_y"),
        ("FAILED tests/test_a.py::test_x[1]", "FAILED tests/test_a.py::test_x[2]"),
        ("error[E0308]: mismatched types", "error[E0425]: cannot find value"),
        ("unexpected status 401", "unexpected status 403"),
        ("exit 7 and no output", "exit 9 and no output"),
        ("src/a.c:1:1: error: x", "src/b.c:1:1: error: x"),
        ("a.c:1:1: fatal error: x.h: No such file", "a.c:1:1: fatal error: y.h: No such file"),
        (
            "a.c:1: error: x.h: No such file or directory",
            "b.c:1: error: x.h: No such file or directory",
        ),
        ("ImportError: No module named a", "ImportError: No module named b"),
        ("Cannot find module '../lib/crate'", "Cannot find module '../shelf/crate'"),
        ("ModuleNotFoundError: No module named 'a'", "ModuleNotFoundError: No module named 'b'"),
        ("cannot import name 'a' from 'x' (/o/x.py)", "cannot import name 'b' from 'x' (/o/x.py)"),
        ("class file major version 65", "class file major version 61"),
        ("does not support targeting .NET 6.0", "does not support targeting .NET 10.0"),
    ],
)
def test_what_names_the_cause_stays(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You’ve hit your usage limit.", "You've hit your usage limit."),
        ("ERROR: You've hit your usage limit.", "You've hit your usage limit."),
        ("try again at Nov 24th, 2026 5:45 AM", "try again at Dec 1st, 2026 12:00 PM"),
        ("resets in 3 days 4 hours", "resets in 1 hour 2 minutes"),
        ("/home/a/repo/src/x.py: bad", "C:\\Users\\b\\repo\\src\\x.py: bad"),
        ("/opt/x/bin/ld: no such widget", "c:/tools/bin/ld.exe: no such widget"),
        ("bad file /home//a/x.js", "bad file /home/b/x.js"),
        ("bad file C:\\\\w\\\\x.js", "bad file /home/b/x.js"),
        ("docker: Error response from daemon: no frob", "Error response from daemon: no frob"),
        ("npm ERR! no such widget", "npm error no such widget"),
        ("npm ERR! ModuleNotFoundError: frob", "ModuleNotFoundError: frob"),
        ("[ERROR] stderr: fatal: no widget", "fatal: no widget"),
        ("PHP Fatal error:  no widget", "Fatal error: no widget"),
        ("src/a.c:9:12: error: x", "src/a.c:110:3: error: x"),
        (
            "../go/pkg/mod/ex.org/a@v1.2.3/a.go:9:12: x",
            "/root/go/pkg/mod/ex.org/a@v1.4.0/a.go:9:12: x",
        ),
        ("vendor/ex.org/a/a.go:9:12: x", "/root/go/pkg/mod/ex.org/a@v1.4.0/a.go:9:12: x"),
        ("../node_modules/a/b/a.d.ts:9:1 - x", "node_modules/a/b/a.d.ts:9:1 - x"),
        (
            "build/temp.linux-x86_64-2.7/a.c:429:30: fatal error: frob/f.h: No such file or directory",
            "build/temp.macosx-10.13-x86_64-3.7/a.c:493:10: fatal error: 'frob/f.h' file not found",
        ),
        (
            "D:\\w\\a.c(7): fatal error C1083: Cannot open include file: 'f.h': No such file or directory",
            "src/a.c:7:10: fatal error: f.h: No such file or directory",
        ),
        ("ImportError: No module named frob", "ModuleNotFoundError: No module named 'frob'"),
        ('server at "db" (::1) failed', 'server at "db" (127.0.0.1) failed'),
        ("lost x at ::1:27017", "lost x at ::1:28041"),
        ("lost x at [2001:db8::7f]:27017", "lost x at [fe80::1%eth0]:28041"),
        ("dial tcp [2001:db8:0:1:1:1:1:1]:443: refused", "dial tcp 10.0.0.7:443: refused"),
        ("no answer after 1m2.5s", "no answer after 59m0s"),
        ("no answer after 1h2m", "no answer after 23h59m"),
        ("bad sum " + "a1" * 64, "bad sum " + "b2" * 64),
        ("denied, correlation-id: '1-aa'", "denied, correlation-id: '2-bb'"),
        (
            "no widget in phar:///usr/bin/frob/src/A.php",
            "no widget in phar://c:/frob.phar/src/A.php",
        ),
        ("cannot load file:///srv/a/x.js", "cannot load file:/home/b/x.js"),
        ("./run.sh: line 3: 41 Killed", "/srv/a/run.sh: line 9: 7 Killed"),
        (
            "cannot import name 'crate' from 'shelf' (/opt/a/shelf/__init__.py)",
            "cannot import name 'crate' from 'shelf'",
        ),
        (
            "frob is not set (in target 'A' from project 'P')",
            "frob is not set (in target 'B' from project 'P')",
        ),
        ("Connection refused (0x0000274D/10061)", "Connection refused"),
        ("nginx: [emerg] bind() failed", "[emerg] 7#7: bind() failed"),
        (
            'connection failed: connection to server at "db", port 5432 failed: timeout expired',
            'connection to server at "db", port 5432 failed: timeout expired',
        ),
        ("x509: certificate is old", "tls: failed to verify certificate: x509: certificate is old"),
    ],
)
def test_one_cause_in_two_shapes_is_one(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_class_and_agent_are_part_of_the_identity() -> None:
    cause = "Credit balance is too low"
    ids = {
        fingerprint(FailureClass.USAGE_LIMIT, cause),
        fingerprint(FailureClass.USAGE_LIMIT, cause, "codex"),
        fingerprint(FailureClass.USAGE_LIMIT, cause, "claude"),
        fingerprint(FailureClass.AUTH, cause, "claude"),
    }
    assert len(ids) == 4
    assert all(len(found) == FINGERPRINT_CHARS for found in ids)


@given(st.text())
def test_any_text_is_normalised_once_and_for_all_in_its_shape(text: str) -> None:
    assert "\n" not in normalise(text)
    assert len(fingerprint(FailureClass.UNKNOWN, text)) == FINGERPRINT_CHARS


def test_the_class_that_a_minifier_renamed_is_not_of_the_cause() -> None:
    told = {
        normalise(f"{name}: the shelf is full") for name in ("e [Error]", "tR [Error]", "Error")
    }
    assert len(told) == 1
