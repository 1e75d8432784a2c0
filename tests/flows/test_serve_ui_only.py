"""`serve --ui-only`: earlier runs can be looked at without settings, and nothing is scheduled."""

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.flows.prefect_server import Served

pytestmark = [pytest.mark.prefect, pytest.mark.slow]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    server = Served(tmp_path_factory.mktemp("home"), first=True)
    yield server
    assert server.stop() == 0


def test_it_says_where(served):
    assert served.said.startswith(f"serving http://127.0.0.1:{served.port}"), served.said


def test_its_pages_ask_this_server(served):
    with urllib.request.urlopen(
        f"http://127.0.0.1:{served.port}/ui-settings", timeout=60
    ) as answer:
        assert json.load(answer)["api_url"] == served.api


def test_nothing_is_deployed_that_could_start(served):
    assert served.post("/deployments/filter", {}) == []


def test_four_that_write_at_once_all_have_their_turn(served):
    flow = served.post("/flows/", {"name": "crowd"})

    def write(n: int) -> None:
        run = served.post("/flow_runs/", {"flow_id": flow["id"], "state": {"type": "PENDING"}})
        for kind in ("RUNNING", "COMPLETED"):
            said = {"state": {"type": kind}, "force": True}
            assert served.post(f"/flow_runs/{run['id']}/set_state", said)["status"] == "ACCEPT", n

    with ThreadPoolExecutor(4) as crowd:  # a database that is locked would be a 503, and raise
        assert len(list(crowd.map(write, range(40)))) == 40
