from __future__ import annotations

import base64
import itertools
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.redaction import OVERLAP_BYTES, WINDOW_BYTES, Redactor, redact

# Made up, and put together here so that no scanner takes this file for a leak.
GITHUB = "ghp_" + "a1B2c3D4" * 5
OPENAI = "sk-" + "proj-a1B2c3D4e5F6g7H8"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + ".c2lnbmF0dXJl-_x"
SLACK = "xoxb-" + "123456789012-abcdefABCDEF"
AWS = "AKIA" + "IOSFODNN7EXAMPLQ"
GOOGLE = "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q"
SHAPES = [
    GITHUB,
    "gho_" + GITHUB[4:],
    "github_pat_" + "11ABCDEFG0abcdefghijkl_0123456789",
    OPENAI,
    "sk-" + "ant-api03-" + "a1B2c3D4e5F6_-g7H8",
    SLACK,
    AWS,
    GOOGLE,
    JWT,
    "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
    "npm_" + "a1B2c3D4" * 5,
    "hf_" + "a1B2c3D4" * 4,
]
BODY = "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ" + str(n) for n in range(5))
PEM = f"-----BEGIN PRIVATE KEY-----\n{BODY}\nAb3=\n-----END PRIVATE KEY-----"

MATRIX = [
    ("Authorization: Bearer {}", "zz.top-1"),
    ("authorization: token {}", "zz1234"),
    ("Proxy-Authorization: Basic {}", "dXNlcjpwYXNz"),
    ("Authorization: Custom-Scheme {} rest", "abcdef0123"),
    ("Authorization: {}", "abcdef0123"),
    ("curl -H 'Authorization: Bearer {}' https://x", "t0ps3cret"),
    ("{{'authorization': 'Bearer {}'}}", "t0ps3cret"),
    ("sent bearer {}", "a1b2c3d4e5f6a7b8"),
    ('{{"api_key": "{}", "n": 1}}', "abc123xyz"),
    ('{{"apiKey":"{}"}}', "abc123xyz"),
    ('{{"password": "{}"}}', "correct horse, battery"),
    ('{{"client_secret": "{}"}}', 'with \\" inside'),
    ('{{"out": "{{\\"api_key\\": \\"{}\\"}}"}}', "abc123xyz"),
    ('"SecretString": "{}"', "swordfish"),
    ("API_KEY={}", "abcdef1234"),
    ("export DB_PASSWORD={}", "p,a;s&s)w(ord"),
    ("AWS_SECRET_ACCESS_KEY={}", "abc/def+ghi"),
    ("password: {}", "hunter2"),
    ("Password = {}", "hunter2"),
    ("  secret_key: {}", "s3cr3tvalue"),
    ("token: {}", "abc123def456"),
    ("x-api-key: {}", "12ab34cd"),
    ("\x1b[1mpassword\x1b[0m: {}", "hunter2"),
    ("tool --token {} --verbose", "abcd1234"),
    ("tool --password={} --verbose", "abcd1234"),
    ("['tool', '--api-key', '{}']", "abcd1234"),
    ("GET https://h/x?token={}&page=2", "abcd1234"),
    ("GET https://h/x?page=2&sig={}", "Zm9vYmFy%2Bx"),
    ("https://h/x?X-Amz-Signature={}&b", "0123456789abcdef"),
    ("https://h/x?key={}", "abcd1234"),
    ("postgresql://user:{}@host/db", "p%40ss"),
    ("git clone https://{}@github.com/a/b", "a1b2c3d4e5f6a7b8c9"),
    ("Set-Cookie: {}", "sid=abc123; Path=/; Secure"),
    ("//registry/:_authToken={}", "abcd-1234-efgh"),
    ('{{"auth": "{}"}}', "dXNlcjpwYXNz"),
    ("Incorrect API key provided: {}", "abcd1234"),
    *((frame, shape) for shape in SHAPES for frame in ("{}", "see {}, please", '"line\\n{}\\n"')),
]


@pytest.mark.parametrize(("frame", "secret"), MATRIX)
def test_matrix(frame: str, secret: str) -> None:
    assert redact(frame.format(secret)) == frame.format("[redacted]")


@pytest.mark.parametrize(("frame", "secret"), MATRIX)
def test_matrix_over_every_seam(frame: str, secret: str) -> None:
    raw = f"before\n{frame.format(secret)}\nafter".encode()
    whole = redact(raw.decode()).encode()
    for at in range(len(raw) + 1):
        redactor = Redactor()
        assert redactor.feed(raw[:at]) + redactor.feed(raw[at:]) + redactor.flush() == whole


