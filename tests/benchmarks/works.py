"""What reps do over HTTP all day, as the requests that their clients send."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from tests.benchmarks.clients import Requests, request
from tests.benchmarks.history import GIVEN, SURNAMES, TEXT

API = "/api/v1"


class Rep(NamedTuple):
    """A rep with his token and those of his customers who have a history."""

    token: str
    customers: Sequence[UUID]


def authenticating(reps: Sequence[Rep]) -> Callable[[int], Requests]:
    """Ask for what only authenticates, to compare everything else with."""

    def of(client: int) -> Requests:
        while True:
            yield [request("GET", f"{API}/authenticated", reps[client % len(reps)].token)]

    return of


def recording_contacts(reps: Sequence[Rep], versions: dict[UUID, int]) -> Callable[[int], Requests]:
    """Record contacts, each with the version that is expected and a key of its own."""

    def of(client: int) -> Requests:
        rep = reps[client % len(reps)]
        known = {each: versions[each] for each in rep.customers}
        for customer_id in cycle(rep.customers):
            yield [
                _write(
                    f"/customers/{customer_id}/contacts",
                    rep.token,
                    {"method": "phone", "text": TEXT, "feedback": "很好", "grade": "C"},
                    f'If-Match: "v{known[customer_id]}"',
                )
            ]
            known[customer_id] += 1

    return of


def creating_customers(reps: Sequence[Rep], run: str) -> Callable[[int], Requests]:
    """Open files of customers nobody has seen; `run` tells those of one run from another's."""

    def of(client: int) -> Requests:
        rep = reps[client % len(reps)]
        for number in count():
            name = _name(number)
            body = {
                "name": name,
                "company": f"杭州{name}{run}-{client}-{number}贸易有限公司",
                "contact": name,
                "phones": [f"15{run}{client:02}{number:05}"],
                "address": f"杭州市解放路{number}号",
                "industry": "外贸",
                "demand": "present",
            }
            yield [_write("/customers", rep.token, body)]

    return of


def reading_due_lists(reps: Sequence[Rep]) -> Callable[[int], Requests]:
    """Open the first page of one's own due list."""

    def of(client: int) -> Requests:
        while True:
            yield [request("GET", f"{API}/due-list?limit=50", reps[client % len(reps)].token)]

    return of


def opening_customers(reps: Sequence[Rep]) -> Callable[[int], Requests]:
    """Open a customer with his last 50 facts: two requests, one work."""

    def of(client: int) -> Requests:
        rep = reps[client % len(reps)]
        for customer_id in cycle(rep.customers):
            path = f"{API}/customers/{customer_id}"
            yield [
                request("GET", path, rep.token),
                request("GET", f"{path}/history?limit=50", rep.token),
            ]

    return of


def searching(reps: Sequence[Rep], texts: Sequence[str]) -> Callable[[int], Requests]:
    """Search one's customers by fragments."""

    def of(client: int) -> Requests:
        token = reps[client % len(reps)].token
        for text in _from(client, texts):
            body = json.dumps({"text": text}).encode()
            yield [request("POST", f"{API}/search", token, body)]

    return of


def _from(start: int, texts: Sequence[str]) -> Iterator[str]:
    for number in count(start):
        yield texts[number % len(texts)]


def _write(path: str, token: str, body: dict[str, Any], *headers: str) -> bytes:
    key = f"Idempotency-Key: {uuid4()}"
    content = json.dumps(body, ensure_ascii=False).encode()
    return request("POST", API + path, token, content, headers=[key, *headers])


def _name(number: int) -> str:
    of_two, surname = divmod(number, len(SURNAMES))
    second, first = divmod(of_two, len(GIVEN))
    return SURNAMES[surname] + GIVEN[first] + GIVEN[second % len(GIVEN)]
