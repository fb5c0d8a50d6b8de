"""What a customer chose about being cared for (关怀偏好): where he lives, how we may reach him.

Without his consent no message of ours goes to him by itself (R73, R75).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.calendars.wall_time import zone_named
from domain.channel import Channel
from domain.errors import InvalidError

TO_CUSTOMERS = (Channel.EMAIL, Channel.SMS)
"""The channels by which a message goes to a customer himself."""


class TextLanguage(StrEnum):
    """The languages that customers are written to in."""

    CHINESE = "zh"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class CareChoices:
    """What the customer chose; what he was not asked yet is left out of `consents`, or None.

    `zone` is where his morning is, the company's zone when empty. `wants_greetings` False opts out
    of whatever we send by itself, True opts in where the policy leaves him out, such as a dead
    customer (X3). `wants_offers` False opts out of campaigns alone.
    """

    zone: str = ""
    language: TextLanguage = TextLanguage.CHINESE
    consents: Mapping[Channel, bool] = field(default_factory=dict)
    wants_greetings: bool | None = None
    wants_offers: bool | None = None

    def __post_init__(self) -> None:
        """Refuse a zone that there is not."""
        if self.zone:
            zone_named(self.zone)
        if not set(self.consents) <= set(TO_CUSTOMERS):
            raise InvalidError(field="consents", problem="unknown-field")

    def allows(self, channel: Channel) -> bool:
        """Whether the customer said yes to messages by `channel`."""
        return self.wants_greetings is not False and self.consents.get(channel, False)
