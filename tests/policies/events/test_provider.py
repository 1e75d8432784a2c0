"""What a provider said: its words out of whatever body a client library prints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.events import provider


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no body here", "no body here"),
        ("an empty {} one", "an empty {} one"),
        ("it says {'a': 1}", "it says {'a': 1}"),
        ("code: 401 - {'error': {'message': 'No such key', 'x': None}}", "code: 401: No such key"),
        ("429 {'message': \"You've spent it\"}", "429: You've spent it"),
        ('529 {"type":"error","error":{"type":"x","message":"Busy"}}', "529: Busy"),
        ('{"error":"no model of that name"}', "no model of that name"),
        ('{"detail":"Not authenticated"}', "Not authenticated"),
        ('{"error":{"message":"{\\"error\\":{\\"message\\":\\"inner\\"}}"}}', "inner"),
        ('401 No such key {"error":{"message":"No such key"}}', "401 No such key"),
        ("400 BAD. {'error': {'message': 'cut off", "400 BAD. {'error': {'message': 'cut off"),
        ("400 BAD. {'error': {'message': 'whole', 'det", "400 BAD. whole"),
        ('{\n  "error": {\n    "message": "over lines"\n  }\n}', "over lines"),
        ('429 {"error":{"message":"{\\n \\"message\\": \\"It is spent\\",\\n', "429: It is spent"),
        ('529 {"error":{"message ":"Busy"}}', "529: Busy"),
    ],
)  # fmt: skip
def test_the_body_gives_way_to_its_message(text, told):
    assert provider.told(text) == told


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("{'code': 429}", 429),
        ('{"error":{"code":"503"}}', 503),
        ('{"statusCode": 401}', 401),
        ('{"code": 42}', None),
        ("404", None),
    ],
)
def test_the_body_may_name_the_status(text, status):
    assert provider.status_in(text) == status


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("Error: {", True),
        ("x {'a': {'b': 1}", True),
        ("x {'a': {'b': 1}}", False),
        ("fn main() {}", False),
    ],
)
def test_a_body_that_does_not_end_is_open(text, is_open):
    assert provider.is_open(text) is is_open


@pytest.mark.parametrize(
    ("words", "failed"),
    [
        ("Some API error: 401 No such key", True),
        ("Sorry, I encountered an error: Connection error.", True),
        ("Model error (status 503)", True),
        ("Ran into this error: no such key.\n\nPlease retry if it is a transient one.", True),
        ("⚠️  Network error while reaching the shelf. Please try again.", True),
        ("❌ The shelf rejected the request. Details: Status: 401. Please check your key.", True),
        ("⚠️ Failed to parse the stream (bad JSON). Please `/clear` it.", True),
        ("⚠️ Network error in `fetch.py`: I mended it. Please look at it.", False),
        ("⚠️ Rate limit of the shelf is now 20.", False),
        ("⚠️ The tests need a network. Please run them.", False),
        ("⚠️ Rate limit reached while I tested. Please look.\nAll else is done.", False),
        ("I ran into this error: no such key.\nIt is mended now.", False),
        ("I mended how the API error 401 is shown.", False),
        ("The API error: 401 comes first.\nThen the other.", False),
        ("All done.", False),
    ],
)
def test_an_apology_for_a_failed_call_is_no_answer(words, failed):
    assert provider.is_failed_call(words) is failed


@given(st.text(alphabet="{}'\":\\ amesg", max_size=400))
def test_any_text_is_read(text):
    assert isinstance(provider.told(text), str)
    provider.status_in(text)
    provider.is_open(text)
