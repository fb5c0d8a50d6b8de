"""A company with very many customers in several zones, on the eve of a festival."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from itertools import islice
from typing import Any
from uuid import UUID

from domain import commands
from domain.access import Principal, Role
from domain.application import CustomerCare
from domain.calendars.festivals import FESTIVALS, next_day_of
from domain.calendars.wall_time import LocalTime
from domain.card import Card, CardSource, Classification
from domain.care_choices import CareChoices
from domain.caring import choose
from domain.channel import Channel
from domain.customer import Customer
from domain.errors import InvalidError
from domain.eventstore.event_log import EventLog
from domain.grade import Grade
from domain.ids import new_id
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel, Pressure, Severity
from domain.provenance import Provenance, signing

COMPANY_ZONE = "Asia/Shanghai"
ZONES = (
    (COMPANY_ZONE, 70),
    ("Pacific/Kiritimati", 3),
    ("Asia/Kolkata", 7),
    ("Europe/Berlin", 8),
    ("America/New_York", 9),
    ("Pacific/Honolulu", 3),
)
"""Where customers live, and how many of a hundred."""

OPENS, SPREAD = "09:00", 60
REPS = 50
COMPLAINTS = 50
AT_ONCE = 1_000
_HUNDRED = [zone for zone, share in ZONES for _ in range(share)]


@dataclass(frozen=True, slots=True)
class Peak:
    """A zone whose customers are all due at `at`, the end of the spread hour there."""

    zone: str
    at: datetime


def festivals_on(day: date) -> tuple[str, ...]:
    """Return the festivals of `day` that people greet on; InvalidError when there is none."""
    eve = day - timedelta(days=1)
    keys = tuple(
        key for key, f in FESTIVALS.items() if not f.is_solemn and next_day_of(f, eve) == day
    )
    if not keys:
        raise InvalidError(field="day", problem="unknown-festival", value=day.isoformat())
    return keys[:1]


def peaks(day: date) -> list[Peak]:
    """Return when each zone is wholly due, in the order in which the day comes round the world."""
    end = (datetime.combine(day, time.fromisoformat(OPENS)) + timedelta(minutes=SPREAD)).time()
    found = [Peak(zone, LocalTime(day, end, zone).instant) for zone, _ in ZONES]
    return sorted(found, key=lambda peak: peak.at)


def found_company(log: EventLog, day: date) -> list[UUID]:
    """Adopt the policies and take representatives on, on the eve; return their ids."""
    care, at = CustomerCare(log), _eve(day)
    care.install(_signature(at))
    greetings = {
        "occasions": ["festival"],
        "festivals": list(festivals_on(day)),
        "opens": OPENS,
        "spread_minutes": SPREAD,
        "courtesies": [],
    }
    # A day on which people work, so that their reminders and clocks run while all are greeted.
    every_day = {
        "zone": COMPANY_ZONE,
        "hours": [["09:00", "18:00"]],
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "closed": [],
        "open": [],
    }
    for kind, content in ((PolicyKind.GREETINGS, greetings), (PolicyKind.CALENDAR, every_day)):
        # There is nobody yet whose dates would have to be reckoned anew.
        amend = commands.AmendPolicy(kind=kind, content=content, recompute=False)
        care.execute(amend, _signature(at))
    boss = commands.AddRepresentative(login="boss", name="经理", role=Role.MANAGER)
    boss_id = care.execute(boss, _signature(at)).subject_id
    return [
        care.execute(
            commands.AddRepresentative(
                login=f"rep{number:02}", name=f"业务{number:02}", manager_id=boss_id
            ),
            _signature(at),
        ).subject_id
        for number in range(REPS)
    ]


def populate(log: EventLog, day: date, count: int, owners: Sequence[UUID]) -> Iterator[int]:
    """Open the files of `count` customers with their choices; yield how many there are by now."""
    book, at = CustomerCare(log).book(), _eve(day)
    lives = (_life(book, number, at, owners) for number in range(count))
    done = 0
    while group := list(islice(lives, AT_ONCE)):
        log.append([event for life in group for event in life])
        done += len(group)
        yield done


def complain(log: EventLog, day: date, customer_ids: Sequence[UUID]) -> None:
    """Have some complain on the eve, so that the first rungs are climbed in the festive hour."""
    care = CustomerCare(log)
    at = LocalTime(day - timedelta(days=1), time(17, 45), COMPANY_ZONE).instant
    for customer_id in customer_ids[:COMPLAINTS]:
        filing = commands.FileComplaint(
            customer_id=customer_id,
            channel=ComplaintChannel.PHONE,
            summary="货损",
            severity=Severity.CRITICAL,
            pressure=Pressure.HIGH,
        )
        care.execute(filing, _signature(at))


def _life(book: Any, number: int, at: datetime, owners: Sequence[UUID]) -> list[Any]:
    dice = int.from_bytes(blake2b(number.to_bytes(8, "big"), digest_size=4).digest(), "big")
    name = f"客户{number}"
    with signing(_signature(at)):
        customer = Customer.register(
            book,
            Card(name=name, contact=name, email=f"c{number}@example.com"),
            Classification(),
            owner_id=owners[number % len(owners)],
            source=CardSource.IMPORT,
            grade=Grade.E if dice % 50 == 0 else Grade.D,
        )
        choose(
            customer,
            CareChoices(
                zone=_HUNDRED[dice // 50 % 100],
                consents={Channel.EMAIL: dice // 5_000 % 10 > 0},
                wants_greetings=False if dice // 50_000 % 30 == 0 else None,
            ),
        )
    return list(customer.collect_events())


def _eve(day: date) -> datetime:
    """Return an instant of the day before, when work has begun where the company is."""
    return datetime.combine(day - timedelta(days=1), time(2), UTC)


def _signature(at: datetime) -> Provenance:
    principal = Principal.system("simulation")
    return Provenance(principal=principal, at=at, through="simulation", correlation=new_id())
