"""Identity claims: who holds a phone number, company name, reference or login (查重, D4)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.card import Card, company_key
from domain.ids import blind_id


class ClaimKind(StrEnum):
    """What must not belong to two customers, representatives (logins) or contracts."""

    PHONE = "phone"
    COMPANY = "company"
    REFERENCE = "reference"
    LOGIN = "login"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Claim:
    """The id of an identity: an HMAC of the normalised value, which nobody can guess back."""

    kind: ClaimKind
    id: UUID


class IdentityClaim(CareAggregate):
    """One identity and who holds it (查重).

    Its stream id is the blind id of the identity, so of two customers that want the same phone at
    the same moment the primary key of the event log lets one through.
    """

    TOPIC = "identity"

    class Event(CareAggregate.Event):
        """A fact about who holds the identity; its reason is stored under the holder's key."""

        SUBJECT: ClassVar[str] = "holder_id"

    class Claimed(Event, CareAggregate.Created):
        """The identity was taken for the first time."""

        TOPIC = "identity.claimed"
        kind: str
        holder_id: UUID

        def apply(self, aggregate: IdentityClaim) -> None:
            """Let the holder be the only one."""
            aggregate.holder_ids = [self.holder_id]

    class Shared(Event):
        """A manager let another customer have the same identity, with a reason (D4)."""

        TOPIC = "identity.shared"
        holder_id: UUID

        def apply(self, aggregate: IdentityClaim) -> None:
            """Add the holder."""
            aggregate.holder_ids = [*aggregate.holder_ids, self.holder_id]

    class Reclaimed(Event):
        """An identity that had become free was taken again."""

        TOPIC = "identity.reclaimed"
        holder_id: UUID

        def apply(self, aggregate: IdentityClaim) -> None:
            """Let the holder be the only one again."""
            aggregate.holder_ids = [self.holder_id]

    class Released(Event):
        """A holder gave the identity up, for example by correcting a phone number."""

        TOPIC = "identity.released"
        holder_id: UUID

        def apply(self, aggregate: IdentityClaim) -> None:
            """Take the holder away."""
            aggregate.holder_ids = [h for h in aggregate.holder_ids if h != self.holder_id]

    Created = Claimed

    holder_ids: list[UUID]

    @classmethod
    def claim(cls, claim: Claim, holder_id: UUID) -> IdentityClaim:
        """Take an identity that nobody has held yet."""
        fields = {"kind": claim.kind.value, "holder_id": holder_id}
        return cls.begin(cls.Claimed, id=claim.id, **fields)

    def add_holder(self, holder_id: UUID) -> None:
        """Let `holder_id` hold the identity too, or again."""
        if holder_id not in self.holder_ids:
            kind = self.Shared if self.holder_ids else self.Reclaimed
            self.trigger_event(kind, holder_id=holder_id)

    def release(self, holder_id: UUID) -> None:
        """Let `holder_id` hold the identity no longer."""
        if holder_id in self.holder_ids:
            self.trigger_event(self.Released, holder_id=holder_id)

    def forget(self, holder_id: UUID) -> None:
        """Let somebody who is erased hold it no longer; of his, not even a reason can be kept."""
        if holder_id in self.holder_ids:
            self.trigger_event(self.Released, holder_id=holder_id, why="")


def claims_of_card(secret: bytes, card: Card, reference: str = "") -> list[Claim]:
    """Return every identity of a customer: phones, company, external reference (D4)."""
    wanted = [(ClaimKind.PHONE, phone) for phone in card.phones]
    if company := company_key(card.company):
        wanted.append((ClaimKind.COMPANY, company))
    claims = [Claim(kind, blind_id(secret, kind.value, value)) for kind, value in wanted]
    if _folded(reference):
        claims.append(reference_claim(secret, reference))
    return claims


def reference_claim(secret: bytes, reference: str) -> Claim:
    """Return the identity of a company's own number of a customer, compared without case."""
    return Claim(
        ClaimKind.REFERENCE, blind_id(secret, ClaimKind.REFERENCE.value, _folded(reference))
    )


def login_claim(secret: bytes, login: str) -> Claim:
    """Return the identity of a login, which is compared without case."""
    return Claim(ClaimKind.LOGIN, blind_id(secret, ClaimKind.LOGIN.value, _folded(login)))


def phone_claim(secret: bytes, phone: str) -> Claim:
    """Return the identity of a phone in E.164 form."""
    return Claim(ClaimKind.PHONE, blind_id(secret, ClaimKind.PHONE.value, phone))


def contract_claim(secret: bytes, number: str) -> Claim:
    """Return the identity of a contract's number, which is compared without case (R67)."""
    return Claim(ClaimKind.CONTRACT, blind_id(secret, ClaimKind.CONTRACT.value, _folded(number)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
