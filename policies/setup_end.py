"""How package managers begin the line that says why they failed."""

from __future__ import annotations

import re

CAUSE = re.compile(
    r"^(?:ERROR:|error:|error\b|npm (?:ERR!|error) (?!code|A complete log)|× |.*\bENOTFOUND\b"
    r"|.*\bEAI_AGAIN\b|.*No module named)"
)
"""pip and poetry `ERROR:`, uv `error:` and `×`, npm `npm error`."""
