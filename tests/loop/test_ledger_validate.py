"""Nothing replaces a ledger that is not proven to be it plus one entry."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from loop.errors import LedgerRefused
from loop.ledger.parse import entry_hash
from loop.ledger.place import identity, replace_file
from loop.ledger.render import HEADER, entry
from loop.ledger.upsert import upsert
from loop.ledger.validate import check_result
from loop.ledger.words import EntryContext
from policies.failure import Confidence, Failure, FailureClass
from policies.records import IncidentRecord

PLACE = Path("INCIDENTS.md")
BEGAN = datetime(2026, 2, 12, 20, 0, 51, tzinfo=UTC)
PEOPLE = f"{HEADER}\n\n### 2026-02-11\n- Trigger: by hand\n".encode()
TAIL = b"\n### 2026-02-13\n- Trigger: by hand, later\n"


def incident(n=1, count=1):
    return IncidentRecord(
        id=f"inc-20260212-{n:08x}",
        repo="repo",
        agent="codex",
        pass_name="maintain",
        count=count,
        failure=Failure(
            failure_class=FailureClass.UNKNOWN,
            summary="it broke",
            fingerprint="f00d",
            confidence=Confidence.LOW,
        ),
        first_seen=BEGAN,
        last_seen=BEGAN,
    )


def with_entry(data, n=1, count=1):
    return upsert(data, incident(n, count), EntryContext())


def check(before, after, n=1, count=1):
    text = entry(incident(n, count), EntryContext()).encode()
    return check_result(PLACE, before, after, text, incident(n).id)


ONE = with_entry(PEOPLE) + TAIL
TWO = with_entry(ONE, 2)
UPDATED = ONE.replace(b"1 failed cycle,", b"2 failed cycles,")


@pytest.mark.parametrize(
    ("before", "after", "n", "count"),
    [
        (b"", with_entry(None), 1, 1),
        (b"\xef\xbb\xbf", with_entry(b"\xef\xbb\xbf"), 1, 1),
        (PEOPLE, with_entry(PEOPLE), 1, 1),
        (PEOPLE.rstrip(), with_entry(PEOPLE.rstrip()), 1, 1),
        (ONE, ONE, 1, 1),
        (ONE, TWO, 2, 1),
        (ONE, UPDATED, 1, 2),
    ],
)
def test_an_entry_added_changed_or_as_it_was_is_sound(before, after, n, count):
    expected = entry_hash(entry(incident(n, count), EntryContext()).encode())
    assert check(before, after, n, count) == expected


@pytest.mark.parametrize(
    ("before", "after", "n", "count"),
    [
        (PEOPLE, b"", 1, 1),
        (PEOPLE, PEOPLE, 1, 1),
        (PEOPLE, with_entry(None), 1, 1),
        (PEOPLE, with_entry(PEOPLE.replace(b"by hand", b"by  hand")), 1, 1),
        (PEOPLE, with_entry(PEOPLE) + b"more\n", 1, 1),
        (PEOPLE, with_entry(PEOPLE + b"more\n"), 1, 1),
        (b"", with_entry(b"something else\n"), 1, 1),
        (ONE, UPDATED[: -len(TAIL)], 1, 2),
        (ONE, UPDATED.replace(b"later", b"never"), 1, 2),
        (ONE, UPDATED.replace(b"# Incidents", b"# incidents"), 1, 2),
        (TWO, with_entry(with_entry(PEOPLE, 1), 2, 2), 2, 2),
        (ONE, UPDATED, 1, 3),
        (b"```\n", b"```\n" + with_entry(PEOPLE), 1, 1),
    ],
)
def test_anything_else_is_refused(before, after, n, count):
    with pytest.raises(LedgerRefused):
        check(before, after, n, count)


def test_an_entry_that_was_only_formatted_is_not_written_again():
    lines = with_entry(PEOPLE).decode().replace(" -->\n", " -->\n\n").replace("\n", "\r\n")
    formatted = lines.encode()
    assert with_entry(formatted) == formatted


def test_a_file_is_replaced_never_written_into(tmp_path):
    path = tmp_path / "INCIDENTS.md"
    path.write_bytes(PEOPLE)
    with path.open("rb") as reader:
        assert replace_file(path, ONE, identity(path))
        assert (reader.read(), path.read_bytes()) == (PEOPLE, ONE)


@pytest.mark.parametrize("saved", [PEOPLE + TAIL, None])
def test_a_file_that_was_saved_or_deleted_meanwhile_is_left_alone(tmp_path, saved):
    path = tmp_path / "INCIDENTS.md"
    path.write_bytes(PEOPLE)
    seen = identity(path)
    path.unlink()
    if saved is not None:
        path.write_bytes(saved)
    assert not replace_file(path, ONE, seen)
    assert (path.read_bytes() if path.exists() else None) == saved
    assert [left.name for left in tmp_path.iterdir()] == ([path.name] if saved else [])
