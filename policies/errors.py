"""The root of every error that is told to a person, so that config and loop can both raise it."""

from __future__ import annotations


class NightcrewError(Exception):
    """Says in one line what is wrong, where, and what to do. The CLI prints it and exits."""

    exit_code = 2
    """2 usage or configuration, 1 the thing asked for failed, 3 refused, 130 interrupted."""
