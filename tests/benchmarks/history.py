"""Makes a long event log: customers with contacts, purchases and complaints, in time order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from domain import commands
from domain.access import Principal, Role, Scope
from domain.application import CustomerCare
from domain.card import Card, CardSource, Classification, Purchase
from domain.complaint import Complaint
from domain.contact import Contact, ContactMethod
from domain.customer import Customer
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.grade import Grade
from domain.ids import new_id
from domain.policies.book import PolicyBook
from domain.priority import ComplaintChannel
from domain.provenance import Provenance, signing

BATCH = 2_000
EVENTS_PER_CUSTOMER = 10
REPS = 16
OTHERS = 10_000_000
"""The number from which on customers count who are nobody's of the sixteen reps."""

TEXT = "介绍了新产品,客户表示有兴趣,约好下周上门看样"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红"


def a_log(address: str, key_file: Path) -> EventLog:
    """Return an event log with policies and sixteen reps, on a migrated database."""
    log = EventLog(Database(address, size=20), MasterKeys.create(key_file))
    care = CustomerCare(log)
    care.install(_signature(datetime.now(UTC)))
    for number in range(REPS):
        add_rep(log, f"rep{number:02d}")
    return log


def add_rep(log: EventLog, login: str, role: Role = Role.REP, scope: Scope = Scope.OWN) -> UUID:
    """Take somebody on; return the id."""
    command = commands.AddRepresentative(login=login, name=f"业务员{login}", role=role, scope=scope)
    return CustomerCare(log).execute(command, _signature(datetime.now(UTC))).subject_id


def rep_ids(log: EventLog) -> list[UUID]:
    """Return the ids of the sixteen reps."""
    topics = ["representative.joined"]
    found = log.recorder.select_notifications(None, 100, topics=topics)
    return [UUID(str(n.originator_id)) for n in found]


def write_history(
    log: EventLog,
    events: int,
    *,
    each: int = EVENTS_PER_CUSTOMER,
    first: int = 0,
    side_by_side: int = 200,
) -> int:
    """Append about `events` events, `each` of them about one customer; return how many.

    The same rules make them as any other. `first` numbers the customers on from earlier ones, of
    whom there are so many at a time `side_by_side`.
    """
    written, batch = 0, []
    book, owners = CustomerCare(log).book(), rep_ids(log)
    for event in _lives(book, owners, events, each=each, first=first, side_by_side=side_by_side):
        batch.append(event)
        if len(batch) >= BATCH:
            log.append(batch)
            written, batch = written + len(batch), []
    if batch:
        log.append(batch)
    return written + len(batch)


def write_customers(log: EventLog, owner_id: UUID, count: int) -> None:
    """Open the files of `count` customers of one rep, nobody else's among them."""
    book, random, now = CustomerCare(log).book(), Random(11), datetime.now(UTC)
    for start in range(0, count, BATCH):
        batch: list[Any] = []
        with signing(_signature(now, owner_id)):
            for number in range(start, min(start + BATCH, count)):
                customer = _a_customer(book, random, OTHERS + number, owner_id)
                batch += customer.collect_events()
        log.append(batch)


def _lives(
    book: PolicyBook, owners: list[UUID], events: int, *, each: int, first: int, side_by_side: int
) -> Iterator[Any]:
    """Yield the events of customers who live side by side."""
    random = Random(7)
    now = datetime.now(UTC) - timedelta(days=60)
    made, number = 0, first
    while made < events:
        customers: list[Customer] = []
        for _ in range(side_by_side):
            with signing(_signature(now, owners[number % REPS])):
                customers.append(_a_customer(book, random, number, owners[number % REPS]))
            number += 1
        for customer in customers:
            yield from customer.collect_events()
        made += len(customers)
        for step in range(each - 1):
            now += timedelta(seconds=40)
            for customer in customers:
                with signing(_signature(now, customer.owner_id)):
                    yield from _a_step(book, random, customer, step)
            made += len(customers)
            if made >= events:
                return


def _a_customer(book: PolicyBook, random: Random, number: int, owner_id: UUID) -> Customer:
    name = random.choice(SURNAMES) + "".join(random.sample(GIVEN, 2))
    card = Card(
        name=name,
        company=f"上海{name}{number}号贸易有限公司",
        contact=name,
        phones=(f"13{number % 10}{number:08d}",),
        address=f"上海市人民路{number}号",
    )
    axes = Classification(industry=random.choice(("工程", "家装", "外贸")), district="浦东")
    return Customer.register(
        book,
        card,
        axes,
        owner_id=owner_id,
        source=CardSource.REP_VISIT,
        grade=random.choice(list(Grade)),
    )


def _a_step(book: PolicyBook, random: Random, customer: Customer, step: int) -> list[Any]:
    today = book.today(datetime.now(UTC) - timedelta(days=61))
    if step == 4:
        amount = Decimal(random.randrange(10, 9_999))
        customer.record_purchase(
            book,
            Purchase(purchased_on=today, product="瓷砖", quantity=Decimal(2), amount=amount),
        )
        return list(customer.collect_events())
    if step == 6 and random.random() < 0.1:
        complaint = Complaint.file(
            book,
            customer_id=customer.id,
            owner_id=customer.owner_id,
            channel=ComplaintChannel.PHONE,
            summary="送货晚了三天",
        )
        return list(complaint.collect_events())
    method = random.choice((ContactMethod.PHONE, ContactMethod.VISIT, ContactMethod.WECHAT))
    contact = Contact(
        contacted_on=today, method=method, text=TEXT, grade=random.choice([None, *Grade])
    )
    customer.contact(book, contact)
    return list(customer.collect_events())


def _signature(at: datetime, rep_id: UUID | None = None) -> Provenance:
    principal = Principal.system("benchmark")
    if rep_id is not None:
        principal = Principal(
            id=rep_id,
            name=str(rep_id),
            role=Role.REP,
            visibility=principal.visibility,
            grants=principal.grants,
        )
    return Provenance(principal=principal, at=at, through="test", correlation=new_id())
