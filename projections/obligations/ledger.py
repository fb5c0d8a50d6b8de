"""What a batch of events makes of the obligations: those it brings and those it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from projections.obligations.company_hours import CompanyHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Something that has to be decided once `due_at` has come, under its own key.

    `subject_id` is what it is about; `day` is set when it is due at the opening of that local day,
    and moves with the company's calendar. After `expires_at` it is too late. `payload` holds ids
    and numbers only. A lower `priority` goes first.
    """

    key: UUID
    kind: str
    subject_id: UUID
    due_at: datetime
    priority: int
    customer_id: UUID | None = None
    rep_id: UUID | None = None
    day: date | None = None
    expires_at: datetime | None = None
    payload: dict[str, Any] = field(default_factory=dict)


Thing = tuple[str, UUID]
"""What an obligation is about: its kind and its subject."""


class Ledger:
    """Collects, in the order of the events, what becomes of the obligations."""

    def __init__(self, load_hours: Callable[[], CompanyHours]) -> None:
        """Begin with the hours that `load_hours` gives, which is asked at most once."""
        self._load_hours = load_hours
        self._hours: CompanyHours | None = None
        self._added: dict[Thing, dict[UUID, Obligation]] = {}
        self.hours_changed = False
        self.cleared: set[Thing] = set()
        self.ended: set[UUID] = set()
        self.begun: dict[Thing, Obligation] = {}

    @property
    def hours(self) -> CompanyHours:
        """The company's hours at this point of the log."""
        if self._hours is None:
            self._hours = self._load_hours()
        return self._hours

    @property
    def added(self) -> list[Obligation]:
        """What the batch brings and leaves open."""
        return [o for group in self._added.values() for o in group.values()]

    def change_hours(self, hours: CompanyHours) -> None:
        """Have other hours from now on."""
        self._hours, self.hours_changed = hours, True

    def add(self, obligation: Obligation) -> None:
        """Owe something, in place of what was owed under the same key."""
        self._added.setdefault(_thing(obligation), {})[obligation.key] = obligation
        self.ended.add(obligation.key)

    def begin(self, obligation: Obligation) -> None:
        """Owe something unless something of this kind is owed about the subject already."""
        if not self._added.get(_thing(obligation)):
            self.begun[_thing(obligation)] = obligation

    def end(self, kind: str, subject_id: UUID, key: UUID) -> None:
        """Owe this no more: it was decided."""
        self._added.get((kind, subject_id), {}).pop(key, None)
        self.ended.add(key)

    def clear(self, kind: str, subject_id: UUID) -> None:
        """Owe nothing of this kind about the subject any more."""
        self.cleared.add((kind, subject_id))
        self._added.pop((kind, subject_id), None)
        self.begun.pop((kind, subject_id), None)


def _thing(obligation: Obligation) -> Thing:
    return obligation.kind, obligation.subject_id
