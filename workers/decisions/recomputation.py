"""Decides on what an amended policy changes: open deadlines and due dates, step by step (D17)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain import commands, worker_commands
from domain.bulk import BatchItem, Bulk
from domain.errors import CareError
from domain.policies.book import PolicyKind
from domain.provenance import signing
from domain.recomputation import SUBJECTS, Recomputation, Subject
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once

logger = logging.getLogger(__name__)

AT_ONCE = 2_000
"""How many complaints or customers a step looks at, so that it ends long before its lease."""

BATCH = 500

CATCHING_UP = 5.0
"""Seconds to wait for the read models, which tell whom there is to look at."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What a step looks at: some subjects of one kind; `is_last` when there are no more of it."""

    subject: Subject
    ids: list[UUID]
    is_last: bool


def decide(
    obligations: Sequence[ObligationRow], now: datetime, office: Office, *, at_once: int = AT_ONCE
) -> None:
    """Take a step: reckon the next ones anew, then record how far we are.

    A step that was taken before, wholly or in part, changes nothing more. While the read models are
    behind the log nothing is done, and the step is taken up again after the lease.
    """
    office.care.book(is_fresh=True)
    for obligation in obligations:
        if office.watch.wait_for(office.care.log.head, CATCHING_UP):
            _take_step(obligation, now, office, at_once)
        else:
            logger.warning("read-models-behind", extra={"key": str(obligation.key)})


def _take_step(obligation: ObligationRow, now: datetime, office: Office, at_once: int) -> None:
    policy = PolicyKind(obligation.payload["policy"])
    place = policy, obligation.payload["version"], obligation.payload["step"]
    refused: list[UUID] = []
    page = None
    for page in _pages(obligation, policy, office, at_once):
        refused += _recompute(page, policy, obligation.key, now, office)
        if not page.is_last:
            break
    with signing(office.signature(now, obligation.key)):
        end = (
            Recomputation.complete(*place, refused=refused)
            if page is None or page.is_last
            else Recomputation.advance(
                *place, subject=page.subject, until=page.ids[-1], refused=refused
            )
        )
    append_once(office.care.log, [end])


def _pages(
    obligation: ObligationRow, policy: PolicyKind, office: Office, at_once: int
) -> Iterator[_Page]:
    """Yield the page that is next of each kind of subject that is left."""
    payload = obligation.payload
    subjects = SUBJECTS[policy]
    after = UUID(payload["after"]) if payload["after"] else None
    for subject in subjects[subjects.index(Subject(payload["subject"])) :]:
        if subject is Subject.COMPLAINTS:
            ids = office.complaints.unresolved_ids(after, at_once)
        else:
            ids = office.due_list.reckoned_ids(_changed_days(policy, office), after, at_once)
        yield _Page(subject, ids, is_last=len(ids) < at_once)
        after = None


def _changed_days(policy: PolicyKind, office: Office) -> set[date] | None:
    """Return the days whose work differs from any former calendar, None when all dates may change.

    Customers were reckoned under former calendars of any age.
    """
    if policy is not PolicyKind.CALENDAR:
        return None
    book, log = office.care.book(), office.care.log
    changed: set[date] = set()
    for version in range(1, book.versions[policy]):
        days = book.calendar.days_that_differ(log.past_policy(policy, version))
        if days is None:
            return None
        changed |= days
    return changed


def _recompute(
    page: _Page, policy: PolicyKind, key: UUID, now: datetime, office: Office
) -> list[UUID]:
    """Reckon a page anew; return those that cannot be reckoned."""
    items = [
        BatchItem(command=_command(page.subject, subject_id, policy)) for subject_id in page.ids
    ]
    batches = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
    bulk = Bulk(office.care, lambda: office.signature(now, key))
    outcomes = [outcome for batch in bulk.run(batches) for outcome in batch]
    refused = []
    for subject_id, outcome in zip(page.ids, outcomes, strict=True):
        if isinstance(outcome, CareError):
            logger.error("not-recomputed", extra={"id": str(subject_id), "error": str(outcome)})
            refused.append(subject_id)
    return refused


def _command(subject: Subject, subject_id: UUID, policy: PolicyKind) -> commands.Command:
    if subject is Subject.COMPLAINTS:
        return worker_commands.RecomputeDeadlines(complaint_id=subject_id, policy=policy)
    return worker_commands.RecomputeDue(customer_id=subject_id, policy=policy)
