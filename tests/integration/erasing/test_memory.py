"""No process keeps in memory what was read of somebody before he was erased."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.erasure_commands import EraseCustomer
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.eventstore.settings import StoreSettings
from projections import pinyin
from projections.bootstrap import ReadSide, read_side
from projections.registry import READ_MODELS
from tests.support.care import Company
from tests.support.waiting import eventually
from workers.erasing.procedure import Erasing


@pytest.fixture
def zhang(company: Company) -> UUID:
    """Zhang, who is going to be erased."""
    return company.registers(company.chen, "张三丰真人")


def erase(company: Company, read: ReadSide, store: StoreSettings, customer_id: UUID) -> None:
    company.does(EraseCustomer(customer_id=customer_id), why="工单 4711")
    company.project(*READ_MODELS)
    assert Erasing(read, store).run() is not None


def test_what_a_slow_reader_has_read_before_an_erasure_is_not_kept_after_it(
    company: Company,
    read: ReadSide,
    store: StoreSettings,
    zhang: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("domain.eventstore.destroyed_keys.LOOK_SECONDS", 0.0)
    slow = EventLog(company.database, MasterKeys.read(company.key_file))
    generation = slow.keys.generation
    customer, keys = slow.get(zhang), slow.keys.get_many([zhang])
    key = keys[zhang]
    assert key is not None
    erase(company, read, store, zhang)
    assert slow.forget_the_erased()

    slow.keys.keep({zhang: key}, generation)
    slow.remember(customer, generation)

    assert slow.keys.get_many([zhang]) == {zhang: None}
    assert slow.recall(zhang).card == {}


def test_a_process_that_nobody_asks_anything_forgets_him_all_the_same(
    company: Company, read: ReadSide, store: StoreSettings, zhang: UUID
) -> None:
    settings = StoreSettings.from_environment(
        {
            "KEZHI_DATABASE_URL": company.database.address,
            "KEZHI_MASTER_KEY_FILE": str(company.key_file),
        }
    )
    with read_side(settings, name="kezhi-idle") as idle:
        assert idle.log.get(zhang).card["name"] == "张三丰真人"
        pinyin.sorting_key("张三丰真人")
        erase(company, read, store, zhang)

        def is_forgotten() -> bool:
            cache = idle.log.repository.cache
            assert cache is not None
            return zhang not in idle.log.keys._cached and zhang not in cache.cache

        assert eventually(is_forgotten, within=10)
        assert eventually(lambda: pinyin._spoken.cache_info().currsize == 0, within=10)