@pytest.mark.parametrize(
    "text",
    [
        "token limit",
        "token limit: 4096 exceeded",
        "password:",
        "Password: ",
        "password: \nnext line",
        "tokens: 2.5k sent, 27 received.",
        '"usage":{"input_tokens":12345,"output_tokens":678}',
        "max_tokens=4096",
        "tokenizer = AutoTokenizer.from_pretrained('gpt2-large-123')",
        "error: token: expired",
        "Token: invalid",
        "SyntaxError: Unexpected token: punc1234 (",
        "SyntaxError: Unexpected token '<', \"<!DOCTYPE\"",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "fingerprint 9b74c9897bac770ffc029102a200c5de",
        "id: 123e4567-e89b-12d3-a456-426614174000",
        "sort key: created_at_2024",
        "keyboard: qwerty12345",
        "author: Bob2 Smith",
        "authorization: required",
        "api_key: string",
        "password: str",
        "password = getpass()",
        'token = os.environ["GITHUB_TOKEN"]',
        'const token = req.headers.get("x-token")',
        "password=self.password",
        "API_KEY=$API_KEY",
        "API_KEY=${{ secrets.API_KEY }}",
        "PWD=/home/user/project",
        "password_file: /run/secrets/db",
        "risk-2024-runner-configuration-long1",
        "sk-circle-fade-dot-animation-name",
        "https://example.com:8080/path@2",
        "git@github.com:owner/repo.git",
        "ssh://git@github.com/owner/repo",
        "the secret is out",
        "the api\nkey: abc123def",
        "unexpected\nsk-",
        'if "-----BEGIN PRIVATE KEY-----" in text:\n    return found\n',
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.replace("\n", "\r\n"),
        PEM.replace("PRIVATE", "RSA PRIVATE").replace(
            "\nMII", "\nProc-Type: 4,ENCRYPTED\n\nMII", 1
        ),
        "\n".join("    " + line for line in PEM.splitlines()),
        "\n".join(f"2026-11-21 04:00:0{n} " + line for n, line in enumerate(PEM.splitlines())),
        "\n".join("+" + line for line in PEM.splitlines()),
        json.dumps({"key": PEM}),
        json.dumps(json.dumps({"key": PEM})),
        PEM.rpartition("\n")[0],
        "x" * (WINDOW_BYTES - 300) + json.dumps({"key": PEM}) + "y" * WINDOW_BYTES,
    ],
    ids=lambda text: text[:30],
)
def test_private_keys(text: str) -> None:
    out = redact(f"before\n{text}\nafter it\n")
    assert "MII" not in out
    assert "Ab3=" not in out
    assert out.startswith("before\n")
    assert out.endswith("\nafter it\n")


SECRET = 'my "own" välue/+=&\\x'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(json.dumps(SECRET)),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(b"u:" + SECRET.encode() + b"!").decode(),
        base64.urlsafe_b64encode(b"user:" + SECRET.encode()).decode(),
    ],
)
def test_known_values_in_every_form(form: str) -> None:
    out = redact(f"it is {form} here", [SECRET])
    assert "[redacted]" in out
    for part in ("own", quote("välue"), "välue", base64.b64encode(b"own")[:4].decode()):
        assert part not in out


def test_known_values_that_are_too_short_or_of_many_lines() -> None:
    assert redact("abcde fghij", ["abcde", ""]) == "abcde fghij"
    assert redact("first-line\nother\nsecond-line", ["first-line\nsecond-line\n"]) == (
        "[redacted]\nother\n[redacted]"
    )


@pytest.mark.parametrize("secret", [GITHUB, JWT, "password=hunter2x", "known-secret-value"])
@pytest.mark.parametrize("seam", [WINDOW_BYTES, WINDOW_BYTES - OVERLAP_BYTES])
def test_a_secret_over_the_seam_of_a_long_line(secret: str, seam: int) -> None:
    hidden = secret.partition("=")[2] or secret
    for before in range(seam - len(secret) - 1, seam + 2, 3):
        text = "z " * (before // 2) + " " + secret + " z" * WINDOW_BYTES
        out = redact(text, ["known-secret-value"])
        assert out == text.replace(hidden, "[redacted]")


def test_a_secret_longer_than_a_window_is_swallowed_whole() -> None:
    out = redact(f'x="1" API_KEY={"a1b2" * WINDOW_BYTES} end\nnext')
    assert len(out) < 2 * len("a1b2" * WINDOW_BYTES)
    long_jwt = JWT + "a1b2" * 1500
    assert redact("z" * 60_000 + " " + long_jwt + " end") == "z" * 60_000 + " [redacted] end"


WORDS = st.sampled_from(
    [
        *(frame.format(secret) for frame, secret in MATRIX),
        PEM, json.dumps(PEM), "known-secret-value", "plain words", "\n", "\r\n", " ", "\\n",
        "x" * 5000, "token=", "password: ", "-----BEGIN PRIVATE KEY-----", "é", "\x00",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(WORDS, max_size=30).map("".join), st.data())
def test_any_cut_gives_the_same(text: str, data: st.DataObject) -> None:
    raw = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    redactor = Redactor(["known-secret-value"])
    edges = [0, *cuts, len(raw)]
    parts = [redactor.feed(raw[a:b]) for a, b in itertools.pairwise(edges)]
    assert b"".join(parts) + redactor.flush() == redact(text, ["known-secret-value"]).encode()


@settings(deadline=None)
@given(st.lists(st.binary(max_size=400), max_size=6))
def test_bytes_without_secrets_come_through(chunks: list[bytes]) -> None:
    redactor = Redactor()
    clean = [chunk.replace(b":", b"").replace(b"=", b"") for chunk in chunks]
    assert b"".join(map(redactor.feed, clean)) + redactor.flush() == b"".join(clean)


@given(st.sampled_from(MATRIX))
def test_what_is_redacted_stays(row: tuple[str, str]) -> None:
    once = redact(row[0].format(row[1]))
    assert redact(once) == once


HOSTILE = [
    "a", "token ", "token=", 'token="', 'token=\\"', "eyJ", "eyJaaaaaaaa.", "sk-", "://", "://a:",
    "api_key ", "password='", "authorization: ", "cookie: =",
    "\\", '\\"', "-----BEGIN PRIVATE KEY-----", "password:      ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_line_costs_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    began_s = time.process_time()
    redact(text, ["known-secret-value"])
    assert time.process_time() - began_s < 3  # about 0.5 s; what is quadratic takes minutes


def test_memory_is_bounded_without_a_newline() -> None:
    redactor = Redactor()
    out = sum(len(redactor.feed(b"x" * 100_000)) for _ in range(50))
    assert out >= 5_000_000 - WINDOW_BYTES
