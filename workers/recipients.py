"""Whom a message goes to, and where he is reached now (收件人)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.application import CustomerCare
from domain.care_choices import TextLanguage
from domain.caring import choices_of
from domain.channel import ENDPOINTS, Channel
from domain.customer import Customer
from projections.outbox.queries import MessageRow
from projections.people.queries import PeopleQueries
from workers.greeting_words import Words, words_for


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody and the place where one message finds him, which he chose at `since`; personal.

    `address` is empty when he takes nothing through the message's channel any more. `words` are
    written for a customer alone; other messages are put as their kind is.
    """

    address: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    since: datetime
    words: Words | None = field(default=None, repr=False)


class Recipients:
    """Finds recipients: representatives by the addresses that they chose, customers by their card.

    A customer is asked for in the log, so that nothing leaves after he took his consent back.
    """

    def __init__(self, people: PeopleQueries, care: CustomerCare) -> None:
        """Look among `people`, and for customers in the log of `care`."""
        self._people = people
        self._care = care

    def find(self, message: MessageRow) -> Recipient | None:
        """Return whoever `message` is for; None when he has left, or wants none of it."""
        if message.is_to_customer:
            return self._customer(message)
        person = self._people.get(message.recipient_id)
        if person is None or person.left_on is not None:
            return None
        channel = message.channel
        if channel is Channel.EMAIL:
            return Recipient(person.email, (), person.chosen_at)
        secret = ""
        if channel in ENDPOINTS:
            secret = self._people.secret_of(person.rep_id, channel)
        return Recipient(
            person.addresses.get(channel, ""), (secret,) if secret else (), person.chosen_at
        )

    def _customer(self, message: MessageRow) -> Recipient | None:
        customer = self._care.log.get(message.recipient_id)
        if not isinstance(customer, Customer) or customer.erased_on is not None:
            return None
        if not choices_of(customer).allows(message.channel):
            return None
        phones = customer.card.get("phones", ())
        mail = customer.card.get("email", "")
        address = mail if message.channel is Channel.EMAIL else next(iter(phones), "")
        owner = self._people.get(customer.owner_id) if customer.owner_id else None
        words = words_for(
            customer,
            message.facts["occasion"],
            message.facts["year"],
            language=TextLanguage(message.facts["language"]),
            policy=self._care.book().greetings,
            owner=owner,
        )
        return Recipient(address, (), customer.modified_on, words)

    def are_in_group(self, channel: Channel, address: str, rep_ids: Iterable[UUID]) -> bool:
        """Tell whether one of `rep_ids` has his messages posted by the bot at `address`, too."""
        people = map(self._people.get, rep_ids)
        return any(person and person.addresses.get(channel) == address for person in people)
