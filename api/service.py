"""What the HTTP edge is given: the read side, the door for commands, clocks and secrets."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import cast

from flask import current_app, g

from api.auth import Authenticator
from api.hourly_limits import HourlyLimits, IntakeLimits
from api.idempotency import request_fingerprint
from api.intake_tickets import TicketOffice
from api.metrics import Metrics
from api.pagination import Pager
from api.presence import Presence
from api.second_factors import SecondFactors
from api.sessions import Sessions
from domain.access import Principal
from domain.application import IdempotencyKey, Receipt
from domain.commands import Command
from domain.errors import CareError
from domain.ids import new_id
from domain.provenance import Provenance
from projections.bootstrap import ReadSide
from workers.backlog import Backlog
from workers.erasing.onlookers import Onlookers
from workers.trials import Trials
from workers.uploads import Uploads
from workers.vitals import VitalsReader

EXTENSION = "kezhi"
KEYS_KEPT_FOR = timedelta(hours=72)
"""How long an Idempotency-Key is remembered."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a view may use. Built once per process, shared by its threads."""

    read: ReadSide
    authenticator: Authenticator
    sessions: Sessions
    second_factors: SecondFactors
    presence: Presence
    pager: Pager
    fingerprint_secret: bytes
    now: Callable[[], datetime]
    metrics: Metrics
    backlog: Backlog
    onlookers: Onlookers
    uploads: Uploads
    trials: Trials
    tickets: TicketOffice
    hourly: HourlyLimits
    intake_limits: IntakeLimits = field(default_factory=IntakeLimits)
    background: VitalsReader | None = None
    metrics_token: str = field(default="", repr=False)

    @classmethod
    def build(
        cls,
        read: ReadSide,
        *,
        monotonic: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        metrics: Metrics | None = None,
        background: VitalsReader | None = None,
        metrics_token: str = "",
        intake_limits: IntakeLimits | None = None,
    ) -> Service:
        """Derive the secrets of the edge from the deployment's and gather the rest.

        `metrics` is what the processes of one server count into together, `background` tells how
        the background work is doing.
        """
        secret = read.log.blinding_secret
        return cls(
            read=read,
            authenticator=Authenticator(read.people, now, monotonic),
            sessions=Sessions(read.database),
            presence=Presence(read.database),
            second_factors=SecondFactors(read.database, secret),
            pager=Pager(hmac.digest(secret, b"kezhi-cursor", "sha256")),
            fingerprint_secret=hmac.digest(secret, b"kezhi-fingerprint", "sha256"),
            now=now,
            metrics=metrics or Metrics(),
            backlog=Backlog(read.database),
            onlookers=Onlookers(read.database, read.log.recorder.schema),
            uploads=Uploads(read.database, secret),
            trials=Trials(read.database),
            tickets=TicketOffice(secret),
            hourly=HourlyLimits(read.database, secret),
            intake_limits=intake_limits or IntakeLimits(),
            background=background,
            metrics_token=metrics_token,
        )

    def close(self) -> None:
        """Close the connections."""
        if self.background is not None:
            self.background.close()
        self.read.close()

    def today(self) -> date:
        """Return the company's calendar date now."""
        return self.read.care.book().today(self.now())


def the_service() -> Service:
    """Return the service of the application that answers this request."""
    return cast("Service", current_app.extensions[EXTENSION])


def the_principal() -> Principal:
    """Return who sends this request."""
    return cast("Principal", g.principal)


def signature(why: str = "") -> Provenance:
    """Return the provenance of what whoever sends this request does now."""
    return Provenance(
        principal=the_principal(),
        at=the_service().now(),
        through=g.get("through", "http"),
        correlation=new_id(),
        why=why,
    )


def carry_out(
    command: Command,
    *,
    why: str = "",
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> Receipt:
    """Execute `command` for whoever sends this request and return the receipt."""
    service = the_service()
    now = service.now()
    key = None
    if idempotency_key is not None:
        key = IdempotencyKey(
            key=idempotency_key,
            fingerprint=request_fingerprint(service.fingerprint_secret),
            expires_at=now + KEYS_KEPT_FOR,
        )
    try:
        receipt = service.read.care.execute(
            command, signature(why), expected_version=expected_version, idempotency=key
        )
    except CareError as error:
        service.metrics.count_command(type(command), error.kind.value)
        raise
    service.metrics.count_command(type(command), _outcome(receipt))
    g.position = receipt.position
    return receipt


def _outcome(receipt: Receipt) -> str:
    if receipt.is_replay:
        return "replayed"
    return "recorded" if receipt.position else "unchanged"
