"""Agents that nobody knows, in plain text: how client libraries state that a call failed."""

import pytest

from policies.failure import StopReason
from policies.rootcause import Hints, diagnose
from tests.policies.events.told import NOW, SIGNATURES


def why(text, exit_code=1, **more):
    return diagnose(text.splitlines(), Hints(exit_code=exit_code, now=NOW, **more), SIGNATURES)


@pytest.mark.parametrize(
    ("text", "found", "summary"),
    [
        ("Error code: 401 - {'error': {'message': 'No such key'}}", "auth", "Error code: 401: No such key"),
        ("x: Error code: 500 - {'error': {'message': 'Sorry'}}", "model_error", "x: Error code: 500: Sorry"),
        ("openai.RateLimitError: slower", "rate_limit", "openai.RateLimitError: slower"),
        ("AI_APICallError: Too Many Requests", "rate_limit", "AI_APICallError: Too Many Requests"),
        (
            'Error: 400 {"error":{"message":"prompt is too long: 9"}}',
            "context_length", "Error: 400: prompt is too long: 9",
        ),
        (
            'POST "https://x.example/v1": 529 {"error":{"type":"overloaded_error","message":"Busy"}}',
            "model_error", 'POST "https://x.example/v1": 529: Busy',
        ),
        ('{"status":"error","message":"403 not for this model"}', "auth", "403 not for this model"),
        ("Error: You have run out of credits.", "usage_limit", "Error: You have run out of credits."),
        ("Error: please sign in first", "auth", "Error: please sign in first"),
        ("Please enter your X API key:", "auth", "Please enter your X API key:"),
        ("No response received", "model_error", "No response received"),
        ("Model gave an empty completion", "model_error", "Model gave an empty completion"),
        ("TypeError: terminated", "network", "TypeError: terminated"),
        ("Error: Premature close", "network", "Error: Premature close"),
        ("Error: incomplete chunked read: peer closed connection", "network",
         "Error: incomplete chunked read: peer closed connection"),
        ('Error: Unexpected token \'<\', "<html> <h"... is not valid JSON', "network",
         'Error: Unexpected token \'<\', "<html> <h"... is not valid JSON'),
        ('Error: Unexpected token \'a\', "abc" is not valid JSON', "config_error",
         'Error: Unexpected token \'a\', "abc" is not valid JSON'),
        ("Error: Empty response from API", "model_error", "Error: Empty response from API"),
        ("LLM response contained no usable output", "model_error",
         "LLM response contained no usable output"),
        ("✖ Invalid JSON response", "model_error", "✖ Invalid JSON response"),
        ("Gave up after 3 tries: JSON Parse error: Unterminated string", "model_error",
         "Gave up after 3 tries: JSON Parse error: Unterminated string"),
        ("Error: the shelf's access has been disabled for you", "auth",
         "Error: the shelf's access has been disabled for you"),
        ("Execution failed: XAPIError: 400 400 Bad Request", "model_error",
         "Execution failed: XAPIError: 400 400 Bad Request"),
        ("Request failed with status: 400 Bad Request. Message: messages: blocks must not be empty",
         "model_error",
         "Request failed with status: 400 Bad Request. Message: messages: blocks must not be empty"),
        ("Error: no sandbox is available!", "sandbox_permission", "Error: no sandbox is available!"),
        ("Error: program was killed: program experienced a panic", "signal_crash",
         "Error: program was killed: program experienced a panic"),
        ("level=ERROR service=x error=AI_APICallError: Item 'a' stands alone", "model_error",
         "level=ERROR service=x error=AI_APICallError: Item 'a' stands alone"),
        ("XModelNotFoundError: y", "model_error", "XModelNotFoundError: y"),
        ("Error: API error: Request failed with status code 404", "model_error",
         "Error: API error: Request failed with status code 404"),
        ("API error: Cannot read properties of undefined (reading 'x')", "model_error",
         "API error: Cannot read properties of undefined (reading 'x')"),
        ("Error: Unsupported value: 'speed' does not support 9 with this model.", "model_error",
         "Error: Unsupported value: 'speed' does not support 9 with this model."),
        ("Error: no shelf. Pass one or set provider API keys in the environment.", "auth",
         "Error: no shelf. Pass one or set provider API keys in the environment."),
        ("Error: Missing required environment variable(s): SHED_API_KEY", "auth",
         "Error: Missing required environment variable(s): SHED_API_KEY"),
        ('{"error": {"message": "Incorrect API key provided: abc. You may look for a key\n'
         'of yours at https://x.example.", "type": "invalid_request_error", "code": \n'
         '"invalid_api_key"}}', "auth",
         "Incorrect API key provided: abc. You may look for a key of yours at https://x.example."),
        ("❌ Failed to determine the newest one\nPlease check your internet connection", "network",
         "❌ Failed to determine the newest one"),
        ("✕ [Error: Quota exceeded for quota metric 'a' and limit 'b']", "rate_limit",
         "✕ [Error: Quota exceeded for quota metric 'a' and limit 'b']"),
        ("ERROR: MCP server for `x` failed to start: request timed out\n"
         "ERROR: exceeded retry limit, last status: 401 Unauthorized", "auth",
         "ERROR: exceeded retry limit, last status: 401 Unauthorized"),
        ('Error: the prompt is missing\n{"status":"error","error_message":"Script exited with code 1"}',
         "unknown", "Error: the prompt is missing"),
        ("stream error: at capacity, try later; retrying 5/5 in 3s", "model_error",
         "stream error: at capacity, try later; retrying 5/5 in 3s"),
        (" " * 150 + "Ran into this error: Request failed: Request failed with status: 404 Not Found",
         "model_error", "Ran into this error: Request failed: Request failed with status: 404 Not Found"),
        ("12:01:02 - shed:ERROR: loop.py:365 - [Controller ab] Error while it ran (session: ab): "
         "litellm.AuthenticationError: AuthenticationError: XException - Not yours", "auth",
         "- shed:ERROR: loop.py:365 - [Controller ab] Error while it ran (session: ab): "
         "litellm.AuthenticationError: AuthenticationError: XException - Not yours"),
        (' ✘ Call failed: {"message":"You have no quota","code":"x"} (Request', "usage_limit",
         "✘ Call failed: You have no quota"),
        ('Error: Shed error: {"type":"error","error":{"message":"The usage limit has been reached"}}',
         "usage_limit", "Error: Shed error: The usage limit has been reached"),
        ('Error: HTTP 错误！状态：400，响应：{"error":{"message":"Bad"}}', "model_error",
         "Error: HTTP 错误！状态：400，响应: Bad"),
        ("litellm.RateLimitError: X - b'[{\\n \"error\": {\\n \"message\": \"Gone\"\\n}\\n}]'", "rate_limit",
         "litellm.RateLimitError: X: Gone"),
    ],
)  # fmt: skip
def test_a_failed_call_is_told_in_the_providers_words(text, found, summary):
    cause = why(f"Looking around.\n{text}\n")
    assert (cause.failure_class, cause.summary) == (found, summary)
    at = next((n for n, line in enumerate(text.split("\n")) if line == cause.lines[0]), 0)
    assert cause.line_numbers[0] == 2 + at


