"""What may stand in `[notify]` and `[outward]`: whom people are told by, and how much may leave."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from config.table import Count, Seconds, Table
from policies.notice import NoticeKind, NoticeRule
from policies.outward import Action, OutwardLimits
from policies.severity import Severity


def _channel(url: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\$\{?\w+\}?|[A-Za-z][\w+.-]*://\S+", url.get_secret_value()):
        raise ValueError("a URL that apprise knows, or $NAME")
    return url


ChannelUrl = Annotated[SecretStr, AfterValidator(_channel)]
"""A secret as a whole: a token stands in it."""


class NotifySettings(Table):
    """Whom people are told by, and of what."""

    urls: list[ChannelUrl]
    kinds: list[NoticeKind]
    severity: Severity
    window_s: Seconds

    def rule(self) -> NoticeRule:
        """Give what is told and how often."""
        kinds = frozenset(self.kinds)
        return NoticeRule(kinds=kinds, severity=self.severity, window_s=self.window_s)


class OutwardSettings(Table):
    """How many outward actions of each kind may leave per repository and hour."""

    notifications_per_hour: Count
    pushes_per_hour: Count
    pull_requests_per_hour: Count
    comments_per_hour: Count

    def limits(self) -> OutwardLimits:
        """Give the limits by kind of action."""
        per_hour = {
            Action.NOTIFICATION: self.notifications_per_hour,
            Action.PUSH: self.pushes_per_hour,
            Action.PULL_REQUEST: self.pull_requests_per_hour,
            Action.COMMENT: self.comments_per_hour,
        }
        return OutwardLimits(per_hour=per_hour)
