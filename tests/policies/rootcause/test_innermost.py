"""A connection that failed is told with the innermost reason that the log states, however it is wrapped."""

import pytest

from policies.rootcause import Hints, diagnose
from tests.policies.events.told import NOW, SIGNATURES, json_line

WHY = {
    "name": ("getaddrinfo ENOTFOUND api.example", "ENOTFOUND"),
    "refused": ("connect ECONNREFUSED 127.0.0.1:9", "ECONNREFUSED"),
    "certificate": ("self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT"),
    "reset": ("read ECONNRESET", "ECONNRESET"),
    "closed": ("peer closed connection without sending complete message body", "IncompleteRead"),
}


def python(said, code):
    return f"""\
Traceback (most recent call last):
  File "/x/transport.py", line 3, in send
    yield
wire.ConnectError: {said}

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/x/client.py", line 9, in ask
    raise APIConnectionError() from err
openai.APIConnectionError: Connection error.
"""


def node(said, code):
    return f"""\
Error: Connection error.
    at ask (file:///x/client.mjs:3:1) {{
  [cause]: TypeError: fetch failed
      at send (node:internal/x:1:2) {{
    [cause]: Error: {said}
        at look (node:dns:1:2) {{
      code: '{code}'
    }}
  }}
}}
"""


def told_below(said, code):
    return f"Error: APIError: Connection error.\n  cause: {said}\n"


def event(said, code):
    error = {"message": "Connection error.", "cause": {"code": code}}
    start = {"type": "session.start", "session_id": "s"}
    return "\n".join(map(json_line, (start, {"type": "error", "session_id": "s", "error": error})))


def cause(text, agent=None):
    return diagnose(text.splitlines(), Hints(agent=agent, exit_code=1, now=NOW), SIGNATURES)


@pytest.mark.parametrize("form", [python, node, told_below, event])
def test_each_wrapped_reason_is_a_cause_of_its_own(form):
    agent = "generic" if form is event else None
    found = {why: cause(form(*said), agent) for why, said in WHY.items()}
    assert len({each.fingerprint for each in found.values()}) == len(WHY)
    for why, each in found.items():
        assert each.failure_class == "network"
        assert any(said in each.summary for said in WHY[why])
        again = form(*WHY[why]).replace("api.example", "b.example").replace(":9", ":10")
        assert cause(again, agent).fingerprint == each.fingerprint


def test_a_cause_that_states_its_reason_is_told_as_it_stands():
    said = "[cause]: Error: connect ECONNREFUSED 127.0.0.1:9"
    stack = (
        f"Error: lost\n    at ask (file:///x/c.mjs:3:1) {{\n  {said}\n      at x (node:net:1:2)\n"
    )
    assert cause(stack).summary == said
    stack += "      {\n    errno: -111,\n    code: 'ECONNREFUSED'\n  }\n}\n"
    assert cause(stack).summary in (said, said.removeprefix("[cause]: Error: "))


@pytest.mark.parametrize(
    "text",
    [
        f"{node(*WHY['name'])}Thinking.\nError: APIError: Connection error.\n",
        "WARNING: prices: Connection refused\nError: APIError: Connection error.\n",
    ],
)
def test_what_stands_outside_the_chain_is_another_matter(text):
    assert cause(text).fingerprint == cause("Error: APIError: Connection error.").fingerprint


def test_go_says_that_a_name_is_unknown():
    said = 'Error: Post "https://api.example/v1": dial tcp: lookup api.example: no such host'
    assert cause(said).failure_class == "network"
