"""What a batch of events makes of the obligations: those it brings and those it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from domain.policies.book import PolicyKind
from projections.obligations.company import Company, CompanyHours


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


Owed = Mapping[Thing, Collection[UUID]]
"""The keys of what is owed about each thing."""


class Standing(Protocol):
    """How things stood before a batch; each is asked at most once."""

    def company(self) -> Company:
        """Return the policies that obligations go by."""
        ...

    def owed(self) -> Owed:
        """Return what is owed about the streams of the batch."""
        ...


class Ledger:
    """Collects, in the order of the events, what becomes of the obligations."""

    def __init__(self, before: Standing) -> None:
        """Begin with what was `before`."""
        self._before = before
        self._company: Company | None = None
        self._owed: Owed | None = None
        self._added: dict[Thing, dict[UUID, Obligation]] = {}
        self.hours_changed = False
        self.cleared: set[Thing] = set()
        self.ended_until: dict[Thing, date] = {}
        self.ended: set[UUID] = set()

    @property
    def company(self) -> Company:
        """The company's policies at this point of the log."""
        if self._company is None:
            self._company = self._before.company()
        return self._company

    @property
    def hours(self) -> CompanyHours:
        """The company's hours at this point of the log."""
        return self.company.hours

    @property
    def added(self) -> list[Obligation]:
        """What the batch brings and leaves open."""
        return [o for group in self._added.values() for o in group.values()]

    def change_policy(self, kind: PolicyKind, company: Company) -> None:
        """Go by the policies of `company` from now on, of which that of `kind` is another one."""
        self._company = company
        self.hours_changed = self.hours_changed or kind is PolicyKind.CALENDAR

    def add(self, obligation: Obligation) -> None:
        """Owe something, in place of what was owed under the same key."""
        self._added.setdefault(_thing(obligation), {})[obligation.key] = obligation
        self.ended.add(obligation.key)

    def begin(self, obligation: Obligation) -> None:
        """Owe something unless something of this kind is owed about the subject already."""
        if not self._is_owed(_thing(obligation)):
            self.add(obligation)

    def end(self, kind: str, subject_id: UUID, key: UUID) -> None:
        """Owe this no more: it was decided."""
        self._added.get((kind, subject_id), {}).pop(key, None)
        self.ended.add(key)

    def end_until(self, kind: str, subject_id: UUID, day: date) -> None:
        """Owe nothing of this kind about the subject any more that is due by `day`."""
        thing = (kind, subject_id)
        self.ended_until[thing] = max(day, self.ended_until.get(thing, day))
        added = self._added.get(thing, {})
        self._added[thing] = {k: o for k, o in added.items() if o.day is None or o.day > day}

    def clear(self, kind: str, subject_id: UUID) -> None:
        """Owe nothing of this kind about the subject any more."""
        self.cleared.add((kind, subject_id))
        self._added.pop((kind, subject_id), None)

    def _is_owed(self, thing: Thing) -> bool:
        if self._added.get(thing):
            return True
        if thing in self.cleared:
            return False
        if self._owed is None:
            self._owed = self._before.owed()
        return not self.ended.issuperset(self._owed.get(thing, ()))


def _thing(obligation: Obligation) -> Thing:
    return obligation.kind, obligation.subject_id