WRAPPED = """\
· ERROR    Error code: 404 - {'error': {'message': 'The model `small-one` does
           not exist or you do not have access to it.', 'type': 'x', 'param':
           None, 'code': 'model_not_found'}}
"""
BOXED = """\
╭───────────────────── Traceback (most recent call last) ──────────────────────╮
│ /x/agent.py:3 in main                                                        │
╰──────────────────────────────────────────────────────────────────────────────╯
SettingsError: the file of settings at /home/someone/.config/agent/settings.toml
could not be read because its second line is not a table
"""
FRAMED = """\
╭─ Error ──────────────────────────────────────────────────────────────────────╮
│ litellm.AuthenticationError: XException - the key that was given is not known │
│ to the provider                                                              │
╰──────────────────────────────────────────────────────────────────────────────╯
"""
PRINTED = """\
Error: {
  "error": {
    "message": "429 Rate limit reached for the model",
    "retryable": false
  }
}
"""
DOCUMENT = """\
{
  "response": null,
  "error": {
    "type": "ApiError",
    "message": "Quota exceeded for the day",
    "code": 429
  }
}
"""


@pytest.mark.parametrize(
    ("text", "summary", "line"),
    [
        (WRAPPED, "The model `small-one` does not exist or you do not have access to it.", 1),
        (BOXED, "settings.toml could not be read because its second line is not a table", 4),
        (FRAMED, "the key that was given is not known to the provider", 2),
        (PRINTED, "Error: 429 Rate limit reached for the model", 1),
        (DOCUMENT, "Quota exceeded for the day", 5),
    ],
)
def test_what_stands_on_several_lines_is_one_statement(text, summary, line):
    cause = why(text)
    assert cause.summary.endswith(summary)
    assert cause.line_numbers[0] == line


