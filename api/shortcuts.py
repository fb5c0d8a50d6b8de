"""The single keys of the pages (快捷键), and which ones somebody has instead (WCAG 2.1.4).

The keys of quick notes are the company's and stand in its policy; Enter, Escape, the arrows and
Shift with the letter of a grade are nobody's to change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from api.messages import Phrase

_PLAIN = re.compile(r"[a-z!-/:-@\[-`{-~]")
"""What one key gives without Ctrl, Alt or Meta, and no capital; digits are left to quick notes."""

NOTED_ON = "today"
"""The page on which the keys of quick notes do something."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What a key starts: on its `pages`, or on all of them where it names none."""

    action: str
    key: str
    pages: frozenset[str] = field(default_factory=frozenset)

    def meets(self, pages: Collection[str]) -> bool:
        """Whether it works on one of `pages`, which are all of them when there are none."""
        return not self.pages or not pages or not self.pages.isdisjoint(pages)


def _on(pages: str, **keys: str) -> Iterator[Shortcut]:
    for action, key in keys.items():
        yield Shortcut(action.replace("_", "-"), key, frozenset(pages.split()))


SHORTCUTS: Mapping[str, Shortcut] = {
    each.action: each
    for each in (
        *_on("", search="/", keys="?", go="g", down="j", up="k", new_customer="c"),
        *_on("today customer", record="n", copy="y"),
        *_on("today", next_date="d", skip="s", undo="u"),
        *_on("customer", edit="e"),
        *_on("pool", claim="l"),
        *_on("greetings", take_over="p", skip_greeting="x"),
        *_on("activity", accepts="y", declines="n", attended="a", missed="x"),
        *_on("inbox", mark_read="r"),
        *_on("outbox", release="r", drop="x", settle_sent="s", settle_failed="f"),
    )
}
"""Every action that has a key, with its usual one."""


class KeyRefusedError(Exception):
    """A key that an action cannot have; `problem` says why."""

    def __init__(self, action: str, problem: Phrase) -> None:
        """Keep the action and what is wrong with its key."""
        super().__init__(action, problem)
        self.action = action
        self.problem = problem


def keys_of(own: Mapping[str, str]) -> dict[str, str]:
    """Return the key of every action; `own` are those that somebody has instead."""
    return {action: own.get(action, each.key) for action, each in SHORTCUTS.items()}


def own_keys(
    given: Mapping[str, str], noted: Collection[str], names: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return which keys are others than usual when actions have those `given`, the rest the usual.

    `noted` are the keys of quick notes; `names` say what actions are called in a refusal. Raises
    KeyRefusedError for what is no plain key, and for a key that would mean two things on one page.
    """
    own = {action: key for action, key in given.items() if key != SHORTCUTS[action].key}
    keys = keys_of(own)
    for action, key in own.items():
        if not _PLAIN.fullmatch(key):
            raise KeyRefusedError(action, Phrase("field-key-not-plain"))
        here = SHORTCUTS[action]
        if key in noted and here.meets({NOTED_ON}):
            raise KeyRefusedError(action, Phrase("field-key-of-note", key=key))
        for other, there in SHORTCUTS.items():
            if other != action and keys[other] == key and here.meets(there.pages):
                name = (names or {}).get(other, other)
                raise KeyRefusedError(action, Phrase("field-key-taken", key=key, other=name))
    return own
