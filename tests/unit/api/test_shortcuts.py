from __future__ import annotations

import pytest

from api.pages.preferences import NAMES
from api.shortcuts import SHORTCUTS, KeyRefusedError, keys_of, own_keys

NOTED = ("1", "2", "v")


def refused(**given: str) -> tuple[str, str]:
    with pytest.raises(KeyRefusedError) as raised:
        own_keys({action.replace("_", "-"): key for action, key in given.items()}, NOTED)
    return raised.value.action, raised.value.problem.code


def test_usual_keys_mean_one_thing_on_each_page_and_every_action_has_a_name() -> None:
    for action, each in SHORTCUTS.items():
        # As if somebody had chosen the usual key of everything but this one's himself.
        keys = {other: "~" for other in SHORTCUTS if other == action}
        assert own_keys(keys, NOTED) == {action: "~"}
        clashing = [
            other
            for other, there in SHORTCUTS.items()
            if other != action and there.key == each.key and each.meets(there.pages)
        ]
        assert clashing == []
    assert set(NAMES) == set(SHORTCUTS)


def test_only_what_differs_is_kept() -> None:
    own = own_keys({**keys_of({}), "skip": "w", "search": ";"}, NOTED)

    assert own == {"skip": "w", "search": ";"}
    assert keys_of(own) == {**keys_of({}), "skip": "w", "search": ";"}


def test_two_keys_can_change_places() -> None:
    assert own_keys({"skip": "u", "undo": "s"}, NOTED) == {"skip": "u", "undo": "s"}


@pytest.mark.parametrize("key", ["", "W", "Ctrl+s", "Shift+A", "7", " ", "é", "是", "Enter"])
def test_a_key_is_one_that_needs_no_other_held_down(key: str) -> None:
    assert refused(skip=key) == ("skip", "field-key-not-plain")


def test_a_key_means_one_thing_on_a_page() -> None:
    assert refused(skip="n") == ("skip", "field-key-taken")
    assert refused(claim="c") == ("claim", "field-key-taken")
    assert refused(go="x")[1] == "field-key-taken"
    # On pages that are never open together it may mean two.
    assert own_keys({"skip": "x", "claim": "n"}, NOTED) == {"skip": "x", "claim": "n"}


def test_a_key_of_a_quick_note_is_left_to_it_where_it_records() -> None:
    assert refused(skip="v") == ("skip", "field-key-of-note")
    assert refused(up="v") == ("up", "field-key-of-note")
    assert own_keys({"claim": "v"}, NOTED) == {"claim": "v"}
