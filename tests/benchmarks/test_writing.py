"""How fast events are written: raw INSERT, the library as it comes, Kezhi with everything on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.application import Application
from psycopg.conninfo import conninfo_to_dict

from tests.benchmarks.load import Load, put_load
from tests.benchmarks.results import RUNS, Book, Spread
from tests.benchmarks.writers import (
    append_without_leaves,
    kezhi_contacts,
    prepare_database,
    raw_inserts,
    stock_saves,
)
from tests.support.servers import Databases

SECTION = "Writing"
HISTORY = 50


@pytest.fixture
def writers(
    databases: Databases, tmp_path: Path
) -> Iterator[dict[str, tuple[Callable[..., Any], list[Any]]]]:
    """The writers, each with its arguments, on one server."""
    key_file, other = str(tmp_path / "master.json"), str(tmp_path / "without_leaves.json")
    with databases.a_copy() as address, databases.a_copy() as without:
        ids: list[UUID] = prepare_database(address, key_file, customers=16, contacts=HISTORY)
        _create_stock_tables(address)
        append_without_leaves(without)
        leafless = prepare_database(without, other, customers=16, contacts=HISTORY)
        yield {
            "raw INSERT": (raw_inserts, [address]),
            "library as it comes": (stock_saves, [address]),
            "Kezhi": (kezhi_contacts, [address, key_file, ids]),
            "Kezhi without leaves": (kezhi_contacts, [without, other, leafless]),
        }


@pytest.mark.parametrize(("processes", "threads"), [(1, 1), (2, 8)])
def test_contacts_per_second(
    writers: dict[str, Any], book: Book, processes: int, threads: int
) -> None:
    """W1 and W2: a contact on a customer with 50 events, one writer and sixteen."""
    count = processes * threads
    # Turn and turn about, so that whatever the machine does meanwhile meets all of them.
    loads: dict[str, list[Load]] = {name: [] for name in writers}
    for _ in range(RUNS):
        for name, (prepare, arguments) in writers.items():
            loads[name].append(put_load(prepare, arguments, processes=processes, threads=threads))
    rates = {name: Spread(tuple(load.rate for load in of)) for name, of in loads.items()}
    method = f"{processes} × {threads} writers, {RUNS} runs of 3 s each, one row or event a commit"
    for name, rate in rates.items():
        median = sorted(loads[name], key=lambda load: load.rate)[RUNS // 2]
        times = f"p50 {median.p(0.5):.2f}, p95 {median.p(0.95):.2f}, p99 {median.p(0.99):.2f} ms"
        book.note(SECTION, f"{name}, {count} writers, /s", f"{rate}; {times}", method=method)
    over_stock = rates["Kezhi"].median / rates["library as it comes"].median
    target = 1.5 if count == 1 else 4.0
    book.budget(
        SECTION,
        f"{'W1' if count == 1 else 'W2'} Kezhi over the library, {count} writers",
        f"{over_stock:.2f} ×",
        target=f"≥ {target} ×",
        reached=over_stock >= target,
    )
    with_leaves = rates["Kezhi"].median / rates["Kezhi without leaves"].median
    book.note(SECTION, f"with audit leaves over without, {count} writers", f"{with_leaves:.2f} ×")
    if count > 1:
        share = rates["Kezhi"].median / rates["raw INSERT"].median
        book.budget(
            SECTION,
            f"W2 Kezhi as a share of raw durable INSERT, {count} writers",
            f"{share:.0%}",
            target="≥ 50 %",
            reached=share >= 0.5,
        )


def _create_stock_tables(address: str) -> None:
    known = conninfo_to_dict(address)
    Application[UUID](
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(known["dbname"]),
            "POSTGRES_HOST": str(known["host"]),
            "POSTGRES_PORT": str(known.get("port") or 5432),
            "POSTGRES_USER": str(known["user"]),
            "POSTGRES_PASSWORD": str(known.get("password") or ""),
        }
    ).close()
