"""An erasure goes on wherever it was killed, and an erased key is never taken for a lost one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from domain import commands
from domain.access import EVERYTHING
from domain.activity import GuestState
from domain.aftercare_commands import AssignMessage
from domain.campaign_commands import AnswerInvitation, InviteGuests, PlanActivity
from domain.erasure_commands import EraseCustomer
from domain.errors import ErasedError
from domain.eventstore import erasure_register
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys, MissingKeyError
from domain.eventstore.settings import StoreSettings
from domain.ids import new_id
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from domain.provenance import signing
from domain.task import TaskKind
from projections.bootstrap import ReadSide
from projections.campaigns.queries import After
from projections.journal.history import HistoryReader
from projections.moments import Moments
from projections.past import PastLists
from projections.registry import READ_MODELS
from projections.roster.projection import RosterProjection
from projections.roster.queries import RosterQueries
from projections.tasks.queries import TaskFilters
from projections.what_if import Comparison, Figures
from tests.support.campaigns import an_activity_plan
from tests.support.care import Company
from workers.erasing.procedure import Erasing, Step
from workers.trials import Trials
from workers.uploads import Judged, Uploads, UploadState


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def zhang(company: Company) -> UUID:
    """Zhang, who was erased; of whom nothing is purged yet."""
    zhang = company.registers(company.chen, "张三丰真人", phones=("13800138000",))
    company.does(EraseCustomer(customer_id=zhang), why="工单 4711")
    company.project(*READ_MODELS)
    return zhang


@pytest.mark.parametrize("fatal", [step for step in Step if step is not Step.DONE])
def test_an_erasure_that_was_killed_is_carried_out_by_the_next_process(
    company: Company, read: ReadSide, store: StoreSettings, zhang: UUID, fatal: Step
) -> None:
    def dying(step: Step) -> None:
        if step is fatal:
            raise KilledError

    with pytest.raises(KilledError):
        Erasing(read, store).run(dying)

    report = Erasing(read, store).run()

    assert report is not None
    assert report.customer_ids == [zhang]
    assert report.findings.found == {}
    assert company.log.get(zhang).is_purged
    company.project(*READ_MODELS)
    assert Erasing(read, store).run() is None


def test_what_was_personal_comes_back_as_erased_and_what_is_lost_is_an_alarm(
    company: Company, read: ReadSide, store: StoreSettings, zhang: UUID
) -> None:
    li = company.registers(company.li, "李四")
    company.project(*READ_MODELS)
    Erasing(read, store).run()
    fresh = EventLog(company.database, MasterKeys.read(company.key_file))

    assert fresh.get(zhang).card == {}
    (oldest,) = read.history.page(zhang, limit=1, newest_first=False)
    assert oldest.is_erased
    assert zhang in erasure_register.read(store.erasure_register.read_text())
    with psycopg.connect(company.database.address) as connection:
        connection.execute("DELETE FROM eventlog.subject_key WHERE subject_id = %s", (li,))
    with pytest.raises(MissingKeyError):
        EventLog(company.database, MasterKeys.read(company.key_file)).get(li)


def test_nothing_personal_can_be_stored_about_him_again(
    company: Company, read: ReadSide, store: StoreSettings, zhang: UUID
) -> None:
    customer = company.log.get(zhang, version=1)
    Erasing(read, store).run()
    with signing(company.signature()):
        customer.trigger_event(type(customer).CardCorrected, changed=["name"], claim_ids=[],
                               before={"name": "张三丰"}, after={"name": "张君宝"})  # fmt: skip

    with pytest.raises(ErasedError):
        company.log.append(customer.collect_events())


def test_what_was_decided_before_an_erasure_and_stored_after_it_does_not_keep_it_open(
    company: Company, read: ReadSide, store: StoreSettings
) -> None:
    zhang = company.registers(company.chen, "张三丰真人")
    filed = commands.FileComplaint(
        customer_id=zhang, channel=ComplaintChannel.PHONE, summary="送货晚了"
    )
    complaint = company.log.get(company.does(filed).subject_id)
    under_way = UUID(company.hands_nothing_over())
    with signing(replace(company.signature(), correlation=under_way)):
        complaint.assign(company.li)
    company.does(EraseCustomer(customer_id=zhang), why="工单 4711")
    company.project(*READ_MODELS)
    company.log.append(complaint.collect_events())
    company.project(*READ_MODELS)

    report = Erasing(read, store).run()

    assert report is not None
    assert report.findings.found == {}
    assert company.log.get(zhang).is_purged


def test_whoever_waits_for_a_place_gets_that_of_a_guest_who_was_erased(
    company: Company, read: ReadSide, store: StoreSettings
) -> None:
    zhang, li, wang = (company.registers(company.chen, name) for name in ("张三丰", "李四", "王五"))
    ahead = datetime.now(UTC) + timedelta(days=7)
    plan = an_activity_plan(starts_at=ahead, capacity=1)
    activity_id = company.does(PlanActivity(plan=plan)).subject_id
    company.does(InviteGuests(activity_id=activity_id, customer_ids=(zhang, li, wang)))
    for guest in (zhang, li, wang):
        comes = AnswerInvitation(
            activity_id=activity_id, customer_id=guest, comes=True, may_wait=True
        )
        company.does(comes)
    company.does(EraseCustomer(customer_id=zhang), why="工单 4711")
    company.project(*READ_MODELS)

    report = Erasing(read, store).run()

    assert report is not None
    assert report.findings.found == {}
    activity = company.log.get(activity_id)
    assert (activity.guests[li], activity.waiting) == (GuestState.ACCEPTED, (wang,))
    company.project(*READ_MODELS)
    (task,) = read.tasks.page(EVERYTHING, TaskFilters(customer_id=li))
    assert task.kind is TaskKind.NOTICE
    guests = read.campaigns.guests(activity_id, EVERYTHING, After(days=90, zone="UTC"))
    assert {row.customer_id for row in guests} == {li, wang}


def test_a_process_that_still_has_his_key_in_memory_opens_and_builds_nothing_with_it(
    company: Company, read: ReadSide, store: StoreSettings
) -> None:
    zhang = company.registers(company.chen, "张三丰真人")
    before = Moments(company.log).find(company.log.head, ZoneInfo("Asia/Shanghai"), company.now)
    other = EventLog(company.database, MasterKeys.read(company.key_file))
    assert other.get(zhang).card["name"] == "张三丰真人"
    company.does(EraseCustomer(customer_id=zhang), why="工单 4711")
    company.project(*READ_MODELS)
    assert Erasing(read, store).run() is not None
    assert other.keys.get_many([zhang])[zhang] is not None

    (schema,) = PastLists(other, company.database).build([RosterProjection], before)

    assert [row.name for row in RosterQueries(company.database, schema).page(EVERYTHING)] == [""]
    (entry,) = HistoryReader(other, company.database).page(zhang, limit=1, newest_first=False)
    assert entry.is_erased
    assert "张三丰真人" not in str(entry.facts)


def test_another_process_forgets_what_it_remembers_of_him_in_whatever_stream_it_is(
    company: Company, read: ReadSide, store: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.eventstore.destroyed_keys.LOOK_SECONDS", 0.0)
    zhang = company.registers(company.chen, "张三丰真人")
    message = UUID(company.hears_from_a_stranger()["message_id"])
    company.does(AssignMessage(item_id=message, customer_id=zhang))
    other = EventLog(company.database, MasterKeys.read(company.key_file))
    assert (other.get(message).text, other.recall(message).text) == ("请寄目录", "请寄目录")
    company.does(EraseCustomer(customer_id=zhang), why="工单 4711")
    company.project(*READ_MODELS)

    assert Erasing(read, store).run() is not None

    assert (other.recall(message).text, other.get(message).text) == ("", "")


def test_no_uploaded_sheet_outlives_an_erasure_whoever_is_in_it(
    company: Company, read: ReadSide, store: StoreSettings, zhang: UUID
) -> None:
    uploads, key = Uploads(company.database, company.log.blinding_secret), new_id()
    uploads.add(
        key,
        "客户名称\n张三丰真人\n".encode(),
        rep_id=company.chen,
        kind="customers",
        settings={"file_name": "张三丰真人.csv"},
        findings={"preview": ["张三丰真人"]},
        now=company.now,
    )
    uploads.begin(key, UploadState.IMPORTING, company.log.head, company.now)
    under_way = uploads.get(key)
    assert under_way is not None

    report = Erasing(read, store).run()

    assert report is not None
    assert (report.customer_ids, report.findings.found) == ([zhang], {})
    assert not uploads.advance(under_way, Judged(rows=500))
    uploads.finish(under_way, Judged(errors="张三丰真人".encode()), UploadState.DONE, company.now)
    kept = uploads.get(key)
    assert kept is not None
    assert (kept.state, kept.settings, kept.findings) == (UploadState.FORGOTTEN, {}, {})
    assert (uploads.content(key), uploads.errors(key)) == (None, None)


def test_no_policy_that_is_being_tried_outlives_an_erasure_whatever_was_typed(
    company: Company, read: ReadSide, store: StoreSettings, zhang: UUID
) -> None:
    trials = Trials(company.database)
    under_way = trials.ask(
        PolicyKind.POOL,
        {"张三丰真人": 1},
        versions={},
        rep_id=company.chen,
        head=company.log.head,
        now=company.now,
    )

    report = Erasing(read, store).run()

    assert report is not None
    assert (report.customer_ids, report.findings.found) == ([zhang], {})
    assert not trials.advance(under_way, 1, company.now)
    trials.finish(under_way, Comparison(Figures(), Figures(), []), company.now)
    assert trials.get(under_way.key) is None
