"""Checks and imports uploaded sheets (D7).

How a row is judged is the business of whoever reads sheets: it is handed in. An import that was
killed begins anew; what it has stored is known by then.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from projections.bootstrap import ReadSide
from workers.clock import Clock
from workers.long_work import Keep, UnwantedError
from workers.uploads import Judged, Upload, Uploads, UploadState

Note = Callable[[Judged], None]
Judge = Callable[[ReadSide, Upload, bytes, Clock, Note], tuple[Judged, UploadState]]
"""Checks or imports a sheet and tells how it ended; calls Note every few seconds at least."""


class Importing:
    """Has sheets judged that somebody wants to be; safe to share between threads."""

    def __init__(self, uploads: Uploads, read: ReadSide, judge: Judge, *, clock: Clock) -> None:
        """Have `judge` judge the rows of `uploads` for what can be asked of `read`."""
        self._uploads = uploads
        self._read = read
        self._judge = judge
        self._clock = clock

    def carry_out(self, key: UUID, keep: Keep) -> None:
        """Check or import an upload that was begun; UnwantedError once it was cancelled."""
        upload, content = self._uploads.get(key), self._uploads.content(key)
        if upload is None or content is None:
            return

        def note(so_far: Judged) -> None:
            keep()
            if not self._uploads.advance(upload, so_far):
                raise UnwantedError

        judged, state = self._judge(self._read, upload, content, self._clock, note)
        self._uploads.finish(upload, judged, state, self._clock.now())