BELOW = """\
Error: API error from shed (model: small-one): backend error
  status: {status}
  reason: {reason}
  request_id: N/A
"""


@pytest.mark.parametrize(
    ("status", "reason", "found", "ending"),
    [
        ("400 Bad Request", "Bad Request", "model_error", "backend error (Bad Request)"),
        ("401 Unauthorized", "N/A", "auth", "backend error"),
        ("N/A", "Network error", "network", "backend error (Network error)"),
    ],
)
def test_fields_below_an_error_tell_its_status_and_reason(status, reason, found, ending):
    cause = why(BELOW.format(status=status, reason=reason))
    assert (cause.failure_class, cause.line_numbers[0]) == (found, 1)
    assert cause.summary.endswith(ending)


NO_KEY = "{0}: The api_key client option must be set, or the X_API_KEY environment variable"
RETOLD = f"""\
Traceback (most recent call last):
  File "shed.py", line 3, in ask
    raise ShedError(
{NO_KEY.format("openai.OpenAIError")}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "main.py", line 9, in ask
    raise e
litellm.llms.openai.OpenAIError: Traceback (most recent call last):
  File "shed.py", line 3, in ask
"""


def test_a_trace_in_the_place_of_a_message_gives_way_to_what_it_traces():
    cause = why(RETOLD)
    assert (cause.failure_class, cause.line_numbers[0]) == ("auth", 4)


