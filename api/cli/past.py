"""The past on the command line: moments as they are typed, and customers as they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click

from api import representations
from api.cli.finding import find_customer
from api.cli.refusals import RefusedError
from api.cli.session import Session
from domain.access import EVERYTHING
from domain.aggregate import CareAggregate
from domain.errors import ForbiddenError
from domain.policies.book import PolicyBook
from projections.bootstrap import ReadSide
from projections.difference import (
    ALWAYS_DIFFERENT,
    LISTS,
    Change,
    ComparedList,
    Side,
    changes_between,
    differences,
)
from projections.moments import Asked, Moment
from projections.queries import Queries
from projections.read_model import ReadModel

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


def moment_option(*names: str, says: str, required: bool = False) -> Callable[[Command], Command]:
    """Return the option of a command that takes a moment."""
    return click.option(
        *names,
        type=MomentType(),
        metavar="MOMENT",
        required=required,
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


def as_they_stood(
    session: Session,
    read: ReadSide,
    moment: Moment | None,
    *lists: tuple[type[ReadModel], Queries],
) -> list[Any]:
    """Return the queries of `lists`, or those over the lists of `moment`, built if need be."""
    if moment is None or not moment.is_over:
        return [queries for _, queries in lists]
    with session.progress() as bar:
        task = bar.add_task("", total=moment.position)

        def progress(position: int, _until: int) -> None:
            bar.update(task, completed=position)

        schemas = read.past.build([kind for kind, _ in lists], moment, progress)
    made = zip(lists, schemas, strict=True)
    return [type(queries)(read.database, schema) for (_, queries), schema in made]


def today_of(read: ReadSide, moment: Moment | None) -> date:
    """Return the company's calendar date at `moment`, which is now when there is none."""
    return read.care.book().today(datetime.now(UTC) if moment is None else moment.at)


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
        session.show(representations.customer(found, today_of(read, moment)))


@click.command("diff")
@click.argument("what", metavar="LIST|CUSTOMER")
@moment_option("--since", says="Compare what was on record at MOMENT.", required=True)
@moment_option("--until", says="With what was on record at MOMENT, by default now.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.pass_obj
def diff_command(
    session: Session, *, what: str, since: Asked, until: Asked | None, limit: int
) -> None:
    """Say what differs between two moments: of a list or of a customer (前后对比).

    The lists are roster, due_list, pool and complaints: who came, who went, and what changed; for
    whoever sees all customers. Anything else is a customer, compared field by field.
    """
    with session.opened() as read:
        moments = (moment_of(session, read, since), moment_of(session, read, until))
        if what in LISTS:
            _show_list(session, read, LISTS[what], moments, limit)
            return
        found = find_customer(read, session.principal(read), what)
        before, after = (
            representations.customer(as_it_was(read, found, moment), today_of(read, moment))
            for moment in moments
        )
    changes = changes_between(before, after, [n for n in after if n not in ALWAYS_DIFFERENT])
    rows = [{"field": name, **asdict(change)} for name, change in changes.items()]
    session.show(rows, columns=("field", "before", "after"))


def _show_list(
    session: Session,
    read: ReadSide,
    compared: ComparedList,
    moments: tuple[Moment | None, Moment | None],
    limit: int,
) -> None:
    principal = session.principal(read)
    if principal.visibility != EVERYTHING:
        raise ForbiddenError(needs="scope all", role=principal.role.value)
    sides = []
    for moment in moments:
        live = Queries(read.database, compared.kind.name)
        (queries,) = as_they_stood(session, read, moment, (compared.kind, live))
        sides.append(Side(queries.schema, today_of(read, moment)))
    found = differences(read.database, compared, *sides, limit=limit)
    if session.as_json:
        session.show(found)
        return
    rows = [
        {
            "id": row.id,
            "difference": session.answers.word("difference", row.difference),
            "changes": "; ".join(_told(session, name, each) for name, each in row.changes.items()),
        }
        for row in found
    ]
    session.show(rows, columns=("difference", "id", "changes"))


def _told(session: Session, name: str, change: Change) -> str:
    text = session.answers.text
    return f"{name}: {text(change.before)} → {text(change.after)}"
