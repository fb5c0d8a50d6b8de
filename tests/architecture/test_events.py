"""Events are facts: named, typed, and applied without a rule, so that history always loads."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from domain.aggregate import CareAggregate
from domain.topics import AGGREGATES, EVENT_CLASSES

BY_NAME = {aggregate.TOPIC: aggregate for aggregate in AGGREGATES}
PARTICIPLE = re.compile(r"(.+ed|begun|done|left|held|read|chosen|sent|resent|unknown)")
ALTERING = {"add", "append", "clear", "discard", "extend", "insert", "pop", "remove", "setdefault"}
ALTERING |= {"sort", "update"}
ASKING = {"current_provenance", "date", "datetime", "get", "new_id", "open", "time", "urandom"}


def aggregate_of(topic: str) -> type[CareAggregate]:
    return BY_NAME[topic.partition(".")[0]]


def state_of(aggregate: type[CareAggregate]) -> set[str]:
    """Return the names of the attributes that an aggregate declares."""
    return set(inspect.get_annotations(aggregate))


def appliers(event_class: type[Any]) -> Iterator[ast.FunctionDef]:
    """Return `apply` of an event and the methods of the aggregate that it calls."""
    aggregate = aggregate_of(event_class.TOPIC)
    waiting, seen = [event_class.apply], set()
    while waiting:
        function = waiting.pop()
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        assert isinstance(tree, ast.FunctionDef)
        yield tree
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                method = vars(aggregate).get(node.func.attr)
                if inspect.isfunction(method) and method not in seen:
                    seen.add(method)
                    waiting.append(method)


def breaks_a_rule(node: ast.AST) -> bool:
    """Tell whether a node refuses, asks the world, or alters something in place."""
    if isinstance(node, ast.Raise | ast.Assert | ast.Try | ast.AugAssign | ast.Delete):
        return True
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func).split(".")
        is_altering = len(called) > 1 and called[-1] in ALTERING
        return is_altering or called[0] in ASKING or called[-1] in ASKING - {"get"}
    return False


@pytest.mark.parametrize("topic", EVENT_CLASSES)
def test_a_topic_is_explicit_and_says_what_has_happened_to_what(topic: str) -> None:
    event_class = EVENT_CLASSES[topic]
    _, fact = topic.split(".")

    assert vars(event_class)["TOPIC"] == topic
    assert re.fullmatch(r"[a-z_]+", fact)
    first, last = fact.split("_")[0], fact.rpartition("_")[2]
    assert PARTICIPLE.fullmatch(first) or PARTICIPLE.fullmatch(last)
    assert fact == re.sub(r"(?<=[a-z])(?=[A-Z])", "_", event_class.__name__).lower()


def test_topics_of_one_aggregate_stand_together_and_each_aggregate_has_its_own() -> None:
    assert len(BY_NAME) == len(AGGREGATES)
    assert {topic.partition(".")[0] for topic in EVENT_CLASSES} == set(BY_NAME)


@pytest.mark.parametrize("topic", EVENT_CLASSES)
def test_every_field_has_a_type_that_can_be_told(topic: str) -> None:
    event_class = EVENT_CLASSES[topic]
    hints = typing.get_type_hints(event_class)

    assert [f.name for f in dataclasses.fields(event_class) if f.name not in hints] == []


@pytest.mark.parametrize("topic", EVENT_CLASSES)
def test_what_is_personal_has_something_to_be_after_an_erasure(topic: str) -> None:
    """D12; a plain default, for a made one is missing on events that lack the field."""
    event_class = EVENT_CLASSES[topic]
    defaults = {f.name: f.default for f in dataclasses.fields(event_class)}
    personal = event_class.PERSONAL

    assert [n for n in personal if defaults.get(n, dataclasses.MISSING) not in ("", None)] == []
    assert event_class.SUBJECT in {"originator_id", *defaults}


@pytest.mark.parametrize("topic", [t for t in EVENT_CLASSES if state_of(aggregate_of(t))])
def test_every_event_says_what_it_changes(topic: str) -> None:
    """An event that changes nothing a decision needs says that too."""
    assert EVENT_CLASSES[topic].apply is not CareAggregate.Event.apply


@pytest.mark.parametrize("topic", EVENT_CLASSES)
def test_applying_an_event_refuses_nothing_asks_nobody_and_alters_nothing_in_place(
    topic: str,
) -> None:
    wrong = [
        f"{function.name}: {ast.unparse(node)}"
        for function in appliers(EVENT_CLASSES[topic])
        for node in ast.walk(function)
        if breaks_a_rule(node)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError",
        "assert self.on",
        "aggregate.list.append(1)",
        "aggregate.card['name'] = self.name",
        "aggregate.level += 1",
        "aggregate.at = datetime.now(UTC)",
        "aggregate.by = current_provenance()",
    ],
)
def test_the_rule_finds_what_it_looks_for(code: str) -> None:
    assert any(breaks_a_rule(node) for node in ast.walk(ast.parse(code)))


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda aggregate: aggregate.__name__)
def test_an_aggregate_knows_its_whole_state_from_its_first_fact_on(
    aggregate: type[CareAggregate],
) -> None:
    first = aggregate.Created
    assigned = {
        target.attr
        for function in (appliers(first) if state_of(aggregate) else ())
        for node in ast.walk(function)
        for target in _targets(node)
        if isinstance(target, ast.Attribute)
    }

    assert state_of(aggregate) - assigned == set()


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    for target in node.targets if isinstance(node, ast.Assign) else ():
        yield from target.elts if isinstance(target, ast.Tuple) else [target]