def test_what_logs_a_call_that_failed_is_no_part_of_its_identity():
    said = "litellm.AuthenticationError: XException - No such key"
    logged = (
        f"12:01:02 - shed:ERROR: a.py:3 - [ab] Error: {said}. Traceback: Traceback (most recent"
    )
    assert why(f"{said}.\n").fingerprint == why(f"{logged} call last):\n  File 'x'\n").fingerprint


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Error\nOut of credits. Add some at https://x.example\n", "usage_limit"),
        ("Error: Not authenticated\n", "auth"),
        ("Uh-oh!\nInvalid auth code.\n", "auth"),
        ("Failed to configure providers: x only supports small models\n", "config_error"),
        (
            "thread 'main' panicked at a.rs:1:2:\nNo provider configured. Run x first\n",
            "config_error",
        ),
        ("It starts\nspawn small-agent ENOENT\n", "missing_dependency"),
        ("You have reached the limit.\n\nRequest ID: 3a\n", "usage_limit"),
        (
            '  3: Error { code: "X", message: "Maximum x.Answer reached for this month." }\n',
            "usage_limit",
        ),
        ("input length and max_tokens exceed context limit: 9 + 8 > 12\n", "context_length"),
        ("Server error\n  → Token limit exceeded before adding it\n", "context_length"),
        ("The service is experiencing high traffic. Try later.\n", "model_error"),
        ("Error: Input must be provided through stdin or --prompt\n", "config_error"),
        ("Request failed with error: QuotaLimit\n", "usage_limit"),
        (
            "Error: Failed to get response from the AI model; retried Last error: Unknown error\n",
            "model_error",
        ),
        (
            "Error: Failed to get response from the AI model; Last error: error sending request\n",
            "network",
        ),
        ("402 {it was cut\nNo active subscription found. Start one.\n", "usage_limit"),
        ("In order to use this, subscribe to a Small plan\n", "usage_limit"),
        (
            '  5: Error { code: "X", message: "Improperly formed request.", id: "3a" }\n',
            "model_error",
        ),
        ("Error: Please update to the latest version of Small to continue\n", "missing_dependency"),
        ("[Bot] Result error: error=error, stopReason=max_steps\n", "agent_internal"),
        ("Error: It ended early: insufficient permission to proceed\n", "sandbox_permission"),
        ("RuntimeError: Agent reached maximum iteration. Current iteration: 5\n", "agent_internal"),
    ],
)
def test_what_stopped_an_agent_that_nobody_knows(text, found):
    assert why(text).failure_class == found


FIELDS = """\
✕ [Error: [{
    "error": {
      "code": 429,
      "message": "The quota of requests is
  spent for now",
      "details": [
        {
          "reason": "RATE_LIMIT_EXCEEDED",
        },
Thinking about it.
"""
PARSED = """\
<anonymous_script>:4
SyntaxError: Unexpected token ']', ..."b",
      ],
  "c"... is not valid JSON
    at JSON.parse (<anonymous>)
    at settings (file:///x/agent/index.js:3:1)

Node.js v22.1.0
"""


@pytest.mark.parametrize(
    ("text", "found", "summary"),
    [
        (FIELDS, "rate_limit", "The quota of requests is spent for now"),
        (PARSED, "config_error",
         "SyntaxError: Unexpected token ']', ...\"b\", ], \"c\"... is not valid JSON"),
    ],
)  # fmt: skip
def test_a_message_on_several_lines_is_told_whole(text, found, summary):
    cause = why(text)
    assert (cause.failure_class, cause.summary) == (found, summary)


LIMITED = "Error code: 429 - {'error': {'message': 'Rate limit reached'}}\n"


@pytest.mark.parametrize(
    ("text", "exit_code", "found"),
    [
        (LIMITED, 0, "rate_limit"),
        (f"{LIMITED}Retrying in 2 seconds...\n", 0, "rate_limit"),
        (f"{LIMITED}Retrying in 2 seconds...\nGiving up.\n", 0, "rate_limit"),
        (f"{LIMITED}Retrying in 2 seconds...\nThe file is written.\n", 0, "success"),
        (LIMITED + "Another line of the answer.\n" * 20, 0, "success"),
        ('{"session_id": "a", "result": "fine", "errors": []}\n', 0, "success"),
        ('{"session_id": "a", "error": {"message": "Rate limit reached"}}\n', 0, "rate_limit"),
        (f"{LIMITED}Working on.\n", -9, "signal_crash"),
        (f"{LIMITED}Working on.\n", 1, "rate_limit"),
        ("· WARNING  It failed to load:\n           a file\nThinking\n", -9, "signal_crash"),
        ("Out of memory: killed process 3\n", -9, "out_of_memory"),
    ],
)
def test_only_a_call_that_ended_the_run_is_its_failure(text, exit_code, found):
    assert why(text, exit_code).failure_class == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("⚠ 429 Too Many Requests, retrying in 4s\n" * 3, "rate_limit"),
        ("API error (529 Overloaded). Retrying in 2s\n" * 3, "model_error"),
        ("API error (529 Overloaded). Retrying in 2s\n           (attempt 1/3)\n", "model_error"),
        ("HTTP retry: 429 received. Waiting 4.0s (attempt 3/5)\n" * 3, "rate_limit"),
        ("The shelf service is temporarily unavailable. Retrying in 8s…\n" * 3, "model_error"),
        ("All connection attempts failed\nRetrying in 1.2 seconds...\n" * 2, "network"),
        ("The shelf is far\nRetrying in 1.2 seconds...\n" * 2, "timeout"),
        (
            "fetch failed: ENOTFOUND h\nversion 9\n" + "HTTP retry: 429 received. (attempt 1/5)\n",
            "rate_limit",
        ),
        (
            "Error fetching version: [Errno -3] Temporary failure in name resolution\nIt looks.\n",
            "timeout",
        ),
        ("Something went wrong, retrying in 4s\n", "timeout"),
        ("429 Too Many Requests, retrying in 4s\nIt is written.\nsleeping\n", "timeout"),
    ],
)
def test_a_run_that_was_stopped_while_it_tried_again_tells_what_failed(text, found):
    assert why(text, -15, stopped_because=StopReason.TOTAL).failure_class == found


