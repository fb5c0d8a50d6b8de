"""The representative (业务员): who works here, what he may see, how he is reached (R56, R57)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.access import Grant, Role, Scope
from domain.aggregate import CareAggregate
from domain.channel import Address, Channel
from domain.errors import (
    ClaimLimitError,
    HeldLimitError,
    InvalidError,
    NotFoundError,
    NothingChangedError,
    RepresentativeLeftError,
    SecondFactorRequiredError,
)
from domain.policies.book import PolicyBook
from domain.provenance import current_provenance


class Representative(CareAggregate):
    """A person or program with a login (操作员); reps, managers, auditors and integrations alike.

    `team` is a path such as `east/shanghai`; whoever has scope team sees the team and all below.
    `manager_id` is the next one up the ladder that complaints climb.
    """

    TOPIC = "representative"

    class Event(CareAggregate.Event):
        """A fact about a representative; his name and address are personal."""

    class Joined(Event, CareAggregate.Created):
        """Somebody joined, with a login, a role and a scope."""

        TOPIC = "representative.joined"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "name", "email", "login"})
        role: str
        scope: str
        team: str
        manager_id: UUID | None
        claim_id: UUID
        joined_on: date
        login: str = ""
        name: str = ""
        email: str = ""

        def apply(self, aggregate: Representative) -> None:
            """Start the file."""
            aggregate.login = self.login
            aggregate.name = self.name
            aggregate.email = self.email
            aggregate.role = Role(self.role)
            aggregate.scope = Scope(self.scope)
            aggregate.team = self.team
            aggregate.manager_id = self.manager_id
            aggregate.has_left = False
            aggregate.wants_email = True
            aggregate.addresses = {}
            aggregate.token_ids = frozenset()
            aggregate.claims_on, aggregate.claims = None, 0
            aggregate.second_factor_id = None

    class ScopeGranted(Event):
        """Role, scope, team or manager changed (R57)."""

        TOPIC = "representative.scope_granted"
        role: str
        scope: str
        team: str
        manager_id: UUID | None

        def apply(self, aggregate: Representative) -> None:
            """Take them over."""
            aggregate.role = Role(self.role)
            aggregate.scope = Scope(self.scope)
            aggregate.team = self.team
            aggregate.manager_id = self.manager_id

    class NotificationsChosen(Event):
        """How the representative wants to be reminded, besides the inbox.

        `addresses` and `secrets` are by channel. Events of the first version knew a webhook only
        and hold it, sealed, in fields of its own; `reached_at` reads both.
        """

        TOPIC = "representative.notifications_chosen"
        PERSONAL: ClassVar[frozenset[str]] = frozenset(
            {"why", "addresses", "secrets", "webhook_url", "webhook_secret"}
        )
        class_version = 2
        wants_email: bool
        each_item: bool
        addresses: dict[str, str] | None = None
        secrets: dict[str, str] | None = None
        webhook_url: str = ""
        webhook_secret: str = ""

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Leave all as it is: what is sealed cannot be moved."""

        @property
        def reached_at(self) -> dict[Channel, str]:
            """The chosen address of each channel."""
            return _by_channel(self.addresses, self.webhook_url)

        @property
        def signed_with(self) -> dict[Channel, str]:
            """The secret of each channel that has one."""
            return _by_channel(self.secrets, self.webhook_secret)

        def apply(self, aggregate: Representative) -> None:
            """Take the choice over."""
            aggregate.wants_email = self.wants_email
            aggregate.addresses = self.reached_at

    class ChannelDisabled(Event):
        """A channel was given up, because nothing can be delivered to its address any more.

        `code` is that of the refusal, or `failing` when nothing got through for days.
        """

        TOPIC = "representative.channel_disabled"
        channel: str
        code: str

        def apply(self, aggregate: Representative) -> None:
            """Forget the address."""
            gone = Channel(self.channel)
            kept = {each: to for each, to in aggregate.addresses.items() if each is not gone}
            aggregate.addresses = kept

    class TokenIssued(Event):
        """A bearer token was given out; only its SHA-256 is kept."""

        TOPIC = "representative.token_issued"
        token_id: UUID
        token_sha256: str
        label: str
        grants: list[str]
        expires_at: datetime

        def apply(self, aggregate: Representative) -> None:
            """Remember that it is valid."""
            aggregate.token_ids = aggregate.token_ids | {self.token_id}

    class TokenRevoked(Event):
        """A bearer token stopped being valid."""

        TOPIC = "representative.token_revoked"
        token_id: UUID

        def apply(self, aggregate: Representative) -> None:
            """Remember that it is not valid any more."""
            aggregate.token_ids = aggregate.token_ids - {self.token_id}

    class SecondFactorEnabled(Event):
        """From now on his sign-ins ask for a code as well; the secret of it is not in the log."""

        TOPIC = "representative.second_factor_enabled"
        factor_id: UUID

        def apply(self, aggregate: Representative) -> None:
            """Remember which secret the codes are made of."""
            aggregate.second_factor_id = self.factor_id

    class SecondFactorDisabled(Event):
        """His sign-ins ask for no code any more."""

        TOPIC = "representative.second_factor_disabled"

        def apply(self, aggregate: Representative) -> None:
            """Forget the secret's name."""
            aggregate.second_factor_id = None

    class InboxRead(Event):
        """The representative saw an item of the inbox."""

        TOPIC = "representative.inbox_read"
        item_id: UUID

        def apply(self, aggregate: Representative) -> None:
            """Nothing that a later decision needs."""

    class CustomerClaimed(Event):
        """The representative claimed a customer from the pool, which counts for the day (D10)."""

        TOPIC = "representative.customer_claimed"
        customer_id: UUID
        claimed_on: date

        def apply(self, aggregate: Representative) -> None:
            """Count it."""
            counted = aggregate.claims if aggregate.claims_on == self.claimed_on else 0
            aggregate.claims_on, aggregate.claims = self.claimed_on, counted + 1

    class Left(Event):
        """The representative left; every token of his is void."""

        TOPIC = "representative.left"
        left_on: date

        def apply(self, aggregate: Representative) -> None:
            """Close the file."""
            aggregate.has_left = True
            aggregate.token_ids = frozenset()

    Created = Joined

    login: str
    name: str
    email: str
    role: Role
    scope: Scope
    team: str
    manager_id: UUID | None
    has_left: bool
    wants_email: bool
    addresses: Mapping[Channel, str]
    token_ids: frozenset[UUID]
    claims_on: date | None
    claims: int
    second_factor_id: UUID | None

    @classmethod
    def join(
        cls,
        *,
        login: str,
        name: str,
        email: str,
        role: Role,
        scope: Scope,
        team: str,
        manager_id: UUID | None,
        claim_id: UUID,
        joined_on: date,
        id: UUID | None = None,  # noqa: A002 - the library's own name
    ) -> Representative:
        """Take somebody on; `claim_id` is the claim of the login."""
        if not login.strip() or not name.strip():
            raise InvalidError(field="login" if not login.strip() else "name", problem="required")
        return cls.begin(
            cls.Joined,
            id=id,
            login=login.strip(),
            name=name.strip(),
            email=email,
            role=role.value,
            scope=scope.value,
            team=team,
            manager_id=manager_id,
            claim_id=claim_id,
            joined_on=joined_on,
        )

    def grant_scope(self, role: Role, scope: Scope, team: str, manager_id: UUID | None) -> None:
        """Change role, scope, team or manager."""
        self._require_present()
        if (role, scope, team, manager_id) == (self.role, self.scope, self.team, self.manager_id):
            raise NothingChangedError(of="scope")
        self.trigger_event(
            self.ScopeGranted,
            role=role.value,
            scope=scope.value,
            team=team,
            manager_id=manager_id,
        )

    def choose_notifications(
        self, *, wants_email: bool, each_item: bool, addresses: Collection[Address]
    ) -> None:
        """Choose how to be reminded; `each_item` asks for one webhook call per due customer."""
        self._require_present()
        reached_at = {address.channel.value: address.to for address in addresses}
        if len(reached_at) < len(addresses):
            raise InvalidError(field="addresses", problem="one-per-channel")
        if each_item and Channel.WEBHOOK not in reached_at:
            raise InvalidError(field="addresses", problem="each-item-needs-a-webhook")
        self.trigger_event(
            self.NotificationsChosen,
            wants_email=wants_email,
            each_item=each_item,
            addresses=reached_at or None,
            secrets={a.channel.value: a.secret for a in addresses if a.secret} or None,
        )

    def disable_channel(self, channel: Channel, address: str, code: str) -> None:
        """Give up `channel`; NothingChangedError when it leads elsewhere than `address` by now."""
        if not address or self.addresses.get(channel) != address:
            raise NothingChangedError(of="notifications")
        self.trigger_event(self.ChannelDisabled, channel=channel.value, code=code)

    def issue_token(
        self,
        *,
        token_id: UUID,
        token_sha256: str,
        label: str,
        grants: frozenset[Grant],
        expires_at: datetime,
    ) -> None:
        """Give out a bearer token whose SHA-256 is `token_sha256` in hexadecimal."""
        self._require_present()
        if expires_at <= current_provenance().at:
            raise InvalidError(field="expires_at", problem="in-the-past")
        self.trigger_event(
            self.TokenIssued,
            token_id=token_id,
            token_sha256=token_sha256,
            label=label,
            grants=sorted(grant.value for grant in grants),
            expires_at=expires_at,
        )

    def revoke_token(self, token_id: UUID) -> None:
        """Make a token void; NotFoundError when it is not one of the valid ones."""
        if token_id not in self.token_ids:
            raise NotFoundError(of="token", id=str(token_id))
        self.trigger_event(self.TokenRevoked, token_id=token_id)

    def require_second_factor(self, factor_id: UUID | None) -> None:
        """Raise SecondFactorRequiredError unless a code of `factor_id` will do, None being none."""
        if self.second_factor_id not in {None, factor_id}:
            raise SecondFactorRequiredError(rep_id=str(self.id))

    def enable_second_factor(self, factor_id: UUID) -> None:
        """Ask for a code at sign-in, made of the secret `factor_id`; not while another is asked."""
        self._require_present()
        if self.second_factor_id is not None:
            raise NothingChangedError(of="second-factor")
        self.trigger_event(self.SecondFactorEnabled, factor_id=factor_id)

    def disable_second_factor(self) -> None:
        """Ask for no code any more; NothingChangedError when none is asked for."""
        if self.second_factor_id is None:
            raise NothingChangedError(of="second-factor")
        self.trigger_event(self.SecondFactorDisabled)

    def read_inbox_items(self, item_ids: Iterable[UUID]) -> None:
        """Record that items of the inbox were seen."""
        for item_id in item_ids:
            self.trigger_event(self.InboxRead, item_id=item_id)

    def claim(self, book: PolicyBook, customer_id: UUID, held: int) -> None:
        """Claim a customer from the pool while owning `held`; his stream says the rest.

        Raises HeldLimitError, ClaimLimitError.
        """
        today = book.today(current_provenance().at)
        if held >= book.pool.most_held:
            raise HeldLimitError(held=held, limit=book.pool.most_held)
        if self.claims_of(today) >= book.pool.claims_a_day:
            raise ClaimLimitError(limit=book.pool.claims_a_day)
        self.trigger_event(self.CustomerClaimed, customer_id=customer_id, claimed_on=today)

    def claims_of(self, day: date) -> int:
        """Return how many customers were claimed on `day`, the latest day there was a claim."""
        return self.claims if self.claims_on == day else 0

    def leave(self, left_on: date) -> None:
        """Record that the representative left; his customers must have other owners by then."""
        self._require_present()
        self.trigger_event(self.Left, left_on=left_on)

    def _require_present(self) -> None:
        if self.has_left:
            raise RepresentativeLeftError(rep_id=str(self.id))


def _by_channel(chosen: Mapping[str, str] | None, webhook: str) -> dict[Channel, str]:
    found = {Channel(channel): text for channel, text in (chosen or {}).items()}
    return {Channel.WEBHOOK: webhook, **found} if webhook else found
