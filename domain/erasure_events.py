"""The facts of how a person is forgotten (删除个人信息), or may not be yet (D12)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from domain.customer_events import CustomerEvent

if TYPE_CHECKING:
    from domain.customer import Customer


class ErasureGround(StrEnum):
    """Why a person is forgotten, in the words of the law (PIPL article 47)."""

    REQUESTED = "requested"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PURPOSE_MET = "purpose-met"
    RETENTION_OVER = "retention-over"
    UNLAWFUL = "unlawful"


class Held(CustomerEvent):
    """Nothing of the customer may be erased for now (法律保全), for the reason in `why`."""

    TOPIC = "customer.held"

    def apply(self, aggregate: Customer) -> None:
        """Be held."""
        aggregate.is_on_hold = True


class HoldLifted(CustomerEvent):
    """The customer may be erased again."""

    TOPIC = "customer.hold_lifted"

    def apply(self, aggregate: Customer) -> None:
        """Be held no longer."""
        aggregate.is_on_hold = False


class Erased(CustomerEvent):
    """The person was erased (删除): his data key is destroyed, and nothing follows but its end.

    `why` stays readable, so it names nobody. `owner_id` and `second_owner_id` are those he had.
    """

    TOPIC = "customer.erased"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    ground: str
    erased_on: date
    owner_id: UUID | None
    second_owner_id: UUID | None

    def apply(self, aggregate: Customer) -> None:
        """Know nothing personal any more; cached copies forget as well."""
        aggregate.erased_on = self.erased_on
        aggregate.card, aggregate.reference = {}, ""
        aggregate.claim_ids = frozenset()


class ErasureCompleted(CustomerEvent):
    """Everything about the person was purged and looked for again.

    `searched` counts the rows, statistics and files that were looked through, by kind; `found` what
    was found of him, which is nothing. `knew_values` tells whether his data was still known and
    looked for, or his ids only, because the work had been interrupted after the key was destroyed.
    """

    TOPIC = "customer.erasure_completed"
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    searched: dict[str, int]
    found: dict[str, int]
    knew_values: bool

    def apply(self, aggregate: Customer) -> None:
        """Be done with."""
        aggregate.is_purged = True