ASKED = '{"role":"user","content":[{"type":"text","text":"Mend it"}]}\n'


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("⚠️  The shelf rejected the request. Details: Status: 401. Please check your key.", "auth"),
        (
            "⚠️  Rate limit reached. Status: 429, You've hit your usage limit. Please wait.",
            "usage_limit",
        ),
        ("⚠️  Network error while reaching the shelf. Please try again.", "network"),
        ("It is mended.", "success"),
    ],
)
def test_a_notice_in_the_place_of_an_answer_is_no_answer(said, found):
    answer = f'{{"role":"assistant","content":[{{"type":"text","text":"{said}"}}]}}\n'
    assert why(ASKED + answer, 0, agent="generic").failure_class == found


def test_that_it_failed_is_no_cause_beside_what_failed():
    rows = [
        '{"type":"init","session_id":"a"}',
        '{"type":"error","session_id":"a","message":"The socket connection was closed unexpectedly."}',
        '{"type":"error","session_id":"a","message":"Run failed"}',
    ]
    cause = why("\n".join(rows), agent="generic")
    assert cause.summary == "The socket connection was closed unexpectedly."
    assert cause.failure_class == "network"
    assert cause.line_numbers == (2,)
    assert why("\n".join(rows[::2]), agent="generic").summary == "Run failed"


@pytest.mark.parametrize(
    "answer",
    [
        "Done.\n- Handle the case where the model returned no content",
        "- An empty response from the API is handled",
        "The model gave an empty completion for that, so I mended it.",
        "Error: stream ended unexpectedly\nNow it passes.",
        "I mended the JSON Parse error: a comma was missing.",
        "The service is temporarily closed, so I could not ask it. The tests pass.",
    ],
)
def test_an_answer_that_speaks_of_an_empty_one_is_a_success(answer):
    assert why(answer, 0).failure_class == "success"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("- Handle rate limit reached errors with a retry", "success"),
        ("1. Return 401 Unauthorized for missing tokens", "success"),
        ("I added a check for an invalid API key.", "success"),
        ("Now it prints 'Incorrect API key provided' when the key is wrong.", "success"),
        ("The client retries when the model is overloaded.", "success"),
        ("Added a test for `OAuth token has expired`.", "success"),
        ("The login page says: credit balance is too low, if it is.", "success"),
        ("The retry helper waits longer, and gives up on 401 Unauthorized.", "success"),
        ('Nothing else changed; "You\'ve hit your usage limit" is as it was.', "success"),
        ("src/api.py: map 503 Service Unavailable to RetryLater", "success"),
        ("| 401 Unauthorized | ask for the key again |", "success"),
        ("+    raise ValueError('API key is missing')", "success"),
        ("**Rate limit reached**: shown in a box", "success"),
        ("429 You exceeded your current quota, please check your plan", "usage_limit"),
        ("- Error: invalid API key", "auth"),
        ("I encountered an error: invalid API key", "auth"),
        ("You've hit your usage limit. Try again when it resets.", "usage_limit"),
        ("Not logged in · Please run /login", "auth"),
        ("We are experiencing high traffic", "model_error"),
        ("This model's maximum context length is 9 tokens.", "context_length"),
        ("When using the X API, you must specify either a key or a login", "auth"),
    ],
)
def test_a_sentence_about_a_failure_is_none_of_the_run(said, found):
    assert why(f"Reading the shelf.\n\n{said}\n", 0).failure_class == found


