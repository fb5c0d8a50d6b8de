from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.eventstore import binary_arrays

NOON = datetime(2026, 11, 22, 12, 30, 59, 123_456, UTC)


@pytest.mark.parametrize(
    ("written", "values", "kind"),
    [
        (binary_arrays.uuids, [UUID(int=0), uuid4(), UUID(int=2**128 - 1)], "uuid[]"),
        (binary_arrays.texts, ["", "客志", "a" * 70_000, "{,}\\\"'\n"], "text[]"),
        (binary_arrays.byteas, [b"", b"\x00\xff", bytes(70_000)], "bytea[]"),
        (binary_arrays.integers, [-(2**31), -1, 0, 2**31 - 1], "integer[]"),
        (binary_arrays.bigints, [-(2**63), -1, 0, 2**63 - 1], "bigint[]"),
        (
            binary_arrays.instants,
            [
                NOON,
                None,
                datetime(1970, 1, 1, tzinfo=UTC),
                NOON.astimezone(timezone(timedelta(hours=8))),
            ],
            "timestamptz[]",
        ),
    ],
)
def test_postgresql_reads_back_what_was_written(
    database: str, written: Any, values: list[Any], kind: str
) -> None:
    with psycopg.connect(database) as connection:
        for sent in (values, values[:1], []):
            query = f"SELECT %b::{kind}"
            assert connection.execute(query, (written(sent),)).fetchone() == (sent,)
