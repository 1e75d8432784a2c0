"""Finding repositories: what counts, what is passed over, and that it ends."""

from pathlib import Path

from loop.fleet import find_repositories, is_repository


def made(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name / ".git").mkdir(parents=True)


def test_repositories_are_found_and_not_looked_into(tmp_path: Path) -> None:
    made(tmp_path, "b", "a/deep", "b/vendored/inner", ".hidden/x", "node_modules/y", "venv/z")
    found = find_repositories(tmp_path)
    assert found.is_complete
    assert found.repositories == (tmp_path / "a" / "deep", tmp_path / "b")


def test_a_repository_itself_is_found_alone(tmp_path: Path) -> None:
    made(tmp_path, ".", "inner")
    assert find_repositories(tmp_path).repositories == (tmp_path,)


def test_linked_work_trees_and_bare_repositories_count(tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".git").write_text("gitdir: elsewhere")
    for name in ("objects", "refs"):
        (tmp_path / "bare.git" / name).mkdir(parents=True)
    (tmp_path / "bare.git" / "HEAD").write_text("ref: refs/heads/main")
    assert [path.name for path in find_repositories(tmp_path).repositories] == [
        "bare.git",
        "linked",
    ]
    assert not is_repository(tmp_path)


def test_depth_is_bounded_and_links_are_not_followed(tmp_path: Path) -> None:
    made(tmp_path, "1/2/3/4", "1/2/3/too/deep")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [path.name for path in find_repositories(tmp_path).repositories] == ["4"]


def test_no_time_left_is_said(tmp_path: Path) -> None:
    made(tmp_path, "a")
    assert not find_repositories(tmp_path, limit_s=-1).is_complete
