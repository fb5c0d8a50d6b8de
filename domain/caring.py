"""How a customer wants to be cared for (关怀偏好): read from him, recorded with him, heeded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from domain.card import differences
from domain.care_choices import CareChoices
from domain.channel import Channel
from domain.customer import Customer
from domain.errors import NothingChangedError
from domain.grade import Grade
from domain.plain import from_plain
from domain.silence import Silence


def choices_of(customer: Customer) -> CareChoices:
    """Return what the customer chose."""
    return from_plain(CareChoices, customer.care)


def choose(customer: Customer, choices: CareChoices) -> None:
    """Record what the customer chose; NothingChangedError when it was that already."""
    before, after = differences(choices_of(customer), choices)
    if not after:
        raise NothingChangedError(of="care")
    customer.trigger_event(Customer.CareChosen, before=before, after=after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cared:
    """What is asked of a customer before he is written to; nothing that names or reaches him.

    `reached_by` are the channels for which his card has an address, whatever he allows.
    """

    id: UUID
    owner_id: UUID | None
    grade: Grade
    choices: CareChoices
    reached_by: frozenset[Channel]
    last_contact_on: date | None
    is_erased: bool = False

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """Return what is asked of `customer`, from his history."""
        has = {Channel.EMAIL: customer.card.get("email"), Channel.SMS: customer.card.get("phones")}
        return cls(
            id=customer.id,
            owner_id=customer.owner_id,
            grade=customer.grade,
            choices=choices_of(customer),
            reached_by=frozenset(channel for channel, address in has.items() if address),
            last_contact_on=customer.last_contact_on,
            is_erased=customer.erased_on is not None,
        )


def silence_for(cared: Cared, *, is_offer: bool, complains: bool) -> Silence | None:
    """Return why he is left in peace, whatever the way; None when he may be written to.

    A dead customer gets no offer, and no greeting unless he has opted in (X3).
    """
    if cared.is_erased:
        return Silence.ERASED
    choices = cared.choices
    if choices.wants_greetings is False or (is_offer and choices.wants_offers is False):
        return Silence.OPTED_OUT
    if cared.grade is Grade.E and (is_offer or not choices.wants_greetings):
        return Silence.DEAD
    return Silence.OPEN_COMPLAINT if complains else None


def way_to(
    cared: Cared, channels: Sequence[Channel], set_up: Collection[Channel]
) -> Channel | Silence:
    """Return the first of `channels` by which he can be told, or why there is none.

    He has to allow it and be reached by it, and it must be `set_up` here.
    """
    allowed = [channel for channel in channels if cared.choices.allows(channel)]
    if not allowed:
        return Silence.NO_CONSENT
    reached_by = [channel for channel in allowed if channel in cared.reached_by]
    if not reached_by:
        return Silence.NO_ADDRESS
    return next((channel for channel in reached_by if channel in set_up), Silence.NO_CHANNEL)
