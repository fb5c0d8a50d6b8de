"""What was stored once loads for ever: one sample of every topic and class version."""

from __future__ import annotations

import dataclasses
from itertools import groupby
from typing import Any

import pytest

from domain.aggregate import fold
from domain.topics import EVENT_CLASSES
from tests.support.golden import class_version, digests, load, manifest, sample_of, samples
from tests.support.likeness import likeness

SAMPLES = samples()
NEWEST = [
    name
    for name, sample in SAMPLES.items()
    if sample["class_version"] == class_version(sample["topic"])
]
OLDER = sorted(SAMPLES.keys() - set(NEWEST))


def test_every_topic_has_a_sample_of_each_of_its_versions() -> None:
    wanted = {
        f"{topic}.v{version}.json"
        for topic in EVENT_CLASSES
        for version in range(1, class_version(topic) + 1)
    }

    assert set(SAMPLES) == wanted, "python -m tests.support.golden writes what is missing"


def test_a_sample_once_written_never_changes() -> None:
    """Give the event class a version and an upcaster instead, and write a sample of it."""
    assert digests() == manifest()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_says_of_itself_what_it_is(name: str) -> None:
    sample = SAMPLES[name]

    assert f"{sample['topic']}.v{sample['class_version']}.json" == name


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_loads_with_every_field(name: str) -> None:
    event = load(SAMPLES[name])

    assert type(event) is EVENT_CLASSES[SAMPLES[name]["topic"]]
    assert [f.name for f in dataclasses.fields(event) if not hasattr(event, f.name)] == []


@pytest.mark.parametrize("name", NEWEST)
def test_an_event_that_was_loaded_is_stored_as_it_was(name: str) -> None:
    assert sample_of(load(SAMPLES[name])) == SAMPLES[name]


@pytest.mark.parametrize("name", NEWEST)
def test_personal_fields_and_only_they_are_sealed(name: str) -> None:
    """D12."""
    sample = SAMPLES[name]
    personal = EVENT_CLASSES[sample["topic"]].PERSONAL

    assert sample["personal"].keys() <= personal
    assert not sample["plain"].keys() & personal


def streams(names: list[str]) -> list[list[Any]]:
    """Return the events of `names`, each stream in order."""
    events = [load(SAMPLES[name]) for name in names]
    events.sort(key=lambda event: (event.originator_id, event.originator_version))
    return [list(stream) for _, stream in groupby(events, lambda event: event.originator_id)]


@pytest.mark.parametrize("older", [None, *OLDER])
def test_every_stream_of_samples_makes_an_aggregate(older: str | None) -> None:
    """Also with an older version of one event in its place."""
    replaced = SAMPLES[older]["topic"] if older else ""
    names = [name for name in NEWEST if SAMPLES[name]["topic"] != replaced]

    for stream in streams([*names, older] if older else names):
        aggregate = fold(None, stream)
        assert aggregate.version == len(stream)
        assert likeness(fold(None, stream)) == likeness(aggregate)


def test_a_purchase_from_before_there_were_currencies_was_in_yuan() -> None:
    event = load(SAMPLES["customer.purchase_recorded.v1.json"])

    assert (event.currency, event.order_no) == ("CNY", "")
    assert sample_of(event)["class_version"] == 2