@pytest.mark.parametrize("exit_code", [0, 1])
def test_an_agent_without_a_terminal_for_its_screen_has_failed(exit_code):
    text = "\n  ERROR  Raw mode is not supported on the current process.stdin, which Ink uses\n"
    cause = why(
        f"{text}       as input stream by default.\n - App.show (file:///x/App.js:1:2)\n", exit_code
    )
    assert (cause.failure_class, cause.confidence) == ("config_error", "high")
    talk = "I read why raw mode is not supported on the current process.stdin.\nDone.\n"
    assert why(talk, 0).failure_class == "success"


@pytest.mark.parametrize(
    "text",
    [
        "could not open a new TTY: open /dev/tty: no such device or address",
        "Error: IO error: not a terminal",
        "Error: stdin is not a terminal",
        "the input device is not a TTY",
        "TypeError: process.stdin.setRawMode is not a function\n    at x (/srv/a.js:1:2)\n\nNode.js v22.1.0",
        "Error [ERR_USE_AFTER_CLOSE]: readline was closed\n    at x (/srv/a.js:1:2)\n\nNode.js v22.1.0",
        "ExitPromptError: User force closed the prompt with 13 null\n    at x (/srv/a.js:1:2)",
        'Traceback (most recent call last):\n  File "/srv/a.py", line 3, in <module>\n    x = input()\n'
        "EOFError: EOF when reading a line",
        "❌ Interactive mode requires a TTY. Use --print.",
    ],
)
def test_a_program_that_wants_a_terminal_is_to_be_started_otherwise(text):
    cause = why(text)
    assert (cause.failure_class, cause.signature) == ("config_error", "needs-terminal")


@pytest.mark.parametrize(
    "text", ["stdin: is not a tty", "Warning: Input is not a terminal (fd=0)."]
)
def test_what_programs_without_a_terminal_say_and_go_on_is_no_cause(text):
    cause = why(f"{text}\nerror: no shelf left\n")
    assert cause.summary == "error: no shelf left"
    assert cause.signature is None


def test_the_sides_of_a_box_are_not_told():
    cause = why("╭─ Error ──────╮\n│ No such option: --fast │\n╰──────────────╯\n", 2)
    assert (cause.failure_class, cause.summary) == ("config_error", "No such option: --fast")


def test_what_hangs_below_a_warning_is_a_warning():
    warned = "· WARNING  No list of prices:\n           NameResolutionError(host='x.example')\n"
    assert (
        why(f"{warned}Thinking\n", -15, stopped_because=StopReason.TOTAL).failure_class == "timeout"
    )
    told = warned.replace("WARNING", "ERROR  ")
    assert why(told).failure_class == "network"


