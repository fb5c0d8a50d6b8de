"""What a small company has done in the last two months, one part of a day after another (演示)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from api.cli.demo_names import COMPLAINTS, NOTES, a_card, a_classification, a_purchase
from domain import commands
from domain.access import Principal
from domain.application import Receipt
from domain.bulk import BatchItem, Outcome
from domain.calendars.wall_time import first_instant
from domain.complaint import Complaint, Stage
from domain.contact import Contact, ContactMethod
from domain.customer import Customer
from domain.grade import DealStage, Grade
from domain.ids import new_id
from domain.policies.book import PolicyBook
from domain.priority import ComplaintChannel, Pressure, Severity
from domain.provenance import Provenance

CUSTOMERS = 240
DAYS = 60
PARTS = (time(9, 20), time(11, 0), time(13, 40), time(16, 10))
"""When a part of the day begins; each is one save."""

AT_FIRST = 90
"""How many customers the company already had."""

CALLS = 3
"""How many customers a rep calls in a part of a day at most."""

SLACK_DAYS = 5
"""In the last days there was less time, so that some customers are overdue."""

_GRADES = (Grade.A, Grade.B, Grade.C, Grade.D, Grade.E)
_STEPS = ("assign", "acknowledge", "investigate", "resolve", "report", "close")
_MINOR = (Severity.MINOR, Pressure.NORMAL)


@dataclass(slots=True)
class _Case:
    """A complaint of `days_ago`: how grave it is and how far it gets; None is not triaged."""

    days_ago: int
    gravity: tuple[Severity, Pressure] | None
    steps: Sequence[str]
    complaint: Complaint | None = None
    is_filed: bool = False


def _cases() -> list[_Case]:
    closed = [_Case(days, _MINOR, _STEPS) for days in (55, 50, 44, 37, 31, 26, 20, 15)]
    waiting = (*_STEPS[:2], "pause")
    open_ones = [
        _Case(12, (Severity.TRIVIAL, Pressure.LOW), _STEPS[:4]),
        _Case(9, (Severity.MAJOR, Pressure.NORMAL), waiting),
        _Case(6, (Severity.MAJOR, Pressure.HIGH), _STEPS[:2]),
        _Case(4, (Severity.MAJOR, Pressure.NORMAL), _STEPS[:3]),
        _Case(3, _MINOR, _STEPS[:1]),
        _Case(2, None, ()),
    ]
    return [*closed, *open_ones]


class Story:
    """Tells each part of a day as commands and is told what became of the part before the last."""

    def __init__(
        self, book: PolicyBook, random: Random, now: datetime, reps: Sequence[Principal]
    ) -> None:
        """Tell what `reps` did up to `now`."""
        self._book = book
        self._random = random
        self._now = now
        self._reps = {rep.id: rep for rep in reps}
        self._customers: dict[UUID, Customer] = {}
        self._called: dict[UUID, date] = {}
        self._cases = _cases()
        self._registered = 0
        self._at = now

    @property
    def customers(self) -> list[Customer]:
        """The customers as they stand, in the order they were registered."""
        return list(self._customers.values())

    def parts(self) -> Iterator[list[BatchItem]]:
        """Yield what was done in each part of each day, the last one yesterday or today."""
        today = self._book.today(self._now)
        for number in range(DAYS + 1):
            day = today - timedelta(days=DAYS - number)
            if number and not self._book.calendar.calendar.is_workday(day):
                continue
            for part, begins in enumerate(PARTS):
                self._at = first_instant(datetime.combine(day, begins), self._book.calendar.tz)
                if self._at > self._now - timedelta(hours=1):
                    return
                if items := list(self._part(day, number, part)):
                    yield items

    def learn(self, outcomes: Sequence[Outcome]) -> None:
        """Take note of what became of the commands of a part."""
        for outcome in outcomes:
            subject = outcome.subject if isinstance(outcome, Receipt) else None
            if isinstance(subject, Customer):
                self._customers[subject.id] = subject
            elif isinstance(subject, Complaint):
                known = [c for c in self._cases if c.complaint and c.complaint.id == subject.id]
                fresh = [c for c in self._cases if c.is_filed and c.complaint is None]
                (known or fresh)[0].complaint = subject

    def _part(self, day: date, number: int, part: int) -> Iterator[BatchItem]:
        done = (number * len(PARTS) + part + 1) / ((DAYS - 5) * len(PARTS))
        while self._registered < min(CUSTOMERS, AT_FIRST + (CUSTOMERS - AT_FIRST) * done):
            yield self._register()
        if number == DAYS:
            return
        for rep in self._reps.values():
            yield from self._contacts(rep, day, number, part)
        if part == 1 and self._customers:
            yield self._purchase(day)
        for case in self._cases:
            yield from self._work_on(case, DAYS - number, part)

    def _register(self) -> BatchItem:
        rep = list(self._reps.values())[self._registered % len(self._reps)]
        command = commands.RegisterCustomer(
            card=a_card(self._random, self._registered),
            classification=a_classification(self._random),
            grade=self._random.choices(_GRADES, weights=(1, 4, 8, 9, 1))[0],
        )
        self._registered += 1
        return self._done(rep, command)

    def _contacts(self, rep: Principal, day: date, number: int, part: int) -> Iterator[BatchItem]:
        """Call whom it is the turn of, the longest overdue first; less so in the last days."""
        due = [
            c for c in self._customers.values()
            if c.owner_id == rep.id and c.due.on <= day and self._called.get(c.id) != day
        ]  # fmt: skip
        most = CALLS if number < DAYS - SLACK_DAYS else part % 2
        for customer in sorted(due, key=lambda c: (c.due.on, c.grade))[:most]:
            self._called[customer.id] = day
            yield self._done(rep, self._contact(customer, day))

    def _contact(self, customer: Customer, day: date) -> commands.Command:
        if self._random.random() < 0.3:  # noqa: PLR2004 - one in three is one key
            return commands.RecordQuickNote(
                customer_id=customer.id,
                key=self._random.choices("123456", weights=(1, 4, 4, 3, 4, 3))[0],
            )
        changes = self._random.random() < 0.25  # noqa: PLR2004 - one call in four
        grade = self._random.choices(_GRADES, weights=(1, 5, 7, 5, 1))[0] if changes else None
        days = self._book.cadence.interval(grade or customer.grade)
        is_promised = days > 2 and self._random.random() < 0.2  # noqa: PLR2004 - now and then
        method = self._random.choices(list(ContactMethod), weights=(6, 3, 1, 1, 3, 1, 1))[0]
        contact = Contact(
            contacted_on=day,
            method=method,
            text=self._random.choice(NOTES),
            grade=grade,
            promised_on=day + timedelta(days=max(1, days // 2)) if is_promised else None,
        )
        return commands.RecordContact(customer_id=customer.id, contact=contact)

    def _purchase(self, day: date) -> BatchItem:
        buyers = [
            c for c in self._customers.values()
            if c.axes.deal_stage is not DealStage.PROSPECT and c.grade is not Grade.E
        ]  # fmt: skip
        buyer = self._random.choice(buyers or list(self._customers.values()))
        purchase = a_purchase(self._random, day)
        rep = self._reps[buyer.owner_id]
        return self._done(rep, commands.RecordPurchase(customer_id=buyer.id, purchase=purchase))

    def _work_on(self, case: _Case, days_ago: int, part: int) -> Iterator[BatchItem]:
        if not case.is_filed:
            if days_ago <= case.days_ago and part <= 1 and self._customers:
                case.is_filed = True
                yield self._file(case)
            return
        complaint = case.complaint
        if complaint is None:
            return
        rep = self._reps[self._customers[complaint.customer_id].owner_id]
        taken = _taken(complaint)
        if taken < len(case.steps) and (part == 0 or taken <= 1):
            yield self._done(rep, self._step(case.steps[taken], complaint.id, rep))

    def _file(self, case: _Case) -> BatchItem:
        customer = self._random.choice(
            [c for c in self._customers.values() if c.grade is not Grade.E]
        )
        severity, pressure = case.gravity or (None, None)
        command = commands.FileComplaint(
            customer_id=customer.id,
            channel=self._random.choice(list(ComplaintChannel)[:4]),
            summary=self._random.choice(COMPLAINTS),
            severity=severity,
            pressure=pressure,
        )
        return self._done(self._reps[customer.owner_id], command)

    @staticmethod
    def _step(step: str, complaint_id: UUID, rep: Principal) -> commands.Command:
        assert rep.id is not None  # noqa: S101 - representatives have one
        steps: dict[str, commands.Command] = {
            "assign": commands.AssignComplaint(complaint_id=complaint_id, handler_id=rep.id),
            "acknowledge": commands.AcknowledgeComplaint(complaint_id=complaint_id),
            "investigate": commands.InvestigateComplaint(
                complaint_id=complaint_id, cause="仓库装车时漏检"
            ),
            "resolve": commands.ResolveComplaint(
                complaint_id=complaint_id, solution="补发并承担运费"
            ),
            "report": commands.ReportOutcome(
                complaint_id=complaint_id, channel=ComplaintChannel.PHONE, answer="客户认可"
            ),
            "close": commands.CloseComplaint(complaint_id=complaint_id, satisfaction=4),
            "pause": commands.PauseComplaint(complaint_id=complaint_id),
        }
        return steps[step]

    def _done(self, rep: Principal, command: commands.Command) -> BatchItem:
        self._at += timedelta(seconds=self._random.randrange(20, 90))
        why = "等客户寄回样品" if isinstance(command, commands.PauseComplaint) else ""
        provenance = Provenance(
            principal=rep, at=self._at.astimezone(UTC), through="demo", correlation=new_id(),
            why=why,
        )  # fmt: skip
        return BatchItem(command=command, provenance=provenance)


def _taken(complaint: Complaint) -> int:
    """Return how many steps were taken of a complaint."""
    if complaint.is_paused:
        return len(_STEPS)
    order = [Stage.ASSIGNED, Stage.ACKNOWLEDGED, Stage.INVESTIGATED, Stage.RESOLVED,
             Stage.REPORTED, Stage.CLOSED]  # fmt: skip
    return order.index(complaint.stage) + 1 if complaint.stage in order else 0
