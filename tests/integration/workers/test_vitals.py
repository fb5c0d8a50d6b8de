from __future__ import annotations

from collections.abc import Callable

import redis

from tests.support.care import Company
from tests.support.shift import Shift
from workers import worklist
from workers.bootstrap import tickers
from workers.settings import QueueSettings
from workers.vitals import QueueVitals, VitalsReader


def test_the_figures_tell_what_is_owed_late_queued_and_set_aside(
    begin: Callable[..., Shift], company: Company, queue_url: str
) -> None:
    shift = begin(queue_url=queue_url)
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=25)
    shift.project()
    reader = VitalsReader(company.database, QueueSettings(url=queue_url))
    before = reader.read(company.now)

    assert before.open == {"escalation": 8, "digest": 4, "follow_up": 1}
    assert [(each.kind, each.count) for each in before.overdue] == [("escalation", 1)]
    assert before.oldest_overdue_seconds(company.now) == 150
    assert before.quarantined == dict.fromkeys(
        ["decide", "greet", "campaign", "deliver", "import", "try"], 0
    )
    assert before.ticked_at is None

    deciding, *_ = tickers(shift.stage)
    deciding.tick(company.now)
    after = reader.read(company.now)
    assert after.queues is not None
    assert after.queues["decide-urgent"] == QueueVitals(waiting=1, fetched=0)
    with redis.Redis.from_url(queue_url) as client:
        client.lpop("kezhi:decide-urgent")
    fetched = reader.read(company.now)
    assert fetched.queues is not None
    assert fetched.queues["decide-urgent"] == QueueVitals(waiting=0, fetched=1)
    reader.close()


def test_what_any_job_sets_aside_is_counted_and_released(shift: Shift) -> None:
    assert {job.name for job in shift.stage.jobs} == set(worklist.CLAIMS)


def test_the_figures_are_told_while_the_queue_is_away(company: Company, shift: Shift) -> None:
    shift.project()
    shift.works()
    found = VitalsReader(company.database, QueueSettings(url="redis://127.0.0.1:1/0"))

    assert found.read(company.now).queues is None
    assert found.read(company.now).open == {"digest": 4}
