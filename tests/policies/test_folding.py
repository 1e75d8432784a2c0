"""Which entries are one outage episode: an unbroken series of cycles of one run, in the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.folding import episodes
from policies.ledger_entry import LedgerEntry, canonical, moment_in

RUN = "20260212-101456-repo"


def rote(cycle: int | None, at: str = "2026-02-12T20:01:39Z", **changes: object) -> LedgerEntry:
    log = f"logs/{RUN}-cycle-{cycle}.log" if cycle is not None else "logs/night.log"
    fields = {
        "Date": at,
        "Trigger": "it broke",
        "Root Cause": "non-zero",
        "Fix": "logs kept",
        "Evidence": f"pass_log={log}",
    } | {name: str(value) for name, value in changes.items() if name in ("Fix", "Evidence", "Date")}
    others = {name: value for name, value in changes.items() if name not in fields}
    return LedgerEntry(
        **{  # type: ignore[arg-type]
            "line": 1,
            "text": "",
            "title": f"{at} | it broke",
            "fields": tuple(fields.items()),
            "is_flat": True,
        }
        | others
    )


def places(*entries: LedgerEntry) -> list[tuple[int, ...]]:
    return [episode.places for episode in episodes(entries)]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([rote(2), rote(3), rote(4)], [(0, 1, 2)]),
        ([rote(4), rote(3), rote(2)], [(0, 1, 2)]),  # the newest stands first
        ([rote(2), rote(3), rote(5), rote(6)], [(0, 1), (2, 3)]),
        ([rote(2), rote(4)], []),
        ([rote(2)], []),
        ([rote(2), rote(3, Fix="we bought quota"), rote(4)], []),
        ([rote(2), rote(3, is_flat=False)], []),
        ([rote(2), rote(3, id="inc-20260212-00000001")], []),
        ([rote(2), rote(3, is_folded=True)], []),
        ([rote(2), rote(3, Evidence="a person looked")], []),
        ([rote(2, "2026-02-12"), rote(3, "2026-02-12")], []),  # no clock time: a person's date
        ([rote(2, "2026-02-16T22:55:23Z"), rote(3, "2026-02-17T01:42:47Z")], [(0, 1)]),
        ([rote(None, "2026-02-12T20:00:00Z"), rote(None, "2026-02-12T21:00:00Z")], [(0, 1)]),
        ([rote(None, "2026-02-12T20:00:00Z"), rote(None, "2026-02-13T20:00:00Z")], []),
        ([rote(2, Evidence="ci_fix_log=logs/a.log"), rote(3)], []),
    ],
)
def test_an_episode_is_an_unbroken_series(
    entries: list[LedgerEntry], expected: list[tuple[int, ...]]
) -> None:
    assert places(*entries) == expected


def test_other_runs_are_other_episodes() -> None:
    later = [rote(n, Evidence=f"pass_log=logs/20260216-144104-repo-cycle-{n}.log") for n in (2, 3)]
    assert places(rote(2), rote(3), *later) == [(0, 1), (2, 3)]


def test_an_episode_says_from_when_to_when_and_which_cycles() -> None:
    found = episodes([rote(3, "2026-02-12T20:05:00Z"), rote(2, "2026-02-12T20:01:00Z")])[0]
    assert (found.first, found.last) == (
        moment_in("2026-02-12T20:01:00Z"),
        moment_in("2026-02-12T20:05:00Z"),
    )
    assert found.cycles == (2, 3)
    assert found.logs == (f"logs/{RUN}-cycle-2.log", f"logs/{RUN}-cycle-3.log")


@given(st.lists(st.integers(0, 12), max_size=14))
def test_no_entry_is_in_two_episodes_and_no_cycle_is_skipped(cycles: list[int]) -> None:
    found = episodes([rote(n) for n in cycles])
    taken = [place for episode in found for place in episode.places]
    assert len(taken) == len(set(taken))
    for episode in found:
        numbers = {cycles[place] for place in episode.places}
        assert episode.cycles is not None
        assert numbers == set(range(episode.cycles[0], episode.cycles[1] + 1))


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Prevention rules", "Prevention Rule"),
        ("Fix implemented", "Fix"),
        ("Evidence (commands/logs/tests)", "Evidence"),
        ("Severity", ""),
        ("Lines", None),
    ],
)
def test_a_field_is_known_by_its_names(name: str, field: str | None) -> None:
    assert canonical(name) == field


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-40", "2026-02-30T10:00Z"])
def test_no_moment_is_read_where_none_stands(text: str) -> None:
    assert moment_in(text) is None
