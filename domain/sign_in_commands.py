"""What can be asked about signing in with a second factor, as data."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableSecondFactor(Command):
    """Have one's own sign-ins ask for a code; the edge has seen that his app makes the right one.

    `factor_id` names the secret that the codes are made of, which is kept outside of the log.
    """

    rep_id: UUID
    factor_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableSecondFactor(Command):
    """Let somebody sign in without a code again; for another, who lost his phone, with a reason."""

    rep_id: UUID
