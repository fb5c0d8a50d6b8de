"""What if (假设): the same history under another policy, before anybody adopts it; writes nothing.

The log is read once. What people did (contacts, purchases, changes of owners, complaints) is taken
as it happened; what follows from policies is reckoned anew with the code that decides: grades that
were assessed, due dates, the ladder of overdue follow-ups, the pool, the clocks of complaints. Both
sides are reckoned like this, so they differ by the policy alone, and either holds for all the time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from domain.complaint import Complaint
from domain.contact import ContactMethod
from domain.contract import Contract
from domain.customer import Customer
from domain.errors import CareError, InvalidError
from domain.eventstore.event_log import EventLog
from domain.grade import Demand, Grade, GradeBasis, Outlook
from domain.journal import PROMISED, Due, DueRule, next_due
from domain.plain import from_plain, require_fields, to_plain
from domain.policies.attention import Attention, AttentionRules, PoolWarning, Step, StepKind
from domain.policies.book import CONTENT_TYPES, PolicyBook, PolicyKind
from domain.policies.grading import assess
from domain.policies.pool import Exemption
from domain.topics import EVENT_CLASSES
from projections.moments import Moment
from projections.rebuild import Progress
from projections.what_if_clocks import ComplaintClocks

BATCH = 5_000
REPLAYED = frozenset({PolicyKind.GRADING, PolicyKind.CADENCE, PolicyKind.SLA, PolicyKind.POOL})
"""The policies that can be tried."""


@dataclass(slots=True)
class Figures:
    """What happened in a month to the customers of somebody.

    `asked` are the contacts that the due dates asked for, `overdue` the due dates that passed
    without a contact, `escalations` rungs that follow-ups and complaints climbed, `returns`
    customers that went back to the pool.
    """

    asked: int = 0
    overdue: int = 0
    escalations: int = 0
    returns: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What would be different under another policy: all together, and month by month."""

    now: Figures
    then: Figures
    months: list[MonthCompared]


@dataclass(frozen=True, slots=True)
class MonthCompared:
    """The month of a representative, that begins on `month`, as it is and as it would be."""

    rep_id: UUID
    month: date
    now: Figures
    then: Figures


class _Key(NamedTuple):
    rep_id: UUID
    month: date


def tried(book: PolicyBook, kind: PolicyKind, content: Mapping[str, Any]) -> PolicyBook:
    """Return `book` with what `content` would change of a policy; InvalidError when it cannot."""
    if kind not in REPLAYED:
        raise InvalidError(field="kind", problem="not-replayed")
    require_fields(CONTENT_TYPES[kind], content)
    before = getattr(book, kind.value)
    after = from_plain(CONTENT_TYPES[kind], {**to_plain(before), **content})
    changes: dict[str, Any] = {kind.value: after}
    return replace(book, **changes)


def what_if(
    log: EventLog,
    now: PolicyBook,
    then: PolicyBook,
    until: Moment,
    progress: Progress = lambda _position, _until: None,
) -> Comparison:
    """Return what would be different by `until` if `then` had always been in force, and not `now`.

    Months of representatives in which nothing differs are left out. `progress` is told how many of
    the events are in it, and of how many; it may raise to interrupt.
    """
    sides = (_Replay(now), _Replay(then))
    for event in _events(log, until.position, progress):
        for side in sides:
            side.take(event)
    for side in sides:
        side.end(until.at)
    compared = [
        MonthCompared(*key, *(side.figures.get(key, Figures()) for side in sides))
        for key in sorted({*sides[0].figures, *sides[1].figures}, key=lambda k: (k[1], k[0]))
    ]
    return Comparison(
        now=_sum(side.now for side in compared),
        then=_sum(side.then for side in compared),
        months=[each for each in compared if each.now != each.then],
    )


def _sum(figures: Iterable[Figures]) -> Figures:
    rows = [astuple(each) for each in figures]
    return Figures(*map(sum, zip(*rows, strict=True))) if rows else Figures()


def _events(log: EventLog, until: int, progress: Progress) -> Iterable[Any]:
    """Return the events of customers, complaints and contracts, with nothing personal opened."""
    wanted = (Customer.Event, Complaint.Event, Contract.Event)
    without = [topic for topic, known in EVENT_CLASSES.items() if not issubclass(known, wanted)]
    start = 0
    while start < until:
        progress(start, until)
        last = min(start + BATCH, until)
        found = log.recorder.select_notifications(
            start, BATCH, last, inclusive_of_start=False, without=without
        )
        yield from log.mapper.to_domain_events(found, frozenset())
        start = last
    progress(until, until)


