"""The guard against a server that looks healthy and schedules nothing.

Seen with newer fastapi (the server dies at import) and sqlalchemy 2.1 (no run is ever created).
"""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from prefect_server import COMMAND, Served

pytestmark = [pytest.mark.prefect, pytest.mark.slow]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    server = Served(tmp_path_factory.mktemp("home"))
    yield server
    assert server.stop() == 0


def test_serve_says_where(served):
    assert served.said.startswith(f"serving http://127.0.0.1:{served.port}"), served.said


def test_its_pages_ask_this_server(served):
    with urllib.request.urlopen(
        f"http://127.0.0.1:{served.port}/ui-settings", timeout=60
    ) as answer:
        assert json.load(answer)["api_url"] == served.api


def test_a_second_serve_refuses(served):
    second = subprocess.run(
        [*COMMAND, "serve"], env=served.env, capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 2
    assert f"already served at http://127.0.0.1:{served.port}" in second.stderr


def test_a_cron_gets_scheduled_runs(served):
    flow = served.post("/flows/", {"name": "cycle"})
    deployed = served.post(
        "/deployments/",
        {
            "name": "guard",
            "flow_id": flow["id"],
            "entrypoint": "flows/cycle.py:cycle_flow",
            "schedules": [
                {"schedule": {"cron": "0 2 * * *", "timezone": "Europe/Berlin"}, "active": True}
            ],
        },
    )
    wanted = {
        "deployments": {"id": {"any_": [deployed["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    runs = served.until("/flow_runs/filter", wanted, lambda answer: len(answer) > 0)
    assert all(run["state"]["type"] == "SCHEDULED" for run in runs)
    assert all(run["deployment_id"] == deployed["id"] for run in runs)
