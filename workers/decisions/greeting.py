"""Decides on greetings: greet a customer, or say why not (R73, R75).

From the log and not from the read models: whoever took his consent back a second ago is not
greeted. Asked again when the message leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.caring import choices_of, silence_for, way_to
from domain.channel import Channel
from domain.customer import Customer
from domain.greeting import Greeting
from domain.occasion import Occasion, OccasionKind
from domain.policies.book import PolicyBook, PolicyKind
from domain.provenance import signing
from domain.silence import Silence
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Decide each greeting by what is true now; all of them are saved together."""
    book = office.care.book()
    customers = office.care.log.get_many({o.subject_id for o in obligations})
    complaining = office.complaints.complaining(list(customers))
    set_up, decided = office.ways_out.read().are_there_for("greeting"), []
    for obligation in obligations:
        with signing(office.signature(now, obligation.key)):
            decided.append(
                _greeting(obligation, customers, complaining, set_up, book=book, now=now)
            )
    append_once(office.care.log, decided)


def _greeting(
    obligation: ObligationRow,
    customers: Mapping[UUID, object],
    complaining: Collection[UUID],
    set_up: Collection[Channel],
    *,
    book: PolicyBook,
    now: datetime,
) -> Greeting:
    customer = customers[obligation.subject_id]
    if not isinstance(customer, Customer) or obligation.expires_at is None:
        raise TypeError(f"a greeting is owed to {obligation.subject_id}, who is no customer")
    occasion = _occasion(obligation)
    version = book.versions[PolicyKind.GREETINGS]
    way = (
        silence_for(customer, is_offer=False, complains=customer.id in complaining)
        or _reason_against(customer, occasion, book, now)
        or (Silence.MISSED_WINDOW if now >= obligation.expires_at else None)
        or way_to(customer, book.greetings.channels, set_up)
    )
    if isinstance(way, Silence):
        return Greeting.skip(
            customer_id=customer.id,
            owner_id=customer.owner_id,
            occasion=occasion,
            due_at=obligation.due_at,
            reason=way,
            policy_version=version,
        )
    return Greeting.issue(
        customer_id=customer.id,
        owner_id=customer.owner_id,
        occasion=occasion,
        due_at=obligation.due_at,
        expires_at=obligation.expires_at,
        channel=way,
        language=choices_of(customer).language,
        policy_version=version,
    )


def _reason_against(
    customer: Customer, occasion: Occasion, book: PolicyBook, now: datetime
) -> Silence | None:
    """Return why nobody greets this customer on this occasion."""
    policy = book.greetings
    if occasion.kind not in policy.occasions or (
        occasion.festival and occasion.festival not in policy.festivals
    ):
        return Silence.NOT_GREETED
    last = customer.last_contact_on
    if last is not None and book.today(now) - last < timedelta(days=policy.quiet_days):
        return Silence.CONTACTED_LATELY
    return None


def _occasion(obligation: ObligationRow) -> Occasion:
    name, day = obligation.payload["occasion"], obligation.day
    if day is None:
        raise TypeError(f"the occasion {name} of {obligation.subject_id} has no day")
    kind = OccasionKind(name.partition(":")[0])
    return Occasion(kind, name, obligation.payload["year"], day)
