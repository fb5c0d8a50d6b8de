"""A shift (班次) of the background work: a company, its clock, and messages that really arrive."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from api.transfer.background import judge
from domain import commands
from domain.eventstore.settings import StoreSettings
from domain.priority import ComplaintChannel, Pressure, Severity
from projections.bootstrap import ReadSide
from projections.obligations.queries import ObligationQueries, ObligationRow
from projections.registry import READ_MODELS
from tests.support.care import Company
from workers.bootstrap import Backstage
from workers.channels.settings import ChannelSettings, MailServer
from workers.decisions.kinds import KINDS, Kind
from workers.decisions.office import Office
from workers.importing import Judge
from workers.lanes import Job, Lane
from workers.settings import QueueSettings, WorkSettings
from workers.ticker import Ticker

SECRET = "whsec_" + base64.b64encode(b"a secret for nothing but tests").decode()

Sent = tuple[Job, Lane, list[UUID]]


class NoQueue:
    """The queue is away."""

    def waiting(self, _job: Job, _lane: Lane) -> int | None:
        return None

    def send(self, _job: Job, _lane: Lane, _keys: Sequence[UUID]) -> bool:
        return False


class CaughtHints:
    """Takes every hint and keeps it, so that a test can lose it, double it or hand it on."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []

    def waiting(self, _job: Job, _lane: Lane) -> int | None:
        return 0

    def send(self, job: Job, lane: Lane, keys: Sequence[UUID]) -> bool:
        self.sent.append((job, lane, list(keys)))
        return True

    def heeded(self) -> None:
        """Have a worker heed them, in the order they came."""
        sent, self.sent = self.sent, []
        for job, _, keys in sent:
            job.run(keys)


class _CompanyClock:
    def __init__(self, company: Company) -> None:
        self._company = company

    def now(self) -> datetime:
        return self._company.now


class Shift:
    """The background work of a company, its clock being the company's."""

    def __init__(
        self,
        company: Company,
        *,
        queue_url: str = "",
        mail_port: int | None = None,
        kinds: Mapping[str, Kind] = KINDS,
        judge: Judge = judge,
        work: WorkSettings | None = None,
        **channels: Any,
    ) -> None:
        """Begin with what a test chooses; `channels` are fields of ChannelSettings."""
        self.company = company
        self.read = ReadSide.over(company.log)
        mail = (
            MailServer(host="127.0.0.1", port=mail_port, sender="care@example.com")
            if mail_port
            else None
        )
        self.stage = Backstage.over(
            self.read,
            store=StoreSettings.from_environment({"KEZHI_DATABASE_URL": company.database.address}),
            queue=QueueSettings(url=queue_url),
            settings=work or WorkSettings(),
            channels=ChannelSettings(
                mail_server=mail, webhook_allow_private=True, webhook_allow_http=True, **channels
            ),
            clock=_CompanyClock(company),
            kinds=kinds,
            judge=judge,
        )
        self.owed = ObligationQueries(company.database)

    @property
    def office(self) -> Office:
        """What decisions are made with."""
        return self.stage.deciding._office

    def project(self) -> None:
        """Bring the read models to the head of the log."""
        self.company.project(*READ_MODELS)

    def tick(self, hints: Any = None, *, job: Job | None = None) -> None:
        """Look once at what is due now."""
        for each in [job] if job else self.stage.jobs:
            ticker = Ticker(
                each, hints or NoQueue(), clock=self.stage.clock, uptime=self.stage.uptime
            )
            while ticker.tick(self.company.now):
                pass

    def works(self, hints: Any = None) -> None:
        """Do everything there is to do now: decide, then send what was decided."""
        for job in self.stage.jobs:
            self.project()
            self.tick(hints, job=job)
            self.project()

    def works_until(self, moment: datetime) -> None:
        """Let time pass until `moment`, doing at each instant what falls due then."""
        while True:
            self.works()
            soonest = self.owed.next_due_at(self.company.now)
            if soonest is None or soonest > moment:
                break
            self.company.now = soonest
        self.company.now = moment
        self.works()

    def owes(self, subject_id: UUID) -> list[ObligationRow]:
        """What is owed about a subject, as of the head of the log."""
        self.project()
        return self.owed.about(subject_id)

    def events(self, *kinds: type[Any]) -> list[Any]:
        """The events of these kinds, in the order of the log."""
        notifications = self.company.log.recorder.select_notifications(1, 100_000)
        events = self.company.log.mapper.to_domain_events(notifications)
        return [event for event in events if isinstance(event, kinds)]

    def complains(self, about: UUID, severity: Severity | None = Severity.CRITICAL) -> UUID:
        """File a complaint about a customer, triaged at once unless `severity` is None."""
        command = commands.FileComplaint(
            customer_id=about,
            channel=ComplaintChannel.PHONE,
            summary="货损",
            severity=severity,
            pressure=Pressure.HIGH if severity else None,
        )
        return self.company.does(command).subject_id

    def close(self) -> None:
        """Give connections back."""
        self.stage.close()
        self.read.watch.close()
