"""A policy (制度): what the company decided, every version of it kept (D3)."""

from __future__ import annotations

from typing import Any, ClassVar

from domain.aggregate import CareAggregate
from domain.errors import NothingChangedError
from domain.plain import from_plain, require_fields, to_plain
from domain.policies.book import CONTENT_TYPES, PolicyKind


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
        """The policy was replaced by a new version; decisions already made keep the old one."""

        TOPIC = "policy.amended"
        content: dict[str, Any]

        def apply(self, aggregate: Policy) -> None:
            """Take the content over."""
            aggregate.content = self.content

    Created = Adopted

    kind: PolicyKind
    content: dict[str, Any]

    @classmethod
    def adopt(cls, kind: PolicyKind, content: object) -> Policy:
        """Adopt the first version of a policy."""
        return cls.begin(cls.Adopted, id=kind.stream_id, kind=kind.value, content=to_plain(content))

    def amend(self, content: dict[str, Any]) -> None:
        """Put `content` in force from now on; what it does not name stays as it is.

        InvalidError names the place of a mistake, NothingChangedError when all stands like that.
        """
        kind = CONTENT_TYPES[self.kind]
        require_fields(kind, content)
        plain = to_plain(from_plain(kind, {**self.content, **content}))
        if plain == self.content:
            raise NothingChangedError(of=f"policy {self.kind.value}")
        self.trigger_event(self.Amended, content=plain)

    def read(self) -> Any:
        """Return the content in force as its own type."""
        return from_plain(CONTENT_TYPES[self.kind], self.content)
