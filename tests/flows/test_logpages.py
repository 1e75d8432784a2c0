"""What the log pages show of a cycle and of its logs."""

import re
from urllib.parse import urljoin

from flows.logpages import cycle_url, log_url
from flows.logpages.endpoints import PAGE_BYTES, PAGE_LINES
from policies.failure import CycleOutcome
from tests.flows.logsite import CYCLE, RUN, Site, a_failure, links, running, shown, site

__all__ = ["running", "site"]


def test_a_cycle_shows_its_end_its_cause_and_its_logs(site: Site) -> None:
    reply = site.ask(f"/logs/{CYCLE}")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert (
        '<span class="outcome failed">failed</span>: usage_limit: usage limit &lt;scr' in reply.text
    )
    assert "<dt>reason</dt><dd>gave up &lt;script&gt;" in reply.text
    assert f'<a href="./{CYCLE}/{CYCLE}.log?line=2502#L2512">2512</a>' in reply.text
    assert "<span>stream error</span>" in reply.text
    assert "<li>wait until 05:45</li>" in reply.text
    assert "maintain, attempt 1: exit 1 after 1 min 12 s" in reply.text
    assert f"./{CYCLE}/{CYCLE}.log?at=cause" in links(reply)
    assert f"./{CYCLE}/{CYCLE}-attempt-2.log?at=cause" not in links(reply)
    assert f"<code>nightcrew rerun {CYCLE}</code>" in reply.text


def test_every_link_of_a_page_leads_somewhere(site: Site) -> None:
    site.save(rerun_of=None)
    site.store.save_cycle(site.save().evolve(cycle="again-cycle-1", rerun_of=CYCLE))
    seen, todo = set(), [f"/logs/{CYCLE}"]
    while todo:
        at = todo.pop()
        reply = site.ask(at)
        assert reply.status == 200, at
        seen.add(at)
        new = {_joined(at, link) for link in links(reply)} - seen
        todo += sorted(new - set(todo))
    assert f"/logs/{CYCLE}/{CYCLE}.log?line=2001" in seen
    assert "/logs/again-cycle-1" in seen


def _joined(at: str, link: str) -> str:
    return urljoin(at, link).partition("#")[0]


def test_lineage_is_linked_both_ways(site: Site) -> None:
    record = site.save(rerun_of="before-cycle-1")
    site.store.save_cycle(record.evolve(cycle="after-cycle-1", rerun_of=CYCLE))
    text = site.ask(f"/logs/{CYCLE}").text
    assert '<dt>rerun of</dt><dd><a href="./before-cycle-1">before-cycle-1</a></dd>' in text
    assert '<dt>run again as</dt><dd><a href="./after-cycle-1">after-cycle-1</a> (failed)' in text


def test_a_log_is_turned_page_by_page(site: Site) -> None:
    at = f"/logs/{CYCLE}/{CYCLE}.log"
    first = site.ask(at)
    assert list(shown(first)) == list(range(1, PAGE_LINES + 1))
    assert shown(first)[1] == "line 1"
    assert "lines 1–2000 of 5000" in first.text
    turns = {"?line=2001", "?line=3001", "?at=cause#L2512", "?raw=1"}
    assert set(links(first)) == {f".././{CYCLE}", *turns}
    second = site.ask(f"{at}?line=2001")
    assert list(shown(second)) == list(range(2001, 4001))
    assert {"?line=1", "?line=4001", "?line=3001"} <= set(links(second))
    last = site.ask(f"{at}?line=4001")
    assert list(shown(last)) == list(range(4001, 5001))
    assert "?line=2001" in links(last) and "?line=5001" not in links(last)
    assert list(shown(site.ask(f"{at}?line=99999"))) == list(range(3001, 5001))


def test_a_log_opens_at_its_cause_and_marks_it(site: Site) -> None:
    reply = site.ask(f"/logs/{CYCLE}/{CYCLE}.log?at=cause")
    assert next(iter(shown(reply))) == 2502
    assert shown(reply)[2512] == "ERROR: usage limit &lt;script&gt;alert(1)&lt;/script&gt;"
    assert re.findall(r'id="L(\d+)" class="cause"', reply.text) == ["2512"]
    start = site.ask(f"/logs/{CYCLE}/{CYCLE}.log")
    assert re.findall(r'id="L(\d+)" class="cause"', start.text) == ["7"]


def test_a_log_without_a_cause_opens_at_its_end(site: Site) -> None:
    site.write(f"{CYCLE}-attempt-2.log", "x\n" * 3000)
    reply = site.ask(f"/logs/{CYCLE}/{CYCLE}-attempt-2.log?at=cause")
    assert list(shown(reply)) == list(range(1001, 3001))
    assert 'class="cause"' not in reply.text


