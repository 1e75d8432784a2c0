"""Exit 0: what an agent reports of its own failure at the end, and what its answer tells of failures."""

import pytest

from policies.rootcause import Hints, diagnose
from tests.policies.events.told import NOW, SIGNATURES

BOX = "╭─ Error ───╮\n│ No shed   │\n│ was named │\n╰───────────╯"
TRACED = (
    'Traceback (most recent call last):\n  File "/opt/a.py", line 9, in run\n    go()\n'
    "a.NoShedError: gone\n"
)


def why(text):
    return diagnose(text.splitlines(), Hints(exit_code=0, now=NOW), SIGNATURES)


@pytest.mark.parametrize(
    ("text", "found", "summary"),
    [
        ("Error: the shed is empty", "unknown", "Error: the shed is empty"),
        ("Error: the `a` shed is empty\n- Fill it", "unknown", "Error: the `a` shed is empty"),
        ("[ERROR] no bench: stopping", "unknown", "[ERROR] no bench: stopping"),
        ("ERROR: error sending request for url (http://h/v1)", "network",
         "ERROR: error sending request for url (http://h/v1)"),
        ("Request failed with status code 503", "network", "Request failed with status code 503"),
        ("fetch failed: getaddrinfo ENOTFOUND h", "network", "fetch failed: getaddrinfo ENOTFOUND h"),
        ("An error occurred: Connection error.", "network", "An error occurred: Connection error."),
        ("Unable to reach the API, giving up.", "network", "Unable to reach the API, giving up."),
        ("Sorry, I ran into an error: prompt is too long", "context_length",
         "Sorry, I ran into an error: prompt is too long"),
        ("Agent stopped: 9 steps are enough.", "unknown", "Agent stopped: 9 steps are enough."),
        ("Your credits have run out.", "usage_limit", "Your credits have run out."),
        ("Fehler: Anmeldung fehlgeschlagen (401)", "auth", "Fehler: Anmeldung fehlgeschlagen (401)"),
        ("│ Error │ 402 Payment Required │", "usage_limit", "│ Error │ 402 Payment Required │"),
        ("错误：没有工具", "unknown", "错误：没有工具"),
        ('{"type":"error","message":"no bench"}', "unknown", "no bench"),
        ("LLM call failed:\n\nError: no bench", "unknown", "Error: no bench"),
        ("Error: no bench\n\nTotal cost: $0\nSession ID: a\nTo resume: a -r\n", "unknown", "Error: no bench"),
        ("[error] no bench\n\n[done in 0.3s]\nGoodbye!", "unknown", "[error] no bench"),
        ("Oops! Something went wrong: no bench", "unknown", "Oops! Something went wrong: no bench"),
        ("Unhandled exception: Connection refused", "network", "Unhandled exception: Connection refused"),
        ("You have reached your daily request limit.", "usage_limit",
         "You have reached your daily request limit."),
        ("Session expired. Please log in again.", "auth", "Session expired. Please log in again."),
        ("Could not connect to X at http://h:1. Is it running?", "network",
         "Could not connect to X at http://h:1. Is it running?"),
        ("The agent could not finish: no bench", "unknown", "The agent could not finish: no bench"),
        ("LLM provider returned an error: 400 Bad", "model_error", "LLM provider returned an error: 400 Bad"),
        ("ERROR    Exception in the loop", "unknown", "ERROR Exception in the loop"),
        ("✗ Task failed: no bench", "unknown", "✗ Task failed: no bench"),
        ("Quota exceeded. Try again tomorrow.", "usage_limit", "Quota exceeded. Try again tomorrow."),
        ("Could not authenticate with the provider.", "auth", "Could not authenticate with the provider."),
        ("Conversation ended with error: no bench", "unknown", "Conversation ended with error: no bench"),
        ("Stopped after 3 errors in a row", "unknown", "Stopped after 3 errors in a row"),
        ("出错了：没有工具", "unknown", "出错了：没有工具"),
        ("Aborting: the budget is spent", "unknown", "Aborting: the budget is spent"),
        (BOX, "unknown", "No shed was named"),
        (TRACED, "unknown", "a.NoShedError: gone"),
    ],
)  # fmt: skip
def test_what_a_log_ends_with_may_be_a_failure_at_exit_0(text, found, summary):
    cause = why(f"Reading the shed.\n\n{text}\n")
    assert (cause.failure_class, cause.summary) == (found, summary)


@pytest.mark.parametrize(
    "text",
    [
        "The build failed before. It passes now.",
        "Before: API Error: 529 Overloaded killed the run.\nAfter: it waits.",
        "Unable to reproduce the rate limit error here; added a test.",
        "Token expired. That was the reason; the clock was off.",
        "Done.\n\nTotal cost: $0\nTokens: 9",
        "Would you like me to retry on `503 Service Unavailable`?",
        "Without a key it prints:\n\n    error: no API key found",
        "The log said:\n\nError: no bench",
        "It printed this:\n```\nAPI Error: 401 Unauthorized\n```\nI moved the key.",
        "**Error: Maximum context length exceeded** - the splitter cuts the text.",
        "✅ Rate limit exceeded errors are tried again\n❌ The page is as it was",
        "- tests\nError: invalid key errors have a test",
        "Error: the shed is gone. I fixed that.",
        "He corregido el error: la API decía `Error: 500 Internal Server Error`.",
        "Fehler behoben: Die Anmeldung schlug mit 401 Unauthorized fehl.",
        "Request failed with status 500 because the pool was empty.",
        "When the connection to the API is lost, the client reconnects.",
        "The tool prints stream error: when the peer goes away.",
        "An expired API key no longer crashes the server.",
        "It fails with Error code: 401 - {'error': {'message': 'No'}}; I wrote a test for it.",
        f"Before:\n\n{TRACED}",
        "Error: the `a` shed is empty\nThe file is written.",
        "The server answers 429 Too Many Requests, as asked.",
        "Do you want to see `Error: no bench` on the page?",
        BOX.replace("Error", "Shed"),
    ],
)
def test_what_an_answer_tells_of_failures_is_none(text):
    assert why(f"Reading the shed.\n\n{text}\n").failure_class == "success"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("错误：API 密钥无效，请检查配置", "auth"),
        ("请求失败：余额不足", "usage_limit"),
        ("❌ 调用失败: 请求过于频繁", "rate_limit"),
        ("错误：上下文过长", "context_length"),
        ("启动失败：模型 a 不存在", "model_error"),
        ("异常：连接超时", "network"),
        ("错误：没有工具", "unknown"),
    ],
)
@pytest.mark.parametrize("exit_code", [0, 1])
def test_what_a_program_says_in_chinese(text, found, exit_code):
    hints = Hints(exit_code=exit_code, now=NOW)
    cause = diagnose(["开始工作。", "", text], hints, SIGNATURES)
    assert (cause.failure_class, cause.summary) == (found, text)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("All is well.", "high"),
        ("It printed:\n\npanic: no bench\n\ngoroutine 1 [running]:\n\nIt is well.", "medium"),
    ],
)
def test_a_success_is_not_so_sure_where_a_tools_form_tells_of_a_failure(text, sure):
    cause = why(text)
    assert (cause.failure_class, cause.confidence) == ("success", sure)
