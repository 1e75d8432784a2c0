"""What litellm's exceptions mean: agents built on it print `litellm.XError: XError: PROVIDER - words`.

litellm documents the HTTP status that each of them stands for ("Exception Mapping").
"""

from __future__ import annotations

from policies.events import lines
from policies.expressions import expression

_STATUS = {
    "BadRequestError": 400,
    "UnsupportedParamsError": 400,
    "ContentPolicyViolationError": 400,
    "AuthenticationError": 401,
    "BudgetExceededError": 402,
    "PermissionDeniedError": 403,
    "NotFoundError": 404,
    "Timeout": 408,
    "ContextWindowExceededError": 413,
    "UnprocessableEntityError": 422,
    "RateLimitError": 429,
    "InternalServerError": 500,
    "APIError": 500,
    "BadGatewayError": 502,
    "ServiceUnavailableError": 503,
}
_NAMES = expression(r"(?:(?:litellm\.)?(?:exceptions\.)?[A-Z]\w{0,60}: ){1,6}")
_NAME = expression(r"\b([A-Z]\w{0,60}): ")


def status_named(name: str) -> int | None:
    """Give the HTTP status that the exception *name* stands for; OpenHands sets LLM before the same names."""
    return _STATUS.get(name.removeprefix("LLM"))


def status_of(said: str) -> int | None:
    """Give the HTTP status that *said* names, else that of the name nearest to its words; None without."""
    if named := lines.status_in(said):
        return named
    head = _NAMES.match(said)
    names = _NAME.findall(head[0]) if head else []
    return next((_STATUS[name] for name in reversed(names) if name in _STATUS), None)
