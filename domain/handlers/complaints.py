"""What the commands about complaints do."""

from __future__ import annotations

from uuid import UUID

from domain import commands, worker_commands
from domain.complaint import Complaint
from domain.customer import Customer
from domain.follow_through import Grievance
from domain.handlers.work import Work
from domain.priority import ComplaintChannel, Pressure, Severity


def file(work: Work, command: commands.FileComplaint) -> Complaint:
    """Take a complaint in, triaged at once when severity or pressure is known."""
    customer = work.customer_for_reading(command.customer_id)
    grievance = Grievance(
        summary=command.summary,
        details=command.details,
        severity=command.severity,
        pressure=command.pressure,
    )
    return take_in(work, customer, command.channel, grievance)


def take_in(
    work: Work,
    customer: Customer,
    channel: ComplaintChannel,
    grievance: Grievance,
    *,
    id: UUID | None = None,  # noqa: A002 - as the aggregate calls it
) -> Complaint:
    """Take in what `customer` complains about, triaged if severity or pressure is known."""
    complaint = Complaint.file(
        work.book,
        customer_id=customer.id,
        owner_id=customer.owner_id,
        channel=channel,
        summary=grievance.summary,
        details=grievance.details,
        id=id,
    )
    if grievance.severity or grievance.pressure:
        severity = grievance.severity or Severity.MINOR
        complaint.triage(work.book, severity, grievance.pressure or Pressure.NORMAL)
    return work.add(complaint)


def triage(work: Work, command: commands.TriageComplaint) -> Complaint:
    """Judge severity and pressure."""
    complaint = work.complaint(command.complaint_id)
    complaint.triage(work.book, command.severity, command.pressure)
    return complaint


def assign(work: Work, command: commands.AssignComplaint) -> Complaint:
    """Make somebody responsible."""
    complaint = work.complaint(command.complaint_id)
    work.require_present(command.handler_id, "handler_id")
    complaint.assign(command.handler_id)
    return complaint


def acknowledge(work: Work, command: commands.AcknowledgeComplaint) -> Complaint:
    """Record that the customer knows somebody is on it."""
    complaint = work.complaint(command.complaint_id)
    complaint.acknowledge()
    return complaint


def investigate(work: Work, command: commands.InvestigateComplaint) -> Complaint:
    """Record the cause."""
    complaint = work.complaint(command.complaint_id)
    complaint.investigate(command.cause)
    return complaint


def resolve(work: Work, command: commands.ResolveComplaint) -> Complaint:
    """Record the solution."""
    complaint = work.complaint(command.complaint_id)
    complaint.resolve(command.solution)
    return complaint


def report_outcome(work: Work, command: commands.ReportOutcome) -> Complaint:
    """Record that the customer was told the outcome."""
    complaint = work.complaint(command.complaint_id)
    complaint.report_outcome(command.channel, command.answer)
    return complaint


def close(work: Work, command: commands.CloseComplaint) -> Complaint:
    """Close it."""
    complaint = work.complaint(command.complaint_id)
    complaint.close(command.satisfaction, command.comment)
    return complaint


def reopen(work: Work, command: commands.ReopenComplaint) -> Complaint:
    """Reopen it."""
    complaint = work.complaint(command.complaint_id)
    complaint.reopen(work.book)
    return complaint


def pause(work: Work, command: commands.PauseComplaint) -> Complaint:
    """Stop the resolve clock."""
    complaint = work.complaint(command.complaint_id)
    complaint.pause(work.book)
    return complaint


def resume(work: Work, command: commands.ResumeComplaint) -> Complaint:
    """Let the resolve clock run on."""
    complaint = work.complaint(command.complaint_id)
    complaint.resume(work.book)
    return complaint


def escalate(work: Work, command: worker_commands.EscalateComplaint) -> Complaint:
    """Climb a rung, if there is still one to climb."""
    complaint = work.complaint(command.complaint_id)
    complaint.escalate(command.key, list(command.to_ids))
    return complaint
