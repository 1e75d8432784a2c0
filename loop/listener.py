"""Listens to an agent's redacted output: events for the clocks, the story and those who watch."""

from __future__ import annotations

import time

from loop.observer import Observer
from policies.events import reader_for
from policies.events.base import Event, EventKind, Reader, Story
from policies.timeouts import Activity


class Listener:
    """Reads the redacted lines as they come: events for the clocks, the story and the view."""

    def __init__(self, cycle: str, observer: Observer, reader: str) -> None:
        """Use the reader named *reader*, and tell *observer* what *cycle* says."""
        self.reader_name = reader
        self.reader: Reader = reader_for(reader)
        self.story = Story()
        self.activity = Activity()
        self._cycle = cycle
        self._observer = observer

    def line(self, text: str) -> None:
        """Take one line of output."""
        for event in self.reader.feed(text):
            self._take(event)

    def finish(self) -> None:
        """Take what the end of the output itself says."""
        for event in self.reader.finish():
            self._take(event)

    def _take(self, event: Event) -> None:
        self.story.take(event)
        self.activity.take(event, time.monotonic())
        if event.text and event.kind is not EventKind.OTHER:
            self._observer.line(self._cycle, event.text)
