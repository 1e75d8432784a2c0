"""A new file is written whole, and never over another."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loop.errors import NightcrewError
from loop.whole import create


def test_a_file_is_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    create(tmp_path / "a.toml", "grüße\n")
    assert (tmp_path / "a.toml").read_text("utf-8") == "grüße\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


def test_of_many_writers_one_wins_and_the_file_is_its_own(tmp_path: Path) -> None:
    def write(n: int) -> bool:
        try:
            create(tmp_path / "a", f"{n}" * 100_000)
        except NightcrewError as refused:
            assert "already there" in str(refused)
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1
    text = (tmp_path / "a").read_text()
    assert len(text) == 100_000 and len(set(text)) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NightcrewError, match=r"cannot be written: .*make the folder writable"):
        create(tmp_path / "file" / "a", "")