def test_a_checks_log_is_shown_with_the_cause_in_it(site: Site) -> None:
    name = f"{CYCLE}-check-pytest-change.log"
    site.write(f"{RUN}/{name}", "ok\nE   assert 1 == 2\n")
    site.write(f"{RUN}/summary.json", "{}")
    failure = a_failure(lines=("E   assert 1 == 2",), line_numbers=(2,))
    site.save(failure=failure, attempts=(site.attempt(1),))
    cycle = site.ask(f"/logs/{CYCLE}")
    assert f"./{CYCLE}/{name}?line=1#L2" in links(cycle)
    assert "Logs of setup and checks" in cycle.text and "summary.json" not in cycle.text
    assert 'id="L2" class="cause"' in site.ask(f"/logs/{CYCLE}/{name}?at=cause").text


def test_what_a_log_says_stays_text(site: Site) -> None:
    site.write(
        f"{CYCLE}-attempt-2.log",
        b"<img src=x onerror=alert(1)>\n\x1b]0;title\x07\x1b[2Jcleared\n\"quoted' &amp; {{ 7*7 }}\n\xff\n",
    )
    assert list(shown(site.ask(f"/logs/{CYCLE}/{CYCLE}-attempt-2.log")).values()) == [
        "&lt;img src=x onerror=alert(1)&gt;",
        "cleared",
        "&#34;quoted&#39; &amp;amp; {{ 7*7 }}",
        "\N{REPLACEMENT CHARACTER}",
    ]
    for path in (f"/logs/{CYCLE}", f"/logs/{CYCLE}/{CYCLE}.log?at=cause"):
        text = site.ask(path).text
        assert "<script" not in text and "\x1b" not in text


def test_a_line_without_end_is_cut_and_said(site: Site) -> None:
    site.write(f"{CYCLE}-attempt-2.log", b"head\n" + b"x" * (20 << 20) + b"\ntail\n")
    reply = site.ask(f"/logs/{CYCLE}/{CYCLE}-attempt-2.log")
    assert [text[:6] for text in shown(reply).values()] == ["head", "xxxxxx", "tail"]
    assert f"<i>[cut: {(20 << 20) - 4000} bytes more]</i>" in reply.text
    assert len(reply.raw) < 20_000


def test_a_page_of_long_lines_is_shorter(site: Site) -> None:
    site.write(f"{CYCLE}-attempt-2.log", ("x" * 3999 + "\n") * 1000)
    at = f"/logs/{CYCLE}/{CYCLE}-attempt-2.log"
    reply = site.ask(at)
    count = len(shown(reply))
    assert count == PAGE_BYTES // 3999
    assert f"?line={count + 1}" in links(reply)
    assert next(iter(shown(site.ask(f"{at}?line={count + 1}")))) == count + 1


def test_the_plain_text_is_what_is_on_disk(site: Site) -> None:
    data = b"<b>\x1b[31m\xff\n" * 100_000
    path = site.write(f"{CYCLE}-attempt-2.log", data)
    reply = site.ask(f"/logs/{CYCLE}/{path.name}?raw=1")
    assert reply.raw == data
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    head = site.ask(f"/logs/{CYCLE}/{path.name}?raw=1", method="HEAD")
    assert (head.status, head.raw) == (200, b"")


def test_a_running_cycle_says_so_and_shows_what_there_is(site: Site) -> None:
    site.save(outcome=CycleOutcome.RUNNING, finished=None, failure=None, attempts=(), reason="")
    for path in (f"/logs/{CYCLE}", f"/logs/{CYCLE}/{CYCLE}.log"):
        assert "This cycle is running" in site.ask(path).text
    with (site.logs / f"{CYCLE}.log").open("a") as file:
        file.write("newest")
    assert shown(site.ask(f"/logs/{CYCLE}/{CYCLE}.log?line=9999"))[5001] == "newest"
    site.write(f"{CYCLE}.log", "")
    assert "This log is empty so far." in site.ask(f"/logs/{CYCLE}/{CYCLE}.log").text


def test_a_cycle_without_logs_says_why(site: Site) -> None:
    (site.logs / f"{CYCLE}-attempt-2.log").unlink()
    assert f'<code>{CYCLE}-attempt-2.log</code> <span class="soft">was deleted' in (
        site.ask(f"/logs/{CYCLE}").text
    )
    site.store.save_cycle(
        site.save().evolve(cycle="idle-cycle-1", outcome=CycleOutcome.POSTPONED, attempts=())
    )
    text = site.ask("/logs/idle-cycle-1").text
    assert "no agent was started." in text and "nightcrew rerun" not in text


def test_addresses_are_quoted() -> None:
    base = "http://127.0.0.1:4200/nightcrew/"
    assert cycle_url(base, CYCLE) == f"http://127.0.0.1:4200/nightcrew/logs/{CYCLE}"
    assert log_url(base, "a/b", "c d?#%.log").endswith("/nightcrew/logs/a%2Fb/c%20d%3F%23%25.log")


def test_an_address_opens_what_it_names(site: Site) -> None:
    path = log_url("", CYCLE, f"{CYCLE}.log")
    assert shown(site.ask(path))[1] == "line 1"
    assert site.ask(cycle_url("", CYCLE)).status == 200
