"""The company's HTTP front, and callers who speak to it as its clients would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.test import TestResponse

from api.app import create_app
from api.auth import new_token
from api.service import Service
from domain import commands
from domain.access import GRANTS_BY_ROLE, Grant
from domain.ids import new_id
from projections.bootstrap import ReadSide
from projections.registry import READ_MODELS
from tests.support.care import Company, Original, a_company

V1 = "/api/v1"


class Caller:
    """Somebody with a token, or without one, who sends requests.

    Every write gets a fresh Idempotency-Key unless `key` names one; `if_match` is a version.
    """

    def __init__(self, app: Flask, token: str = "") -> None:
        self._client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        sent = {**self.headers, **(headers or {})}
        return self._client.get(V1 + path, query_string=query, headers=sent)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self._write("POST", path, body, **options)

    def patch(self, path: str, body: Any, **options: Any) -> TestResponse:
        return self._write("PATCH", path, body, **options)

    def upload(self, content: bytes, *, key: str | None = None, **query: str) -> TestResponse:
        """Upload a sheet to be imported."""
        sent = {**self.headers, "Idempotency-Key": key or str(uuid4())}
        return self._client.post(f"{V1}/imports", query_string=query, data=content, headers=sent)

    def _write(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        if_match: int | str | None = None,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        sent = {**self.headers, "Idempotency-Key": key or str(uuid4())}
        if if_match is not None:
            sent["If-Match"] = f'"v{if_match}"' if isinstance(if_match, int) else if_match
        return self._client.open(
            V1 + path, method=method, json=body, headers={**sent, **(headers or {})}
        )


class Front:
    """Kezhi over HTTP for a company, whose clock it goes by."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.read = ReadSide.over(company.log)
        self.service = Service.build(self.read, monotonic=self._seconds, now=lambda: company.now)
        self.app = create_app(self.service)

    def settle(self) -> int:
        """Bring every read model to the head of the log; return the position."""
        return self.company.project(*READ_MODELS)

    def caller(self, rep_id: UUID, *grants: Grant, days: float = 30) -> Caller:
        """Return a representative with a fresh token, by default for all that his role allows."""
        token, digest = new_token()
        allowed = GRANTS_BY_ROLE[self.company.log.get(rep_id).role]
        self.company.does(
            commands.IssueToken(
                rep_id=rep_id,
                token_id=new_id(),
                token_sha256=digest,
                label="test",
                grants=frozenset(grants) or allowed,
                expires_at=self.company.now + timedelta(days=days),
            )
        )
        self.settle()
        return Caller(self.app, token)

    def stranger(self, token: str = "") -> Caller:
        """Return somebody without a token, or with one that is nobody's."""
        return Caller(self.app, token)

    def _seconds(self) -> float:
        return self.company.now.timestamp()

    @property
    def head(self) -> int:
        """How many events there are."""
        return self.company.log.head


@contextmanager
def a_front(address: str, original: Original | None = None) -> Iterator[Front]:
    """Lend the HTTP front of a company at work, as `a_company` lends it."""
    with a_company(address, original) as company:
        front = Front(company)
        try:
            front.settle()
            yield front
        finally:
            front.read.watch.close()
