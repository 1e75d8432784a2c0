"""Where the files lie that are shipped with the program."""

from __future__ import annotations

from pathlib import Path

SIGNATURES = Path(__file__).with_name("signatures.toml")
"""The catalogue of known failures."""
