"""Reads of the past: the moment that a request asks for, and what a subject was then.

Who may look is decided by today: whoever may see a customer now may see what he was at any time,
and whoever may not sees nothing of him at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from flask import Response, current_app, g
from marshmallow import Schema, fields

from api.blueprints import Blueprint
from api.messages import Phrase
from api.problems import FieldProblem, Problem, problem_response
from api.service import the_principal, the_service
from domain.aggregate import CareAggregate
from domain.errors import InvalidError, NotFoundError
from domain.policies.book import PolicyBook
from projections.moments import Moment
from projections.past import BuildingError, TooManyBuildsError, those_visible
from projections.queries import Queries
from projections.read_model import ReadModel

BUILD_SECONDS = 2.0
"""How long a request waits for a list of the past to be built."""

Row = TypeVar("Row")
Subject = TypeVar("Subject", bound=CareAggregate)


class Building(Schema):
    """How much of the log is in what is being worked out."""

    position = fields.Integer(required=True)
    until = fields.Integer(required=True)


def asked_moment(query: Mapping[str, Any], parameter: str = "as_of") -> Moment | None:
    """Return the moment that the request asks for, None when it asks for now.

    The answer names its position. A 422 Problem when the log does not go so far.
    """
    asked = query.get(parameter)
    if asked is None:
        return None
    service = the_service()
    zone = service.read.care.book().calendar.tz
    try:
        moment = service.read.moments.find(asked, zone, service.now())
    except InvalidError as error:
        problem = FieldProblem(Phrase("problem-not-in-the-log"), parameter=parameter)
        raise Problem(422, "invalid", errors=[problem]) from error
    g.position = moment.position
    return moment


def required_moment(query: Mapping[str, Any], parameter: str) -> Moment:
    """Return the moment that the request has to name; a 422 Problem when it does not."""
    moment = asked_moment(query, parameter)
    if moment is None:
        problem = FieldProblem(Phrase("field-required"), parameter=parameter)
        raise Problem(422, "invalid", errors=[problem])
    return moment


def as_it_was(subject: Subject, moment: Moment | None, of: str) -> Subject:
    """Return `subject` as it was at `moment`; NotFoundError when it was not there yet.

    `subject` is what the asking principal may see today.
    """
    if moment is None:
        return subject
    earlier: Subject | None = the_service().read.moments.get(subject.id, moment)
    if earlier is None:
        raise NotFoundError(of=of, id=str(subject.id))
    return earlier


def as_they_stood(moment: Moment | None, *lists: tuple[type[ReadModel], Queries]) -> list[Any]:
    """Return the queries of `lists`, or those of the same kind over the lists of `moment`.

    While these are built BuildingError, which is answered with 202 and how far it has come.
    """
    if moment is None or not moment.is_over:
        g.pop("position", None)
        return [queries for _, queries in lists]
    read = the_service().read
    schemas = read.past.schemas([kind for kind, _ in lists], moment, BUILD_SECONDS)
    made = zip(lists, schemas, strict=True)
    return [type(queries)(read.database, schema) for (_, queries), schema in made]


def visible_today(rows: Sequence[Row], moment: Moment | None) -> list[Row]:
    """Return those rows of a list that whoever asks may see today."""
    if moment is None:
        return list(rows)
    return those_visible(the_service().read.log, the_principal().visibility, rows)


def may_take_time(
    blueprint: Blueprint, what: str = "The list of that moment is being built"
) -> Any:
    """Return the decorator of a view that answers with 202 while it reads the log."""
    says = f"{what}; ask again after Retry-After seconds."
    return blueprint.alt_response(202, schema=Building, description=says, success=True)


def being_built(error: BuildingError) -> Response:
    """Return how far it has come."""
    body = current_app.json.dumps({"position": error.position, "until": error.until})
    return Response(body, 202, {"Retry-After": "1"}, content_type="application/json")


def too_many_builds(_: TooManyBuildsError) -> Response:
    """Refuse to work out anything more of this kind now."""
    return problem_response(Problem(503, "past-busy", headers={"Retry-After": "30"}))


def today_of(moment: Moment | None) -> date:
    """Return the company's calendar date at `moment`, which is now when there is none."""
    service = the_service()
    return service.today() if moment is None else service.read.care.book().today(moment.at)


def book_of(moment: Moment | None) -> PolicyBook:
    """Return the policies in force at `moment`; NotFoundError before they were adopted."""
    read = the_service().read
    book = read.care.book() if moment is None else read.moments.book(moment)
    if book is None:
        raise NotFoundError(of="policy", id="")
    return book
