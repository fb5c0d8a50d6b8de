"""Reads of the past: the moment that a request asks for, and what a subject was then.

Who may look is decided by today: whoever may see a customer now may see what he was at any time,
and whoever may not sees nothing of him at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from flask import g

from api.messages import Phrase
from api.problems import FieldProblem, Problem
from api.service import the_service
from domain.aggregate import CareAggregate
from domain.errors import InvalidError, NotFoundError
from domain.policies.book import PolicyBook
from projections.moments import Moment

Subject = TypeVar("Subject", bound=CareAggregate)


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
