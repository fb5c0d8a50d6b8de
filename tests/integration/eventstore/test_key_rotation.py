"""A master key is replaced while people write, and a rotation that was killed goes on."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from uuid import UUID

import pytest

from domain.eventstore import key_rotation
from domain.eventstore.event_log import EventLog
from domain.eventstore.key_rotation import rotate
from domain.eventstore.key_table import KeyTable
from domain.eventstore.keys import MasterKeys, MissingKeyError
from tests.support.background import in_background
from tests.support.care import Company, a_company


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def company(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A company at work, in a hurry to let old keys go."""
    monkeypatch.setattr(key_rotation, "SETTLED_SECONDS", 0.1)
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    with a_company(database) as company:
        yield company


def rotated(company: Company, *progress: object) -> MasterKeys:
    """Rotate as another process would."""
    log = EventLog(company.database, MasterKeys.read(company.key_file))
    table = KeyTable(company.database, "eventlog")
    return rotate(company.key_file, log.keys, table, *progress)  # type: ignore[arg-type]


def names(company: Company, ids: list[UUID]) -> list[str]:
    """Return what a process that starts now reads."""
    log = EventLog(company.database, MasterKeys.read(company.key_file))
    return [log.get(each).card["name"] for each in ids]


def test_nobody_who_writes_meanwhile_notices_and_the_old_key_opens_nothing(
    company: Company,
) -> None:
    before, stop = MasterKeys.read(company.key_file), Event()

    def write() -> list[UUID]:
        ids = []
        while not stop.is_set():
            ids.append(company.registers(company.chen, f"客户{len(ids)}"))
        return ids

    writing = in_background(write)
    after = rotated(company)
    stop.set()
    ids = writing.result(30)

    assert names(company, ids) == [f"客户{number}" for number in range(len(ids))]
    assert set(after.wrapping) == {2}
    with pytest.raises(MissingKeyError):
        EventLog(company.database, before).get(ids[0])


def test_a_rotation_that_was_killed_ends_with_the_version_it_had_begun(company: Company) -> None:
    ids = [company.registers(company.chen, f"客户{number}") for number in range(5)]

    def dying(_done: int, _total: int) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        rotated(company, dying)
    assert names(company, ids)[4] == "客户4"

    assert set(rotated(company).wrapping) == {2}
    assert names(company, ids)[4] == "客户4"
