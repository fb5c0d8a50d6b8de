"""Zones whose clocks are changed, and instants shortly before it happens."""

from __future__ import annotations

from datetime import UTC, datetime

CLOCK_CHANGES = [
    # Ordinary days, where nothing is changed.
    ("Asia/Shanghai", datetime(2025, 12, 31, 12, tzinfo=UTC)),
    ("Pacific/Honolulu", datetime(2026, 3, 8, 6, tzinfo=UTC)),
    ("Pacific/Kiritimati", datetime(2026, 3, 28, 6, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2024, 2, 28, 12, tzinfo=UTC)),
    # An hour skipped in spring and one repeated in autumn; half an hour on Lord Howe.
    ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 7, 12, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 31, 12, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 6, tzinfo=UTC)),
    # Summer time that once began and ended in China.
    ("Asia/Shanghai", datetime(1986, 5, 3, 4, tzinfo=UTC)),
    ("Asia/Shanghai", datetime(1986, 9, 13, 4, tzinfo=UTC)),
    # Midnight itself is skipped, or comes twice.
    ("America/Sao_Paulo", datetime(2018, 2, 17, 12, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 3, 12, tzinfo=UTC)),
    # A whole day is skipped.
    ("Pacific/Apia", datetime(2011, 12, 29, 20, tzinfo=UTC)),
    ("Pacific/Kiritimati", datetime(1994, 12, 30, 20, tzinfo=UTC)),
    # The offset of the whole country changes for good, by half an hour.
    ("Pacific/Honolulu", datetime(1947, 6, 7, 20, tzinfo=UTC)),
]
"""Zone and instant."""
