"""Personal data in the event log: sealed from the first event on, under a key that is there."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError
from psycopg.sql import SQL, Identifier

from domain import commands
from domain.application import CustomerCare
from domain.card import Card
from domain.contact import Contact, ContactMethod
from domain.eventstore.append import Mark
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import KeyRing, MasterKeys, MissingKeyError
from domain.eventstore.mapper import CareMapper, TamperedEventError
from domain.priority import ComplaintChannel
from tests.support.cutting_proxy import Moment, a_cutting_proxy
from tests.support.event_logs import MASTER_KEYS, NOON, a_care, a_database, a_log, register, signed
from tests.support.examples import a_webhook
from tests.support.sample_events import SAMPLE_CLASSES, begun, went

CANARIES = [f"秘密{n}-CANARY{n}-secret{n}@example.com" for n in range(60)]
PHONE, OTHER_PHONE = "13912345678", "13987654321"


@pytest.fixture
def sample_log(database: str) -> Iterator[EventLog]:
    """A log of sample events."""
    with a_log(database) as log:
        yield _of_samples(log)


def _of_samples(log: EventLog) -> EventLog:
    log.mapper = CareMapper(log.keys, MASTER_KEYS.signing, SAMPLE_CLASSES)
    return log


def a_year_full_of_secrets(care: CustomerCare) -> tuple[UUID, list[str]]:
    """Carry out commands with every kind of free text; return the customer and the texts."""
    unused = iter(CANARIES)
    texts = [PHONE, OTHER_PHONE]

    def secret() -> str:
        texts.append(next(unused))
        return texts[-1]

    def do(command: commands.Command) -> UUID:
        return care.execute(command, signed(why=secret())).subject_id

    rep = do(commands.AddRepresentative(login=secret(), name=secret(), email=secret()))
    do(
        commands.ChooseNotifications(
            rep_id=rep, addresses=(a_webhook(f"https://{secret()}/", secret()),)
        )
    )
    company = secret()
    card = Card(
        name=secret(),
        company=company,
        contact=secret(),
        phones=(PHONE,),
        email=secret(),
        wechat=secret(),
        address=secret(),
        needs=secret(),
        notes=secret(),
    )
    customer = do(commands.RegisterCustomer(card=card, owner_id=rep, reference=secret()))
    do(commands.CorrectCustomer(customer_id=customer, card={"phones": (OTHER_PHONE,)}))
    do(commands.CorrectCustomer(customer_id=customer, card={"notes": secret()}))
    namesake = Card(name=secret(), company=company)
    do(commands.RegisterCustomer(card=namesake, shares_company=True))
    contact = Contact(
        contacted_on=NOON.date(),
        method=ContactMethod.PHONE,
        text=secret(),
        feedback=secret(),
        promised_on=NOON.date() + timedelta(days=365),
        defer_reason=secret(),
    )
    do(commands.RecordContact(customer_id=customer, contact=contact))
    complaint = do(
        commands.FileComplaint(
            customer_id=customer,
            channel=ComplaintChannel.PHONE,
            summary=secret(),
            details=secret(),
        )
    )
    do(commands.AssignComplaint(complaint_id=complaint, handler_id=rep))
    do(commands.AcknowledgeComplaint(complaint_id=complaint))
    do(commands.InvestigateComplaint(complaint_id=complaint, cause=secret()))
    do(commands.ResolveComplaint(complaint_id=complaint, solution=secret()))
    return customer, texts


def test_no_personal_text_stands_in_any_table_of_the_log(care: CustomerCare, database: str) -> None:
    _, texts = a_year_full_of_secrets(care)
    shapes = {
        shape
        for text in texts
        for part in (text, text.split("-")[0], text.split("-")[-1])
        for shape in (part.encode(), part.encode("utf-16-le"), base64.b64encode(part.encode())[:-3])
    }
    select = SQL("SELECT * FROM eventlog.{}")
    with psycopg.connect(database) as connection:
        rows = [
            b"".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
            for table in ("event", "subject_key", "idempotency")
            for row in connection.execute(select.format(Identifier(table)))
        ]

    assert len(texts) > 30
    assert len(rows) > 12
    assert [shape for shape in shapes if any(shape in row for row in rows)] == []


def test_everything_can_be_read_again_by_another_process(care: CustomerCare, database: str) -> None:
    customer, texts = a_year_full_of_secrets(care)
    with a_log(database) as elsewhere:
        events = elsewhere.mapper.to_domain_events(
            elsewhere.recorder.select_notifications(None, 1_000)
        )
        card = elsewhere.get(customer).card
    told = "".join(str(vars(event)) for event in events)

    assert [text for text in texts if text not in told] == []
    assert card["phones"] == [f"+86{OTHER_PHONE}"]


def test_the_keys_of_many_people_are_fetched_in_one_query(
    sample_log: EventLog, database: str
) -> None:
    people = [begun(name=f"person {n}") for n in range(3_000)]
    later = [went(person.originator_id, why="so") for person in people]
    sample_log.append([*people, *later])
    with (
        a_cutting_proxy(database, "subject_key") as proxy,
        a_database(proxy.address) as pool,
    ):
        # The memory holds far fewer keys than the batch needs.
        keys = KeyRing(pool, MASTER_KEYS, "eventlog", cached=10)
        mapper = CareMapper(keys, MASTER_KEYS.signing, SAMPLE_CLASSES)
        stored = sample_log.recorder.select_notifications(None, 6_000)

        assert mapper.to_domain_events(stored) == [*people, *later]
        assert proxy.seen == 1
        assert mapper.to_domain_events(stored[-5:]) == later[-5:]
        assert proxy.seen == 1
        assert mapper.to_domain_events(stored[:5]) == people[:5]
        assert proxy.seen == 2


def test_a_save_fetches_the_keys_it_needs_in_one_query(sample_log: EventLog, database: str) -> None:
    people = [begun(name=f"person {n}") for n in range(500)]
    sample_log.append(people)
    with a_cutting_proxy(database, "wrapped_key FROM") as proxy, a_log(proxy.address) as log:
        _of_samples(log).append([went(person.originator_id, why="so") for person in people])

        assert proxy.seen == 1


def test_the_key_of_a_person_just_begun_is_not_asked_for(database: str) -> None:
    with a_cutting_proxy(database, "wrapped_key FROM") as proxy, a_log(proxy.address) as log:
        event = begun(name="W")
        _of_samples(log).append([event])
        log.append([went(event.originator_id, why="so")])

        assert proxy.seen == 0


def test_the_loser_of_a_race_for_one_person_reads_what_the_winner_wrote(database: str) -> None:
    with a_log(database) as one, a_log(database) as other:
        winner, loser = _of_samples(one), _of_samples(other)
        person = uuid4()
        event = begun(person, name="winner")
        winner.append([event])
        with pytest.raises(IntegrityError):
            loser.append([begun(person, name="loser"), went(person, 2, why="loser")])
        loser.append([went(person, 2, why="later")])

        for log in (winner, loser):
            stored = log.recorder.select_events(person)
            assert log.mapper.to_domain_events(stored)[0] == event


def test_events_whose_save_was_refused_may_be_saved_again(sample_log: EventLog) -> None:
    mark = Mark(principal="p", key="k", fingerprint=b"f", subject_id=uuid4(), version=1)
    sample_log.append([begun()], [mark])
    events = [begun(person := uuid4(), name="W"), went(person, 2, why="so")]
    with pytest.raises(IntegrityError):
        sample_log.append(events, [mark])
    sample_log.append(events)

    stored = sample_log.recorder.select_events(person)
    assert sample_log.mapper.to_domain_events(stored) == events


def test_a_person_whose_save_ended_in_doubt_can_be_read_if_it_was_stored(database: str) -> None:
    with (
        a_cutting_proxy(database, "append_events") as proxy,
        a_log(proxy.address) as log,
        a_log(database) as elsewhere,
    ):
        _of_samples(log), _of_samples(elsewhere)
        event = begun(name="W")
        proxy.cut(Moment.AFTER_COMMIT, *[Moment.BEFORE_SENDING] * 2)
        with pytest.raises(OperationalError):
            log.append([event])
        later = went(event.originator_id, why="goes on")
        log.append([later])

        for reader in (log, elsewhere):
            stored = reader.recorder.select_events(event.originator_id)
            assert reader.mapper.to_domain_events(stored) == [event, later]


def test_a_missing_key_is_an_alarm_about_that_person_only(
    care: CustomerCare, database: str
) -> None:
    gone = care.execute(register("gone"), signed()).subject_id
    kept = care.execute(register("kept"), signed()).subject_id
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM eventlog.subject_key WHERE subject_id = %s", (gone,))

    with a_log(database) as log:
        with pytest.raises(MissingKeyError, match=str(gone)):
            log.get(gone)
        assert log.get(kept).card["name"] == "kept"


def test_a_key_put_in_the_place_of_anothers_is_noticed(care: CustomerCare, database: str) -> None:
    one, other = (care.execute(register(name), signed()).subject_id for name in "ab")
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE eventlog.subject_key SET wrapped_key = (SELECT wrapped_key"
            " FROM eventlog.subject_key WHERE subject_id = %s) WHERE subject_id = %s",
            (other, one),
        )

    with a_log(database) as log, pytest.raises(MissingKeyError, match="damaged"):
        log.get(one)


def test_a_state_moved_to_another_row_is_noticed(care: CustomerCare, database: str) -> None:
    one, other = (care.execute(register(name), signed()).subject_id for name in "ab")
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE eventlog.event SET state = (SELECT state FROM eventlog.event"
            " WHERE originator_id = %s) WHERE originator_id = %s",
            (other, one),
        )

    with a_log(database) as log, pytest.raises(TamperedEventError, match=str(one)):
        log.get(one)


def test_the_key_file_of_another_deployment_opens_nothing(
    care: CustomerCare, database: str
) -> None:
    person = care.execute(register(), signed()).subject_id
    other = MasterKeys(
        wrapping={1: b"o" * 32}, current=1, signing=MASTER_KEYS.signing, blinding=b"b" * 32
    )
    with a_database(database) as pool, pytest.raises(MissingKeyError, match="another key file"):
        EventLog(pool, other).get(person)


def test_new_keys_are_wrapped_by_the_current_master_key_and_old_ones_stay_readable(
    care: CustomerCare, database: str
) -> None:
    before = care.execute(register("before"), signed()).subject_id
    rotated = MasterKeys(
        wrapping={**MASTER_KEYS.wrapping, 2: b"n" * 32},
        current=2,
        signing=MASTER_KEYS.signing,
        blinding=MASTER_KEYS.blinding,
    )
    with a_database(database) as pool:
        log = EventLog(pool, rotated)
        after = CustomerCare(log).execute(register("after"), signed()).subject_id

        assert [log.get(person).card["name"] for person in (before, after)] == ["before", "after"]
    with psycopg.connect(database) as connection:
        versions = connection.execute(
            "SELECT subject_id, master_key_version FROM eventlog.subject_key"
        )
        assert dict(versions.fetchall()) == {before: 1, after: 2}


def test_a_customer_is_read_by_a_second_application_without_waiting(database: str) -> None:
    with a_care(database) as one, a_care(database) as other:
        person = one.execute(register("first"), signed()).subject_id
        other.execute(
            commands.CorrectCustomer(customer_id=person, card={"name": "second"}), signed("typo")
        )

        assert one.log.get(person).card["name"] == "second"
