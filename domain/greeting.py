"""The greeting (问候): one occasion of one customer, decided once under its own key (R73, D7)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.care_choices import TextLanguage
from domain.channel import Channel
from domain.occasion import Occasion, greeting_key
from domain.silence import Silence


class Greeting(CareAggregate):
    """One decision to greet, or not to; its id is the key of the occasion.

    The first event is the decision, so nobody is congratulated twice: not by two workers, and not
    by a representative and by us.
    """

    TOPIC = "greeting"

    class Event(CareAggregate.Event):
        """A fact about a greeting; `on` is the local day, `due_at` when it was due.

        `occasion` and `year` are part of the key. No word of it is personal.
        """

        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        SUBJECT: ClassVar[str] = "customer_id"
        customer_id: UUID

    class Decided(Event, CareAggregate.Created):
        """What all decisions have in common."""

        TOPIC = "greeting.decided"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        SUBJECT: ClassVar[str] = "customer_id"
        owner_id: UUID | None
        occasion: str
        year: str
        on: date

        def apply(self, aggregate: Greeting) -> None:
            """Remember whom it is for."""
            aggregate.customer_id = self.customer_id
            aggregate.occasion = self.occasion
            aggregate.on = self.on

    class Issued(Decided):
        """The customer is to be greeted by `channel`, until `expires_at`, in the words in force."""

        TOPIC = "greeting.issued"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        due_at: datetime
        expires_at: datetime
        channel: str
        language: str
        policy_version: int

    class Skipped(Decided):
        """The customer is not greeted, for a reason."""

        TOPIC = "greeting.skipped"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        due_at: datetime
        reason: str
        policy_version: int

    class Reserved(Decided):
        """A representative greets the customer in person, so we do not."""

        TOPIC = "greeting.reserved"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        rep_id: UUID | None

    Created = Decided

    customer_id: UUID
    occasion: str
    on: date

    @classmethod
    def issue(
        cls,
        *,
        customer_id: UUID,
        owner_id: UUID | None,
        occasion: Occasion,
        due_at: datetime,
        expires_at: datetime,
        channel: Channel,
        language: TextLanguage,
        policy_version: int,
    ) -> Self:
        """Decide to greet."""
        return cls._decide(
            cls.Issued,
            customer_id,
            owner_id,
            occasion,
            due_at=due_at,
            expires_at=expires_at,
            channel=channel.value,
            language=language.value,
            policy_version=policy_version,
        )

    @classmethod
    def skip(
        cls,
        *,
        customer_id: UUID,
        owner_id: UUID | None,
        occasion: Occasion,
        due_at: datetime,
        reason: Silence,
        policy_version: int,
    ) -> Self:
        """Decide not to greet."""
        return cls._decide(
            cls.Skipped,
            customer_id,
            owner_id,
            occasion,
            due_at=due_at,
            reason=reason.value,
            policy_version=policy_version,
        )

    @classmethod
    def reserve(
        cls, *, customer_id: UUID, owner_id: UUID | None, occasion: Occasion, rep_id: UUID | None
    ) -> Self:
        """Let a representative greet in person."""
        return cls._decide(cls.Reserved, customer_id, owner_id, occasion, rep_id=rep_id)

    @classmethod
    def _decide(
        cls,
        kind: type[Any],
        customer_id: UUID,
        owner_id: UUID | None,
        occasion: Occasion,
        **facts: Any,
    ) -> Self:
        return cls.begin(
            kind,
            id=greeting_key(customer_id, occasion.name, occasion.year),
            customer_id=customer_id,
            owner_id=owner_id,
            occasion=occasion.name,
            year=occasion.year,
            on=occasion.on,
            **facts,
        )
