"""Tickets (凭条): what a page or a link carries, so that we know it again and nobody makes his own.

A ticket says until when it holds, once under which key it is used, and whose it is when it stands
in a customer's own link. It is bound to one form and one use by an HMAC under a secret of the
deployment, so a form that is revoked takes all its tickets with it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Self
from uuid import UUID

NIL = UUID(int=0)
NONCE_BYTES = 12
MAC_BYTES = 16
BODY_BYTES = 1 + 16 + NONCE_BYTES + 4
LONGEST = 80
"""Characters that any ticket has at most."""


class Use(IntEnum):
    """What a ticket is good for.

    A link opens the page, a page sends one message; by SUBJECT a person fetches what is held about
    him, bound to no form.
    """

    LINK = 1
    PAGE = 2
    SUBJECT = 3


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may write until when; `key` is the key under which the message is taken in once."""

    use: Use
    customer_id: UUID | None
    key: str
    expires_at: datetime

    @classmethod
    def fresh(cls, use: Use, customer_id: UUID | None, expires_at: datetime) -> Self:
        """Return a ticket that there was not before."""
        return cls(use, customer_id, secrets.token_hex(NONCE_BYTES), expires_at)


class TicketOffice:
    """Seals tickets and reads them back."""

    def __init__(self, deployment_secret: bytes) -> None:
        """Seal under a secret made from the deployment's."""
        self._secret = hmac.digest(deployment_secret, b"kezhi-intake", "sha256")

    def seal(self, ticket: Ticket, form_id: UUID) -> str:
        """Return the ticket as text for an address or a form."""
        body = b"".join(
            (
                bytes([ticket.use]),
                (ticket.customer_id or NIL).bytes,
                bytes.fromhex(ticket.key),
                int(ticket.expires_at.timestamp()).to_bytes(4, "big"),
            )
        )
        sealed = body + self._mac(body, form_id)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def read(self, text: str, use: Use, form_id: UUID, now: datetime) -> Ticket | None:
        """Return the ticket that `text` is; None unless we made it for this, and it still holds."""
        try:
            sealed = base64.b64decode(text[:LONGEST] + "==", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        body, mac = sealed[:BODY_BYTES], sealed[BODY_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body, form_id)):
            return None
        expires = int.from_bytes(body[-4:], "big")
        if body[0] != use or expires <= now.timestamp():
            return None
        customer_id = UUID(bytes=body[1:17])
        return Ticket(
            use,
            None if customer_id == NIL else customer_id,
            body[17:-4].hex(),
            datetime.fromtimestamp(expires, now.tzinfo),
        )

    def mail_secret(self, form_id: UUID) -> str:
        """Return the secret with which whoever forwards mail signs it (Standard Webhooks)."""
        derived = hmac.digest(self._secret, b"mail\0" + form_id.bytes, "sha256")
        return "whsec_" + base64.b64encode(derived).decode("ascii")

    def _mac(self, body: bytes, form_id: UUID) -> bytes:
        return hmac.digest(self._secret, b"ticket\0" + form_id.bytes + body, "sha256")[:MAC_BYTES]


def page_address(form_id: UUID, ticket: str = "") -> str:
    """Return the address of a form's page below this server's own, with a link's ticket."""
    return f"/intake/{form_id}" + (f"?c={ticket}" if ticket else "")
