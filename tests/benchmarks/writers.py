"""The writers that are compared: raw INSERT, the library as it comes, and Kezhi."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from domain import commands
from domain.access import Principal
from domain.application import CustomerCare
from domain.card import Card
from domain.contact import Contact, ContactMethod
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.ids import new_id
from domain.provenance import Provenance

TEXT = "介绍了新产品,客户表示有兴趣,约好下周上门看样"
STATE_BYTES = 900
"""About what an encrypted and signed contact takes."""

Work = Callable[[], object]


def raw_inserts(address: str) -> Callable[[int], Work]:
    """Insert rows of the size of a contact, each durably, without any lock."""

    def make(_number: int) -> Work:
        connection = psycopg.connect(address, autocommit=True)
        state = os.urandom(STATE_BYTES)

        def work() -> None:
            connection.execute(
                "INSERT INTO raw_event (originator_id, originator_version, topic, state)"
                " VALUES (%b, %b, %b, %b)",
                (uuid4(), 1, "customer.contacted", state),
                prepare=True,
            )

        return work

    return make


class StockCustomer(Aggregate):
    """A customer as the library's tutorial would write him."""

    @event("Registered")
    def __init__(self, name: str) -> None:
        self.name = name


def stock_saves(address: str) -> Callable[[int], Work]:
    """Save one new event with the library as it comes: default recorder, transcoder, locks."""
    known = conninfo_to_dict(address)
    application = Application[UUID](
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(known["dbname"]),
            "POSTGRES_HOST": str(known["host"]),
            "POSTGRES_PORT": str(known.get("port") or 5432),
            "POSTGRES_USER": str(known["user"]),
            "POSTGRES_PASSWORD": str(known.get("password") or ""),
            "POSTGRES_POOL_SIZE": "16",
            "CREATE_TABLE": "n",
        }
    )

    def make(_number: int) -> Work:
        return lambda: application.save(StockCustomer(name=TEXT * 8))

    return make


def kezhi_contacts(address: str, key_file: str, ids: list[UUID]) -> Callable[[int], Work]:
    """Record contacts through the one door, with everything on."""
    database = Database(address, size=20)
    care = CustomerCare(EventLog(database, MasterKeys.read(Path(key_file))))
    principal = Principal.system("benchmark")
    contact = Contact(
        contacted_on=care.book().today(datetime.now(UTC)), method=ContactMethod.PHONE, text=TEXT
    )

    def make(number: int) -> Work:
        command = commands.RecordContact(customer_id=ids[number % len(ids)], contact=contact)

        def work() -> None:
            provenance = Provenance(
                principal=principal, at=datetime.now(UTC), through="test", correlation=new_id()
            )
            care.execute(command, provenance)

        return work

    return make


def append_without_leaves(address: str) -> None:
    """Take the audit leaves out of a database's writes again, to see what they cost."""
    migration = files("domain.eventstore") / "migrations" / "0001_event_log.sql"
    _, _, function = migration.read_text("utf-8").partition("CREATE FUNCTION ")
    text = f"CREATE OR REPLACE FUNCTION eventlog.{function.replace('{schema}', 'eventlog')}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(text.encode())


def prepare_database(address: str, key_file: str, customers: int, contacts: int) -> list[UUID]:
    """Create the tables of all writers and `customers` with `contacts` each; return their ids."""
    known = Database(address)
    with known.connection() as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS raw_event (originator_id uuid, originator_version bigint,"
            " topic text, state bytea, position bigserial UNIQUE,"
            " PRIMARY KEY (originator_id, originator_version))"
        )
    known.close()
    care = CustomerCare(EventLog(Database(address), MasterKeys.create(Path(key_file))))
    principal = Principal.system("benchmark")

    def signature() -> Provenance:
        return Provenance(
            principal=principal, at=datetime.now(UTC), through="test", correlation=new_id()
        )

    care.install(signature())
    today = care.book().today(datetime.now(UTC))
    contact = Contact(contacted_on=today, method=ContactMethod.PHONE, text=TEXT)
    ids = []
    for number in range(customers):
        card = Card(name=f"客户{number}", phones=(f"138{number:08d}",))
        customer_id = care.execute(commands.RegisterCustomer(card=card), signature()).subject_id
        for _ in range(contacts):
            care.execute(
                commands.RecordContact(customer_id=customer_id, contact=contact), signature()
            )
        ids.append(customer_id)
    care.log.database.close()
    return ids
