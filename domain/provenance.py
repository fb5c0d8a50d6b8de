"""Who acts, when, through what and why: signed on every event (R50)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain.access import Principal
from domain.errors import ReasonRequiredError


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The signature under everything that one command does.

    `at` is when the action is recorded, an aware instant that the entry point took from the
    clock. `through` is the door it came in by: `http`, `page`, `cli`, `import`, `intake`,
    `worker`, `install` or `demo`. `correlation` is the id of the command or of the job that set it
    off, so all events of one gesture can be found together.
    """

    principal: Principal
    at: datetime
    through: str
    correlation: UUID
    why: str = ""

    def __post_init__(self) -> None:
        """Refuse an instant without a zone: it would mean another moment on another machine.

        Events hold UTC, so that one just recorded looks like one read back; a reason of blanks is
        none.
        """
        if self.at.tzinfo is None:
            msg = f"the moment of an action needs a time zone, got {self.at!r}"
            raise ValueError(msg)
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        object.__setattr__(self, "why", self.why.strip())

    @property
    def signature(self) -> dict[str, object]:
        """The fields that this provenance writes into each event."""
        return {
            "timestamp": self.at,
            "actor": self.principal.name,
            "through": self.through,
            "correlation": self.correlation,
            "why": self.why,
        }


# No default on purpose: an event that nobody signed cannot be built.
_CURRENT: ContextVar[Provenance] = ContextVar("provenance")


def current_provenance() -> Provenance:
    """Return the provenance of the command being executed; LookupError when there is none."""
    return _CURRENT.get()


def require_reason() -> None:
    """Raise ReasonRequiredError unless whoever acts has given a reason."""
    if not current_provenance().why:
        raise ReasonRequiredError(field="reason")


@contextmanager
def signing(provenance: Provenance) -> Iterator[None]:
    """Sign every event of the block with `provenance`."""
    token = _CURRENT.set(provenance)
    try:
        yield
    finally:
        _CURRENT.reset(token)
