"""What the commands about greetings do: what a representative decides before we do."""

from __future__ import annotations

from domain import commands
from domain.errors import AlreadyDecidedError, ReasonRequiredError
from domain.greeting import Greeting
from domain.handlers.work import Work
from domain.occasion import greeting_key
from domain.policies.book import PolicyKind
from domain.silence import Silence


def reserve(work: Work, command: commands.ReserveGreeting) -> Greeting:
    """Let the representative greet in person."""
    customer = work.customer_for_reading(command.customer_id)
    _require_undecided(work, command)
    return work.add(
        Greeting.reserve(
            customer_id=customer.id,
            owner_id=customer.owner_id,
            occasion=command.occasion,
            rep_id=work.principal.id or customer.owner_id,
        )
    )


def skip(work: Work, command: commands.SkipGreeting) -> Greeting:
    """Let nobody greet."""
    customer = work.customer_for_reading(command.customer_id)
    if not work.provenance.why:
        raise ReasonRequiredError(field="reason")
    _require_undecided(work, command)
    return work.add(
        Greeting.skip(
            customer_id=customer.id,
            owner_id=customer.owner_id,
            occasion=command.occasion,
            due_at=work.provenance.at,
            reason=Silence.BY_HAND,
            policy_version=work.book.versions[PolicyKind.GREETINGS],
        )
    )


def _require_undecided(
    work: Work, command: commands.ReserveGreeting | commands.SkipGreeting
) -> None:
    occasion = command.occasion
    if work.exists(greeting_key(command.customer_id, occasion.name, occasion.year)):
        raise AlreadyDecidedError
