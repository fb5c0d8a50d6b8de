"""Complaints on the command line: taken in, worked on step by step, closed (投诉)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from api import representations
from api.cli.finding import find_complaint, find_customer
from api.cli.past import AS_OF, as_it_was, as_they_stood, moment_of
from api.cli.session import Session
from api.cli.why import show_explanations
from api.explanations import Words, explanations_of_complaint
from api.people_names import People
from domain import commands
from domain.application import Receipt
from domain.complaint import Complaint, Stage
from domain.priority import ComplaintChannel, Pressure, Priority, Severity
from projections.complaints.projection import ComplaintsProjection
from projections.complaints.queries import ComplaintFilters
from projections.moments import Asked
from projections.past import those_visible

CHANNELS = click.Choice([channel.value for channel in ComplaintChannel])
SEVERITIES = click.Choice([severity.value for severity in Severity])
PRESSURES = click.Choice([pressure.value for pressure in Pressure])
ORDERS = {"due": "due", "newest": "-filed"}

WHOLE = 100
"""The percentage at which a clock has run out."""

Build = Callable[[UUID], commands.Command]


@click.group("complaint")
def complaint_command() -> None:
    """Take complaints in and work on them (投诉).

    COMPLAINT is the id of one, or a piece of a customer who has one open complaint.
    """


@complaint_command.command("file")
@click.argument("customer")
@click.argument("summary")
@click.option("--details", default="")
@click.option("--channel", type=CHANNELS, default="phone", show_default=True)
@click.option("--severity", type=SEVERITIES, help="With --pressure it is triaged at once.")
@click.option("--pressure", type=PRESSURES)
@click.pass_obj
def file_(
    session: Session,
    *,
    customer: str,
    summary: str,
    details: str,
    channel: str,
    severity: str | None,
    pressure: str | None,
) -> None:
    """Take a complaint of CUSTOMER in; its clocks run from now."""
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        command = commands.FileComplaint(
            customer_id=found.id,
            channel=ComplaintChannel(channel),
            summary=summary,
            details=details,
            severity=Severity(severity) if severity else None,
            pressure=Pressure(pressure) if pressure else None,
        )
        receipt = session.carry_out(read, command)
    session.show(_standing(receipt))


@complaint_command.command("why")
@click.argument("complaint")
@AS_OF
@click.pass_obj
def why(session: Session, *, complaint: str, as_of: Asked | None) -> None:
    """Say why COMPLAINT has its deadlines, and why it climbed."""
    with session.opened() as read:
        moment = moment_of(session, read, as_of)
        found = as_it_was(read, find_complaint(read, session.principal(read), complaint), moment)
        explanations = explanations_of_complaint(
            read.history,
            found.customer_id,
            found.id,
            Words(session.language, People(read.people, session.language).name),
            moment.position if moment else None,
        )
    show_explanations(session, explanations)


@complaint_command.command("list")
@click.option("--all", "with_closed", is_flag=True, help="Closed ones too.")
@click.option("--stage", "stages", multiple=True, metavar="STAGE",
              type=click.Choice([s.value for s in Stage]),
              help=f"Only those at one of these stages: {', '.join(Stage)}.")  # fmt: skip
@click.option("--priority", "priorities", multiple=True, metavar="PRIORITY",
              type=click.Choice([p.value for p in Priority]),
              help="Only those of one of these priorities, P1 to P4.")  # fmt: skip
@click.option("--handler", metavar="LOGIN", help="Only those this representative handles.")
@click.option("--customer", help="Only those of this customer.")
@click.option("--order", type=click.Choice(list(ORDERS)), default="due", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@AS_OF
@click.pass_obj
def list_(session: Session, /, *, order: str, limit: int, **typed: Any) -> None:
    """List complaints by the deadline that comes next, or the newest first."""
    with session.opened() as read:
        principal = session.principal(read)
        handler, customer = typed["handler"], typed["customer"]
        filters = ComplaintFilters(
            stages=[Stage(stage) for stage in typed["stages"]],
            is_open=None if typed["with_closed"] or typed["stages"] else True,
            priorities=[Priority(priority) for priority in typed["priorities"]],
            handler_id=session.person(read, handler).rep_id if handler else None,
            customer_id=find_customer(read, principal, customer).id if customer else None,
        )
        moment = moment_of(session, read, typed["as_of"])
        (listed,) = as_they_stood(session, read, moment, (ComplaintsProjection, read.complaints))
        rows = listed.page(principal.visibility, filters, sort=ORDERS[order], limit=limit)
        if moment is not None:
            rows = those_visible(read.log, principal.visibility, rows)
        if session.as_json:
            session.show(rows)
            return
        people = People(read.people, session.language)
        names = {row.customer_id: read.log.get(row.customer_id).card for row in rows}
        shown = [
            {
                "next_due_at": row.next_due_at,
                "priority": row.priority,
                "stage": session.answers.word("stage", row.stage),
                "level": row.level,
                "customer_name": names[row.customer_id].get("company")
                or names[row.customer_id].get("name"),
                "summary": row.summary,
                "handler": people.name(row.handler_id),
                "complaint_id": row.complaint_id,
            }
            for row in rows
        ]
    session.show(shown, columns=("next_due_at", "priority", "stage", "level", "customer_name",
                                 "summary", "handler", "complaint_id"))  # fmt: skip


@complaint_command.command("show")
@click.argument("complaint")
@AS_OF
@click.pass_obj
def show(session: Session, *, complaint: str, as_of: Asked | None) -> None:
    """Show a complaint as it stands, or as it stood."""
    with session.opened() as read:
        moment = moment_of(session, read, as_of)
        found = as_it_was(read, find_complaint(read, session.principal(read), complaint), moment)
        told = read.log.events.get(found.id, lte=found.version)
        session.show(representations.complaint(found, told))


@complaint_command.command("triage")
@click.argument("complaint")
@click.argument("severity", type=SEVERITIES)
@click.argument("pressure", type=PRESSURES)
@click.pass_obj
def triage(session: Session, *, complaint: str, severity: str, pressure: str) -> None:
    """Judge how bad it is for the customer and how much it presses (R69)."""
    _step(
        session,
        complaint,
        lambda complaint_id: commands.TriageComplaint(
            complaint_id=complaint_id, severity=Severity(severity), pressure=Pressure(pressure)
        ),
    )


@complaint_command.command("assign")
@click.argument("complaint")
@click.argument("login")
@click.pass_obj
def assign(session: Session, *, complaint: str, login: str) -> None:
    """Make LOGIN responsible."""
    with session.opened() as read:
        found = find_complaint(read, session.principal(read), complaint)
        handler_id = session.person(read, login).rep_id
        command = commands.AssignComplaint(complaint_id=found.id, handler_id=handler_id)
        receipt = session.carry_out(read, command)
    session.show(_standing(receipt))


@complaint_command.command("acknowledge")
@click.argument("complaint")
@click.pass_obj
def acknowledge(session: Session, *, complaint: str) -> None:
    """Record that the customer knows somebody is on it."""
    _step(session, complaint, lambda i: commands.AcknowledgeComplaint(complaint_id=i))


@complaint_command.command("investigate")
@click.argument("complaint")
@click.argument("cause")
@click.pass_obj
def investigate(session: Session, *, complaint: str, cause: str) -> None:
    """Record the cause (R70)."""
    _step(session, complaint, lambda i: commands.InvestigateComplaint(complaint_id=i, cause=cause))


@complaint_command.command("resolve")
@click.argument("complaint")
@click.argument("solution")
@click.pass_obj
def resolve(session: Session, *, complaint: str, solution: str) -> None:
    """Record the solution; the resolve clock stops."""
    _step(
        session, complaint, lambda i: commands.ResolveComplaint(complaint_id=i, solution=solution)
    )


@complaint_command.command("report")
@click.argument("complaint")
@click.argument("answer", default="")
@click.option("--channel", type=CHANNELS, default="phone", show_default=True)
@click.pass_obj
def report(session: Session, *, complaint: str, answer: str, channel: str) -> None:
    """Record that the customer was told the outcome, and his ANSWER."""
    _step(
        session,
        complaint,
        lambda complaint_id: commands.ReportOutcome(
            complaint_id=complaint_id, channel=ComplaintChannel(channel), answer=answer
        ),
    )


@complaint_command.command("close")
@click.argument("complaint")
@click.option("--satisfaction", type=click.IntRange(1, 5), help="1 is worst; the customer's own.")
@click.option("--comment", default="")
@click.pass_obj
def close(session: Session, *, complaint: str, satisfaction: int | None, comment: str) -> None:
    """Close it with the customer's satisfaction."""
    _step(
        session,
        complaint,
        lambda complaint_id: commands.CloseComplaint(
            complaint_id=complaint_id, satisfaction=satisfaction, comment=comment
        ),
    )


