"""What something is, types included: for comparing a live aggregate with a replayed one."""

from __future__ import annotations

import dataclasses
from typing import Any

from eventsourcing.domain import Aggregate


def likeness(thing: Any) -> Any:
    """Return nested tuples of types and values; equal only for things alike in both.

    So 1 differs from 1.0 and True, a grade from its letter, a tuple from a list, and an instant
    of one zone from the same instant of another.
    """
    kind = type(thing)
    if isinstance(thing, Aggregate):
        state = {name: value for name, value in vars(thing).items() if name != "_pending_events"}
        return kind, likeness(state)
    if dataclasses.is_dataclass(thing):
        return kind, [(f.name, likeness(getattr(thing, f.name))) for f in dataclasses.fields(thing)]
    if isinstance(thing, dict):
        return kind, sorted((key, likeness(value)) for key, value in thing.items())
    if isinstance(thing, list | tuple):
        return kind, [likeness(value) for value in thing]
    if isinstance(thing, set | frozenset):
        return kind, thing
    return kind, repr(thing)
