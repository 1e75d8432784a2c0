from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.lines import LINE_LIMIT_BYTES
from loop.passlog import PassLog
from policies.redaction import Redactor

ROOT = Path(__file__).resolve().parents[2]


def written(path: Path, chunks: list[bytes], limit_bytes: int = 0) -> tuple[bytes, list[str]]:
    lines: list[str] = []
    log = PassLog(
        path, head="head", limit_bytes=limit_bytes, redactor=Redactor(), on_line=lines.append
    )
    for chunk in chunks:
        log.write(chunk)
    log.close("foot")
    assert log.write_error == ""
    assert list(path.parent.iterdir()) == [path]
    return path.read_bytes(), lines


def test_head_output_foot_in_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "deep" / "a.log"
    text, lines = written(path, [b"one\ntw", b"o\r\n\xff\0three"])
    assert text == b"head\none\ntwo\r\n\xff\0three\nfoot\n"
    assert lines == ["one", "two", "�\0three"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_secret_reaches_the_disk_over_a_seam(tmp_path: Path) -> None:
    text, lines = written(tmp_path / "a.log", [b'{"api_k', b'ey": "abc12', b'3xyz"}\n'])
    assert text == b'head\n{"api_key": "[redacted]"}\nfoot\n'
    assert lines == ['{"api_key": "[redacted]"}']


def test_head_and_foot_are_redacted(tmp_path: Path) -> None:
    log = PassLog(
        tmp_path / "a.log",
        head="run --token abcd1234",
        limit_bytes=0,
        redactor=Redactor(["my-own-value"]),
    )
    log.close("ended my-own-value")
    assert (tmp_path / "a.log").read_text() == "run --token [redacted]\nended [redacted]\n"


def test_each_whole_line_can_be_followed_at_once(tmp_path: Path) -> None:
    log = PassLog(tmp_path / "a.log", head="head", limit_bytes=100, redactor=Redactor())
    log.write(b"now\n")
    assert (tmp_path / "a.log").read_bytes() == b"head\nnow\n"
    log.close("foot")


def test_what_the_limit_cuts_is_counted_and_still_told(tmp_path: Path) -> None:
    rows = [b"line %06d\n" % n for n in range(1000)]
    text, lines = written(
        tmp_path / "a.log", [b"".join(rows[i : i + 7]) for i in range(0, 1000, 7)], 4000
    )
    head, _, rest = text.partition(b"# nightcrew ")
    note, _, tail = rest.partition(b"\n")
    assert head == b"head\n" + b"".join(rows[:250])
    kept = tail.removesuffix(b"foot\n")
    assert kept == b"".join(rows[-len(kept) // 12 :]) and 900 <= len(kept) <= 1000
    cut_lines = 750 - len(kept) // 12
    assert note == b"%d bytes, %d lines cut here: log limit" % (cut_lines * 12, cut_lines)
    assert len(lines) == 1000


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.integers(0, 90), max_size=60).map(lambda sizes: [b"y" * n + b"\n" for n in sizes]),
    st.integers(400, 4000),
)
def test_what_fits_is_whole_and_what_does_not_is_bounded(
    tmp_path_factory: pytest.TempPathFactory, rows: list[bytes], limit_bytes: int
) -> None:
    data = b"".join(rows)
    text, _ = written(tmp_path_factory.mktemp("p") / "a.log", rows, limit_bytes)
    body = text.removeprefix(b"head\n").removesuffix(b"foot\n")
    if len(data) <= limit_bytes:
        assert body == data
    else:
        assert len(body) <= limit_bytes + 100
        assert b"cut here" in body


def test_an_endless_line_is_cut_for_listeners_and_kept_in_the_file(tmp_path: Path) -> None:
    text, lines = written(tmp_path / "a.log", [b"z" * 300_000] * 8 + [b"\nend\n"])
    assert [len(line) for line in lines] == [LINE_LIMIT_BYTES, 3]
    assert len(text) == 2_400_000 + len("head\n\nend\nfoot\n")


def test_after_a_crash_head_and_tail_are_readable(tmp_path: Path) -> None:
    code = """
        import os, sys
        from pathlib import Path
        from loop.passlog import PassLog
        from policies.redaction import Redactor
        log = PassLog(Path(sys.argv[1]), head="head", limit_bytes=4000, redactor=Redactor())
        for n in range(1000): log.write(b"line %06d\\n" % n)
        os._exit(9)
    """
    path = tmp_path / "a.log"
    ours = [sys.executable, "-c", textwrap.dedent(code), str(path)]
    assert subprocess.run(ours, cwd=ROOT, check=False).returncode == 9
    assert path.read_text().startswith("head\nline 000000\n")
    old, new = (path.with_name(path.name + end).read_text() for end in (".tail.1", ".tail"))
    assert (old + new).endswith("line 000998\nline 000999\n")
    assert len(old) + len(new) <= 2000


def test_a_disk_that_takes_no_more_stops_the_log_and_nothing_else(tmp_path: Path) -> None:
    code = """
        import resource, sys
        from pathlib import Path
        from loop.passlog import PassLog
        from policies.redaction import Redactor
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        lines = []
        log = PassLog(Path(sys.argv[1]), head="h", limit_bytes=0, redactor=Redactor(), on_line=lines.append)
        for n in range(10_000): log.write(b"line %06d\\n" % n)
        log.close("foot")
        print(len(lines), log.write_error)
    """
    path = tmp_path / "a.log"
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told == f"10000 File too large: {path}\n"
    assert path.stat().st_size == 50_000


def test_a_log_that_cannot_be_made_is_said_and_lines_are_still_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    lines: list[str] = []
    log = PassLog(
        tmp_path / "file" / "a.log",
        head="h",
        limit_bytes=0,
        redactor=Redactor(),
        on_line=lines.append,
    )
    log.write(b"one\ntwo")
    log.close("foot")
    assert lines == ["one", "two"]
    assert "a.log" in log.write_error


def test_a_context_closes_once(tmp_path: Path) -> None:
    with PassLog(tmp_path / "a.log", head="h", limit_bytes=0, redactor=Redactor()) as log:
        log.write(b"x")
        log.close("foot")
    assert (tmp_path / "a.log").read_text() == "h\nx\nfoot\n"
    with (
        pytest.raises(KeyError),
        PassLog(tmp_path / "b.log", head="h", limit_bytes=0, redactor=Redactor()),
    ):
        raise KeyError
    assert (tmp_path / "b.log").read_text() == "h\n# nightcrew ended by KeyError\n"


PIPE = """
    import os, resource, sys
    from pathlib import Path
    from loop.passlog import PassLog
    from loop.process import Launch, run
    from policies.redaction import Redactor
    from policies.timeouts import Timeouts

    def high_kib():
        return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmHWM"))

    before = high_kib()
    count = [0, 0]
    def on_line(line): count[0] += 1; count[1] += len(line)
    path = Path(sys.argv[1])
    redactor = Redactor(["a-known-value"])
    log = PassLog(path, head="h", limit_bytes=32 << 20, redactor=redactor, on_line=on_line)
    child = Launch((sys.executable, "-I", "-S", "-c", sys.argv[2]), Path("."), dict(os.environ))
    end = run(child, Timeouts(), sink=log.write)
    log.close("foot")
    print(end.exit_code, *count, (high_kib() - before) >> 10, path.stat().st_size >> 20)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads peak memory from /proc")
@pytest.mark.parametrize(
    ("line", "times", "told"),
    [
        ("b'0123456789' * 9 + b'abcdefghi\\n'", 2_000_000, (2_000_000, 198_000_000)),
        ("b'0123456789' * 10", 1_000_000, (1, LINE_LIMIT_BYTES)),
    ],
    ids=["200 MB of lines", "100 MB without a newline"],
)
def test_memory_stays_within_64_mib_above_idle(
    tmp_path: Path, line: str, times: int, told: tuple[int, int]
) -> None:
    rows = f"for _ in range({times // 1000}):\n d = ({line}) * 1000\n"
    child = f"import os\n{rows} while d: d = d[os.write(1, d):]"
    out = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PIPE), str(tmp_path / "a.log"), child],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    code, lines, chars, above_mib, size_mib = map(int, out.split())
    assert (code, lines, chars) == (0, *told)
    assert above_mib <= 64
    assert 31 <= size_mib <= 33
