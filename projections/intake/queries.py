"""Asks which forms there are, and what strangers wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.eventstore.database import Database
from domain.intake_item import IntakeState
from domain.priority import ComplaintChannel
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form key that was given out; `version` is the version of its stream."""

    form_id: UUID
    version: int
    label: str
    manager_id: UUID
    opened_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """A message from a stranger; what he said of himself nobody has checked.

    `customer_id` is whose a manager said it is, then it became `task_id` or `complaint_id`. `why`
    is the manager's reason.
    """

    item_id: UUID
    version: int
    form_id: UUID
    received_at: datetime
    channel: ComplaintChannel
    is_complaint: bool
    state: IntakeState
    name: str
    phone: str
    email: str
    text: str
    customer_id: UUID | None
    task_id: UUID | None
    complaint_id: UUID | None
    why: str


class IntakeQueries(Queries):
    """Reads what came in; that only managers ask is for the caller to see to."""

    def __init__(self, database: Database, schema: str = "intake") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        items = (
            "SELECT item_id, version, form_id, received_at, channel, is_complaint, state, name,"
            " phone, email, text, customer_id, task_id, complaint_id, why FROM {schema}.item"
        )
        # The oldest waits longest.
        self._page = self._sql(
            f"{items} WHERE state = %(state)s"
            " AND (received_at, item_id) > (coalesce(%(at)s::timestamptz, '-infinity'), %(id)s)"
            " ORDER BY received_at, item_id LIMIT %(limit)s"
        )
        self._get = self._sql(f"{items} WHERE item_id = %(id)s")
        self._writers = self._sql(
            "SELECT customer_id FROM {schema}.address WHERE lower(email) = lower(%(email)s) LIMIT 2"
        )
        self._forms = self._sql(
            "SELECT form_id, version, label, manager_id, opened_at, revoked_at FROM {schema}.form"
            " ORDER BY opened_at, form_id"
        )

    def page(
        self,
        state: IntakeState = IntakeState.OPEN,
        *,
        after: tuple[datetime, UUID] | None = None,
        limit: int = 50,
    ) -> list[IntakeRow]:
        """Return messages, the oldest first; `after` is moment and id of the last one seen."""
        at, item_id = after or (None, UUID(int=0))
        rows = self._rows(self._page, state=state.value, at=at, id=item_id, limit=limit)
        return [_item(row) for row in rows]

    def get(self, item_id: UUID) -> IntakeRow | None:
        """Return a message, None when it is absent."""
        rows = self._rows(self._get, id=item_id)
        return _item(rows[0]) if rows else None

    def writes_from(self, email: str) -> UUID | None:
        """Return the customer who writes from a mail address, None unless it is exactly one."""
        rows = self._rows(self._writers, email=email)
        return rows[0][0] if len(rows) == 1 else None

    def forms(self) -> list[FormRow]:
        """Return every form key that was given out, the oldest first."""
        return [FormRow(*row) for row in self._rows(self._forms)]


def _item(row: tuple[Any, ...]) -> IntakeRow:
    values = list(row)
    values[4], values[6] = ComplaintChannel(row[4]), IntakeState(row[6])
    return IntakeRow(*values)
