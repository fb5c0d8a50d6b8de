"""Lanes: what is urgent never queues behind what is not, each lane is a queue of its own (D7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from workers.worklist import Worklist


class Lane(StrEnum):
    """How urgent a kind of work is, the most urgent first."""

    URGENT = "urgent"
    NORMAL = "normal"
    BULK = "bulk"


class Job(Protocol):
    """Something that is done with keys when they are due: deciding, or delivering.

    `lanes` tells in which lane each kind of key goes.
    """

    @property
    def name(self) -> str:
        """What its queues are called."""
        ...

    @property
    def worklist(self) -> Worklist:
        """Where its keys are claimed."""
        ...

    @property
    def lanes(self) -> Mapping[str, Lane]:
        """The lane of each kind."""
        ...

    @property
    def at_once(self) -> int:
        """How many keys go into one hint."""
        ...

    @property
    def at_most(self) -> timedelta:
        """How long a hint may be heeded; then it is given up."""
        ...

    def run(self, keys: Sequence[UUID]) -> None:
        """Do what is to be done with those of `keys` that are claimed; may be asked twice."""
        ...
