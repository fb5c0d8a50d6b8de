"""The one door: every command, from every edge, passes through `CustomerCare.execute` (D5)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from domain import (
    aftercare_commands,
    campaign_commands,
    commands,
    erasure_commands,
    handover_commands,
    pool_commands,
    sign_in_commands,
    worker_commands,
)
from domain.access import Grant
from domain.aggregate import CareAggregate
from domain.errors import BusyError, CareError, KeyReusedError
from domain.eventstore.append import Mark, MarkExistsError
from domain.eventstore.event_log import EventLog
from domain.handlers import (
    activities,
    administration,
    campaigns,
    complaints,
    contacts,
    contracts,
    customers,
    deliveries,
    erasure,
    greetings,
    handovers,
    intake,
    policies,
    pool,
    recomputing,
    tasks,
)
from domain.handlers.work import Work
from domain.policies.book import DEFAULTS, PolicyBook, PolicyKind
from domain.policy import Policy
from domain.policy_shelf import PolicyShelf
from domain.provenance import Provenance, signing

ATTEMPTS = 5
"""How often a command is decided anew after somebody else changed the same thing first."""

Handler = Callable[[Work, Any], CareAggregate]

HANDLERS: dict[type[commands.Command], tuple[Handler, Grant]] = {
    commands.RegisterCustomer: (customers.register, Grant.WRITE),
    commands.CorrectCustomer: (customers.correct, Grant.WRITE),
    commands.VerifyCard: (customers.verify_card, Grant.WRITE),
    commands.RecordContact: (contacts.record_contact, Grant.WRITE),
    commands.RecordQuickNote: (contacts.record_quick_note, Grant.WRITE),
    commands.RegradeCustomer: (customers.regrade, Grant.WRITE),
    commands.ChooseCare: (customers.choose_care, Grant.WRITE),
    commands.ReserveGreeting: (greetings.reserve, Grant.WRITE),
    commands.SkipGreeting: (greetings.skip, Grant.WRITE),
    commands.ChangeOwner: (customers.change_owner, Grant.WRITE),
    commands.ChangeSecondOwner: (customers.change_second_owner, Grant.WRITE),
    handover_commands.BeginHandover: (handovers.begin, Grant.WRITE),
    handover_commands.BeginUndoing: (handovers.begin_undoing, Grant.WRITE),
    handover_commands.PassOn: (handovers.pass_on, Grant.WRITE),
    handover_commands.CompleteHandover: (handovers.complete, Grant.WRITE),
    commands.LinkPartner: (customers.link_partner, Grant.WRITE),
    commands.RecordPurchase: (customers.record_purchase, Grant.WRITE),
    pool_commands.EscalateFollowUp: (pool.escalate_follow_up, Grant.ADMINISTER),
    pool_commands.WarnOfPool: (pool.warn, Grant.ADMINISTER),
    pool_commands.ReturnToPool: (pool.give_back, Grant.ADMINISTER),
    pool_commands.PutIntoPool: (pool.put_in, Grant.WRITE),
    pool_commands.ClaimCustomer: (pool.claim, Grant.WRITE),
    pool_commands.AssignFromPool: (pool.assign, Grant.WRITE),
    commands.FileComplaint: (complaints.file, Grant.WRITE),
    commands.TriageComplaint: (complaints.triage, Grant.WRITE),
    commands.AssignComplaint: (complaints.assign, Grant.WRITE),
    commands.AcknowledgeComplaint: (complaints.acknowledge, Grant.WRITE),
    commands.InvestigateComplaint: (complaints.investigate, Grant.WRITE),
    commands.ResolveComplaint: (complaints.resolve, Grant.WRITE),
    commands.ReportOutcome: (complaints.report_outcome, Grant.WRITE),
    commands.CloseComplaint: (complaints.close, Grant.WRITE),
    commands.ReopenComplaint: (complaints.reopen, Grant.WRITE),
    commands.PauseComplaint: (complaints.pause, Grant.WRITE),
    commands.ResumeComplaint: (complaints.resume, Grant.WRITE),
    worker_commands.EscalateComplaint: (complaints.escalate, Grant.ADMINISTER),
    aftercare_commands.OpenTask: (tasks.open_task, Grant.WRITE),
    aftercare_commands.CompleteTask: (tasks.complete, Grant.WRITE),
    aftercare_commands.DropTask: (tasks.drop, Grant.WRITE),
    aftercare_commands.SignContract: (contracts.sign, Grant.WRITE),
    aftercare_commands.RecordPayment: (contracts.receive_payment, Grant.WRITE),
    aftercare_commands.ChangeResponsible: (contracts.change_responsible, Grant.WRITE),
    aftercare_commands.CloseContract: (contracts.close, Grant.WRITE),
    aftercare_commands.CancelContract: (contracts.cancel, Grant.WRITE),
    aftercare_commands.OpenIntakeForm: (intake.open_form, Grant.ADMINISTER),
    aftercare_commands.RevokeIntakeForm: (intake.revoke_form, Grant.ADMINISTER),
    aftercare_commands.ReceiveMessage: (intake.receive, Grant.ADMINISTER),
    aftercare_commands.AssignMessage: (intake.assign, Grant.WRITE),
    aftercare_commands.DropMessage: (intake.drop, Grant.WRITE),
    campaign_commands.PlanCampaign: (campaigns.plan, Grant.WRITE),
    campaign_commands.AmendCampaign: (campaigns.amend, Grant.WRITE),
    campaign_commands.ApproveCampaign: (campaigns.approve, Grant.WRITE),
    campaign_commands.PauseCampaign: (campaigns.pause, Grant.WRITE),
    campaign_commands.ResumeCampaign: (campaigns.resume, Grant.WRITE),
    campaign_commands.CancelCampaign: (campaigns.cancel, Grant.WRITE),
    campaign_commands.RecordAnswer: (campaigns.record_answer, Grant.WRITE),
    campaign_commands.PlanActivity: (activities.plan, Grant.WRITE),
    campaign_commands.AmendActivity: (activities.amend, Grant.WRITE),
    campaign_commands.CancelActivity: (activities.cancel, Grant.WRITE),
    campaign_commands.InviteGuests: (activities.invite, Grant.WRITE),
    campaign_commands.AnswerInvitation: (activities.answer, Grant.WRITE),
    campaign_commands.RecordAttendance: (activities.record_attendance, Grant.WRITE),
    commands.AddRepresentative: (administration.add_representative, Grant.ADMINISTER),
    commands.GrantScope: (administration.grant_scope, Grant.ADMINISTER),
    commands.RemoveRepresentative: (administration.remove_representative, Grant.ADMINISTER),
    commands.ChooseNotifications: (administration.choose_notifications, Grant.READ),
    worker_commands.DisableChannel: (administration.disable_channel, Grant.ADMINISTER),
    commands.IssueToken: (administration.issue_token, Grant.READ),
    commands.RevokeToken: (administration.revoke_token, Grant.READ),
    sign_in_commands.EnableSecondFactor: (administration.enable_second_factor, Grant.READ),
    sign_in_commands.DisableSecondFactor: (administration.disable_second_factor, Grant.READ),
    commands.ReadInboxItems: (administration.read_inbox_items, Grant.READ),
    commands.SettleDelivery: (deliveries.settle, Grant.ADMINISTER),
    commands.ResendDelivery: (deliveries.resend, Grant.ADMINISTER),
    commands.AmendPolicy: (policies.amend, Grant.ADMINISTER),
    worker_commands.RecomputeDeadlines: (recomputing.deadlines, Grant.ADMINISTER),
    worker_commands.RecomputeDue: (recomputing.due, Grant.ADMINISTER),
    commands.ImportHolidays: (policies.import_holidays, Grant.ADMINISTER),
    commands.ChangeWorkdays: (policies.change_workdays, Grant.ADMINISTER),
    commands.RecordAccess: (customers.record_access, Grant.READ),
    erasure_commands.SetHold: (erasure.set_hold, Grant.ADMINISTER),
    erasure_commands.LiftHold: (erasure.lift_hold, Grant.ADMINISTER),
    erasure_commands.EraseCustomer: (erasure.erase, Grant.ADMINISTER),
    erasure_commands.ReleasePlace: (activities.release, Grant.ADMINISTER),
    erasure_commands.CompleteErasure: (erasure.complete, Grant.ADMINISTER),
}
"""Every command, what carries it out, and the grant it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A client's promise that two requests under one key are the same request.

    `fingerprint` is a digest of the request, `expires_at` when the promise may be forgotten.
    `principal` says whose key it is, unless it is the acting principal's own.
    """

    key: str
    fingerprint: bytes
    expires_at: datetime | None = None
    principal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a command: what it was about, its version now, and the position in the log.

    `subject` is the aggregate as the command left it. `position` is 0 when there was nothing to
    record. `is_replay` tells that the command had been carried out before, under the same key.
    """

    subject_id: UUID
    version: int
    position: int
    subject: Any = field(compare=False, repr=False)
    is_replay: bool = False


