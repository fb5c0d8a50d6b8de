"""A small HTTP application that stands on the same foundation as the service and stores nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from werkzeug.exceptions import ImATeapot, TooManyRequests

from api.blueprints import Blueprint
from api.foundation import lay_foundation
from api.openapi import OpenApi
from api.pagination import Pager
from api.transfer.faults import SheetError
from api.v1.schemas.base import (
    DecimalText,
    EnumText,
    Flag,
    Id,
    Instant,
    ListOf,
    LocalDate,
    StrictSchema,
    Text,
    WholeNumber,
)
from api.v1.schemas.query import CommaList, PageQuery, QueryFlag
from domain.errors import CareError, InvalidError, StaleVersionError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Thing(StrictSchema):
    """One thing."""

    name = Text(20, required=True)
    notes = Text(200, lines=True)
    count = WholeNumber(0, 100)
    price = DecimalText(places=2)
    made_on = LocalDate()
    sold_at = Instant()
    colour = EnumText(Colour)
    owner_id = Id()
    is_new = Flag()
    tags = ListOf(Text(10), 3)


class ThingNotes(StrictSchema):
    """What may be changed of a thing."""

    notes = Text(200, lines=True, required=True)


class ThingQuery(PageQuery):
    """What to look for."""

    name = Text(20)
    colour = CommaList(EnumText(Colour), 5)
    is_new = QueryFlag()


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    made_on: date
    id: UUID


ROWS = [Row(n, date(2026, 1, 1 + n % 28), UUID(int=n)) for n in range(120)]


FAILURES = {
    "store": psycopg.OperationalError("connection to 10.0.0.1 failed for 王小明"),
    "sheet": SheetError("sheet-undecodable", encoding="gb18030", offset=7),
    "many": TooManyRequests(),
    "teapot": ImATeapot(),
    "always": RuntimeError("the secret plan of 王小明"),
}


def tiny_app(failure: CareError | None = None) -> Flask:
    """Return the application; `failure` is what `POST /refused` raises."""
    app = Flask("tiny")
    lay_foundation(app)
    api = OpenApi(app, title="Tiny", version="1")
    pager = Pager(b"a secret for nothing but tests")
    blueprint = Blueprint("things", "things", url_prefix="/things", description="Things")

    @blueprint.post("", needs=None)
    @blueprint.idempotent
    @blueprint.arguments(Thing)
    @blueprint.response(201, Thing)
    def create_thing(thing: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        assert idempotency_key
        return thing

    @blueprint.get("", needs=None)
    @blueprint.arguments(ThingQuery, location="query")
    @blueprint.response(200)
    def list_things(query: dict[str, Any]) -> Any:
        asked = pager.requested(query["limit"], query.get("cursor"), tuple[date, UUID])
        ordered = sorted(ROWS, key=lambda row: (row.made_on, row.id))
        rest = [row for row in ordered if asked.after is None or _key(row) > asked.after]
        return pager.page(asked, rest[: asked.fetch], _key)

    @blueprint.patch("/<uuid:thing_id>", needs=None)
    @blueprint.if_match
    @blueprint.arguments(ThingNotes)
    @blueprint.response(200)
    def change_thing(
        body: dict[str, Any], thing_id: UUID, expected_version: int
    ) -> tuple[dict[str, Any], dict[str, str]]:
        if expected_version != 7:
            raise StaleVersionError(current=7)
        return {"id": thing_id, "version": 8, **body}, {"ETag": '"v8"'}

    @blueprint.post("/refused", needs=None)
    @blueprint.response(200)
    def refuse_thing() -> None:
        raise failure or InvalidError(field="made_on", problem="required")

    @blueprint.get("/broken/<kind>", needs=None)
    @blueprint.response(200)
    def break_thing(kind: str) -> None:
        raise FAILURES[kind]

    api.register_blueprint(blueprint)
    return app


def _key(row: Row) -> tuple[date, UUID]:
    return row.made_on, row.id
