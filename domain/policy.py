"""A policy (制度): what the company decided, every version of it kept (D3)."""

from __future__ import annotations

from typing import Any, ClassVar

from domain.aggregate import CareAggregate
from domain.errors import InvalidError, NothingChangedError
from domain.plain import from_plain, require_fields, to_plain
from domain.policies.book import CONTENT_TYPES, PolicyKind
from domain.policies.calendar import CalendarPolicy
from domain.policies.greetings import GreetingPolicy

RECOMPUTING = frozenset({PolicyKind.CALENDAR, PolicyKind.CADENCE, PolicyKind.SLA})
"""The policies that deadlines and due dates are reckoned by."""


class Policy(CareAggregate):
    """One kind of policy; the version of its stream is the version of the policy."""

    TOPIC = "policy"

    class Event(CareAggregate.Event):
        """A fact about a policy; nothing in it is personal."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset()

    class Adopted(Event, CareAggregate.Created):
        """The policy was adopted for the first time."""

        TOPIC = "policy.adopted"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        kind: str
        content: dict[str, Any]

        def apply(self, aggregate: Policy) -> None:
            """Start with the content."""
            aggregate.kind = PolicyKind(self.kind)
            aggregate.content = self.content

    class Amended(Event):
        """The policy was replaced by a new version; decisions already made keep the old one.

        With `recomputes`, open deadlines and due dates are reckoned anew, each by an event of its
        own; otherwise they keep the rules they were made under as well.
        """

        TOPIC = "policy.amended"
        class_version: ClassVar[int] = 2
        content: dict[str, Any]
        recomputes: bool

        def apply(self, aggregate: Policy) -> None:
            """Take the content over."""
            aggregate.content = self.content

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Say what went without saying when nothing was ever reckoned anew."""
            state["recomputes"] = False

    Created = Adopted

    kind: PolicyKind
    content: dict[str, Any]

    @classmethod
    def adopt(cls, kind: PolicyKind, content: object) -> Policy:
        """Adopt the first version of a policy."""
        return cls.begin(cls.Adopted, id=kind.stream_id, kind=kind.value, content=to_plain(content))

    def amend(self, content: dict[str, Any], *, recompute: bool | None = None) -> None:
        """Put `content` in force from now on; what it does not name stays as it is.

        Open deadlines are reckoned anew when the calendar's working time changes, unless
        `recompute` says otherwise. InvalidError names the place of a mistake, NothingChangedError
        when all stands like that.
        """
        kind = CONTENT_TYPES[self.kind]
        require_fields(kind, content)
        before, after = self.read(), from_plain(kind, {**self.content, **content})
        if isinstance(after, GreetingPolicy):
            after.require_tidy()
        plain = to_plain(after)
        if plain == self.content:
            raise NothingChangedError(of=f"policy {self.kind.value}")
        if recompute and self.kind not in RECOMPUTING:
            raise InvalidError(field="recompute", problem="nothing-to-recompute")
        if recompute is None:
            recompute = isinstance(after, CalendarPolicy) and not after.works_like(before)
        self.trigger_event(self.Amended, content=plain, recomputes=recompute)

    def read(self) -> Any:
        """Return the content in force as its own type."""
        return from_plain(CONTENT_TYPES[self.kind], self.content)