class CustomerCare:
    """Carries out commands: loads, authorises, decides, stores, answers.

    Safe to share between threads. What an answered command changed is on disk.
    """

    def __init__(self, log: EventLog, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Serve the customers in `log`."""
        self.log = log
        self._shelf = PolicyShelf(log, monotonic)

    def book(self, *, is_fresh: bool = False) -> PolicyBook:
        """Return the policies in force: at most a second old, or of this instant."""
        if is_fresh:
            self._shelf.put_back()
        return self._shelf.book()

    def install(self, provenance: Provenance) -> list[PolicyKind]:
        """Adopt the default of every policy that has none yet; return which were adopted."""
        present = self.log.get_many([kind.stream_id for kind in PolicyKind])
        missing = [kind for kind in PolicyKind if kind.stream_id not in present]
        adopted = []
        with signing(provenance):
            for kind in missing:
                policy = Policy.adopt(kind, DEFAULTS[kind](provenance.at.date()))
                try:
                    self.log.append(policy.collect_events())
                except IntegrityError:
                    continue  # Another process was installing at the same time, and was first.
                adopted.append(kind)
        self._shelf.put_back()
        return adopted

    def execute(
        self,
        command: commands.Command,
        provenance: Provenance,
        *,
        expected_version: int | None = None,
        idempotency: IdempotencyKey | None = None,
    ) -> Receipt:
        """Carry out `command`, signed by `provenance`.

        `expected_version` is the version of the target that the client has seen; StaleVersionError
        when it is another one by now. Under an `idempotency` key the command is carried out once:
        asking again gives the first answer, KeyReusedError with another fingerprint. Any CareError
        means that nothing was stored; OperationalError that the server went away and the client
        should ask again under the same key.
        """
        handler, grant = HANDLERS[type(command)]
        provenance.principal.require(grant)
        try:
            receipt = self._decide(handler, command, provenance, expected_version, idempotency)
        except (CareError, MarkExistsError):
            # A repeated request is refused for what its first run has changed: look before telling.
            replay = self._replay(provenance, idempotency)
            if replay is None:
                raise
            receipt = replay
        if isinstance(receipt.subject, Policy):
            self._shelf.put_back()
        return receipt

    def _decide(
        self,
        handler: Handler,
        command: commands.Command,
        provenance: Provenance,
        expected_version: int | None,
        idempotency: IdempotencyKey | None,
    ) -> Receipt:
        for attempt in range(ATTEMPTS):
            # The first try decides on what this process saw last; what it refuses or cannot store
            # is decided anew on what is there now.
            from_memory = attempt == 0
            generation = self.log.keys.generation
            work = Work(
                self.log, self.book(), provenance, expected_version, from_memory=from_memory
            )
            try:
                with signing(provenance):
                    subject = handler(work, command)
            except CareError:
                if from_memory:
                    continue
                raise
            events = work.collect_events()
            if not events:
                if from_memory:
                    continue
                return receipt_of(subject, 0)
            try:
                positions = self.log.append(
                    events, [mark_of(provenance, idempotency, subject)] if idempotency else []
                )
            except MarkExistsError:
                raise
            except IntegrityError:
                continue
            for aggregate in work.touched:
                self.log.remember(aggregate, generation)
            return receipt_of(subject, positions[-1])
        raise BusyError(attempts=ATTEMPTS)

    def _replay(self, provenance: Provenance, idempotency: IdempotencyKey | None) -> Receipt | None:
        if idempotency is None:
            return None
        whose = idempotency.principal or provenance.principal.name
        mark = self.log.recorder.find_marks(whose, [idempotency.key]).get(idempotency.key)
        if mark is None:
            return None
        if mark.fingerprint != idempotency.fingerprint:
            raise KeyReusedError(key=idempotency.key)
        subject = self.log.get(mark.subject_id, version=mark.version)
        return replace(receipt_of(subject, mark.position), is_replay=True)


def receipt_of(subject: CareAggregate, position: int) -> Receipt:
    """Return the receipt of a command that left `subject` as it is now."""
    return Receipt(
        subject_id=subject.id, version=subject.version, position=position, subject=subject
    )


def mark_of(
    provenance: Provenance,
    idempotency: IdempotencyKey,
    subject: CareAggregate,
    last_event: int | None = None,
) -> Mark:
    """Return what `idempotency` has led to, to be stored with the events."""
    return Mark(
        principal=idempotency.principal or provenance.principal.name,
        key=idempotency.key,
        fingerprint=idempotency.fingerprint,
        subject_id=subject.id,
        version=subject.version,
        expires_at=idempotency.expires_at,
        last_event=last_event,
    )
