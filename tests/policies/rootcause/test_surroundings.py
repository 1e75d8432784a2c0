"""Failures that lie in what surrounds the code: networks, quotas, devices, services, clusters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

FETCH = (
    "Collecting frob\n"
    "  Retrying (Retry(total=0, connect=None)) after connection broken by 'Reset': /simple/frob/\n"
    "  Could not fetch URL https://pypi.example/simple/frob/: There was a problem confirming the ssl "
    "certificate: HTTPSConnectionPool(host='pypi.example', port=443): Max retries exceeded (Caused by {}) "
    "- skipping\n"
    "  Could not find a version that satisfies the requirement frob (from versions: )\n"
    "No matching distribution found for frob"
)
NO_SSL = 'SSLError("Can\'t connect to HTTPS URL because the SSL module is not available.")'
QUOTA = "Quota 'FROBS' exceeded.  Limit: 29.0 in region north1."
PLACE = '\n  on main.tf line 1, in resource "frob_instance" "default":\n'

CASES = [
    (FETCH.format("SSLError('bad handshake')"), "network", "Could not fetch URL", ""),
    (FETCH.format(NO_SSL), "missing_dependency", "Could not fetch URL", ""),
    (
        "CondaHTTPError: HTTP 000 CONNECTION FAILED for url <https://frob.example/repodata.json>\n"
        "Elapsed: -\n\nAn HTTP error occurred when trying to retrieve this URL.\n"
        f"SSLError(MaxRetryError('Max retries exceeded with url: /x (Caused by {NO_SSL})'))",
        "missing_dependency",
        "SSL module is not available",
        "",
    ),
    (f"Error: waiting for instance: {QUOTA}\n{PLACE}", "usage_limit", "Quota 'FROBS'", ""),
    (
        "╷\n│ Error: Error creating instance: googleapi: Error 403: Quota 'FROBS' exceeded., quotaExceeded\n"
        '│ \n│   with frob_instance.default,\n│   on main.tf line 1, in resource "frob_instance":\n╵',
        "usage_limit",
        "Quota 'FROBS'",
        "",
    ),
    (
        "╷\n│ Error: creating Crate: AccessDenied: may not\n│ \n│   with frob_crate.a,\n╵",
        "auth",
        "AccessDenied",
        "",
    ),
    (
        f"=== RUN   TestFrob\n    frob_test.go:89: Step 1/2 error: Error running apply: exit status 1\n"
        f"        \n        Error: waiting for instance: {QUOTA}\n          limit = 29\n"
        "--- FAIL: TestFrob (28.82s)\nFAIL",
        "test_failure",
        "TestFrob: Error: waiting for instance: Quota",
        "go test -run '^TestFrob$' ./...",
    ),
    (
        "emulator: ERROR: AdbHostServer.cpp:102: Unable to connect to adb daemon on port: 5037\n"
        + "[command]/sdk/platform-tools/adb -s emulator-5554 shell getprop sys.boot_completed\n"
        "adb: device offline\n"
        "The process '/usr/local/lib/android/sdk/platform-tools/adb' failed with exit code 1\n" * 3,
        "config_error",
        "device offline",
        "",
    ),
    (
        'Hang tight...\n...Unable to get an update from the "local" chart repository (http://127.0.0.1/charts):\n'
        "\tGet http://127.0.0.1/charts/index.yaml: dial tcp 127.0.0.1:8879: connect: connection refused\n"
        "Update Complete.\nError: UPGRADE FAILED: timed out waiting for the condition",
        "timeout",
        "UPGRADE FAILED: timed out",
        "",
    ),
    (
        "RUNNING: frob-test\nE0428 09:51:24.205454   29091 portforward.go:175] lost connection to pod\n"
        "Error: transport is closing\nfrob-test failed! Capturing logs and cleaning up\n"
        "Error from server (NotFound): the server could not find the requested resource",
        "network",
        "transport is closing",
        "",
    ),
    (
        "Warning  FailedScheduling  12s  default-scheduler  0/3 nodes are available: 3 Insufficient memory.\n"
        "Normal   Pulled            9s   kubelet            Container image is present",
        "config_error",
        "Insufficient memory",
        "",
    ),
    (
        "0/3 nodes are available: 3 Insufficient memory.\nerror: timed out waiting for the condition on pods",
        "config_error",
        "Insufficient memory",
        "",
    ),
    (
        "waiting for postgres\n"
        'createdb: error: connection to server at "127.0.0.1", port 5 failed: FATAL:  the database system is '
        "starting up\nmake: *** [Makefile:12: check] Error 1",
        "network",
        "the database system is starting up",
        "",
    ),
    (
        "mysqladmin: connect to server at 'localhost' failed\n"
        "error: 'Can't connect to local MySQL server through socket '/run/mysqld/mysqld.sock' (2)'\n"
        "Check that mysqld is running and that the socket: '/run/mysqld/mysqld.sock' exists!",
        "network",
        "Can't connect to local MySQL server",
        "",
    ),
    (
        "> node frob.js\n\nnode:internal/process/promises:394\n"
        "    triggerUncaughtException(err, true /* fromPromise */);\n    ^\n\n"
        'page.goto: net::ERR_CONNECTION_REFUSED at http://localhost:1/\nCall log:\n  - navigating to "http://localhost:1/"',
        "network",
        "net::ERR_CONNECTION_REFUSED",
        "",
    ),
    (
        "Error: Error locking state: Error acquiring the state lock: 2 error(s) occurred:\n\n"
        "* ConditionalCheckFailedException: The conditional request failed\n"
        "* unexpected end of JSON input\n\n\n"
        "ln: failed to create symbolic link '/sys/fs/cgroup/frob': Operation not permitted",
        "config_error",
        "Error acquiring the state lock",
        "",
    ),
    (
        "[ERROR] Failed to execute goal on project frob: Could not resolve dependencies for project frob: "
        "Could not transfer artifact org.crate:bsh:jar:2 from/to central (https://r.example): "
        "Transfer failed for https://r.example/b.jar 503 between bytes timeout -> [Help 1]",
        "network",
        "Could not resolve dependencies",
        "",
    ),
    (
        "$ bundle install\n/rubygems/remote_fetcher.rb:331:in `open_uri_or_path': bad response Service "
        "Unavailable 503 (http://gems.example/frob.gemspec.rz) (Gem::RemoteFetcher::FetchError)",
        "network",
        "Service Unavailable 503",
        "bundle install",
    ),
    (
        "/rubygems/remote_fetcher.rb:331:in `open_uri_or_path': bad response Not Found 404 "
        "(http://gems.example/frob.gemspec.rz) (Gem::RemoteFetcher::FetchError)",
        "missing_dependency",
        "Not Found 404",
        "",
    ),
    (
        "Installing crate 4.2.8\nGem::RemoteFetcher::UnknownHostError: timed out\n"
        "(https://gems.example/gems/frob-1.7.1.gem)\nMake sure that `gem install frob -v '1.7.1'` succeeds.",
        "network",
        "UnknownHostError: timed out",
        "",
    ),
    (
        "npm notice Publishing to https://registry.example/\nnpm error code E404\n"
        "npm error 404 Not Found - PUT https://registry.example/frob - Not found\nnpm error 404\n"
        "npm error 404  'frob@0.16.1' is not in this registry.",
        "auth",
        "404 Not Found - PUT",
        "",
    ),
    (
        "##[debug]task result: Failed\n##[error]Script failed with error: ERROR: AADSTS7000215: Invalid "
        "client secret provided. Trace ID: 0063ce14-5ceb-478d-97fc-33a0116a0c00",
        "auth",
        "AADSTS7000215",
        "",
    ),
    (
        "F0524 09:04:15.975416  9945 common.cpp:152] Check failed: error == cudaSuccess (35 vs. 0)  CUDA "
        "driver version is insufficient for CUDA runtime version",
        "missing_dependency",
        "CUDA driver version is insufficient",
        "",
    ),
    (
        "-" * 74 + "\nORTE has lost communication with a remote daemon.\n\n"
        "  HNP daemon   : [[23671,0],0] on node frob-a\n\nThis is usually due to either a failure of the TCP "
        "network\nconnection to the node, or possibly an internal failure of\nthe daemon itself.\n"
        + "-"
        * 74,
        "network",
        "ORTE has lost communication",
        "",
    ),
    (
        "Error: frob: SHA256 mismatch\nExpected: 9a00\n  Actual: ee22",
        "config_error",
        "SHA256 mismatch",
        "",
    ),
    (
        "616 passed\n##[error]Failed to CreateArtifact: Artifact storage quota has been hit.",
        "usage_limit",
        "storage quota has been hit",
        "",
    ),
    (
        "[1/1] Last state: pod failed\n[f81-n0-0] terminated with exit code (137). Reason [Error]. Message:",
        "out_of_memory",
        "exit code (137)",
        "",
    ),
    (
        "Sphinx 'indexer' binary not found, sphinx suite will be skipped\n"
        "Couldn't remove directory '/frob': Permission denied at /usr/share/Find.pm line 511.\n"
        "main.widget 'innodb'    [ pass ]     12\nmain.frob 'innodb'    [ fail ]\n"
        "        Test ended at 2017-08-16 11:14:05\n\nCURRENT_TEST: main.frob\n"
        "mysqltest: At line 5: query 'SELECT 1' failed: 1045: Access denied for user 'frob'\n"
        "Completed: Failed 1/2 tests, 50.00% were successful.",
        "test_failure",
        "main.frob",
        "./mtr main.frob",
    ),
    (
        "[FAILED] Cypress failed to start.\n[FAILED]\n[FAILED] Please refer to the error below.\n[FAILED]\n"
        "[FAILED] [982:0926/135153.2:ERROR:bus.cc(399)] Failed to connect to the bus: Failed to connect to "
        "socket /run/dbus/frob: No such file or directory\nCypress failed to start.",
        "missing_dependency",
        "Cypress failed to start",
        "",
    ),
    (
        "NuGet.targets(97,5): error : Unable to load the service index for source https://f.example/i.json. "
        "[d:\\frob.csproj]\nNuGet.targets(97,5): error :   Response status code does not indicate success: "
        "401 (Unauthorized). [d:\\frob.csproj]",
        "auth",
        "Unable to load the service index",
        "",
    ),
    (
        "/frob.csproj : error NU1301: Unable to load the service index for source https://frob.example/i.json.\n"
        "/frob.csproj : error NU1301:   Response status code does not indicate success: 403 (Forbidden).",
        "auth",
        "NU1301",
        "",
    ),
    (
        "  CDN: trunk URL couldn't be downloaded:\n  https://cdn.example/frob.json Response:\n"
        "[!] CDN: trunk URL couldn't be downloaded: https://cdn.example/frob.json Response: Failure when "
        "receiving data from the peer",
        "network",
        "couldn't be downloaded",
        "",
    ),
    (
        "[!] CDN: trunk URL couldn't be downloaded: https://cdn.example/frob.json Response: 404 Not Found",
        "missing_dependency",
        "couldn't be downloaded",
        "",
    ),
    (
        "The process 'adb' failed with exit code 1\nadb shell getprop sys.boot_completed\n"
        "error: no devices/emulators found\n##[error]Timeout waiting for emulator to boot.",
        "timeout",
        "waiting for emulator to boot",
        "",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_what_surrounds_the_code_is_told(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)


AWAY = "The agent: {} lost communication with the server. Verify the machine is running."


def test_a_lost_agent_is_one_cause_whatever_its_name(cause: Callable[[str], Failure]) -> None:
    names = ("Hosted Frob 5", "Hosted Crate 2019 with Shelf 2")
    assert len({cause(AWAY.format(name)).fingerprint for name in names}) == 1


TOO_LONG = "The job running on runner {} has exceeded the maximum execution time of 360 minutes."


def test_a_job_that_took_too_long_did_on_whatever_runner(cause: Callable[[str], Failure]) -> None:
    runners = ("GitHub Actions 3", "Hosted Agent")
    assert len({cause(TOO_LONG.format(runner)).fingerprint for runner in runners}) == 1


def test_a_server_that_logs_its_start_says_no_cause(cause: Callable[[str], Failure]) -> None:
    started = "2022-06-13 12:09:30.904 UTC [74] FATAL:  the database system is starting up"
    assert "starting up" not in cause(f"{started}\nfrob: cannot read widget").summary
