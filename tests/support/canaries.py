"""Whole lives of customers with a canary in every personal field, and where one may still sing."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import psycopg
from psycopg.sql import SQL, Identifier

from domain.customer import Customer
from domain.handover import Handover
from domain.policy import Policy
from domain.recomputation import Recomputation
from domain.representative import Representative
from tests.support.history import a_history
from tests.support.moments import LI, QIAN, WANG, ZHAO, an_id

_COLLEAGUES = {person.id for person in (LI, QIAN, WANG, ZHAO)}
_OTHERS = (Policy.Event, Representative.Event, Recomputation.Event, Handover.Event)
_ENDS = (Customer.Erased, Customer.ErasureCompleted)


class Canaries:
    """One customer's life: an event of every topic, and what must not be found of him again."""

    def __init__(self, number: int, song: str, dial: str) -> None:
        self.number = number
        self.song, self.dial = song, dial
        self.values: set[str] = set()
        self.customer_id = self._other(an_id("customer"))
        self.events = [self._planted(event) for event in a_history() if _is_about_him(event)]

    def _planted(self, event: Any) -> Any:
        state = {name: self._moved(value) for name, value in vars(event).items()}
        if event.PERSONAL and event.SUBJECT != "originator_id":
            # Whoever else has a part in the example: here everything is about this customer.
            state[event.SUBJECT] = self.customer_id
        for name in event.PERSONAL:
            state[name] = self._sung(f"{event.TOPIC}.{name}", state.get(name, ""))
        planted = object.__new__(type(event))
        object.__setattr__(planted, "__dict__", state)
        return planted

    def _sung(self, place: str, value: Any) -> Any:
        """Return a canary of the shape of `value`, and remember it."""
        if isinstance(value, Mapping):
            return {name: self._sung(f"{place}.{name}", each) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._sung(f"{place}.{n}", each) for n, each in enumerate(value)]
        if "phone" in place:
            canary = f"{self.dial}{self.number:02}{len(self.values):03}"
        elif place.endswith(("birthday", "company_day")):
            return f"19{self.number + 10:02}-03-17" if "day" in place else value
        else:
            canary = f"{self.song}{self.number}在{place}中歌唱"
        self.values.add(canary)
        return canary

    def _moved(self, value: Any) -> Any:
        """Return `value` with ids of this customer's own in the place of the example's."""
        if isinstance(value, UUID):
            return value if value in _COLLEAGUES else self._other(value)
        if isinstance(value, dict):
            return {name: self._moved(each) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._moved(each) for each in value)
        if is_dataclass(value) and not isinstance(value, type):
            changes = {f.name: self._moved(getattr(value, f.name)) for f in fields(value)}
            return replace(value, **changes)
        return value

    def _other(self, known: UUID) -> UUID:
        return uuid5(known, str(self.number))


def _is_about_him(event: Any) -> bool:
    return not isinstance(event, (*_OTHERS, *_ENDS))


def encodings(value: str) -> Iterator[bytes]:
    """Yield `value` in the eight encodings in which it may lie somewhere."""
    plain = value.encode()
    yield plain
    yield value.encode("utf-16-le")
    yield value.encode("utf-16-be")
    yield value.encode("gb18030")
    yield json.dumps(value)[1:-1].encode()
    yield quote(value, safe="").encode()
    yield plain.hex().encode()
    for offset in range(3):
        # What stands before shifts the digits; those that depend on neighbours are cut off.
        digits = base64.b64encode(bytes(offset) + plain)
        yield digits[4 if offset else 0 : -4]


def songs_in_files(folder: Path, values: Iterable[str]) -> dict[str, set[str]]:
    """Return which values lie in which files below `folder`, in any encoding."""
    spelled = {spelling: value for value in values for spelling in encodings(value)}
    wanted = re.compile(b"|".join(re.escape(s) for s in sorted(spelled, key=len, reverse=True)))
    found: dict[str, set[str]] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            sung = {spelled[each] for each in wanted.findall(file.read_bytes())}
            if sung:
                found[str(file.relative_to(folder))] = sung
    return found


def songs_in_tables(address: str, values: Iterable[str]) -> dict[str, int]:
    """Return how many rows of which tables hold one of `values`, as the server reads them.

    Values that are compressed, or kept out of line, are searched too; so are the statistics.
    """
    pattern = "|".join(map(re.escape, values))
    found = {}
    with psycopg.connect(address) as connection:
        tables = connection.execute(
            "SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relkind IN ('r', 'm', 'p') OR relname = 'pg_stats'"
        ).fetchall()
        for schema, table in tables:
            query = SQL("SELECT count(*) FROM {} AS t WHERE t::text ~ %s").format(
                Identifier(schema, table)
            )
            row = connection.execute(query, (pattern,)).fetchone()
            if row and row[0]:
                found[f"{schema}.{table}"] = row[0]
    return found
