"""Tokens for those who work in a benchmark."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.auth import new_token
from domain import commands
from domain.access import GRANTS_BY_ROLE, Principal, Role
from domain.application import CustomerCare
from domain.eventstore.event_log import EventLog
from domain.ids import new_id
from domain.provenance import Provenance


def token_of(log: EventLog, rep_id: UUID, role: Role = Role.REP) -> str:
    """Give somebody of `role` a token for all that it allows."""
    token, digest = new_token()
    now = datetime.now(UTC)
    command = commands.IssueToken(
        rep_id=rep_id,
        token_id=new_id(),
        token_sha256=digest,
        label="benchmark",
        grants=GRANTS_BY_ROLE[role],
        expires_at=now + timedelta(days=30),
    )
    principal = Principal.system("benchmark")
    CustomerCare(log).execute(
        command,
        Provenance(principal=principal, at=now, through="test", correlation=new_id()),
    )
    return token
