"""Decides on greetings: greet a customer, or say why not (R73, R75).

From the log and not from the read models: whoever took his consent back a second ago is not
greeted. Asked again when the message leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.care_choices import CareChoices
from domain.caring import choices_of
from domain.channel import Channel
from domain.customer import Customer
from domain.grade import Grade
from domain.greeting import Greeting, GreetingSkip
from domain.occasion import Occasion, OccasionKind
from domain.policies.book import PolicyBook, PolicyKind
from domain.provenance import signing
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Decide each greeting by what is true now; all of them are saved together."""
    book = office.care.book()
    customers = office.care.log.get_many({o.subject_id for o in obligations})
    complaining = office.complaints.complaining(list(customers))
    decided = []
    for obligation in obligations:
        with signing(office.signature(now, obligation.key)):
            decided.append(_greeting(obligation, customers, complaining, book, now))
    append_once(office.care.log, decided)


def _greeting(
    obligation: ObligationRow,
    customers: Mapping[UUID, object],
    complaining: Collection[UUID],
    book: PolicyBook,
    now: datetime,
) -> Greeting:
    customer = customers[obligation.subject_id]
    if not isinstance(customer, Customer) or obligation.expires_at is None:
        raise TypeError(f"a greeting is owed to {obligation.subject_id}, who is no customer")
    occasion, choices = _occasion(obligation), choices_of(customer)
    version = book.versions[PolicyKind.GREETINGS]
    channel = channel_to(customer, choices, book.greetings.channels)
    reason = _reason_against(customer, choices, occasion, book, now)
    if reason is None and customer.id in complaining:
        reason = GreetingSkip.OPEN_COMPLAINT
    if reason is None and now >= obligation.expires_at:
        reason = GreetingSkip.MISSED_WINDOW
    if reason is None and channel is None:
        may = any(choices.allows(each) for each in book.greetings.channels)
        reason = GreetingSkip.NO_ADDRESS if may else GreetingSkip.NO_CONSENT
    if reason is not None or channel is None:
        return Greeting.skip(
            customer_id=customer.id,
            owner_id=customer.owner_id,
            occasion=occasion,
            due_at=obligation.due_at,
            reason=reason or GreetingSkip.NO_ADDRESS,
            policy_version=version,
        )
    return Greeting.issue(
        customer_id=customer.id,
        owner_id=customer.owner_id,
        occasion=occasion,
        due_at=obligation.due_at,
        expires_at=obligation.expires_at,
        channel=channel,
        language=choices.language,
        policy_version=version,
    )


def channel_to(
    customer: Customer, choices: CareChoices, channels: Sequence[Channel]
) -> Channel | None:
    """Return the first way in which a customer both allows to be and can be reached."""
    has = {Channel.EMAIL: customer.card.get("email"), Channel.SMS: customer.card.get("phones")}
    return next((each for each in channels if choices.allows(each) and has[each]), None)


def _reason_against(
    customer: Customer, choices: CareChoices, occasion: Occasion, book: PolicyBook, now: datetime
) -> GreetingSkip | None:
    """Return why nobody greets this customer, whatever his address."""
    policy = book.greetings
    if choices.wants_greetings is False:
        return GreetingSkip.OPTED_OUT
    if occasion.kind not in policy.occasions or (
        occasion.festival and occasion.festival not in policy.festivals
    ):
        return GreetingSkip.NOT_GREETED
    if customer.grade is Grade.E and not choices.wants_greetings:
        return GreetingSkip.DEAD
    last = customer.last_contact_on
    if last is not None and book.today(now) - last < timedelta(days=policy.quiet_days):
        return GreetingSkip.CONTACTED_LATELY
    return None


def _occasion(obligation: ObligationRow) -> Occasion:
    name, day = obligation.payload["occasion"], obligation.day
    if day is None:
        raise TypeError(f"the occasion {name} of {obligation.subject_id} has no day")
    kind = OccasionKind(name.partition(":")[0])
    return Occasion(kind, name, obligation.payload["year"], day)
