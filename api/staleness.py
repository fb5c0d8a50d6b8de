"""Has every answer tell when it is made of a stale list, one in which streams are parked (D6)."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Flask, Response

from api.service import the_service
from projections.queries import read_from

STALE_HEADER = "Kezhi-Stale"


def install_staleness(app: Flask) -> None:
    """Put the header on every answer of `app` that is made of a stale list."""

    @app.before_request
    def begin() -> None:
        read_from.set(set())

    @app.after_request
    def name_stale_lists(response: Response) -> Response:
        if response.status_code < HTTPStatus.BAD_REQUEST and (stale := _stale_lists()):
            response.headers[STALE_HEADER] = ", ".join(sorted(stale))
        return response


def stale_among(rows: Iterable[Any]) -> list[UUID] | None:
    """Return the streams that `rows` name and that are behind, None where no list is stale."""
    stale = _stale_lists()
    if not stale:
        return None
    named = {value for row in rows for value in _values(row) if isinstance(value, UUID)}
    return the_service().read.parked.among(stale, named)


def _stale_lists() -> frozenset[str]:
    read = read_from.get()
    return the_service().read.parked.stale() & read if read else frozenset()


def _values(row: Any) -> Iterable[Any]:
    names = getattr(row, "__struct_fields__", None) or row.__dataclass_fields__
    return (getattr(row, name) for name in names)