@complaint_command.command("reopen")
@click.argument("complaint")
@click.option("--why", required=True, help="The reason, kept with the event.")
@click.pass_obj
def reopen(session: Session, *, complaint: str, why: str) -> None:
    """Begin a new round of a complaint that was not over; a closed one is named by its id."""
    _step(session, complaint, lambda i: commands.ReopenComplaint(complaint_id=i), why)


@complaint_command.command("pause")
@click.argument("complaint")
@click.option("--why", required=True, help="What the customer is waited for.")
@click.pass_obj
def pause(session: Session, *, complaint: str, why: str) -> None:
    """Stop the resolve clock while we wait for the customer."""
    _step(session, complaint, lambda i: commands.PauseComplaint(complaint_id=i), why)


@complaint_command.command("resume")
@click.argument("complaint")
@click.pass_obj
def resume(session: Session, *, complaint: str) -> None:
    """Let the resolve clock run on."""
    _step(session, complaint, lambda i: commands.ResumeComplaint(complaint_id=i))


def _step(session: Session, complaint: str, build: Build, why: str = "") -> None:
    with session.opened() as read:
        found = find_complaint(read, session.principal(read), complaint)
        receipt = session.carry_out(read, build(found.id), why=why)
    session.show(_standing(receipt))


def _standing(receipt: Receipt) -> dict[str, Any]:
    complaint: Complaint = receipt.subject
    deadlines = {
        f"{climb.clock}_due_at": climb.at for climb in complaint.climbs if climb.percent == WHOLE
    }
    return {
        "complaint_id": complaint.id,
        "version": receipt.version,
        "stage": complaint.stage,
        "priority": complaint.priority,
        "level": complaint.level,
        **deadlines,
    }
