"""A rep's day on the command line: who is due, what was said, what has happened before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from api.cli.finding import find_customer
from api.cli.past import AS_OF, as_they_stood, moment_of, today_of
from api.cli.session import Session
from api.messages import Language, title
from api.people_names import People
from api.sentences import due_sentence, history_sentence
from domain import commands
from domain.access_record import AccessKind
from domain.application import Receipt
from domain.calendars.business_time import WorkCalendar
from domain.contact import Contact, ContactMethod, ContactPurpose
from domain.customer import Customer
from domain.follow_through import FollowThrough, Grievance
from domain.grade import Demand, Grade
from projections.due_list.projection import DueListProjection
from projections.due_list.queries import ORDERS, DueItem
from projections.journal.history import HistoryEntry
from projections.moments import Asked
from projections.past import those_visible

DAY = click.DateTime(["%Y-%m-%d"])
GRADES = click.Choice([grade.value for grade in Grade])
KINDS = (
    "customer",
    "complaint",
    "task",
    "contract",
    "reminder",
    "greeting",
    "campaign_message",
    "activity",
    "delivery",
    "identity",
    "access",
)


@click.command("due")
@click.option("--on", type=DAY, help="Whoever is due by this day instead of today.")
@click.option("--overdue", is_flag=True, help="Only who was due before today.")
@click.option("--flagged", is_flag=True, help="Only who is to be given to somebody else.")
@click.option("--owner", metavar="LOGIN", help="Only whom this representative looks after.")
@click.option("--grade", "grades", multiple=True, type=GRADES, help="May be repeated.")
@click.option("--order", type=click.Choice(list(ORDERS)), default="due", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@AS_OF
@click.pass_obj
def due_command(
    session: Session,
    *,
    on: datetime | None,
    overdue: bool,
    flagged: bool,
    owner: str | None,
    grades: tuple[str, ...],
    order: str,
    limit: int,
    as_of: Asked | None,
) -> None:
    """List who is due, and why then (待跟进)."""
    with session.opened() as read:
        moment = moment_of(session, read, as_of)
        today, visibility = today_of(read, moment), session.principal(read).visibility
        (due_list,) = as_they_stood(session, read, moment, (DueListProjection, read.due_list))
        rows = due_list.page(
            visibility,
            today,
            on=on.date() if on else None,
            overdue=overdue,
            flagged=flagged,
            owner_id=session.person(read, owner).rep_id if owner else None,
            grades=[Grade(grade) for grade in grades],
            order=order,
            limit=limit,
        )
        if moment is not None:
            rows = those_visible(read.log, visibility, rows)
        if session.as_json:
            session.show(rows)
            return
        people = People(read.people, session.language)
        shown = [_due_row(row, today, people, session.language) for row in rows]
    if not shown:
        session.answers.say("nothing-due")
        return
    columns = ("due_on", "days_overdue", "grade", "customer_name", "phones", "last_contact_on",
               "why_due", "owner", "customer_id")  # fmt: skip
    session.show(shown, columns=columns)


def _due_row(row: DueItem, today: date, people: People, language: Language) -> dict[str, Any]:
    return {
        "due_on": row.due.on,
        "days_overdue": max((today - row.due.on).days, 0) or None,
        "grade": row.grade,
        "customer_name": row.company or row.name,
        "phones": row.phones,
        "last_contact_on": row.last_contact_on,
        "why_due": title(f"due-{row.due.rule.value}", language),
        "owner": people.name(row.owner_id),
        "customer_id": row.customer_id,
    }


@click.command("contact")
@click.argument("customer")
@click.argument("text", default="")
@click.option("--note", metavar="KEY", help="The quick note under this key instead of TEXT.")
@click.option("--on", type=DAY, help="The day of the contact; today when not given.")
@click.option("--method", type=click.Choice([m.value for m in ContactMethod]),
              default=ContactMethod.PHONE.value, show_default=True)  # fmt: skip
@click.option("--purpose", type=click.Choice([p.value for p in ContactPurpose]),
              default=ContactPurpose.FOLLOW_UP.value, show_default=True)  # fmt: skip
@click.option("--feedback", default="", help="The customer's opinion.")
@click.option("--suggestions", default="", help="What he would have us do better.")
@click.option("--satisfaction", type=click.IntRange(1, 5), help="The customer's own, 1 is worst.")
@click.option("--task", type=click.UUID, help="The task of the customer that this contact did.")
@click.option("--grade", type=GRADES, help="Your own judgement; kept when not given.")
@click.option("--demand", type=click.Choice([d.value for d in Demand]))
@click.option("--expected", type=DAY, help="The day a deal is expected on.")
@click.option("--promised", type=DAY, help="The next date, as promised to the customer.")
@click.option("--defer-reason", default="", help="Why the next date may be that late.")
@click.option("--next-method", type=click.Choice([m.value for m in ContactMethod]))
@click.option("--action/--no-action", "needs_action", default=None,
              help="Whether what he said becomes a task; by default an opinion does.")  # fmt: skip
@click.option("--complaint", help="What he complained about; it is taken in.")
@click.pass_obj
def contact_command(session: Session, /, *, customer: str, text: str, **typed: Any) -> None:
    """Record a contact with CUSTOMER.

    CUSTOMER is an id, or a piece of a name, company, phone or address, or its pinyin. TEXT is what
    was said. The grade is decided and the next date is set in the same step; --note does all of it
    with one key (快捷键信息).
    """
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        on = _day(typed["on"])
        command: commands.Command
        if typed["note"] is not None:
            command = commands.RecordQuickNote(
                customer_id=found.id, key=typed["note"], contacted_on=on
            )
        else:
            contact = _contact(text, on or session.today(read), typed)
            command = commands.RecordContact(
                customer_id=found.id, contact=contact, then=_follow_through(typed)
            )
        receipt = session.carry_out(read, command)
        calendar = read.care.book().calendar.calendar
    session.show(_outcome(found, receipt, calendar, session))


def _contact(text: str, on: date, typed: dict[str, Any]) -> Contact:
    return Contact(
        contacted_on=on,
        method=ContactMethod(typed["method"]),
        purpose=ContactPurpose(typed["purpose"]),
        text=text,
        feedback=typed["feedback"],
        suggestions=typed["suggestions"],
        satisfaction=typed["satisfaction"],
        grade=Grade(typed["grade"]) if typed["grade"] else None,
        demand=Demand(typed["demand"]) if typed["demand"] else None,
        expected_on=_day(typed["expected"]),
        promised_on=_day(typed["promised"]),
        defer_reason=typed["defer_reason"],
        next_method=ContactMethod(typed["next_method"]) if typed["next_method"] else None,
    )


def _follow_through(typed: dict[str, Any]) -> FollowThrough:
    complaint = typed["complaint"]
    return FollowThrough(
        task_id=typed["task"],
        needs_action=typed["needs_action"],
        complaint=Grievance(summary=complaint) if complaint else None,
    )


def _outcome(
    before: Customer, receipt: Receipt, calendar: WorkCalendar, session: Session
) -> dict[str, Any]:
    after: Customer = receipt.subject
    answer: dict[str, Any] = {
        "customer_name": before.card.get("company") or before.card.get("name", ""),
        "customer_id": after.id,
        "version": receipt.version,
        "grade_before": before.grade,
        "grade": after.grade,
        "due_on": after.due.on,
    }
    if session.as_json:
        return answer | {"due": after.due}
    return answer | {"why_due": due_sentence(after.due, after.grade, calendar, session.language)}


@click.command("history")
@click.argument("customer")
@click.option("--kind", type=click.Choice(KINDS), metavar="KIND",
              help=f"Only what belongs to one kind of thing: {', '.join(KINDS)}.")  # fmt: skip
@click.option("--oldest-first", is_flag=True)
@AS_OF
@click.option("--happened-by", type=DAY,
              help="Only what had happened by that day, whenever we learned it.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@click.pass_obj
def history_command(
    session: Session,
    *,
    customer: str,
    kind: str | None,
    oldest_first: bool,
    as_of: Asked | None,
    happened_by: datetime | None,
    limit: int,
) -> None:
    """Tell what happened to CUSTOMER.

    And around him: complaints, reminders, messages (客户追踪志), the newest first.
    """
    with session.opened() as read:
        principal = session.principal(read)
        found = find_customer(read, principal, customer)
        if principal.is_watched:
            look = commands.RecordAccess(customer_id=found.id, access=AccessKind.HISTORY)
            session.carry_out(read, look)
        moment, zone = moment_of(session, read, as_of), read.care.book().calendar.tz
        entries = read.history.page(
            found.id,
            limit=limit,
            newest_first=not oldest_first,
            kind=kind,
            until=moment.position if moment else None,
            happened_by=_day(happened_by),
            zone=zone,
        )
        if session.as_json:
            session.show(entries)
            return
        people = People(read.people, session.language)
        for entry in entries:
            click.echo(_line(entry, people, session, zone))


def _line(entry: HistoryEntry, people: People, session: Session, zone: Any) -> str:
    at = entry.recorded_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return f"{at}  {people.actor(entry)}  {history_sentence(entry, people.name, session.language)}"


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
