"""A page of a log is the same as if all of it were read, at any size and with any bytes."""

import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop import logpage
from loop.logpage import LINE_LIMIT_CHARS, Line, open_log, page

MANY = 1 << 30


def texts(shown: logpage.Page) -> list[str]:
    return [line.text for line in shown.lines]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs") / "x.log"


@given(
    st.lists(st.text("ab\u00e9 ", max_size=4), max_size=30),
    st.booleans(),
    st.integers(1, 40),
    st.integers(1, 12),
    st.integers(1, 9),
)
def test_a_page_is_those_lines_of_the_whole(
    scratch: Path, lines: list[str], ends: bool, first: int, limit: int, block: int
) -> None:
    data = "\n".join(lines) + ("\n" if ends else "")
    scratch.write_text(data, "utf-8")
    every = data.split("\n")[: -1 if data.endswith("\n") or not data else None]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logpage, "BLOCK_BYTES", block)
        shown = page(scratch, first, limit, MANY)
    begin = first if first <= len(every) else max(1, len(every) - limit + 1)
    assert shown.total_lines == len(every)
    assert texts(shown) == every[begin - 1 : begin - 1 + limit]
    assert [line.number for line in shown.lines] == list(range(begin, begin + len(shown.lines)))
    assert shown.has_before is (bool(every) and begin > 1)
    assert shown.has_after is (begin - 1 + limit < len(every))


def test_an_empty_log_has_no_line(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    shown = page(tmp_path / "x", 1, 10, MANY)
    assert (shown.lines, shown.total_lines) == ((), 0)
    assert not shown.has_before and not shown.has_after


def test_what_a_line_shows_is_fit_for_a_screen(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(
        b"\x1b[31mred\x1b[0m\n10%\r50%\rdone\r\n\xff\xfe bytes\n\xe2\x80\xaetxt\0\n\ttab\n"
    )
    assert texts(page(tmp_path / "x", 1, 10, MANY)) == [
        "red",
        "done",
        "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} bytes",
        "txt",
        "\ttab",
    ]


@pytest.mark.parametrize("sign", ["x", "é", "日", "\U0001f600"])
@pytest.mark.parametrize("n", [LINE_LIMIT_CHARS, LINE_LIMIT_CHARS + 1, 50_000])
def test_a_long_line_is_cut_and_says_so(tmp_path: Path, sign: str, n: int) -> None:
    (tmp_path / "x").write_text(f"before\n{sign * n}\nafter", "utf-8")
    shown = page(tmp_path / "x", 1, 10, MANY)
    before, cut, after = shown.lines
    assert (before, after) == (Line(number=1, text="before"), Line(number=3, text="after"))
    assert (cut.number, cut.text) == (2, sign * LINE_LIMIT_CHARS)
    assert 0 <= (n - LINE_LIMIT_CHARS) * len(sign.encode()) - cut.cut_bytes < len(sign.encode())


def test_no_half_character_stands_at_the_cut(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("ab" + "\U0001f600" * 5000, "utf-8")
    assert "\N{REPLACEMENT CHARACTER}" not in page(tmp_path / "x", 1, 1, MANY).lines[0].text


def test_a_page_keeps_its_bytes_and_always_has_a_line(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a" * 600 + "\n" + "b" * 300 + "\n" + "c" * 300 + "\n" + "d\n")
    path = tmp_path / "x"
    assert [len(text) for text in texts(page(path, 1, 10, 1000))] == [600, 300]
    assert [len(text) for text in texts(page(path, 1, 10, 100))] == [600]
    assert texts(page(path, 4, 10, 1000)) == ["d"]
    assert page(path, 1, 10, 100).has_after


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    lines, endless = tmp_path / "lines", tmp_path / "endless"
    with lines.open("wb") as file:
        for _ in range(40):
            file.write(b"0123456789abcde\n" * (1 << 16))
    with endless.open("wb") as file:
        file.write(b"head\n")
        file.truncate(100 << 20)
    tracemalloc.start()
    last = page(lines, 40 << 16, 5, MANY)
    zeros = page(endless, 1, 5, MANY)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert texts(last) == ["0123456789abcde"] and last.total_lines == 40 << 16
    assert texts(zeros)[0] == "head" and zeros.lines[1].cut_bytes > 99 << 20
    assert peak_bytes < 8 << 20


def test_only_a_plain_file_is_opened(tmp_path: Path) -> None:
    true = tmp_path / "true"
    true.write_text("text\n")
    (tmp_path / "link").symlink_to(true)
    os.mkfifo(tmp_path / "pipe")
    with open_log(true) as file:
        assert file.read() == b"text\n"
    for name in ("link", "pipe", ".", "nothing"):
        with pytest.raises(OSError):
            page(tmp_path / name, 1, 1, MANY)
