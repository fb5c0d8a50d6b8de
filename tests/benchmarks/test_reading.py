"""How fast lists, search, histories and replays answer, inside the server, warm."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest

from domain.access import EVERYTHING, Visibility
from domain.card import CardSource, Verification
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.grade import DealStage, Demand, Grade, Importance
from projections.applying import Batch
from projections.due_list.queries import ORDERS as DUE_ORDERS
from projections.due_list.queries import DueListQueries
from projections.duplicates.queries import DuplicateQueries
from projections.journal.history import HistoryReader
from projections.journal.projection import JournalProjection
from projections.roster.filters import RosterFilters
from projections.roster.queries import ORDERS, RosterQueries
from projections.workload.queries import WorkloadQueries
from tests.benchmarks.history import a_log, write_history
from tests.benchmarks.read_models import (
    DISTRICTS,
    FIRST_POSITION,
    INDUSTRIES,
    REPS,
    TAGS,
    TODAY,
    customer_id,
    fill,
    rep_id,
)
from tests.benchmarks.results import Book, percentile
from tests.support.servers import Databases

SIZES = [int(n) for n in os.environ.get("BENCH_CUSTOMERS", "100000,1000000").split(",")]
QUERIES = 200
PAGE = 51
"""Fifty rows and the one that tells whether another page follows."""
LIVES = (50, 100, 1_000, 10_000)
"""How many events the customers have whose histories are read."""

FILTERS: dict[str, Sequence[Any]] = {
    "grades": [[Grade.A], [Grade.A, Grade.B], [Grade.C], [Grade.D], [Grade.E]],
    "deal_stage": list(DealStage),
    "importance": list(Importance),
    "demand": list(Demand),
    "industry": INDUSTRIES,
    "district": DISTRICTS,
    "region": ["上海", "重庆", "兰州"],
    "tag": TAGS,
    "source": [CardSource.IMPORT, CardSource.REP_VISIT],
    "verification": [Verification.VERIFIED, Verification.UNVERIFIED],
    "due_before": [TODAY, TODAY + timedelta(days=7), TODAY + timedelta(days=60)],
    "last_contact_before": [TODAY - timedelta(days=n) for n in (20, 100, 300)],
    "registered_after": [TODAY - timedelta(days=n) for n in (30, 400)],
}
FRAGMENTS = (
    *("科技", "宏达", "麒麟", "有限公司", "江东城", "张伟", "单", "伟", "和平街", "不存在的"),
    *("上海宏达科技", "远东国际", "1380", "8000", "13912", "13800138000", "ibm", "7天"),
    *("zhangwei", "zhw", "zw", "wang", "shantianfang", "qilin", "shanghaiqilin", "shqlkj"),
    *("keji", "chongqing"),
)


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size:,} customers")
def filled(request: pytest.FixtureRequest, databases: Databases) -> Iterator[tuple[Database, int]]:
    """Read models with so many customers."""
    with databases.a_copy() as address:
        database = Database(address)
        fill(database, request.param)
        yield database, request.param
        database.close()


@pytest.fixture(scope="module")
def lived(
    filled: tuple[Database, int], tmp_path_factory: pytest.TempPathFactory
) -> tuple[EventLog, dict[int, UUID]]:
    """The log of that database, and customers by how many events they have."""
    database, _ = filled
    log = a_log(database.address, tmp_path_factory.mktemp("keys") / "master.json")
    for number, events in enumerate(LIVES):
        write_history(log, events, each=events, first=number, side_by_side=1)
    _journal(log)
    created = log.recorder.select_notifications(None, len(LIVES), topics=["customer.created"])
    return log, dict(zip(LIVES, (UUID(str(n.originator_id)) for n in created), strict=True))


def test_due_list(filled: tuple[Database, int], book: Book) -> None:
    database, size = filled
    due_list = DueListQueries(database)
    for order in DUE_ORDERS:
        page = partial(due_list.page, today=TODAY, order=order, limit=PAGE)
        calls = [partial(page, own(n % REPS)) for n in range(QUERIES)]
        _note(book, f"due list of one rep by {order}, first page", size, calls, 10)
    everybody = [partial(due_list.page, EVERYTHING, TODAY, limit=PAGE)] * QUERIES
    _note(book, "due list of all, first page", size, everybody, 10)
    counts = [partial(due_list.counts, own(n % REPS), TODAY) for n in range(QUERIES)]
    _note(book, "how many are due and overdue for one rep", size, counts, 10)


def test_roster(filled: tuple[Database, int], book: Book) -> None:
    database, size = filled
    roster = RosterQueries(database)
    scopes = {
        "one rep": lambda random: own(random.randrange(REPS)),
        "a team of five": lambda random: own(*random.sample(range(REPS), 5)),
        "all": lambda _: EVERYTHING,
    }
    for name, scope in scopes.items():
        random = Random(1)
        first = list(itertools.islice(_filtered(roster, scope, random), QUERIES))
        _note(book, f"roster of {name}, two filters, any sort", size, first, 20)
        last = list(itertools.islice(_last_pages(roster, scope, Random(2)), QUERIES // 4))
        _note(book, f"roster of {name}, one filter, any sort, last page", size, last, 20)


def test_search_and_duplicates(filled: tuple[Database, int], book: Book) -> None:
    database, size = filled
    duplicates = DuplicateQueries(database)
    for name, scope in (("one rep", own(3)), ("all", EVERYTHING)):
        calls = [partial(duplicates.search, text, scope) for text in FRAGMENTS]
        _note(book, f"search by {len(calls)} fragments among those of {name}", size, calls, 50)
    calls = [partial(duplicates.check, **card) for card in _cards()]
    _note(book, f"duplicate check of {len(calls)} cards", size, calls, 100)


def test_workload(filled: tuple[Database, int], book: Book) -> None:
    database, size = filled
    workload = WorkloadQueries(database)
    first_day = TODAY - timedelta(days=30)
    calls = [partial(workload.totals, EVERYTHING, first_day, TODAY)] * QUERIES
    _note(book, "workload of all reps for a month", size, calls, 50)


def test_history(
    filled: tuple[Database, int], lived: tuple[EventLog, dict[int, UUID]], book: Book
) -> None:
    database, size = filled
    log, customers = lived
    roster, history = RosterQueries(database), HistoryReader(log, database)

    def look_up() -> None:
        assert roster.get(customer_id(7), EVERYTHING) is not None
        assert len(history.page(customers[50], limit=PAGE)) == 50

    _note(book, "customer with 50 history rows, decrypted", size, [look_up] * QUERIES, 15)
    for events, budget, times in ((100, 5, 50), (1_000, 20, 50), (10_000, 2_000, 10)):
        calls = [partial(log.get_many, [customers[events]])] * times
        _note(book, f"replay of a customer with {events:,} events, decrypted", size, calls, budget)


def own(*numbers: int) -> Visibility:
    return Visibility(frozenset(map(rep_id, numbers)))


def _journal(log: EventLog) -> None:
    """Enter what is in the log into the journal that was filled without it."""
    notifications = log.recorder.select_notifications(None, FIRST_POSITION)
    recorded = Batch(notifications, log.mapper).recorded
    with log.database.transaction() as connection:
        JournalProjection().apply(connection, JournalProjection.wanted(recorded))


def _filtered(
    roster: RosterQueries, scope: Callable[[Random], Visibility], random: Random
) -> Iterator[Callable[[], Any]]:
    while True:
        names = random.sample(list(FILTERS), 2)
        filters = RosterFilters(**{name: random.choice(FILTERS[name]) for name in names})
        sort = random.choice(["", "-"]) + random.choice(list(ORDERS))
        yield partial(roster.page, scope(random), filters, sort, limit=PAGE)


def _last_pages(
    roster: RosterQueries, scope: Callable[[Random], Visibility], random: Random
) -> Iterator[Callable[[], Any]]:
    while True:
        visibility, name = scope(random), random.choice(list(ORDERS))
        filters = RosterFilters(deal_stage=random.choice(list(DealStage)))
        end = roster.page(visibility, filters, f"-{name}", limit=PAGE)
        after = end[-1].sort_key(name)
        yield partial(roster.page, visibility, filters, name, after=after, limit=PAGE)


def _cards() -> Iterator[dict[str, str]]:
    whole = {
        "name": "单田芳",
        "company": "上海麒麟科技有限公司",
        "phone": "13800138000",
        "contact": "解晓东",
        "address": "上海市江东区宏伟路88号",
    }
    yield whole
    yield from ({name: text} for name, text in whole.items())
    for typed in ("张伟", "宏达", "上海宏达", "上海宏达科技", "远东国际贸易", "重庆"):
        yield {"company": typed}
        yield {"name": typed, "contact": "王伟"}
    for phone in ("13800", "1380013", "021-62345678", "8613912345678"):
        yield {"phone": phone}


def _note(
    book: Book, what: str, size: int, calls: Sequence[Callable[[], Any]], budget: float
) -> None:
    """Note p50, p95 and the slowest of calls that were each made once before, in milliseconds."""
    for call in calls:
        call()
    figures = []
    for call in calls:
        started = time.perf_counter()
        call()
        figures.append((time.perf_counter() - started) * 1_000)
    p50, p95 = percentile(figures, 0.5), percentile(figures, 0.95)
    book.budget(
        f"Reading at {size:,} customers",
        what,
        f"p50 {p50:.1f}, p95 {p95:.1f}, max {max(figures):.1f} ms",
        target=f"p95 ≤ {budget:g} ms",
        reached=p95 <= budget,
        method=f"{len(figures)} calls, warm, {REPS} reps; load average {os.getloadavg()[0]:.1f}",
    )