def test_a_terminal_and_events_tell_the_same_cause():
    rows = [
        '{"type":"session.start","session_id":"a"}',
        '{"type":"error","session_id":"a","message":"Invalid API key"}',
    ]
    text = why("Error: Invalid API key\n", named="someone")
    events = why("\n".join(rows), agent="generic", named="someone")
    assert text.failure_class == events.failure_class == "auth"
    assert text.fingerprint == events.fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "{'a': 1}",
        "tests/test_x.py:3: AssertionError: Error code: 3",
        "Downloaded 401 {files}",
        '{"level":"info","message":"error code 401"}',
    ],
)
def test_other_words_are_no_providers_answer(text):
    assert why(f"{text}\nthe end\n", 0).failure_class == "success"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Error calling LLM: Connection error.", "network"),
        ("Error calling the model: Connection refused", "network"),
        ("Failed to get a response from OpenAI: Connection refused", "network"),
        ("I write it now.       Error processing LLM response: Connection error.", "network"),
        ("Error processing LLM response: Unterminated string starting at: line 1 column 5",
         "model_error"),
        ("ERROR    Error in Agent run: Connection error.\n┏━ Answer ━┓\n┗━━━━━━━━━━┛", "network"),
        ("Error in agent: lamp is out", "unknown"),
        ("LLM request failed: quota exceeded, see your plan and billing details", "usage_limit"),
        ("Error calling LLM: the stream ended before its end", "unknown"),
        ('Error: {"id": "chatcmpl-9", "choices": [{"delta": {"con', "unknown"),
        ("[2031-01-02T03:04:05] ERROR: exceeded retry limit, last status: 429 Too Many Requests",
         "rate_limit"),
        ("Error: API Error: terminated", "network"),
        ("The provider refused it, as the key is out of quota or the\naccount is in arrears.",
         "usage_limit"),
        ("500 tests passed", "success"),
    ],
)  # fmt: skip
def test_an_agent_that_exits_0_may_end_with_its_own_failure(text, found):
    assert why(f"I look around.\n{text}\n", 0).failure_class == found


CLIENT = """\
Traceback (most recent call last):
  File "/x/lib/{place}/client.py", line 9, in ask
    return json.loads(line)
  File "/usr/lib/python3.12/json/decoder.py", line 353, in raw_decode
    obj, end = self.scan_once(s, idx)
json.decoder.JSONDecodeError: Unterminated string starting at: line 1 column 41 (char 40)
"""


@pytest.mark.parametrize(
    ("place", "found"), [("openai", "model_error"), ("shed", "config_error")]
)  # fmt: skip
def test_an_answer_that_a_providers_library_cannot_read_is_the_providers(place, found):
    assert why(CLIENT.format(place=place)).failure_class == found


@pytest.mark.parametrize(
    "said",
    [
        "I changed the handler to answer with status code 503 when the pool is empty.",
        "The endpoint now returns status code: 500 on a bad body, as asked.",
        "The test that expected unexpected status 503 Service Unavailable passes now.",
        "- The API error 529 is now retried three times.",
        "I added a retry for the case that the provider says rate limit exceeded.",
        "The client handles invalid API key errors by showing a hint.",
        "Added handling for insufficient_quota.",
        "Fixed the bug: 'stream disconnected before completion' is retried.",
        "Documented that a 401 Unauthorized means that the key is wrong.",
        "Error calling LLM: is now logged with its cause.",
    ],
)
def test_what_an_agent_tells_of_its_work_is_no_failure(said):
    assert why(f"Working on it.\n{said}\nAll tests pass.\n", 0).failure_class == "success"


@pytest.mark.parametrize(
    ("below", "found", "summary"),
    [
        (": the prompt is too long: 9 tokens", "context_length", " (the prompt is too long: 9 tokens)"),
        ("", "auth", ""),
    ],
)  # fmt: skip
def test_the_body_may_stand_behind_the_advice_of_httpx(below, found, summary):
    status = 400 if below else 401
    first = f"Error: Client error '{status} Bad' for url 'https://x.example/v1/chat/completions'"
    link = f"https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/{status}"
    cause = why(f"{first}\nFor more information check: {link}{below}\n")
    assert (cause.failure_class, cause.summary) == (found, first + summary)
    assert cause.line_numbers == ((1, 2) if below else (1,))
