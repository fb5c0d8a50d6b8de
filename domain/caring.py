"""How a customer wants to be cared for (关怀偏好): read from him, recorded with him, heeded."""

from __future__ import annotations

from collections.abc import Collection, Sequence

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


def silence_for(customer: Customer, *, is_offer: bool, complains: bool) -> Silence | None:
    """Return why he is left in peace, whatever the way; None when he may be written to.

    A dead customer gets no offer, and no greeting unless he has opted in (X3).
    """
    if customer.erased_on is not None:
        return Silence.ERASED
    choices = choices_of(customer)
    if choices.wants_greetings is False or (is_offer and choices.wants_offers is False):
        return Silence.OPTED_OUT
    if customer.grade is Grade.E and (is_offer or not choices.wants_greetings):
        return Silence.DEAD
    return Silence.OPEN_COMPLAINT if complains else None


def way_to(
    customer: Customer, channels: Sequence[Channel], set_up: Collection[Channel]
) -> Channel | Silence:
    """Return the first of `channels` by which he can be told, or why there is none.

    He has to allow it and be reached by it, and it must be `set_up` here.
    """
    choices = choices_of(customer)
    allowed = [channel for channel in channels if choices.allows(channel)]
    if not allowed:
        return Silence.NO_CONSENT
    has = {Channel.EMAIL: customer.card.get("email"), Channel.SMS: customer.card.get("phones")}
    reached_by = [channel for channel in allowed if has[channel]]
    if not reached_by:
        return Silence.NO_ADDRESS
    return next((channel for channel in reached_by if channel in set_up), Silence.NO_CHANNEL)
