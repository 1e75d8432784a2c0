"""`serve --ui-only`: earlier runs can be looked at without settings, and nothing is scheduled."""

import json
import urllib.request

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
