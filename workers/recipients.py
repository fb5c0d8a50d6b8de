"""Whom a message goes to, and where he is reached now (收件人)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.activity import Activity
from domain.application import CustomerCare
from domain.campaign import Campaign, CampaignState
from domain.care_choices import TextLanguage
from domain.caring import Cared, silence_for
from domain.channel import ENDPOINTS, Channel
from domain.customer import Customer
from domain.silence import Silence
from projections.complaints.queries import ComplaintQueries
from projections.outbox.queries import MessageRow
from projections.people.queries import PeopleQueries
from workers.customer_words import Words, campaign_words_for, words_for
from workers.decisions.campaign import is_off


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


PAUSED = "campaign-paused"
"""Why there is no recipient for the time being."""


class Recipients:
    """Finds recipients: representatives by the addresses that they chose, customers by their card.

    A customer is asked for in the log, so that nothing leaves after he took his consent back, has
    complained, or the campaign was called off.
    """

    def __init__(
        self, people: PeopleQueries, care: CustomerCare, complaints: ComplaintQueries
    ) -> None:
        """Look among `people`, and for customers in the log of `care`."""
        self._people = people
        self._care = care
        self._complaints = complaints

    def find(self, message: MessageRow) -> Recipient | str:
        """Return whoever `message` is for; the reason when he has left, or wants none of it."""
        if message.is_to_customer:
            return self._customer(message)
        person = self._people.get(message.recipient_id)
        if person is None or person.left_on is not None:
            return "left"
        channel = message.channel
        if channel is Channel.EMAIL:
            return Recipient(person.email, (), person.chosen_at)
        secret = ""
        if channel in ENDPOINTS:
            secret = self._people.secret_of(person.rep_id, channel)
        return Recipient(
            person.addresses.get(channel, ""), (secret,) if secret else (), person.chosen_at
        )

    def _customer(self, message: MessageRow) -> Recipient | str:
        campaign = self._found(message.facts.get("campaign_id"))
        activity = self._found(campaign.plan.activity_id) if campaign else None
        if campaign is not None and is_off(campaign, activity):
            return Silence.CANCELLED
        if campaign is not None and campaign.state is CampaignState.PAUSED:
            return PAUSED
        customer = self._care.log.get(message.recipient_id)
        if not isinstance(customer, Customer):
            return Silence.NO_CONSENT
        complains = bool(self._complaints.complaining([customer.id]))
        cared = Cared.of(customer)
        silence = silence_for(cared, is_offer=campaign is not None, complains=complains)
        if silence is not None or not cared.choices.allows(message.channel):
            return silence or Silence.NO_CONSENT
        phones = customer.card.get("phones", ())
        mail = customer.card.get("email", "")
        address = mail if message.channel is Channel.EMAIL else next(iter(phones), "")
        return Recipient(
            address, (), customer.modified_on, self._words(message, customer, campaign, activity)
        )

    def _words(
        self,
        message: MessageRow,
        customer: Customer,
        campaign: Campaign | None,
        activity: Activity | None,
    ) -> Words:
        owner = self._people.get(customer.owner_id) if customer.owner_id else None
        language, book = TextLanguage(message.facts["language"]), self._care.book()
        if campaign is None:
            return words_for(
                customer,
                message.facts["occasion"],
                message.facts["year"],
                language=language,
                policy=book.greetings,
                owner=owner,
            )
        return campaign_words_for(
            customer,
            campaign.plan.words_in(language),
            activity.plan if activity else None,
            owner=owner,
            zone=book.calendar.tz,
        )

    def _found(self, stream_id: UUID | str | None) -> Any:
        return self._care.log.get(UUID(str(stream_id))) if stream_id else None

    def are_in_group(self, channel: Channel, address: str, rep_ids: Iterable[UUID]) -> bool:
        """Tell whether one of `rep_ids` has his messages posted by the bot at `address`, too."""
        people = map(self._people.get, rep_ids)
        return any(person and person.addresses.get(channel) == address for person in people)
