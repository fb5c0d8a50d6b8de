"""The past on the command line: moments as they are typed, and customers as they were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click

from api import representations
from api.cli.finding import find_customer
from api.cli.refusals import RefusedError
from api.cli.session import Session
from domain.aggregate import CareAggregate
from domain.policies.book import PolicyBook
from projections.bootstrap import ReadSide
from projections.moments import Asked, Moment

Subject = TypeVar("Subject", bound=CareAggregate)
Command = TypeVar("Command", bound=Callable[..., object])

A_DAY = len("2026-03-31")


class MomentType(click.ParamType[Asked]):
    """A day, meant to its end; an instant with its offset; or a position in the log."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Asked:
        """Return what was typed as `Moments.find` takes it."""
        if value.isascii() and value.isdigit():
            return int(value)
        try:
            if len(value) == A_DAY:
                return date.fromisoformat(value)
            asked = datetime.fromisoformat(value)
        except ValueError:
            asked = None
        if asked is None or asked.tzinfo is None:
            self.fail("Give a day, an instant with its offset, or a log position.", param, ctx)
        return asked


def moment_option(*names: str, says: str) -> Callable[[Command], Command]:
    """Return the option of a command that takes a moment."""
    return click.option(
        *names,
        type=MomentType(),
        metavar="MOMENT",
        help=f"{says} MOMENT: a day (to its end), an instant with its offset, or a log position.",
    )


AS_OF = moment_option("--as-of", says="What was on record at MOMENT, instead of now.")


def moment_of(session: Session, read: ReadSide, asked: Asked | None) -> Moment | None:
    """Return the moment that was typed, None without one; the position is told beside the answer.

    InvalidError when the log does not go so far.
    """
    if asked is None:
        return None
    zone = read.care.book().calendar.tz
    moment = read.moments.find(asked, zone, datetime.now(UTC))
    at = moment.at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    session.answers.note("as-of", position=moment.position, at=at)
    return moment


def as_it_was(read: ReadSide, subject: Subject, moment: Moment | None) -> Subject:
    """Return `subject` as it was at `moment`; RefusedError when it was not there yet."""
    if moment is None:
        return subject
    earlier: Subject | None = read.moments.get(subject.id, moment)
    if earlier is None:
        raise RefusedError("not-there-yet", position=moment.position)
    return earlier


def book_of(read: ReadSide, moment: Moment | None) -> PolicyBook:
    """Return the policies in force at `moment`; RefusedError before they were adopted."""
    if moment is None:
        return read.care.book()
    book = read.moments.book(moment)
    if book is None:
        raise RefusedError("not-there-yet", position=moment.position)
    return book


@click.command("customer")
@click.argument("customer")
@AS_OF
@click.pass_obj
def customer_command(session: Session, *, customer: str, as_of: Asked | None) -> None:
    """Show the file of CUSTOMER as it stands, or as it stood (客户档案).

    Who may look is decided by today.
    """
    with session.opened() as read:
        moment = moment_of(session, read, as_of)
        found = as_it_was(read, find_customer(read, session.principal(read), customer), moment)
        today = read.care.book().today(moment.at if moment else datetime.now(UTC))
        session.show(representations.customer(found, today))
