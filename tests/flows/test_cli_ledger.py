"""`nightcrew ledger`: on any file, without configuration; results on stdout, the rest on stderr."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli.ledger import app
from loop.ledger.render import HEADER

RUNNER = CliRunner()
GOOD = f"{HEADER}\n\n### 2026-02-11\n" + "".join(
    f"- {name}: said\n"
    for name in (
        *("Trigger", "Impact", "Root Cause", "Fix", "Prevention Rule"),
        *("Evidence", "Commit", "Confidence"),
    )
)


def rote(cycle: int) -> str:
    at = f"2026-02-12T20:0{cycle}:39Z"
    return (
        f"\n### {at} | It broke\n- Date: {at}\n- Trigger: It broke\n- Impact: a\n- Root Cause: b\n"
        f"- Fix: c\n- Prevention Rule: d\n- Evidence: pass_log=logs/20260212-101456-r-cycle-{cycle}.log\n"
        "- Commit: pending\n- Confidence: low\n"
    )


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NIGHTCREW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some").mkdir()
    path = tmp_path / "some" / "INCIDENTS.md"
    path.write_text(GOOD + rote(2) + rote(3))
    return path


def call(*words: str | Path) -> Any:
    return RUNNER.invoke(app, [str(word) for word in words])


def test_compact_shows_and_changes_nothing(ledger: Path) -> None:
    before = ledger.read_bytes()
    done = call("compact", ledger)
    assert done.exit_code == 0 and ledger.read_bytes() == before
    assert "-### 2026-02-12T20:02:39Z | It broke" in done.stdout
    assert "+<!-- nightcrew:folded 2 entries -->" in done.stdout
    assert "nothing was changed" in done.stderr
    assert [path.name for path in ledger.parent.iterdir()] == ["INCIDENTS.md"]


def test_compact_json_is_the_contracts_document(ledger: Path) -> None:
    done = call("compact", ledger, "--json", "--write")
    said = json.loads(done.stdout)
    assert list(said) == ["entries_before", "entries_after", "folded"]
    assert (said["entries_before"], said["entries_after"]) == (3, 2)
    assert list(said["folded"][0]) == ["fingerprint", "entries", "first", "last", "into_line"]
    row = said["folded"][0]
    assert (row["entries"], row["first"]) == (2, "2026-02-12T20:02:39Z")
    assert row["last"] == "2026-02-12T20:03:39Z"
    assert ledger.read_text().splitlines()[row["into_line"] - 1].startswith("### 2026-02-12T20:02")
    again = call("compact", ledger, "--json", "--write")
    assert json.loads(again.stdout)["folded"] == []


def test_a_good_check_removes_the_copy_and_a_bad_one_keeps_it(ledger: Path) -> None:
    copy = ledger.with_name("INCIDENTS.md.nightcrew-backup")
    assert call("compact", ledger, "--write").exit_code == 0 and copy.exists()
    good = ledger.read_text()
    ledger.write_text(good.replace("- Fix: said\n", ""))
    bad = call("check", ledger)
    assert bad.exit_code == 1 and copy.exists()
    assert f"{ledger}:16: missing_field: no Fix" in bad.stdout
    ledger.write_text(good)
    assert call("check", ledger).exit_code == 0 and not copy.exists()


@pytest.mark.parametrize(
    ("add", "kind"),
    [
        ("\n### 2026-02-13\n- Trigger: x\n", "missing_field"),
        (rote(7).replace("pending", "key sk-ant-api03-" + "Zk4" * 12), "secret"),
        (rote(2) + rote(3), "duplicate"),
        ("\n### 2026-02-13\n<!-- nightcrew:incident inc-x -->\n- Trigger: x\n", "broken_entry"),
        ("\n```\nnot closed\n", "broken_text"),
        ("\n<<<<<<< ours\n", "broken_text"),
    ],
)
def test_check_finds_what_is_wrong(ledger: Path, add: str, kind: str) -> None:
    ledger.write_text(GOOD + add)
    done = call("check", ledger, "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 1 and not said["ok"]
    assert kind in {row["kind"] for row in said["findings"]}
    assert all(list(row) == ["line", "kind", "what", "remedy"] for row in said["findings"])
    assert "Zk4Zk4" not in done.output


def test_check_resolves_a_pending_commit_from_git(ledger: Path) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        done = subprocess.run(["git", "-C", str(ledger.parent), *who, *words], capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    git("init", "-q")
    ledger.write_text(GOOD.replace("- Commit: said", "- Commit: pending"))
    assert call("check", ledger).exit_code == 0  # no commit yet: nothing to resolve it from
    git("add", ".")
    git("commit", "-qm", "Fix what broke")
    done = call("check", ledger)
    assert done.exit_code == 1 and "pending_commit" in done.stdout
    assert git("rev-parse", "HEAD")[:12] in done.stdout and "Fix what broke" in done.stdout
    ledger.write_text(ledger.read_text() + "\n" + GOOD.partition("## Entries\n\n")[2].replace(
        "- Commit: said", "- Commit: pending").replace("2026-02-11", "2026-02-14"))  # fmt: skip
    assert call("check", ledger).stdout.count("pending_commit") == 1  # the new one is in no commit


def test_add_puts_an_entry_at_the_end(ledger: Path) -> None:
    before = ledger.read_bytes()
    done = call("add", ledger, "--trigger", "a\nb", "--fix", "done", "--date", "2026-02-14")
    assert done.exit_code == 0, done.output
    assert ledger.read_bytes().startswith(before)
    added = ledger.read_bytes()[len(before) :].decode()
    assert added.startswith("\n### 2026-02-14 | a b\n- Date: 2026-02-14\n- Trigger: a b\n")
    assert "- Root Cause: pending\n" in added and added.endswith("- Confidence: pending\n")


def test_add_makes_a_ledger_that_check_likes(ledger: Path) -> None:
    new = ledger.with_name("NEW.md")
    assert call("add", new, "--trigger", "x").exit_code == 0
    assert new.read_text().startswith(HEADER) and call("check", new).exit_code == 0


def editor(tmp_path: Path, script: str) -> str:
    path = tmp_path / "editor.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_add_without_options_asks_the_editor(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ledger.read_bytes()
    monkeypatch.setenv(
        "EDITOR", editor(tmp_path, 'sed -i "s/^- Trigger: /- Trigger: I saw it/" "$1"')
    )
    done = call("add", ledger)
    assert done.exit_code == 0, done.output
    added = ledger.read_bytes()[len(before) :].decode()
    assert "- Trigger: I saw it\n" in added and "<!--" not in added


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("true", "empty or unchanged"),
        (': > "$1"', "empty or unchanged"),
        ('echo "not an entry" > "$1"', "not one entry"),
        ("exit 3", "ended with 3"),
        (None, "no editor is set"),
        ('echo "key sk-ant-api03-$(printf Zk4%.0s 1 2 3 4 5 6 7 8 9 10 11 12)" >> "$1"', "secret"),
        ('echo "<!-- nightcrew:incident inc-20260212-00000001 -->" >> "$1"', "own mark"),
    ],
)
def test_add_refuses_what_is_no_entry(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, said: str
) -> None:
    before = ledger.read_bytes()
    if script is not None:
        monkeypatch.setenv("EDITOR", editor(tmp_path, script))
    done = call("add", ledger)
    assert done.exit_code == 1 and said in done.stderr and done.stderr.count("\n") == 1
    assert ledger.read_bytes() == before


@pytest.mark.parametrize("verb", ["check", "compact"])
def test_a_file_that_is_not_there_is_a_usage_error(ledger: Path, verb: str) -> None:
    done = call(verb, ledger.with_name("none.md"))
    assert done.exit_code == 2 and "no such file" in done.stderr and not done.stdout


def test_a_link_that_leads_out_of_the_repository_is_not_followed(ledger: Path) -> None:
    (ledger.parent / ".git").mkdir()
    outside = ledger.parents[1] / "outside.md"
    outside.write_text(GOOD + rote(2) + rote(3))
    link = ledger.with_name("LINK.md")
    link.symlink_to(outside)
    for words in (("compact", link, "--write"), ("add", link, "--trigger", "x")):
        done = call(*words)
        assert done.exit_code == 1 and "not the repository's own" in done.stderr
    assert outside.read_text() == GOOD + rote(2) + rote(3)
