"""What is to leave the machine, as rows: each is sent by one process at a time, and counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from loop.store import schema
from loop.store.base import Rows
from loop.store.engine import writing
from loop.store.rows import dump, load, upsert
from policies.delivery import (
    GIVE_UP_S,
    Delivery,
    DeliveryState,
    delivery_of,
    given_up,
    is_repeat,
    put_off,
    taken,
)
from policies.notice import Notice, NoticeKind
from policies.outward import HOUR, Action, OutwardLimits

KEPT_DAYS = 90


class DeliveryRows(Rows):
    """The outbox."""

    def post(
        self,
        notice: Notice,
        channels: Sequence[str],
        window_s: float,
        action: Action = Action.NOTIFICATION,
    ) -> list[Delivery]:
        """Remember *notice* for each of *channels*; one told within *window_s* is counted instead.

        Gives the new ones. What left long ago is forgotten on the way.
        """
        table, new = schema.deliveries, []
        with writing(self._engine) as connection:
            for channel in channels:
                earlier = _newest(connection, notice, channel)
                if earlier and is_repeat(earlier, notice, window_s):
                    _put(connection, replace(earlier, repeats=earlier.repeats + 1))
                    continue
                new.append(delivery_of(notice, channel, action))
                _put(connection, new[-1])
            old = (notice.at - timedelta(days=KEPT_DAYS)).isoformat()
            is_done = table.c.state != DeliveryState.WAITING.value
            connection.execute(delete(table).where(table.c.made < old, is_done))
        return new

    def take_due(
        self, channels: Sequence[str], limits: OutwardLimits, now: datetime
    ) -> Delivery | None:
        """Give what is due for *channels*, oldest first, for this process alone; None: nothing is.

        What is over a limit waits from now on until there is room.
        """
        table = schema.deliveries
        query = (
            select(table.c.record)
            .where(
                table.c.state == DeliveryState.WAITING.value,
                table.c.due <= now.isoformat(),
                table.c.channel.in_(channels),
            )
            .order_by(table.c.made, table.c.id)
        )
        with writing(self._engine) as connection:
            _expire(connection, now)
            for text in connection.execute(query.with_for_update()).scalars().all():
                found: Delivery = load(Delivery, text)
                repo, action = found.notice.repo, found.action
                free = limits.free_at(action, _left(connection, action, repo, found, now), now)
                if free is None:
                    _put(connection, mine := taken(found, now))
                    return mine
                where = f"{action} of {repo or 'the fleet'}"
                why = f"over the limit of {limits.per_hour[action]} an hour for each {where}"
                _put(connection, put_off(found, free, why))
        return None

    def change_delivery(
        self, delivery: Delivery, change: Callable[[Delivery], Delivery]
    ) -> Delivery:
        """Replace *delivery* by what *change* makes of it as it is now, in one transaction; give that.

        Meanwhile the same may have been to be told again, which is counted in it.
        """
        table = schema.deliveries
        query = select(table.c.record).where(table.c.id == delivery.id).with_for_update()
        with writing(self._engine) as connection:
            text = connection.execute(query).scalar()
            changed = change(load(Delivery, text) if text else delivery)
            _put(connection, changed)
        return changed

    def deliveries(
        self,
        state: DeliveryState | None = None,
        channels: Sequence[str] | None = None,
        limit: int = 200,
    ) -> list[Delivery]:
        """Give the newest deliveries (in *state*, for *channels*), newest first."""
        table = schema.deliveries
        query = select(table.c.record).order_by(table.c.made.desc(), table.c.id.desc())
        if state is not None:
            query = query.where(table.c.state == state.value)
        if channels is not None:
            query = query.where(table.c.channel.in_(channels))
        return self._all(query.limit(limit), Delivery)

    def was_posted(self, kind: NoticeKind, about: str) -> bool:
        """Say whether such a notice about that thing was ever made."""
        table = schema.deliveries
        query = select(table.c.record).where(table.c.about == about, table.c.kind == kind.value)
        return self._one(query.limit(1), Delivery) is not None


def _newest(connection: Connection, notice: Notice, channel: str) -> Delivery | None:
    table = schema.deliveries
    query = select(table.c.record).where(
        table.c.about == notice.about,
        table.c.kind == notice.kind.value,
        table.c.channel == channel,
    )
    newest = query.order_by(table.c.made.desc()).limit(1).with_for_update()
    text = connection.execute(newest).scalar()
    return load(Delivery, text) if text else None


def _expire(connection: Connection, now: datetime) -> None:
    """Give up what nobody could send in its time, of channels too that nobody has any more."""
    table = schema.deliveries
    query = select(table.c.record).where(
        table.c.state == DeliveryState.WAITING.value,
        table.c.made <= (now - timedelta(seconds=GIVE_UP_S)).isoformat(),
    )
    for text in connection.execute(query.with_for_update()).scalars().all():
        old: Delivery = load(Delivery, text)
        _put(connection, given_up(old, old.why or "no process sent it in its time"))


def _left(
    connection: Connection, action: Action, repo: str, found: Delivery, now: datetime
) -> list[datetime]:
    """When actions of that kind left for *repo* within the hour by the same channel, or began to."""
    table = schema.deliveries
    query = select(table.c.sent).where(
        table.c.action == action.value,
        table.c.repo == repo,
        table.c.channel == found.channel,
        table.c.sent > (now - HOUR).isoformat(),
        table.c.id != found.id,
    )
    return [datetime.fromisoformat(text) for text in connection.execute(query).scalars()]


def _put(connection: Connection, delivery: Delivery) -> None:
    upsert(connection, schema.deliveries, _row(delivery))


def _row(delivery: Delivery) -> dict[str, Any]:
    notice, left = delivery.notice, delivery.sent or delivery.leaving
    return {
        "id": delivery.id,
        "action": delivery.action.value,
        "repo": notice.repo,
        "channel": delivery.channel,
        "kind": notice.kind.value,
        "about": notice.about,
        "state": delivery.state.value,
        "made": notice.at.isoformat(),
        "due": delivery.due.isoformat(),
        "sent": left.isoformat() if left else "",
        "record": dump(Delivery, delivery),
    }
