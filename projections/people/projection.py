"""Keeps the people: one row per representative, one per token."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.channel import CHOSEN, Channel
from domain.eventstore.database import Connection
from domain.representative import Representative
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

_REPRESENTATIVE = {
    "rep_id": "uuid",
    "version": "bigint",
    "login": "text",
    "name": "text",
    "email": "text",
    "role": "text",
    "scope": "text",
    "team": "text",
    "manager_id": "uuid",
    "joined_on": "date",
    "left_on": "date",
    "second_factor_id": "uuid",
    "second_factor_version": "bigint",
    "wants_email": "boolean",
    "each_item": "boolean",
    "chosen_at": "timestamptz",
    **{channel.value: "text" for channel in CHOSEN},
    **{f"{channel}_secret": "text" for channel in CHOSEN},
}
_TOKEN = {
    "token_id": "uuid",
    "rep_id": "uuid",
    "version": "bigint",
    "sha256": "text",
    "label": "text",
    "grants": "text[]",
    "issued_at": "timestamptz",
    "expires_at": "timestamptz",
    "revoked_at": "timestamptz",
    "is_own": "boolean",
}


class PeopleProjection(ReadModel):
    """One row per representative and token; of a token only its SHA-256 is known.

    A column named like a channel holds its address, and is empty where none was chosen. A token
    `is_own` when its holder gave it out himself; its `version`, that of the event, tells whether
    that was before or after he had a second factor, and clocks do not.
    """

    name = "people"
    version = 6
    events = (Representative.Event,)
    personal = frozenset(
        {"login", "name", "email", "addresses", "secrets", "webhook_url", "webhook_secret"}
    )
    tables = """
        CREATE TABLE {schema}.representative (
            rep_id uuid PRIMARY KEY,
            version bigint NOT NULL,
            login text NOT NULL,
            name text NOT NULL,
            email text NOT NULL,
            role text NOT NULL,
            scope text NOT NULL,
            team text NOT NULL,
            manager_id uuid,
            joined_on date NOT NULL,
            left_on date,
            second_factor_id uuid,
            second_factor_version bigint,
            wants_email boolean NOT NULL,
            each_item boolean NOT NULL,
            chosen_at timestamptz NOT NULL,
            webhook text NOT NULL,
            sms text NOT NULL,
            wecom text NOT NULL,
            wecom_bot text NOT NULL,
            dingtalk_bot text NOT NULL,
            feishu_bot text NOT NULL,
            webhook_secret text NOT NULL,
            sms_secret text NOT NULL,
            wecom_secret text NOT NULL,
            wecom_bot_secret text NOT NULL,
            dingtalk_bot_secret text NOT NULL,
            feishu_bot_secret text NOT NULL
        );
        CREATE TABLE {schema}.token (
            token_id uuid PRIMARY KEY,
            rep_id uuid NOT NULL,
            version bigint NOT NULL,
            sha256 text NOT NULL,
            label text NOT NULL,
            grants text[] NOT NULL,
            issued_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            revoked_at timestamptz,
            is_own boolean NOT NULL
        )
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS representative_login ON {schema}.representative (lower(login));
        CREATE INDEX IF NOT EXISTS representative_name ON {schema}.representative (name, rep_id);
        CREATE INDEX IF NOT EXISTS representative_team ON {schema}.representative (team);
        CREATE INDEX IF NOT EXISTS token_sha256 ON {schema}.token (sha256);
        CREATE INDEX IF NOT EXISTS token_rep ON {schema}.token (rep_id);
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._people = Table(
            self.schema, "representative", key=("rep_id",), columns=_REPRESENTATIVE
        )
        self._tokens = Table(self.schema, "token", key=("token_id",), columns=_TOKEN)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per representative and per token."""
        people, tokens = Rows(self._people), Rows(self._tokens)
        for _, event in batch:
            rep_id, values = event.originator_id, _VALUES[type(event)](event)
            values["version"] = event.originator_version
            if isinstance(event, Representative.Joined):
                people.insert(rep_id, **values)
            else:
                people.update(rep_id, **values)
            if isinstance(event, Representative.TokenIssued):
                tokens.insert(event.token_id, **_issued(event))
            elif isinstance(event, Representative.TokenRevoked):
                tokens.update(event.token_id, revoked_at=event.timestamp)
        people.write(connection)
        tokens.write(connection)


def _joined(event: Any) -> dict[str, Any]:
    return {
        "login": event.login,
        "name": event.name,
        "email": event.email,
        **_placed(event),
        "joined_on": event.joined_on,
        "wants_email": True,
        "each_item": False,
        "chosen_at": event.timestamp,
        **_reached({}, {}),
    }


def _placed(event: Any) -> dict[str, Any]:
    return {
        "role": event.role,
        "scope": event.scope,
        "team": event.team,
        "manager_id": event.manager_id,
    }


def _notified(event: Any) -> dict[str, Any]:
    return {
        "wants_email": event.wants_email,
        "each_item": event.each_item,
        "chosen_at": event.timestamp,
        **_reached(event.reached_at, event.signed_with),
    }


def _disabled(event: Any) -> dict[str, Any]:
    """Forget the address; without a webhook there are no calls for each customer either."""
    values: dict[str, Any] = {event.channel: "", f"{event.channel}_secret": ""}
    return values | ({"each_item": False} if event.channel == Channel.WEBHOOK else {})


def _reached(addresses: Mapping[Channel, str], secrets: Mapping[Channel, str]) -> dict[str, str]:
    values = {channel.value: addresses.get(channel, "") for channel in CHOSEN}
    return values | {f"{channel}_secret": secrets.get(channel, "") for channel in CHOSEN}


def _issued(event: Any) -> dict[str, Any]:
    return {
        "rep_id": event.originator_id,
        "version": event.originator_version,
        "sha256": event.token_sha256,
        "label": event.label,
        "grants": event.grants,
        "issued_at": event.timestamp,
        "expires_at": event.expires_at,
        "is_own": event.actor == str(event.originator_id),
    }


_VALUES: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    Representative.Joined: _joined,
    Representative.ScopeGranted: _placed,
    Representative.NotificationsChosen: _notified,
    Representative.ChannelDisabled: _disabled,
    Representative.TokenIssued: lambda _: {},
    Representative.TokenRevoked: lambda _: {},
    Representative.SecondFactorEnabled: lambda event: {
        "second_factor_id": event.factor_id,
        "second_factor_version": event.originator_version,
    },
    Representative.SecondFactorDisabled: lambda _: {
        "second_factor_id": None,
        "second_factor_version": None,
    },
    Representative.InboxRead: lambda _: {},
    Representative.CustomerClaimed: lambda _: {},
    Representative.Left: lambda event: {"left_on": event.left_on},
}
"""What each event makes of the representative's row, besides its version."""
