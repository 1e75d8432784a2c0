"""Whether people can be told: each channel of the settings, as far as it can be seen without sending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from loop.channels import ChannelRefused, channels_of
from loop.doctor.finding import Finding, ok, warn


def examined(urls: Sequence[str], environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is wrong with each channel; a dead one stops no run."""
    channels, problems = channels_of(urls, environ)
    for channel in channels:
        try:
            channel.check()
        except ChannelRefused as error:
            yield warn(f"notifications: {channel.name}: {error}", "correct notify.urls")
        else:
            yield ok(f"notifications: {channel.name}")
    for problem in problems:
        what, _, remedy = problem.rpartition("; ")
        yield warn(f"notifications: {what}", remedy)
