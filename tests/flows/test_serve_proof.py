"""A server that schedules nothing is impossible to miss, and one that does speaks to this machine alone."""

import shutil
import signal
import subprocess

import pytest

from tests.flows.nightly import hours_ago
from tests.flows.prefect_server import (
    COMMAND,
    CONNECTS,
    LATER,
    Served,
    environment,
    free_port,
)
from tests.flows.runs import Desk, processes_with

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

FLEET = """
agent = "true"
allow_unsandboxed = true
schedule = "{cron}"
[repositories.r]
path = "r"
"""


def test_a_server_that_looks_healthy_and_schedules_nothing_stops_serve_at_once(tmp_path):
    Desk(tmp_path).repo("r")
    off = {"PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false"}
    served = Served(tmp_path, FLEET.format(cron=hours_ago(1)), **off)
    assert served.process.wait(120) == 1
    assert served.said.startswith(
        "nightcrew: the scheduler makes no runs for r: nothing would happen at night"
    ), served.lines
    assert not processes_with(str(tmp_path))


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_serve_speaks_to_this_machine_alone(tmp_path):
    Desk(tmp_path).repo("r")
    (tmp_path / "nightcrew.toml").write_text(FLEET.format(cron=hours_ago(1)))
    trace = tmp_path / "trace"
    argv = [*CONNECTS, "-o", str(trace), *COMMAND]
    with subprocess.Popen(
        [*argv, "serve", "--port", str(free_port())],
        env=environment(tmp_path, **LATER),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if line.startswith("serving"):
                (ours,) = set(processes_with("\0serve\0")) & set(processes_with(str(tmp_path))) - {
                    process.pid
                }
                subprocess.run(["kill", f"-{int(signal.SIGTERM)}", str(ours)], check=True)
        process.wait(120)
    assert lines[-1] == "stopped\n", lines
    calls = [line for line in trace.read_text("utf-8", "replace").splitlines() if "AF_INET" in line]
    assert calls, "strace saw no call at all"
    assert not [call for call in calls if '"127.0.0.1"' not in call and '"::1"' not in call]
