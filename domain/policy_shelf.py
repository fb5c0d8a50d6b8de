"""Keeps the policy book at hand: read from the log at most once a second."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from domain.errors import NotFoundError
from domain.eventstore.event_log import EventLog
from domain.policies.book import PolicyBook, PolicyKind

FRESH_SECONDS = 1.0


class PolicyShelf:
    """The policies in force, at most a second old.

    Another process may amend a policy within that second; the event of each decision names the
    version it was made under, so that is never in doubt.
    """

    def __init__(self, log: EventLog, monotonic: Callable[[], float]) -> None:
        """Read from `log`; `monotonic` tells how old the book is, in seconds."""
        self._log = log
        self._monotonic = monotonic
        self._book: PolicyBook | None = None
        self._read_at = 0.0
        self._lock = Lock()

    def book(self) -> PolicyBook:
        """Return the policies in force; NotFoundError before any were adopted."""
        book = self._book
        if book is not None and self._monotonic() - self._read_at <= FRESH_SECONDS:
            return book
        with self._lock:
            # Whoever waited takes what the one before him has read.
            current = self._book
            if current is None or current is book:
                current = self._read()
                self._book, self._read_at = current, self._monotonic()
            return current

    def put_back(self) -> None:
        """Have the next reader look at the log again, after a policy was amended here."""
        self._book = None

    def _read(self) -> PolicyBook:
        policies = self._log.get_many([kind.stream_id for kind in PolicyKind])
        missing = [kind.value for kind in PolicyKind if kind.stream_id not in policies]
        if missing:
            raise NotFoundError(of="policy", id=missing[0])
        return PolicyBook.of({kind: policies[kind.stream_id] for kind in PolicyKind})
