"""What can be asked of Kezhi about handovers (替换跟单人), as data."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.commands import Command
from domain.handover import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginHandover(Command):
    """Begin to give everything of one representative to another."""

    handover_id: UUID
    from_id: UUID
    to_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginUndoing(Command):
    """Begin to give back what the handover `undoes` gave away, as a handover of its own."""

    handover_id: UUID
    undoes: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn(Command):
    """Have somebody else look after one thing, if `from_id` still does.

    `subject_id` is a customer, a complaint or a contract, as `piece` says. None is nobody, for a
    place of a second owner.
    """

    piece: Piece
    subject_id: UUID
    from_id: UUID | None
    to_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteHandover(Command):
    """Say what a handover came to."""

    handover_id: UUID
    customers: int
    complaints: int
    contracts: int
    refused: int