@dataclass(slots=True)
class _Followed:
    """A customer as he would stand."""

    owner_id: UUID | None
    lawful_owner_id: UUID | None
    """Whose he is in the log, where nobody may have taken him from his owner."""
    owned_since: date
    contacted_on: date
    grade: Grade
    due: Due
    is_contacted: bool = False
    next_method: ContactMethod = ContactMethod.PHONE
    needed_by: date | None = None
    expected_on: date | None = None
    bought_on: date | None = None
    level: int = 0
    climbed_on: date | None = None
    warning: PoolWarning | None = None
    kept_by: set[UUID] = field(default_factory=set)

    @property
    def attention(self) -> Attention:
        return Attention(
            grade=self.grade,
            contacted_on=self.contacted_on,
            owned_since=self.owned_since,
            bought_on=self.bought_on,
            due_on=self.due.on,
            level=self.level,
            climbed_on=self.climbed_on,
            warning=self.warning,
        )

    def belong_to(self, owner_id: UUID | None, on: date) -> None:
        self.owner_id, self.owned_since, self.warning = owner_id, on, None
        self.level, self.climbed_on = 0, None


class _Replay:
    """One side: the log under one book."""

    def __init__(self, book: PolicyBook) -> None:
        self.figures: dict[_Key, Figures] = defaultdict(Figures)
        self._book = book
        self._rules: AttentionRules = book.attention_rules
        self._customers: dict[UUID, _Followed] = {}
        self._complaints = ComplaintClocks(book)

    def take(self, event: Any) -> None:
        """Go on by one event of the log."""
        if isinstance(event, Complaint.Event):
            self._complaints.take(event)
        if isinstance(event, (Complaint.Event, Contract.Event)):
            self._keep(event)
            return
        on = self._book.today(event.timestamp)
        if isinstance(event, Customer.Created):
            self._customers[event.originator_id] = self._begun(event, on)
            return
        customer = self._customers.get(event.originator_id)
        if customer is not None:
            self._pass_time(customer, on)
            self._change(customer, event, on)

    def end(self, until: datetime) -> None:
        """Let time pass to the present."""
        for customer in self._customers.values():
            today = self._book.today(until)
            self._pass_time(customer, today)
            self._count_due(customer, today)
        for owner_id, month, climbed in self._complaints.climbed(until):
            self.figures[_Key(owner_id, month)].escalations += climbed

    def _begun(self, event: Any, on: date) -> _Followed:
        axes = event.classification
        customer = _Followed(
            owner_id=event.owner_id,
            lawful_owner_id=event.owner_id,
            owned_since=on,
            contacted_on=event.registered_on,
            grade=Grade(event.grade),
            due=event.due,
            needed_by=_day(axes.get("needed_by")),
            expected_on=_day(axes.get("expected_on")),
        )
        demand = axes.get("demand")
        if event.grade_basis == GradeBasis.ASSESSED and demand:
            customer.grade = self._assessed(demand, customer.expected_on, on, customer.grade)
        customer.due = self._due(customer, event.due)
        return customer

    def _change(self, customer: _Followed, event: Any, on: date) -> None:
        if isinstance(event, Customer.Contacted):
            self._contact(customer, event, on)
        elif isinstance(event, Customer.Regraded):
            self._regrade(customer, event, on)
        elif isinstance(event, Customer.Reclassified):
            if "needed_by" in event.after:
                customer.needed_by = _day(event.after["needed_by"])
            if "expected_on" in event.after:
                customer.expected_on = _day(event.after["expected_on"])
        elif isinstance(event, Customer.PurchaseRecorded):
            customer.bought_on = max(customer.bought_on or date.min, event.purchased_on)
        elif isinstance(event, (Customer.OwnerChanged, Customer.Claimed)):
            customer.lawful_owner_id = event.to_owner_id
            customer.belong_to(event.to_owner_id, on)
            if isinstance(event, Customer.Claimed):
                customer.due = self._due(customer, event.due)
        elif isinstance(event, Customer.ReturnedToPool) and event.clock is None:
            # Only what a manager did; what the clocks did is reckoned here.
            customer.lawful_owner_id = None
            customer.belong_to(None, on)

    def _contact(self, customer: _Followed, event: Any, on: date) -> None:
        self._count_due(customer, event.contacted_on)
        if customer.owner_id is None:
            # Whoever contacts him has not lost him: he had taken him back.
            customer.belong_to(customer.lawful_owner_id, on)
        customer.contacted_on = max(customer.contacted_on, event.contacted_on)
        customer.is_contacted, customer.next_method = True, ContactMethod(event.next_method)
        customer.level, customer.climbed_on = 0, None
        self._regrade(customer, event, event.contacted_on)

    def _regrade(self, customer: _Followed, event: Any, on: date) -> None:
        basis = GradeBasis(event.grade_basis)
        if event.demand is not None:
            customer.expected_on = event.expected_on
        if basis is GradeBasis.ASSESSED and event.demand is not None:
            customer.grade = self._assessed(event.demand, event.expected_on, on, customer.grade)
        elif basis is not GradeBasis.KEPT:
            customer.grade = Grade(event.to_grade)
        before = customer.due.on
        customer.due = self._due(customer, event.due)
        if customer.due.on != before:
            customer.level, customer.climbed_on = 0, None

    def _assessed(self, demand: str, expected_on: date | None, on: date, kept: Grade) -> Grade:
        outlook = Outlook(Demand(demand), expected_on)
        return assess(self._book.grading, outlook, today=on, kept=kept)

    def _due(self, customer: _Followed, recorded: Due) -> Due:
        """Return the next date under this book; what was promised stays."""
        if recorded.rule in PROMISED:
            return recorded
        try:
            return next_due(
                self._book,
                grade=customer.grade,
                counted_from=recorded.counted_from,
                is_contacted=customer.is_contacted,
                next_method=customer.next_method,
                interval_days=(
                    recorded.interval_days if recorded.rule is DueRule.QUICK_NOTE else None
                ),
                needed_by=customer.needed_by,
                expected_on=customer.expected_on,
            )
        except CareError:
            return recorded

    def _pass_time(self, customer: _Followed, until: date) -> None:
        """Take every step that falls due before the day `until`."""
        while customer.owner_id is not None:
            is_exempt = bool(customer.kept_by)
            step = self._rules.next_step(customer.attention, is_exempt=is_exempt)
            if step is None or step.on >= until:
                return
            self._take_step(customer, customer.owner_id, step)

    def _take_step(self, customer: _Followed, owner_id: UUID, step: Step) -> None:
        figures = self.figures[_Key(owner_id, step.on.replace(day=1))]
        if step.kind is StepKind.FOLLOW_UP:
            above = self._book.cadence.rung_above(customer.level, customer.grade)
            customer.level = above[0] if above is not None else customer.level + 1
            customer.climbed_on = step.on
            figures.escalations += 1
        elif step.kind is StepKind.POOL_WARNING:
            clock = self._rules.clocks(customer.attention)[0].clock
            customer.warning = self._rules.warning(clock, step.on)
        else:
            figures.returns += 1
            self._count_due(customer, step.on)
            customer.belong_to(None, step.on)

    def _count_due(self, customer: _Followed, until: date) -> None:
        """Count the contacts that were asked for up to `until`, and those that did not come."""
        owner_id = customer.owner_id
        if owner_id is None or customer.due.on > until:
            return
        figures = self.figures[_Key(owner_id, customer.due.on.replace(day=1))]
        figures.asked += 1
        figures.overdue += customer.due.on < until

    def _keep(self, event: Any) -> None:
        """Note what keeps a customer out of the pool, or does so no more."""
        customer = self._customers.get(event.customer_id)
        if customer is None:
            return
        self._pass_time(customer, self._book.today(event.timestamp))
        if isinstance(event, Complaint.Event):
            exemption, over = Exemption.OPEN_COMPLAINT, isinstance(event, Complaint.Closed)
            begins = isinstance(event, (Complaint.Filed, Complaint.Reopened))
        else:
            exemption = Exemption.CONTRACT
            over = isinstance(event, (Contract.Closed, Contract.Cancelled))
            begins = isinstance(event, Contract.Signed)
        if begins and exemption in self._book.pool.exemptions:
            customer.kept_by.add(event.originator_id)
        elif over:
            customer.kept_by.discard(event.originator_id)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
