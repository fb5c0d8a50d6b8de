"""Decides on greetings: greet a customer, or say why not (R73, R75).

By what the lists say of him, so that a long history costs no more than a short one. When the
message leaves the log is asked: whoever took his consent back a second ago is not greeted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.caring import Cared, silence_for, way_to
from domain.channel import Channel
from domain.greeting import Greeting
from domain.occasion import Occasion, OccasionKind
from domain.policies.book import PolicyBook, PolicyKind
from domain.provenance import signing
from domain.silence import Silence
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Decide each greeting by what the lists say, and save them a few at a time."""
    book = office.care.book()
    customers = office.occasions.cared({o.subject_id for o in obligations}, office.care.log)
    complaining = office.complaints.complaining(list(customers))
    set_up = office.ways_out.read().are_there_for("greeting")

    def decided() -> Iterator[Greeting]:
        for obligation in obligations:
            with signing(office.signature(now, obligation.key)):
                greeting = _greeting(obligation, customers, complaining, set_up, book=book, now=now)
            yield greeting

    # Decided as they are saved: people get at a processor more often than in one long run.
    append_once(office.care.log, decided())


def _greeting(
    obligation: ObligationRow,
    customers: Mapping[UUID, Cared],
    complaining: Collection[UUID],
    set_up: Collection[Channel],
    *,
    book: PolicyBook,
    now: datetime,
) -> Greeting:
    cared = customers.get(obligation.subject_id)
    if cared is None or obligation.expires_at is None:
        raise TypeError(f"a greeting is owed to {obligation.subject_id}, who is no customer")
    occasion = _occasion(obligation)
    version = book.versions[PolicyKind.GREETINGS]
    way = (
        silence_for(cared, is_offer=False, complains=cared.id in complaining)
        or _reason_against(cared, occasion, book, now)
        or (Silence.MISSED_WINDOW if now >= obligation.expires_at else None)
        or way_to(cared, book.greetings.channels, set_up)
    )
    if isinstance(way, Silence):
        return Greeting.skip(
            customer_id=cared.id,
            owner_id=cared.owner_id,
            occasion=occasion,
            due_at=obligation.due_at,
            reason=way,
            policy_version=version,
        )
    return Greeting.issue(
        customer_id=cared.id,
        owner_id=cared.owner_id,
        occasion=occasion,
        due_at=obligation.due_at,
        expires_at=obligation.expires_at,
        channel=way,
        language=cared.choices.language,
        policy_version=version,
    )


def _reason_against(
    cared: Cared, occasion: Occasion, book: PolicyBook, now: datetime
) -> Silence | None:
    """Return why nobody greets this customer on this occasion."""
    policy = book.greetings
    if occasion.kind not in policy.occasions or (
        occasion.festival and occasion.festival not in policy.festivals
    ):
        return Silence.NOT_GREETED
    last = cared.last_contact_on
    if last is not None and book.today(now) - last < timedelta(days=policy.quiet_days):
        return Silence.CONTACTED_LATELY
    return None


def _occasion(obligation: ObligationRow) -> Occasion:
    name, day = obligation.payload["occasion"], obligation.day
    if day is None:
        raise TypeError(f"the occasion {name} of {obligation.subject_id} has no day")
    kind = OccasionKind(name.partition(":")[0])
    return Occasion(kind, name, obligation.payload["year"], day)
