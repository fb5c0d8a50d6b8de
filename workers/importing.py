"""Checks and imports uploaded sheets, one after the other in a process (D7).

How a row is judged is the business of whoever reads sheets: it is handed in. An import that was
killed begins anew; what it has stored is known by then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Lock
from uuid import UUID

from domain.eventstore.database import AWAY
from projections.bootstrap import ReadSide
from workers.clock import Clock
from workers.failures import told
from workers.lanes import Lane
from workers.uploads import KINDS, Judged, Upload, Uploads, UploadState
from workers.worklist import Worklist

logger = logging.getLogger(__name__)

WHILE_BUSY = timedelta(seconds=2)
"""How soon is asked again whether the import that is under way has ended."""

Note = Callable[[Judged], None]
Judge = Callable[[ReadSide, Upload, bytes, Clock, Note], tuple[Judged, UploadState]]
"""Checks or imports a sheet and tells how it ended; calls Note every few seconds at least."""


class UnwantedError(Exception):
    """Nobody wants this import any more: it was cancelled, or its sheet had to be forgotten."""


class Importing:
    """Has sheets judged that somebody wants to be; safe to share between threads."""

    name = "import"
    lanes: Mapping[str, Lane] = dict.fromkeys(KINDS, Lane.BULK)
    at_once = 1
    at_most = timedelta(hours=12)

    def __init__(
        self, worklist: Worklist, uploads: Uploads, read: ReadSide, judge: Judge, *, clock: Clock
    ) -> None:
        """Have `judge` judge the rows of `uploads` for what can be asked of `read`."""
        self.worklist = worklist
        self._uploads = uploads
        self._read = read
        self._judge = judge
        self._clock = clock
        self._one_at_a_time = Lock()

    def run(self, keys: Sequence[UUID]) -> None:
        """Check or import those of `keys` that are claimed.

        All of them wait while this process is at another one, so that reminders find a thread.
        """
        for key in keys:
            now = self._clock.now()
            if not (self.worklist.take([key], now) or self.worklist.take_suspect(key, now)):
                continue
            if not self._one_at_a_time.acquire(blocking=False):
                again = now + WHILE_BUSY
                self.worklist.postpone([key], again, "another import", is_attempt=False)
                continue
            try:
                self._carry_out(key)
            finally:
                self._one_at_a_time.release()

    def _carry_out(self, key: UUID) -> None:
        """Judge an upload that was begun; its claim is kept as long as there is progress."""
        upload, content = self._uploads.get(key), self._uploads.content(key)
        try:
            if upload is not None and content is not None:
                judged, state = self._judge(
                    self._read,
                    upload,
                    content,
                    self._clock,
                    lambda so_far: self._note(upload, so_far),
                )
                self._uploads.finish(upload, judged, state, self._clock.now())
            self.worklist.finish([key], self._clock.now())
        except UnwantedError:
            self.worklist.finish([key], self._clock.now())
        except AWAY:
            with suppress(*AWAY):
                self.worklist.give_back([key], self._clock.now())
            raise
        except Exception as error:
            logger.exception("import-failed", extra={"key": str(key)})
            self.worklist.fail(key, self._clock.now(), told(error))

    def _note(self, upload: Upload, judged: Judged) -> None:
        self.worklist.keep(upload.key, self._clock.now())
        if not self._uploads.advance(upload, judged):
            raise UnwantedError
