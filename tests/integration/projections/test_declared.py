"""A read model is made of the events and the personal fields that it declares, and of no others."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Collection, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from domain.aggregate import CareAggregate
from domain.eventstore.mapper import _Unopened
from projections.read_model import ReadModel, Recorded
from projections.registry import READ_MODELS
from tests.support.care import Company
from tests.support.history import a_history
from tests.support.tables import built


def modules(kind: type[ReadModel]) -> Iterator[ModuleType]:
    """Import what is in the folder of a read model."""
    package = import_module(kind.__module__.rpartition(".")[0])
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        yield import_module(module.name)


def mentioned(module: ModuleType) -> Iterator[type[Any]]:
    """Find the events that a module names, one by one or by a table of them."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                found = getattr(getattr(module, name, None), attribute, None)
            case ast.Name(id=name):
                found = getattr(module, name, None)
            case _:
                continue
        for one in found if isinstance(found, Collection) else [found]:
            if isinstance(one, type) and issubclass(one, CareAggregate.Event):
                yield one


@pytest.mark.parametrize("kind", READ_MODELS, ids=lambda kind: kind.name)
def test_a_read_model_names_no_event_that_it_does_not_declare(kind: type[ReadModel]) -> None:
    named = {one for module in modules(kind) for one in mentioned(module)}

    assert named
    assert {one for one in named if not any(issubclass(t, one) for t in kind.taken())} == set()


@pytest.mark.parametrize("kind", READ_MODELS, ids=lambda kind: kind.name)
def test_a_read_model_takes_all_its_events_and_uses_nothing_personal_but_what_it_declares(
    company: Company, kind: type[ReadModel]
) -> None:
    history = [Recorded(*one) for one in enumerate(a_history(), start=1)]
    for _, event in history:
        vars(event).update({name: _Unopened(name) for name in event.PERSONAL - kind.personal})

    # One at a time: a later one of a batch would hide what it replaces.
    assert built(company, kind, [[one] for one in history])


@pytest.mark.parametrize("kind", READ_MODELS, ids=lambda kind: kind.name)
def test_a_read_model_declares_no_personal_field_that_its_events_do_not_have(
    kind: type[ReadModel],
) -> None:
    assert kind.personal <= {name for known in kind.taken() for name in known.PERSONAL}
