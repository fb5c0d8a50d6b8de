"""Signs a checkpoint whenever the log has grown, unless the log has changed under what was signed.

The signer trusts the database for nothing but new leaves. It keeps the tree of what it has signed
in memory, so whatever it signs next continues that; and it reads the whole log again when it starts
and once an hour, so that a changed leaf is noticed here and not only by an auditor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event

from domain.audit.merkle import Frontier
from domain.audit.notes import Checkpoint, NoteError, SignerKey, open_checkpoint
from domain.eventstore.checkpoints import CheckpointStore
from domain.eventstore.database import AWAY
from domain.eventstore.tree import LeafMissingError, LeafTree
from workers.signing.checkpoint_file import CheckpointFile
from workers.signing.holders import Holder

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
READ_AGAIN_AFTER = timedelta(hours=1)


class LogChangedError(Exception):
    """The log is not what was signed of it; nothing is signed."""


class Signer:
    """Signs for one log; there is one signer a log. `holders` are told of every checkpoint."""

    def __init__(
        self,
        key: SignerKey,
        leaves: LeafTree,
        store: CheckpointStore,
        file: CheckpointFile,
        *,
        clock: Callable[[], datetime],
        holders: Sequence[Holder] = (),
    ) -> None:
        """Sign with `key` what `leaves` holds; nothing is read yet."""
        self._key = key
        self._leaves = leaves
        self._store = store
        self._file = file
        self._clock = clock
        self._holders = holders
        self._tree: Frontier | None = None
        self._read_at: datetime | None = None
        self._last: Checkpoint | None = None
        self._stored = 0
        self._has_refused = False

    def run(self, stop: Event) -> None:
        """Sign once a minute until `stop` is set; what goes wrong is logged and tried again."""
        while not stop.is_set():
            try:
                self.sign()
            except LogChangedError as error:
                logger.critical("log-changed", extra={"reason": str(error)})
            except AWAY as error:
                logger.warning("signer-waits", extra={"error": type(error).__name__})
            stop.wait(EVERY_SECONDS)

    def sign(self) -> Checkpoint | None:
        """Sign the log as it is now; None when it has not grown since the last time.

        LogChangedError, which /metrics tells of too, when leaves that were signed are not there any
        more as they were.
        """
        now = self._clock()
        try:
            tree, size = self._signed_tree(now), self._leaves.size
            old = tree.size
            self._require_what_was_signed(size)
            _grow(tree, self._leaves, size)
        except LogChangedError as error:
            self._tree = None
            if not self._has_refused:
                self._store.refuse(now, self._last.size if self._last else 0, str(error))
            self._has_refused = True
            raise
        self._has_refused = False
        if size > old:
            self._last = self._key.checkpoint(size, tree.root, now)
            # The file first: what is signed is not forgotten, whatever happens to the database.
            self._file.add(self._last.note)
            logger.info("checkpoint-signed", extra={"size": size})
        self._publish(now)
        return self._last if size > old else None

    def _publish(self, now: datetime) -> None:
        """Store the last checkpoint if it is not stored, and offer it to those who hold it."""
        last = self._last
        if last is None:
            return
        if last.size > self._stored:
            grown = self._leaves.grown(self._stored, last.size)
            self._store.add(last, str(self._key.verifier), grown)
            self._stored = last.size
        for holder in self._holders:
            holder.offer(last, now)

    def _signed_tree(self, now: datetime) -> Frontier:
        """Return the tree of what was signed, read from the log anew if that is long ago."""
        if self._tree is not None and self._read_at and now - self._read_at < READ_AGAIN_AFTER:
            return self._tree
        last = self._last = self._last or self._remembered()
        tree = Frontier()
        if last is not None:
            _grow(tree, self._leaves, last.size)
            _require_root(last, tree.root)
        self._tree, self._read_at = tree, now
        return tree

    def _require_what_was_signed(self, size: int) -> None:
        """Look at the end of what was signed, which takes few hashes where the rest is stored."""
        last = self._last
        if last is None:
            return
        if size < last.size:
            raise LogChangedError(f"{last.size} leaves were signed, and {size} are there")
        if last.size == self._stored:
            try:
                _require_root(last, self._leaves.root(last.size))
            except LeafMissingError as error:
                raise LogChangedError(f"a leaf is gone: {error}") from error

    def _remembered(self) -> Checkpoint | None:
        """Return the longest checkpoint that file or database knows."""
        stored, filed = self._store.newest(), self._file.last()
        self._stored = stored.size if stored else 0
        found: dict[int, Checkpoint] = {}
        for note in (stored.note if stored else None, filed):
            if note is None:
                continue
            try:
                checkpoint = open_checkpoint(note, [self._key.verifier])
            except NoteError as error:
                raise LogChangedError(f"the last checkpoint is not by our key: {error}") from error
            other = found.setdefault(checkpoint.size, checkpoint)
            if other.root != checkpoint.root:
                raise LogChangedError(f"two roots were signed for {other.size} leaves")
        return found[max(found)] if found else None


def _require_root(signed: Checkpoint, root: bytes) -> None:
    if root != signed.root:
        raise LogChangedError(f"the first {signed.size} leaves are not those that were signed")


def _grow(tree: Frontier, leaves: LeafTree, size: int) -> None:
    try:
        for some in leaves.leaves(tree.size, size):
            tree.extend(some)
    except LeafMissingError as error:
        raise LogChangedError(f"a leaf is gone: {error}") from error
