"""The facts of a customer's way to the public pool (公海) and out of it (D10)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from domain.customer_events import CustomerEvent
from domain.journal import Due
from domain.policies.attention import PoolWarning
from domain.policies.pool import PoolClock

if TYPE_CHECKING:
    from domain.customer import Customer


class PoolWarned(CustomerEvent):
    """The owner was warned: without a contact, or a deal, the customer goes back on a day.

    `clock` tells which of the two, `since` and `term_days` how it was reckoned. `returns_on` holds
    as long as the clock is not set anew.
    """

    TOPIC = "customer.pool_warned"
    owner_id: UUID
    clock: str
    since: date
    term_days: int
    warned_on: date
    returns_on: date
    pool_version: int
    calendar_version: int
    to_ids: list[UUID]

    def apply(self, aggregate: Customer) -> None:
        """Remember what he was told."""
        clock = PoolClock(self.clock)
        aggregate.pool_warning = PoolWarning(clock, self.warned_on, self.returns_on)


class ReturnedToPool(CustomerEvent):
    """The customer went back to the public pool (退回公海) and has no owner any more.

    `clock`, `since` and `term_days` say why; they are null when a manager put him there, whose
    reason is in `why`. `grade` and `last_contact_on` are as they stood. After an outage nothing
    goes back before `grace_until`. `to_ids` were to be told.
    """

    TOPIC = "customer.returned_to_pool"
    from_owner_id: UUID | None
    from_second_owner_id: UUID | None
    clock: str | None
    since: date | None
    term_days: int | None
    returned_on: date
    grace_until: datetime | None
    grade: str
    last_contact_on: date | None
    pool_version: int
    calendar_version: int
    to_ids: list[UUID]

    def apply(self, aggregate: Customer) -> None:
        """Belong to nobody; both who had him have to wait before they may claim him."""
        lost = [rep for rep in (self.from_owner_id, self.from_second_owner_id) if rep is not None]
        aggregate.former_owners = {
            **aggregate.former_owners,
            **dict.fromkeys(lost, self.returned_on),
        }
        aggregate.belong_to(None, self.timestamp)
        aggregate.second_owner_id = aggregate.claimed_on = None


class Claimed(CustomerEvent):
    """The customer was taken from the public pool (领取): claimed, or given out by a manager.

    Whoever `is_assigned` was given to did not have to ask. `due` is the first date of the new
    owner.
    """

    TOPIC = "customer.claimed"
    to_owner_id: UUID
    is_assigned: bool
    claimed_on: date
    pool_version: int
    due: Due

    def apply(self, aggregate: Customer) -> None:
        """Belong to whoever took him."""
        aggregate.belong_to(self.to_owner_id, self.timestamp)
        aggregate.claimed_on = self.claimed_on
        aggregate.due = self.due
