"""Notices on their way out: kept in the store first, then sent by a thread that nobody waits for.

A channel that is dead, slow or wrongly written delays nobody and fails no cycle: what could not be sent
stays in the store and is tried again, by this process, the next run or the sweep.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from loop.channels import Channel, ChannelRefused
from loop.errors import StoreError
from loop.store import Store
from policies.breaker import BreakerState
from policies.delivery import Delivery, DeliveryState, given_up, tried
from policies.incident_record import IncidentChange, IncidentRecord
from policies.notice import Notice, NoticeKind, NoticeRule
from policies.notice_text import of_breaker, of_incident, of_night, of_outage
from policies.outage import Outage
from policies.outward import OutwardLimits
from policies.records import RunRecord

LOOK_S = 15.0
"""Between two looks at what is due, while a run goes on: a retry may be."""
END_S = 10.0
"""How long the end of a process waits for what is being sent."""


@dataclass(slots=True)
class Outbox:
    """Takes what people are to be told, and sends it."""

    store: Store
    now: Callable[[], datetime]
    say: Callable[[str], None]
    """Takes one line for the terminal."""
    channels: Sequence[Channel] = ()
    rule: NoticeRule = field(default_factory=NoticeRule)
    limits: OutwardLimits = field(default_factory=OutwardLimits)
    _thread: threading.Thread | None = None
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _wake: threading.Event = field(default_factory=threading.Event)
    _ending: threading.Event = field(default_factory=threading.Event)

    def incident(self, change: IncidentChange, incident: IncidentRecord) -> None:
        """An incident changed."""
        self._post(of_incident(change, incident, self.now()))

    def outage(self, outage: Outage) -> None:
        """An outage began or ended."""
        self._post(of_outage(outage, self.now()))

    def breaker_opened(self, state: BreakerState, repo: str) -> None:
        """The breaker of one repository opened."""
        self._post(of_breaker(state, repo, self.now()))

    def night(self, run: RunRecord) -> None:
        """A scheduled night is over."""
        self._post(of_night(run, self.now()))

    def begin(self) -> None:
        """Send what earlier processes could not, and from now on what comes."""
        if not self.channels or self._ending.is_set():
            return
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self, end_s: float = END_S) -> None:
        """Send what is due, *end_s* at most; the rest waits in the store."""
        self._ending.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(end_s)

    def send_now(self, notice: Notice) -> list[Delivery]:
        """Send *notice* to every channel at once, whatever rule and limits say. Raises StoreError."""
        sent = []
        for channel in self.channels:
            for mine in self.store.post(notice, [channel.name], window_s=0):
                sent.append(self.send(mine, channel))
        return sent

    def send_due(self) -> None:
        """Send all that is due now, one after the other. Raises StoreError."""
        channels = {channel.name: channel for channel in self.channels}
        while mine := self.store.take_due(list(channels), self.limits, self.now()):
            self._say(self.send(mine, channels[mine.channel]))

    def send(self, mine: Delivery, channel: Channel) -> Delivery:
        """Try *mine* once; give it as it is then, and remembered."""
        try:
            why, is_vain = channel.send(mine.notice), mine.notice.kind is NoticeKind.TEST
        except ChannelRefused as error:
            why, is_vain = str(error), True

        def ended(now: Delivery) -> Delivery:
            done = tried(now, why, self.now())
            return given_up(done, why) if why and is_vain else done

        return self.store.change_delivery(mine, ended)

    def _say(self, ended: Delivery) -> None:
        """Say what did not go: at its first try, and when there is no further one."""
        if ended.state is DeliveryState.GIVEN_UP:
            self.say(f"notification given up: {ended.channel}: {ended.why}")
        elif ended.state is DeliveryState.WAITING and ended.tries == 1:
            self.say(f"notification waits: {ended.channel}: {ended.why}; it is tried again")

    def _post(self, notice: Notice | None) -> None:
        if notice is None or not self.channels or not self.rule.wants(notice):
            return
        try:
            names = [channel.name for channel in self.channels]
            self.store.post(notice, names, self.rule.window_s)
        except StoreError as error:
            self.say(f"nobody is told of {notice.about} ({notice.kind}): {error}")
            return
        self.begin()

    def _run(self) -> None:
        while True:
            is_last = self._ending.is_set()
            self._wake.clear()
            try:
                self.send_due()
            except StoreError as error:
                self.say(f"notifications wait: {error}")
            if is_last:
                return
            if not self._ending.is_set():
                self._wake.wait(LOOK_S)
