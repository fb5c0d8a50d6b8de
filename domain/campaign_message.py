"""The message of a campaign (营销消息) to one customer, decided once under its own key (D7)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.care_choices import TextLanguage
from domain.channel import Channel
from domain.errors import NothingChangedError
from domain.ids import named_id
from domain.silence import Silence


class CampaignAnswer(StrEnum):
    """What a customer said to what he was told."""

    INTERESTED = "interested"
    DECLINED = "declined"


def campaign_key(campaign_id: UUID, customer_id: UUID) -> UUID:
    """Return the key of the one message of a campaign to a customer (D7)."""
    return named_id("campaign", campaign_id, customer_id)


class CampaignMessage(CareAggregate):
    """One decision to tell a customer of a campaign, or not to; its id is the key of both.

    The first event is the decision, so nobody is told twice. What follows is what he answered.
    """

    TOPIC = "campaign_message"

    class Event(CareAggregate.Event):
        """A fact about what one customer was told; `title` is that of the campaign."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        SUBJECT: ClassVar[str] = "customer_id"
        customer_id: UUID
        campaign_id: UUID
        title: str

    class Decided(Event, CareAggregate.Created):
        """What both decisions have in common; `due_at` is when it was due."""

        TOPIC = "campaign_message.decided"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        SUBJECT: ClassVar[str] = "customer_id"
        owner_id: UUID | None
        due_at: datetime

        def apply(self, aggregate: CampaignMessage) -> None:
            """Remember whom it is for."""
            aggregate.customer_id = self.customer_id
            aggregate.campaign_id = self.campaign_id
            aggregate.title = self.title
            aggregate.answer = None

    class Issued(Decided):
        """The customer is to be told by `channel`, from `send_at` until `expires_at`."""

        TOPIC = "campaign_message.issued"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        send_at: datetime
        expires_at: datetime
        channel: str
        language: str

    class Skipped(Decided):
        """The customer is not told, for a reason."""

        TOPIC = "campaign_message.skipped"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        reason: str

    class Answered(Event):
        """He answered; `note` is what he said."""

        TOPIC = "campaign_message.answered"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "note"})
        SUBJECT: ClassVar[str] = "customer_id"
        answer: str
        note: str = ""

        def apply(self, aggregate: CampaignMessage) -> None:
            """Remember what he said last."""
            aggregate.answer = CampaignAnswer(self.answer)

    Created = Decided

    customer_id: UUID
    campaign_id: UUID
    title: str
    answer: CampaignAnswer | None

    @classmethod
    def issue(
        cls, *, send_at: datetime, expires_at: datetime, channel: Channel, language: TextLanguage,
        **about: Any,
    ) -> Self:  # fmt: skip
        """Decide to tell him; `about` are the fields of `Decided`."""
        return cls._decide(
            cls.Issued,
            send_at=send_at,
            expires_at=expires_at,
            channel=channel.value,
            language=language.value,
            **about,
        )

    @classmethod
    def skip(cls, *, reason: Silence, **about: Any) -> Self:
        """Decide not to; `about` are the fields of `Decided`."""
        return cls._decide(cls.Skipped, reason=reason.value, **about)

    def take_answer(self, answer: CampaignAnswer, note: str) -> None:
        """Record what he said. Raises NothingChangedError when that is on record already."""
        if answer is self.answer and not note:
            raise NothingChangedError(of="answer")
        self.trigger_event(
            self.Answered,
            customer_id=self.customer_id,
            campaign_id=self.campaign_id,
            title=self.title,
            answer=answer.value,
            note=note,
        )

    @classmethod
    def _decide(cls, kind: type[Any], **facts: Any) -> Self:
        return cls.begin(kind, id=campaign_key(facts["campaign_id"], facts["customer_id"]), **facts)
